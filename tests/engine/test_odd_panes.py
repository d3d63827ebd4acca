"""Panes that break what is taken for granted: the words of errors, groups of them, times of calling."""

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from manual_clock import ManualClock, settle
from panes import Registry, Rows, Scripted, engine_for, good, scripted, settings_for

from devdash.api import (
    Action,
    ActionRequest,
    Cell,
    Column,
    Confirmation,
    Duration,
    Outcome,
    Pane,
    PaneConfig,
    PaneError,
    Report,
    Row,
    Table,
    Text,
    Unavailable,
)
from devdash.config.model import PaneSpec, Problem, Settings
from devdash.engine.boundary import (
    MAX_TEXT,
    ContractViolation,
    admit_confirmation,
    admit_outcome,
)
from devdash.engine.offers import admit_actions
from devdash.engine.snapshot import Phase, Snapshot


class Wordless(PaneError):
    """Forgets to call its base."""

    def __init__(self) -> None:
        pass


def raising(error: BaseException) -> Callable[[Scripted], Report]:
    def script(pane: Scripted) -> Report:
        raise error

    return script


async def block_in_a_group(pane: Scripted) -> Report:
    async with asyncio.TaskGroup():
        time.sleep(30)
    return good()


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (raising(Wordless()), "bug"),
        (raising(PaneError(OSError("no text"))), "bug"),  # type: ignore[arg-type]
        (raising(PaneError("told", None)), "bug"),  # type: ignore[arg-type]
        (raising(GeneratorExit()), "bug"),
        (raising(BaseExceptionGroup("several", [GeneratorExit()])), "bug"),
        (raising(ExceptionGroup("several", [ValueError()])), "bug"),
        (block_in_a_group, "blocked"),
    ],
)
async def test_whatever_is_raised_becomes_a_failure_of_words_and_the_reading_ends(
    script: Callable[[Scripted], Any], kind: str, tmp_path: Path
) -> None:
    async with engine_for(tmp_path, Registry(odd=scripted(script))) as engine:
        (snapshot,) = await engine.read_once(["odd"])
    assert snapshot.failure is not None
    assert snapshot.failure.kind == kind
    assert isinstance(snapshot.failure.message, str)
    assert isinstance(snapshot.failure.hint, str)
    assert not snapshot.reading


async def test_a_failure_that_tells_a_novel_is_cut(tmp_path: Path) -> None:
    async with engine_for(tmp_path, Registry(odd=scripted(raising(PaneError("x" * 10**6))))) as engine:
        (snapshot,) = await engine.read_once(["odd"])
    assert snapshot.failure is not None
    assert len(snapshot.failure.message) < 10_000


async def test_progress_that_is_no_text_fails_the_step_that_told_it(tmp_path: Path) -> None:
    def script(pane: Scripted) -> Report:
        pane.context.progress(5)  # type: ignore[arg-type]
        return good()

    async with engine_for(tmp_path, Registry(odd=scripted(script))) as engine:
        (snapshot,) = await engine.read_once(["odd"])
    assert snapshot.progress == ""
    assert snapshot.failure is not None


async def test_a_pane_that_held_the_loop_cannot_wake_itself_for_another_try(tmp_path: Path) -> None:
    def script(pane: Scripted) -> Report:
        pane.context.wake()
        time.sleep(30)
        return good()

    clock = ManualClock()
    async with engine_for(tmp_path, Registry(odd=scripted(script)), clock=clock) as engine:
        engine.start()
        await clock.advance(1)
        pane = engine._members["odd"].runner.pane
        assert isinstance(pane, Scripted)
        assert pane.reads == 1
        pane.context.wake()
        await clock.advance(30)
        assert pane.reads == 1


# ── what actions hand over ──────────────────────────────────────────────────

RAGGED = (Table((Column("a"),), (Row("k", ()),)),)
BLOCKS = {
    "every row has one cell per column": RAGGED,
    "every table has columns": (Table((), ()),),
    "row keys are unique": (Table((Column("a"),), (Row("k", (Cell(),)), Row("k", (Cell(),)))),),
    "indent": (Table((Column("a"),), (Row("k", (Cell(),), indent=10**9),)),),
    "at most": (Text("x" * MAX_TEXT),),
    "got|Expected": ("no block",),
}


@pytest.mark.parametrize("clause", BLOCKS)
def test_what_a_question_and_an_outcome_show_keeps_the_clauses_of_a_report(clause: str) -> None:
    blocks: Any = BLOCKS[clause]
    with pytest.raises(ContractViolation, match=clause):
        admit_outcome("odd", Outcome(message="done", blocks=blocks))
    with pytest.raises(ContractViolation, match=clause):
        admit_confirmation("odd", Confirmation("sure?", blocks))


@pytest.mark.parametrize("field", ["title", "key", "help", "confirm", "fields", "scope"])
def test_an_action_of_wrong_types_is_a_violation(field: str) -> None:
    action = Action(name="do", key="d", title="Do", permission="a.b.c")
    with pytest.raises(ContractViolation, match=r"actions\(\)"):
        admit_actions("odd", [msgspec.structs.replace(action, **{field: 5})])


# ── while the config changes ────────────────────────────────────────────────


class Slow(Pane[PaneConfig]):
    """Has an action that tells of its progress until it is let go."""

    async def start(self) -> None:
        self.started = True

    async def read(self) -> Report:
        return good(f"every {self.config.interval:g}")

    def actions(self) -> Sequence[Action]:
        return (Action(name="work", key="w", title="Work", permission="slow.work.show"),)

    async def act(self, request: ActionRequest) -> Outcome:
        assert self.started
        self.context.progress("working")
        self.go = asyncio.Event()
        await self.go.wait()
        self.context.progress("worked")
        return Outcome(message="done")


def changed(settings: Settings, **config: Any) -> Settings:
    (spec,) = settings.panes
    return msgspec.structs.replace(
        settings, panes=(PaneSpec(spec.name, spec.plugin, None, PaneConfig(**config)),)
    )


async def test_an_action_of_a_pane_that_was_replaced_tells_nothing_in_its_name(tmp_path: Path) -> None:
    registry = Registry(slow=Slow)
    before = settings_for(registry)
    seen: list[Snapshot] = []
    async with engine_for(tmp_path, registry, before) as engine:
        await engine.read_once(["slow"])
        old = engine._members["slow"].runner.pane
        assert isinstance(old, Slow)
        acting = asyncio.create_task(engine.act("slow", await engine.ask("slow", "work", None, {})))
        await settle()
        problem = Problem("devdash.toml", 3, "panes.slow", "wrong", "slow")
        broken = PaneSpec("slow", "slow", None, None, (problem,))
        await engine.reload(msgspec.structs.replace(before, panes=(broken,)))
        engine.subscribe(seen.append)
        old.go.set()
        await acting
        assert engine.snapshot("slow").phase is Phase.BROKEN
    assert seen == [], "the old pane's snapshot would hide the new one's for good"


async def test_what_was_confirmed_is_done_by_a_pane_that_has_been_started(tmp_path: Path) -> None:
    registry = Registry(slow=Slow)
    before = settings_for(registry)
    async with engine_for(tmp_path, registry, before) as engine:
        asked = await engine.ask("slow", "work", None, {})
        await engine.reload(changed(before, interval=Duration(5)))
        acting = asyncio.create_task(engine.act("slow", asked))
        await settle()
        new = engine._members["slow"].runner.pane
        assert isinstance(new, Slow)
        new.go.set()
        assert (await acting).message == "done"


async def test_a_pane_that_was_stopped_is_not_begun_again(tmp_path: Path) -> None:
    registry = Registry(rows=Rows)
    before = settings_for(registry)
    async with engine_for(tmp_path, registry, before) as engine:
        runner = engine._members["rows"].runner
        await engine.reload(changed(before, interval=Duration(5)))
        with pytest.raises(Unavailable):
            await runner.begin()
