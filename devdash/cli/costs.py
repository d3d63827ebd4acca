"""What each pane costs: one reading of each, alone, with the processes that it leaves running."""

import sys
import time
from collections.abc import Sequence
from typing import Any

import msgspec

from devdash.cli.past import told_past
from devdash.config.model import Settings
from devdash.contract.levels import Level
from devdash.contract.pane import Pane
from devdash.contract.view import Align, Cell, Column, Row, Table, Tone
from devdash.engine.engine import Engine
from devdash.engine.registry import Registry
from devdash.engine.snapshot import Snapshot

_COLUMNS = (
    Column("pane"),
    Column("level"),
    Column("reading", Align.RIGHT),
    Column("import", Align.RIGHT, priority=2),
    Column("workers", Align.RIGHT),
    Column("memory", Align.RIGHT),
    Column("", priority=1, shrink=True),
)


class TimingRegistry(Registry):
    """A registry that knows how long each plug-in took to import.

    Attributes:
        import_s: seconds by plug-in; what the first one imports, later ones find there.
    """

    def __init__(self) -> None:
        super().__init__()
        self.import_s: dict[str, float] = {}

    def pane_type(self, plugin: str) -> type[Pane[Any]]:
        """The plug-in's class. Raises PluginProblem."""
        began = time.perf_counter()
        try:
            return super().pane_type(plugin)
        finally:
            self.import_s.setdefault(plugin, time.perf_counter() - began)


class Cost(msgspec.Struct, frozen=True):
    """One pane's reading.

    Attributes:
        snapshot: what came of it.
        took_s: how long it took, whatever came of it; None: its table is wrong, it was not read.
        import_s: how long its plug-in took to import.
        workers: processes that it left running, and what they left running.
        memory: resident bytes of these; shared pages are counted in each.
    """

    snapshot: Snapshot
    took_s: float | None
    import_s: float
    workers: int
    memory: int


async def measure(settings: Settings, registry: TimingRegistry) -> tuple[Cost, ...]:
    """Read every pane once, one after the other, so that none pays for its neighbours."""
    costs: list[Cost] = []
    engine = Engine(settings, registry, past=told_past(settings))
    async with engine:
        for pane in settings.panes:
            _tell(f"reading {pane.name} …")
            before = _children()
            began = time.perf_counter()
            (snapshot,) = await engine.read_once([pane.name])
            took_s = time.perf_counter() - began
            own = [rss for pid, rss in _children().items() if pid not in before]
            imported = registry.import_s.get(pane.plugin, 0.0)
            read = None if pane.config is None else took_s
            costs.append(Cost(snapshot, read, imported, len(own), sum(own)))
    _tell("")
    return tuple(costs)


def cost_table(costs: Sequence[Cost]) -> Table:
    """The costs as a table."""
    return Table(_COLUMNS, tuple(map(_row, costs)), empty="There are no panes.")


def _row(cost: Cost) -> Row:
    snapshot = cost.snapshot
    failure, report = snapshot.failure, snapshot.report
    said = failure.message if failure else report.summary if report else ""
    cells = (
        Cell(snapshot.name),
        Cell(snapshot.level.value),
        Cell("" if cost.took_s is None else _milliseconds(cost.took_s)),
        Cell(_milliseconds(cost.import_s)),
        Cell(str(cost.workers)),
        Cell(f"{cost.memory / 2**20:.0f} MiB" if cost.workers else ""),
        Cell(said, Tone.DIM),
    )
    level = Level.UNKNOWN if failure and snapshot.level is Level.OK else snapshot.level
    return Row(snapshot.name, cells, level)


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


def _children() -> dict[int, int]:
    """Resident bytes of every process below this one, by process id."""
    import psutil

    found: dict[int, int] = {}
    for child in psutil.Process().children(recursive=True):
        try:
            found[child.pid] = child.memory_info().rss
        except psutil.Error:  # it has ended meanwhile
            continue
    return found


def _tell(doing: str) -> None:
    """A slow pane is waited for; on a terminal, say which one."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{doing}")
        sys.stderr.flush()
