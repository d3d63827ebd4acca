"""`critical_command`: a countdown that anybody can cancel, and one run, whoever watches.

The programs and the locks are real; the clock's hands are the test's.
"""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from manual_clock import ManualClock

from devdash.api import PaneError
from devdash.engine.context import Context
from devdash_battery.config import BatteryConfig
from devdash_battery.facts import BatteryFacts, Stage, State
from devdash_battery.last_resort import LastResort

MakeContext = Callable[..., Context]
CRITICAL = BatteryFacts(present=True, percent=4.0, state=State.DISCHARGING, plugged=False)
PLUGGED = BatteryFacts(present=True, percent=4.0, state=State.CHARGING, plugged=True)
UNTOLD = BatteryFacts(present=True, percent=None, state=State.UNKNOWN, plugged=None)
NO_PLUG = BatteryFacts(present=True, percent=3.0, state=State.UNKNOWN, plugged=None)
GONE = BatteryFacts(present=False)
HOVERING = BatteryFacts(present=True, percent=7.0, state=State.DISCHARGING, plugged=False)
HALF = BatteryFacts(present=True, percent=50.0, state=State.DISCHARGING, plugged=False)


class Watch:
    """One process's watch over a battery that the test describes."""

    def __init__(self, context: Context, clock: ManualClock, argv: Sequence[str], boot: str) -> None:
        self.battery: BatteryFacts | PaneError = CRITICAL
        self.clock = clock
        config = BatteryConfig(critical_command=tuple(argv))
        self.resort = LastResort(config, context, self._look, boot=boot)

    async def _look(self) -> BatteryFacts:
        if isinstance(self.battery, PaneError):
            raise self.battery
        return self.battery

    async def reads(self, facts: BatteryFacts) -> Stage | None:
        """A reading, and what follows from it at once."""
        self.battery = facts
        self.resort.see(facts)
        await self.resort.step()
        return await self.stage()

    async def stage(self) -> Stage | None:
        facts = self.battery if isinstance(self.battery, BatteryFacts) else UNTOLD
        episode = await self.resort.episode(facts)
        return None if episode is None else episode.stage


class House:
    """A machine on which several devdash processes watch."""

    def __init__(self, tmp_path: Path, context: MakeContext) -> None:
        self.clock = ManualClock()
        self.ran = tmp_path / "ran"
        self.context = context
        self.argv: Sequence[str] = (sys.executable, "-c", f"open({str(self.ran)!r}, 'a').write('x')")
        self.boot = "this boot"

    def watch(self) -> Watch:
        context = self.context(name="battery", now=self.clock.now, monotonic=self.clock.monotonic)
        return Watch(context, self.clock, self.argv, self.boot)

    @property
    def runs(self) -> int:
        return len(self.ran.read_text()) if self.ran.exists() else 0

    @property
    def file(self) -> Path:
        return self.context(name="battery").state_dir / "critical.json"


@pytest.fixture
def house(tmp_path: Path, context: MakeContext) -> House:
    return House(tmp_path, context)


async def test_it_counts_down_and_runs_once(house: House) -> None:
    """A minute after `critical` was reached, and never again in this stay."""
    watch = house.watch()
    assert await watch.reads(CRITICAL) is Stage.COUNTING
    await house.clock.advance(59)
    assert await watch.reads(CRITICAL) is Stage.COUNTING
    assert house.runs == 0
    await house.clock.advance(1)
    assert await watch.reads(CRITICAL) is Stage.DONE
    for _ in range(5):
        await house.clock.advance(100)
        assert await watch.reads(CRITICAL) is Stage.DONE
    assert house.runs == 1


async def test_of_many_processes_one_runs_it(house: House) -> None:
    """Eight watches reach the deadline at the same moment."""
    watches = [house.watch() for _ in range(8)]
    for watch in watches:
        await watch.reads(CRITICAL)
    await house.clock.advance(60)
    await asyncio.gather(*(watch.reads(CRITICAL) for watch in watches))
    await house.clock.advance(10)
    assert {await watch.reads(CRITICAL) for watch in watches} == {Stage.DONE}
    assert house.runs == 1


async def test_any_process_cancels_for_all(house: House) -> None:
    """The screen counts; `devdash run battery cancel` is another process."""
    screen, command = house.watch(), house.watch()
    await screen.reads(CRITICAL)
    episode = await command.resort.cancel()
    assert episode is not None
    assert episode.stage is Stage.CANCELLED
    await house.clock.advance(60)
    assert await screen.reads(CRITICAL) is Stage.CANCELLED
    assert house.runs == 0


async def test_one_who_is_quicker_than_the_countdown_cancels_it_too(house: House) -> None:
    """At `critical`, before any process has begun to count."""
    watch = house.watch()
    episode = await watch.resort.cancel()
    assert episode is not None
    assert episode.stage is Stage.CANCELLED
    assert await watch.reads(CRITICAL) is Stage.CANCELLED


async def test_there_is_nothing_to_cancel_above_critical(house: House) -> None:
    """A stray key leaves nothing behind that would silence the next time."""
    watch = house.watch()
    watch.battery = HALF
    assert await watch.resort.cancel() is None
    assert await watch.reads(CRITICAL) is Stage.COUNTING


@pytest.mark.parametrize("facts", [PLUGGED, UNTOLD, NO_PLUG, GONE, HALF, HOVERING, PaneError("EIO")])
async def test_it_is_read_anew_right_before(house: House, facts: BatteryFacts | PaneError) -> None:
    """Plugged in meanwhile, gone, untold, unreadable: the last reading said critical, and nothing runs."""
    watch = house.watch()
    await watch.reads(CRITICAL)
    await house.clock.advance(60)
    watch.battery = facts
    watch.resort.see(CRITICAL)
    await watch.resort.step()
    assert house.runs == 0


async def test_plugging_in_ends_it_and_the_next_time_counts_anew(house: House) -> None:
    """Once per stay: after the charger, a new minute and a new run."""
    watch = house.watch()
    for run in (1, 2):
        assert await watch.reads(CRITICAL) is Stage.COUNTING
        await house.clock.advance(60)
        assert await watch.reads(CRITICAL) is Stage.DONE
        assert house.runs == run
        assert await watch.reads(PLUGGED) is None
        assert not house.file.exists()


@pytest.mark.parametrize("facts", [UNTOLD, NO_PLUG, HOVERING, HALF, PLUGGED, GONE])
async def test_nothing_begins_on_other_or_missing_data(house: House, facts: BatteryFacts) -> None:
    """Nothing is counted, nothing is written."""
    assert await house.watch().reads(facts) is None
    assert not house.file.parent.exists()


async def test_untold_data_neither_end_a_countdown_nor_run_it(house: House) -> None:
    """A moment of nonsense from the firmware; afterwards the time begins anew, as nobody could look."""
    watch = house.watch()
    await watch.reads(CRITICAL)
    await house.clock.advance(70)
    assert await watch.reads(UNTOLD) is Stage.COUNTING
    await house.clock.advance(10)
    assert await watch.reads(CRITICAL) is Stage.COUNTING
    assert house.runs == 0
    await house.clock.advance(60)
    assert await watch.reads(CRITICAL) is Stage.DONE


@pytest.mark.parametrize("seconds", [60, 7 * 24 * 3600])
async def test_a_suspend_begins_the_time_anew(house: House, seconds: float) -> None:
    """Nobody opens the lid on a command that runs at once."""
    watch = house.watch()
    await watch.reads(CRITICAL)
    await house.clock.advance(55)
    house.clock.sleep_machine(seconds)
    assert await watch.reads(CRITICAL) is Stage.COUNTING
    await house.clock.advance(10)  # beyond the deadline that was
    assert await watch.reads(CRITICAL) is Stage.COUNTING
    assert house.runs == 0
    await house.clock.advance(50)
    assert await watch.reads(CRITICAL) is Stage.DONE


async def test_a_run_and_its_suspend_are_not_repeated_on_waking(house: House) -> None:
    """The machine slept an hour by the command; whoever wakes it at 4 % means to."""
    watch = house.watch()
    await watch.reads(CRITICAL)
    await house.clock.advance(60)
    await watch.reads(CRITICAL)
    house.clock.sleep_machine(3600)
    assert await watch.reads(CRITICAL) is Stage.DONE


async def test_another_boot_counts_anew(house: House) -> None:
    """What was cancelled or left behind in another boot is of another day."""
    await house.watch().resort.cancel()
    house.boot = "another boot"
    assert await house.watch().reads(CRITICAL) is Stage.COUNTING


async def test_a_countdown_that_nobody_stayed_for_begins_anew(house: House) -> None:
    """Its process ended before the deadline; one that starts ten minutes later gives a full minute."""
    await house.watch().reads(CRITICAL)
    await house.clock.advance(600)
    late = house.watch()
    assert await late.reads(CRITICAL) is Stage.COUNTING
    assert house.runs == 0


async def test_stale_readings_begin_nothing(house: House) -> None:
    """Readings have failed for a while: the last one is no longer believed."""
    watch = house.watch()
    watch.resort.see(CRITICAL)
    await house.clock.advance(3600)
    await watch.resort.step()
    assert await watch.stage() is None


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("no-such-program",), "no-such-program"),
        (
            (sys.executable, "-c", "import sys; sys.exit('no \x1b[31mpermission\\nmore')"),
            "code 1: no [31mpermission",
        ),
        ((sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"), "signal 9"),
    ],
)
async def test_a_failure_is_told(house: House, argv: Sequence[str], said: str) -> None:
    """Why, in one clean line; and it is not tried again and again."""
    house.argv = argv
    watch = house.watch()
    await watch.reads(CRITICAL)
    await house.clock.advance(60)
    assert await watch.reads(CRITICAL) is Stage.FAILED
    episode = await watch.resort.episode(CRITICAL)
    assert episode is not None
    assert said in episode.message
    assert episode.message.isprintable()


async def test_it_is_too_late_to_cancel_what_runs(house: House, tmp_path: Path) -> None:
    """While one runs it, another hears so, and no second run begins."""
    go = tmp_path / "go"
    os.mkfifo(go)
    house.argv = ("sh", "-c", f"printf x >> {house.ran}; read line < {go}")
    first, second = house.watch(), house.watch()
    await first.reads(CRITICAL)
    await house.clock.advance(60)
    running = asyncio.create_task(first.reads(CRITICAL))
    while not house.runs:
        await asyncio.sleep(0.01)
    with pytest.raises(PaneError, match="runs it"):
        await second.resort.cancel()
    assert await second.reads(CRITICAL) is Stage.RUNNING
    go.write_text("on\n")
    assert await running is Stage.DONE
    assert house.runs == 1


HOLDER = """
import sys, time
from pathlib import Path
from devdash_battery.episode import Moment, become, counting
from devdash_battery.episode_file import EpisodeFile
from devdash_battery.facts import Stage
file = EpisodeFile(Path(sys.argv[1]))
held = file.lock()
moment = Moment(float(sys.argv[2]), 1000.0, "this boot")
file.save(become(counting(moment, 60.0), Stage.RUNNING, moment))
print("held", flush=True)
time.sleep(600)
"""


async def test_the_death_of_the_one_who_ran_it_is_told_and_nothing_runs_twice(house: House) -> None:
    """kill -9 in the middle of the run: the lock is free, the run counts as failed."""
    watch = house.watch()
    now = str(house.clock.now().timestamp())
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(house.file.parent), now], stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        assert await watch.reads(CRITICAL) is Stage.RUNNING
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert await watch.reads(CRITICAL) is Stage.FAILED
    finally:
        process.kill()
        process.communicate()
    await house.clock.advance(120)
    assert await watch.reads(CRITICAL) is Stage.FAILED
    assert house.runs == 0


async def test_the_death_of_one_who_counted_hands_over(house: House) -> None:
    """Each process counts by itself: the one that is left runs it."""
    await house.watch().reads(CRITICAL)
    survivor = house.watch()
    await survivor.reads(CRITICAL)
    await house.clock.advance(60)
    assert await survivor.reads(CRITICAL) is Stage.DONE
    assert house.runs == 1


@pytest.mark.parametrize("content", [b"", b"{", b"\xff" * 100, b'{"stage": "done"}', b"[" * 10_000, b"null"])
async def test_a_file_that_nobody_wrote_is_no_episode(house: House, content: bytes) -> None:
    """Garbage is as nothing: the whole time is given."""
    house.file.parent.mkdir(parents=True)
    house.file.write_bytes(content)
    watch = house.watch()
    assert await watch.reads(CRITICAL) is Stage.COUNTING
    await house.clock.advance(60)
    assert await watch.reads(CRITICAL) is Stage.DONE


async def test_where_nothing_can_be_written_nothing_runs(house: House) -> None:
    """Processes could not agree: said, in one sentence, and nothing is run."""
    house.file.parent.parent.mkdir(parents=True)
    house.file.parent.write_text("a file in the folder's place")
    watch = house.watch()
    watch.resort.see(CRITICAL)
    with pytest.raises(PaneError, match="cannot be written"):
        await watch.resort.step()
    assert house.runs == 0


async def test_a_folder_that_can_be_written_again_is_noticed_soon(house: House, context: MakeContext) -> None:
    """Few minutes are left at `critical`: what is wrong is shown, and the next reading tries again."""
    house.file.parent.parent.mkdir(parents=True)
    house.file.parent.write_text("a file in the folder's place")
    woken = asyncio.Event()
    lent = context(name="battery", now=house.clock.now, monotonic=house.clock.monotonic, on_wake=woken.set)
    watch = Watch(lent, house.clock, house.argv, house.boot)
    watch.resort.see(CRITICAL)
    task = asyncio.create_task(watch.resort.keep(settle_s=0))
    try:
        async with asyncio.timeout(20):
            await woken.wait()
        assert "cannot be written" in watch.resort.trouble
        house.file.parent.unlink()
        woken.clear()
        watch.resort.see(CRITICAL)
        async with asyncio.timeout(20):
            await woken.wait()
        assert await watch.stage() is Stage.COUNTING
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.wait({task})


async def test_the_watch_runs_by_itself(house: House, context: MakeContext) -> None:
    """Beside the readings, woken by them: it begins to count, and wakes the pane to show it."""
    woken: list[None] = []
    lent = context(
        name="battery",
        now=house.clock.now,
        monotonic=house.clock.monotonic,
        on_wake=lambda: woken.append(None),
    )
    watch = Watch(lent, house.clock, house.argv, house.boot)
    task = asyncio.create_task(watch.resort.keep(settle_s=0))
    try:
        watch.resort.see(CRITICAL)
        async with asyncio.timeout(20):
            while not woken:
                await asyncio.sleep(0.01)
        assert await watch.stage() is Stage.COUNTING
        await house.clock.advance(60)
        watch.resort.see(CRITICAL)
        async with asyncio.timeout(20):
            while await watch.stage() is not Stage.DONE:
                await asyncio.sleep(0.01)
    finally:
        task.cancel()
        await asyncio.wait({task})
    assert house.runs == 1
