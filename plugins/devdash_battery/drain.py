"""What used the processor since the machine was unplugged: a look then, a look now, the difference. Pure.

The kernel does not tell who used the battery; time on the processor is the best that it tells
without root. Processes that began and ended in between are not seen.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from devdash.api import Align, Block, Cell, Column, Row, Table, Text, Tone
from devdash_battery import words

_SAME_S = 1.5
"""A process is the same one when number and time of birth agree; clocks round differently."""

_MOST_ROWS = 12
_LEAST_S = 0.05


class Process(msgspec.Struct, frozen=True, array_like=True):
    """One process at one moment.

    Attributes:
        pid: its number.
        born: seconds from the boot to its start: not moved when the date is set.
        cpu_s: seconds that it has used of a processor.
        name: its program's name; "" in a look that is kept.
    """

    pid: int
    born: float
    cpu_s: float
    name: str = ""


class Look(msgspec.Struct, frozen=True):
    """All processes at one moment.

    Attributes:
        at: wall time, seconds since 1970.
        boot: names the boot.
    """

    at: float
    boot: str
    processes: tuple[Process, ...]


class Share(msgspec.Struct, frozen=True):
    """What all processes of one name used.

    Attributes:
        percent: of all processor time that was used.
        count: processes that live now.
    """

    name: str
    cpu_s: float
    percent: float
    count: int


def shares(before: Look, after: Look) -> tuple[Share, ...]:
    """Who used how much between two looks, most first."""
    old = {process.pid: process for process in before.processes}
    used: dict[str, float] = defaultdict(float)
    count: dict[str, int] = defaultdict(int)
    for process in after.processes:
        name = _group(process.name)
        used[name] += _grown(old, process)
        count[name] += 1
    total = sum(used.values())
    if total <= 0:
        return ()
    found = (Share(name, cpu, 100 * cpu / total, count[name]) for name, cpu in used.items())
    return tuple(sorted((s for s in found if s.cpu_s >= _LEAST_S), key=lambda s: (-s.cpu_s, s.name)))


def blocks_of(found: Iterable[Share], since: str) -> tuple[Block, ...]:
    """A table of `found`; `since` tells of which time."""
    listed = tuple(found)
    rows = [_row(share) for share in listed[:_MOST_ROWS]]
    rest = listed[_MOST_ROWS:]
    if rest:
        cpu, percent = sum(s.cpu_s for s in rest), sum(s.percent for s in rest)
        rows.append(
            _row(Share(f"{len(rest)} others", cpu, percent, sum(s.count for s in rest)), key="others ")
        )
    return (
        Table(_COLUMNS, tuple(rows), heading=since, empty="Nothing used the processor worth telling."),
        Text("Share of the processor time used. What has ended meanwhile cannot be known.", Tone.DIM),
    )


_COLUMNS = (
    Column("program", shrink=True),
    Column("share", Align.RIGHT),
    Column("time", Align.RIGHT, priority=1),
    Column("processes", Align.RIGHT, priority=2),
)


def _row(share: Share, key: str = "") -> Row:
    cells = (
        Cell(share.name),
        Cell(words.percent(share.percent), percent=min(share.percent, 100.0)),
        Cell(words.span(share.cpu_s)),
        Cell(str(share.count)),
    )
    return Row(key or share.name, cells)


def _grown(old: Mapping[int, Process], process: Process) -> float:
    """Since it was seen before; all of it when it is new, also where it has the number of one that ended."""
    before = old.get(process.pid)
    known = before is not None and abs(before.born - process.born) <= _SAME_S
    return max(process.cpu_s - before.cpu_s, 0.0) if before is not None and known else process.cpu_s


def _group(name: str) -> str:
    """The kernel's threads by their kind: "kworker/3:1" is a "kworker"."""
    return name.partition("/")[0] or "?"
