"""What drains the battery: the note at unplugging, the difference to now, what nobody saw."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from manual_clock import ManualClock
from power_dumps import write_tree

from devdash.api import ActionRequest, Outcome, Table, Unavailable
from devdash.engine.boundary import admit_outcome
from devdash.engine.context import Context
from devdash_battery import unplugged as module
from devdash_battery.config import BatteryConfig
from devdash_battery.drain import Look, Process, blocks_of, shares
from devdash_battery.facts import BatteryFacts, State
from devdash_battery.last_resort import boot_id
from devdash_battery.pane import BatteryPane
from devdash_battery.processes import look
from devdash_battery.unplugged import Unplugged

MakeContext = Callable[..., Context]
OUT = BatteryFacts(present=True, percent=50.0, state=State.DISCHARGING, plugged=False)
IN = BatteryFacts(present=True, percent=50.0, state=State.CHARGING, plugged=True)
PACK = {"type": "Battery", "capacity": "50"}


def at(*processes: Process, moment: float = 0.0) -> Look:
    return Look(moment, "b", processes)


def test_what_was_used_before_does_not_count() -> None:
    """The difference counts, by name; new processes count whole; what has ended is not there."""
    before = at(Process(1, 0, 500), Process(2, 10, 20), Process(3, 10, 7))
    now = at(
        Process(1, 0, 505, "init"),
        Process(2, 10, 50, "python"),
        Process(4, 99, 15, "python"),
    )
    found = [(share.name, share.cpu_s, share.percent, share.count) for share in shares(before, now)]
    assert found == [("python", 45, 90, 2), ("init", 5, 10, 1)]


def test_a_number_that_was_given_anew_is_another_process() -> None:
    """Same pid, other birth: its predecessor's time is not taken off."""
    (share,) = shares(at(Process(7, 10, 100)), at(Process(7, 5000, 3, "cc")))
    assert share.cpu_s == 3


def test_kernel_threads_are_one_of_their_kind() -> None:
    """kworker/0:1 and kworker/u16:2 are no programs of their own."""
    now = at(Process(1, 0, 1, "kworker/0:1"), Process(2, 0, 1, "kworker/u16:2"))
    assert [(share.name, share.count) for share in shares(at(), now)] == [("kworker", 2)]


PROCESSES = st.lists(
    st.builds(
        Process,
        pid=st.integers(1, 9),
        born=st.floats(0, 1e6),
        cpu_s=st.floats(0, 1e6),
        name=st.sampled_from(["a", "b", "c", ""]),
    ),
    max_size=20,
)


@given(PROCESSES, PROCESSES)
def test_shares_are_shares(before: list[Process], now: list[Process]) -> None:
    """Never negative, together at most all, most first."""
    found = shares(at(*before), at(*now))
    assert all(0 <= share.percent <= 100.001 and share.cpu_s >= 0 for share in found)
    assert sum(share.percent for share in found) <= 100.001
    assert [share.cpu_s for share in found] == sorted((s.cpu_s for s in found), reverse=True)


def test_a_crowd_is_summed_up() -> None:
    """Twelve rows and the rest in one; a program that is called like the rest does no harm."""
    names = [f"p{number:02}" for number in range(19)] + ["others"]
    found = shares(at(), at(*(Process(n, 0, 20.0 - n / 10, name) for n, name in enumerate(names))))
    (table, _) = blocks_of(found, "since")
    assert isinstance(table, Table)
    assert len(table.rows) == 13
    assert table.rows[-1].cells[0].text == "8 others"
    admit_outcome("battery", Outcome(message="m", blocks=blocks_of(found, "since")))


def test_real_processes_are_seen() -> None:
    """This one, with what it used, by its own number; born after the boot."""
    (me,) = [process for process in look("b", 0.0).processes if process.pid == os.getpid()]
    assert me.cpu_s > 0
    assert me.born > 0
    assert me.name


async def test_the_note_is_taken_when_the_plug_goes_and_dropped_when_it_comes(context: MakeContext) -> None:
    """And another process of devdash finds it."""
    note = Unplugged(context(name="battery"))
    note.see(IN)
    await note.step()
    assert await note.noted() is None
    note.see(OUT)
    await note.step()
    other = await Unplugged(context(name="battery")).noted()
    assert other is not None
    assert other.boot == boot_id()
    assert os.getpid() in {process.pid for process in other.processes}
    note.see(IN)
    await note.step()
    assert await Unplugged(context(name="battery")).noted() is None


async def test_a_note_of_this_boot_stands_until_the_plug_is_seen_to_go(context: MakeContext) -> None:
    """A devdash that starts on battery does not begin the count anew; one that sees the plug go does."""
    clock = ManualClock()
    first = Unplugged(context(name="battery", now=clock.now))
    first.see(OUT)
    await first.step()
    noted = await first.noted()
    await clock.advance(600)
    second = Unplugged(context(name="battery", now=clock.now))
    second.see(OUT)
    await second.step()
    assert await second.noted() == noted
    second.see(IN)
    second.see(OUT)
    await second.step()
    again = await second.noted()
    assert noted is not None
    assert again is not None
    assert again.at == noted.at + 600


async def test_no_note_is_taken_of_what_is_not_told(
    context: MakeContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No battery, no plug: processes are not even looked at."""
    monkeypatch.setattr(module, "look", lambda *args: pytest.fail("looked"))
    note = Unplugged(context(name="battery"))
    for facts in (BatteryFacts(), BatteryFacts(present=True), BatteryFacts(plugged=False)):
        note.see(facts)
    assert not note._news.is_set()


async def test_names_are_not_written_down(context: MakeContext) -> None:
    """What a person runs stands in no file; nor can others read the folder."""
    lent = context(name="battery")
    note = Unplugged(lent)
    note.see(OUT)
    await note.step()
    (file,) = lent.cache_dir.iterdir()
    assert b"python" not in file.read_bytes()
    assert lent.cache_dir.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"\xff\xfe", b'{"at": 1, "boot": "another", "processes": []}']
)
async def test_a_note_of_another_boot_or_nobody_s_is_none(content: bytes, context: MakeContext) -> None:
    """Numbers of processes mean nothing after a start."""
    lent = context(name="battery")
    lent.cache_dir.mkdir(parents=True)
    (lent.cache_dir / "unplugged.json").write_bytes(content)
    assert await Unplugged(lent).noted() is None


async def test_where_nothing_can_be_written_the_note_is_kept_in_memory(context: MakeContext) -> None:
    """A full disk, a folder that is a file: the list works in this process at least."""
    lent = context(name="battery")
    lent.cache_dir.parent.mkdir(parents=True)
    lent.cache_dir.write_text("")
    note = Unplugged(lent)
    note.see(OUT)
    await note.step()
    kept = await note.noted()
    assert kept is not None
    assert {process.name for process in kept.processes} == {""}


def tree_of(tmp_path: Path, online: str) -> Path:
    supplies = {"BAT0": PACK | {"status": "Unknown"}, "AC": {"type": "Mains", "online": online}}
    return write_tree(tmp_path / "tree", supplies)


async def test_the_list_is_a_table_of_what_was_used_since(tmp_path: Path, context: MakeContext) -> None:
    """A program that works hard after unplugging stands in it, with its share."""
    lent = context(name="battery")
    note = Unplugged(lent)
    note.see(OUT)
    await note.step()
    busy = subprocess.Popen(
        [sys.executable, "-c", "print(sum(range(9_000_000)), flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert busy.stdout is not None
        busy.stdout.readline()
        outcome = await BatteryPane(BatteryConfig(sysfs=tree_of(tmp_path, "0")), lent).act(
            ActionRequest("drain")
        )
    finally:
        busy.communicate(b"\n")
    admit_outcome("battery", outcome)
    table = outcome.blocks[0]
    assert isinstance(table, Table)
    assert table.heading.startswith("since it was unplugged")
    assert any(row.key.startswith("python") for row in table.rows)
    assert outcome.reread is False


async def test_where_nobody_noted_it_is_measured_and_said(
    tmp_path: Path, context: MakeContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A short measurement, called one, instead of a guess."""
    monkeypatch.setattr(module, "MEASURE_S", 0.0)
    told: list[str] = []
    pane = BatteryPane(BatteryConfig(sysfs=tree_of(tmp_path, "0")), context(on_progress=told.append))
    outcome = await pane.act(ActionRequest("drain"))
    table = outcome.blocks[0]
    assert isinstance(table, Table)
    assert "nobody was there to look" in table.heading
    assert told == ["measuring for 2 s"]


@pytest.mark.parametrize(("online", "said"), [("1", "plugged in"), (None, "no battery")])
async def test_there_is_no_list_where_nothing_drains(
    online: str | None, said: str, tmp_path: Path, context: MakeContext
) -> None:
    """One sentence."""
    tree = tmp_path / "none" if online is None else tree_of(tmp_path, online)
    with pytest.raises(Unavailable, match=said):
        await BatteryPane(BatteryConfig(sysfs=tree), context()).act(ActionRequest("drain"))
