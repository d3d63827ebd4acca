"""The fault suite: panes that do everything wrong, beside one that must not notice.

Every test runs a faulty pane and a steady one in one engine, in real time, and
asks two things: that the faulty one says what is wrong, and that the steady one kept reading.
"""

import asyncio
import logging
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from panes import (
    Registry,
    Scripted,
    block,
    engine_for,
    good,
    hang,
    hang_for_good,
    leave,
    scripted,
    settings_for,
    shout,
    spin,
)

from devdash.api import (
    Cell,
    Column,
    Duration,
    Level,
    Meter,
    PaneConfig,
    Report,
    Row,
    Table,
    Text,
    WorkerDied,
)
from devdash.engine.engine import Engine
from devdash.engine.snapshot import Phase, Snapshot

FAST = PaneConfig(interval=Duration(0.05), timeout=Duration(0.3))


def steady(pane: Scripted) -> Report:
    """Wakes itself as soon as it may."""
    pane.context.wake()
    return good("steady")


async def beside_a_steady_pane(tmp_path: Path, script: Callable[[Scripted], Any], **more: Any) -> Snapshot:
    """Run until the faulty pane has failed and the steady one was read after that."""
    registry = Registry(faulty=scripted(script, **more), steady=scripted(steady))
    async with engine_for(tmp_path, registry, settings_for(registry, FAST)) as engine:
        engine.start()
        await until(lambda: engine.snapshot("faulty").phase is Phase.FAILED)
        failed = engine.snapshot("faulty")
        reads = reads_of(engine, "steady")
        engine.refresh(["steady"])
        # A read that has begun is counted; that it ended well the phase tells.
        await until(
            lambda: reads_of(engine, "steady") > reads and engine.snapshot("steady").phase is Phase.FRESH
        )
    assert failed.failure is not None
    return failed


def reads_of(engine: Engine, name: str) -> int:
    pane = engine._members[name].runner.pane
    return pane.reads if isinstance(pane, Scripted) else 0


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.005)


def ragged(pane: Scripted) -> Report:
    return Report(Level.OK, "", (Table((Column("a"), Column("b")), (Row("r", (Cell("1"),)),)),))


def raising(pane: Scripted) -> Report:
    raise ZeroDivisionError("the password is hunter2")


CASES: dict[str, tuple[Callable[[Scripted], Any], str]] = {
    "raises": (raising, "bug"),
    "hangs": (hang, "timeout"),
    "blocks the thread": (block, "blocked"),
    "spins": (spin, "blocked"),
    "exits": (leave, "bug"),
    "returns nothing": (lambda pane: None, "contract"),
    "returns a dict": (lambda pane: {"level": "ok"}, "contract"),
    "returns a list as blocks": (lambda pane: Report(Level.OK, "", [Text("x")]), "contract"),  # type: ignore[arg-type]
    "returns text as level": (lambda pane: Report("fine", ""), "contract"),  # type: ignore[arg-type]
    "returns a number as text": (lambda pane: Report(Level.OK, "", (Text(7),)), "contract"),  # type: ignore[arg-type]
    "returns a ragged table": (ragged, "contract"),
    "returns a wild percent": (lambda pane: Report(Level.OK, "", (Meter(101),)), "contract"),
    "returns no number": (lambda pane: Report(Level.OK, "", (Meter(float("nan")),)), "contract"),
    "floods with blocks": (lambda pane: Report(Level.OK, "", (Text("x"),) * 10_000), "contract"),
    "floods with rows": (
        lambda pane: Report(
            Level.OK, "", (Table((Column("a"),), tuple(Row(str(n), (Cell(),)) for n in range(20_000))),)
        ),
        "contract",
    ),
    "floods with text": (lambda pane: Report(Level.OK, "", (Text("x" * 3_000_000),)), "contract"),
}


@pytest.mark.parametrize("case", CASES)
async def test_a_faulty_pane_says_what_is_wrong_and_the_other_keeps_going(
    tmp_path: Path, case: str, caplog: pytest.LogCaptureFixture
) -> None:
    script, kind = CASES[case]
    with caplog.at_level(logging.CRITICAL):
        failed = await beside_a_steady_pane(tmp_path, script)
    assert failed.failure is not None
    assert failed.failure.kind == kind
    assert failed.failure.message
    assert failed.failure.hint
    assert "hunter2" not in failed.failure.message


async def test_a_pane_whose_constructor_raises_is_tried_again(tmp_path: Path) -> None:
    built = 0

    def init(self: Scripted, config: PaneConfig, context: Any) -> None:
        nonlocal built
        built += 1
        if built < 3:
            raise RuntimeError("no")
        Scripted.__init__(self, config, context)

    registry = Registry(only=scripted(lambda pane: good(), __init__=init))
    async with engine_for(tmp_path, registry, settings_for(registry, FAST)) as engine:
        engine.start()
        for _ in range(3):
            engine.refresh()
            await asyncio.sleep(0.02)
        await until(lambda: engine.snapshot("only").phase is Phase.FRESH)


async def test_a_pane_that_will_not_be_cancelled_is_not_read_beside_itself(tmp_path: Path) -> None:
    registry = Registry(only=scripted(hang_for_good))
    async with engine_for(tmp_path, registry, settings_for(registry, FAST)) as engine:
        engine.start()
        await until(lambda: engine.snapshot("only").phase is Phase.FAILED)
        for _ in range(5):
            engine.refresh()
            await asyncio.sleep(0.02)
        pane = engine._members["only"].runner.pane
        assert isinstance(pane, Scripted)
        assert pane.reads == 1
        failure = engine.snapshot("only").failure
        assert failure is not None
        assert "has not ended" in failure.message
        pane.__dict__["release"].set()
        engine.refresh()
        await until(lambda: pane.reads > 1)


async def test_a_pane_that_prints_fails_nobody(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    registry = Registry(loud=scripted(shout), steady=scripted(steady))
    async with engine_for(tmp_path, registry, settings_for(registry, FAST)) as engine:
        snapshots = await engine.read_once(["loud", "steady"])
    assert [snapshot.phase for snapshot in snapshots] == [Phase.FRESH, Phase.FRESH]
    assert "noise" in capfd.readouterr().out


EXITING = """
import os
CALLS = {"leave": lambda: os._exit(7), "answer": lambda: 42}
"""


async def test_a_worker_that_exits_fails_the_reading_and_the_next_one_is_good(tmp_path: Path) -> None:
    module = tmp_path / "exiting.py"
    module.write_text(EXITING)

    async def read(pane: Scripted) -> Report:
        worker = pane.__dict__.setdefault("worker", pane.context.worker(str(module)))
        if pane.reads == 1:
            await worker.call("leave", None, int, timeout=10)
        return good(str(await worker.call("answer", None, int, timeout=10)))

    registry = Registry(only=scripted(read))
    config = PaneConfig(interval=Duration(60), timeout=Duration(20))
    async with engine_for(tmp_path, registry, settings_for(registry, config)) as engine:
        (first,) = await engine.read_once(["only"])
        assert first.failure is not None
        assert first.failure.kind == WorkerDied.kind
        (second,) = await engine.read_once(["only"])
        assert second.report is not None
        assert second.report.summary == "42"


SLEEPER = "import time\nCALLS = {'sleep': lambda: time.sleep(600)}\n"


async def test_the_engine_ends_at_once_with_every_pane_hung_and_leaves_no_process(tmp_path: Path) -> None:
    """Whatever hangs: a coroutine, one that ignores its cancellation, a thread, a program, a worker."""
    module = tmp_path / "sleeper.py"
    module.write_text(SLEEPER)
    ready: list[str] = []
    others = children_of_this_process()  # servers of other tests

    async def in_thread(pane: Scripted) -> Report:
        ready.append("thread")
        await pane.context.in_thread(time.sleep, 600)
        return good()

    async def in_program(pane: Scripted) -> Report:
        ready.append("program")
        code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
        await pane.context.run([sys.executable, "-c", code], timeout=600)
        return good()

    async def in_worker(pane: Scripted) -> Report:
        ready.append("worker")
        await pane.context.worker(str(module)).call("sleep", None, int, timeout=600)
        return good()

    registry = Registry(
        one=scripted(hang),
        two=scripted(hang_for_good),
        three=scripted(in_thread),
        four=scripted(in_program),
        five=scripted(in_worker),
    )
    config = PaneConfig(interval=Duration(600), timeout=Duration(600))
    async with engine_for(tmp_path, registry, settings_for(registry, config)) as engine:
        engine.start()
        await until(lambda: len(ready) == 3)
        children: set[int] = set()
        while len(children) < 2:
            children = children_of_this_process() - others
            await asyncio.sleep(0.02)
    assert not children_of_this_process() - others
    release = engine._members["two"].runner.pane
    assert isinstance(release, Scripted)
    release.__dict__["release"].set()
    await asyncio.sleep(0)


def children_of_this_process() -> set[int]:
    """The process ids of our children that are not mere zombies."""
    import psutil

    return {p.pid for p in psutil.Process().children() if p.status() != psutil.STATUS_ZOMBIE}
