"""Wishes: checked, permitted, asked about, done; and failures that become outcomes."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import date
from pathlib import Path

import msgspec
import pytest
from panes import Registry, Rows, engine_for, settings_for

from devdash.api import (
    Action,
    ActionRequest,
    Cell,
    Column,
    Field,
    FieldKind,
    Level,
    Outcome,
    Report,
    Row,
    Table,
)
from devdash.config.model import PolicyConfig
from devdash.contract.errors import PaneError
from devdash.engine.acting import Forbidden, RequestProblem, check_value
from devdash.engine.engine import Engine
from devdash.policy import Role

TODAY = date(2026, 11, 22)


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    async with engine_for(tmp_path, Registry(rows=Rows)) as engine:
        await engine.read_once(["rows"])
        yield engine


async def test_a_wish_reaches_the_pane_and_its_outcome_comes_back(engine: Engine) -> None:
    asked = await engine.ask("rows", "touch", "two", {})
    assert asked.confirmation is None
    outcome = await engine.act("rows", asked)
    assert outcome == Outcome(message="touch two")


@pytest.mark.parametrize(
    ("action", "item", "values", "said"),
    [
        ("tuch", None, {}, "did you mean 'touch'"),
        ("touch", None, {}, "needs a row"),
        ("touch", "tow", {}, "did you mean 'two'"),
        ("touch", "one", {"depth": "3"}, "has no field 'depth'"),
        ("name", None, {}, "'Name' is empty"),
        ("name", None, {"name": "  "}, "'Name' is empty"),
    ],
)
async def test_a_wish_that_does_not_fit_is_refused_with_a_suggestion(
    engine: Engine, action: str, item: str | None, values: dict[str, str], said: str
) -> None:
    with pytest.raises(RequestProblem) as caught:
        await engine.ask("rows", action, item, values)
    assert said in f"{caught.value.message} {caught.value.hint}"


class Celled(Rows):
    """Its rows have cells."""

    async def read(self) -> Report:
        table = Table((Column("name"), Column("number", key="n")), (Row("one", (Cell("one"), Cell("1"))),))
        return Report(Level.OK, "one", (msgspec.structs.replace(table, cells=True),))


async def test_a_cell_is_told_to_the_pane_when_it_is_there(tmp_path: Path) -> None:
    async with engine_for(tmp_path, Registry(rows=Celled)) as engine:
        await engine.read_once(["rows"])
        asked = await engine.ask("rows", "touch", "one", {}, "n")
        assert asked.request == ActionRequest("touch", "one", column="n")
        with pytest.raises(RequestProblem, match="no column 'm'") as caught:
            await engine.ask("rows", "touch", "one", {}, "m")
        assert caught.value.hint == "columns: n"
        with pytest.raises(RequestProblem, match="only with a row"):
            await engine.ask("rows", "burn", None, {}, "n")


async def test_an_unknown_pane_is_refused(engine: Engine) -> None:
    with pytest.raises(RequestProblem, match="no pane 'cols'"):
        await engine.ask("cols", "touch", None, {})


async def test_an_action_that_asks_first_brings_its_question(engine: Engine) -> None:
    asked = await engine.ask("rows", "burn", None, {})
    assert asked.confirmation is not None
    assert asked.confirmation.question == "Burn it?"


async def test_a_bug_in_an_action_becomes_an_outcome_that_shows_no_secret(engine: Engine) -> None:
    outcome = await engine.act("rows", await engine.ask("rows", "crash", None, {}))
    assert outcome.level is Level.CRITICAL
    assert "KeyError" in outcome.message
    assert "hunter2" not in outcome.message


async def test_an_expected_failure_becomes_an_outcome_with_its_hint(engine: Engine) -> None:
    outcome = await engine.act("rows", await engine.ask("rows", "refuse", None, {}))
    assert (outcome.level, outcome.message) == (Level.CRITICAL, "not today: come back tomorrow")


async def test_the_policy_is_checked_when_asking_and_again_when_acting(tmp_path: Path) -> None:
    registry = Registry(rows=Rows)
    owner = settings_for(registry)
    viewer = settings_for(registry, policy=PolicyConfig(role=Role.VIEWER))
    async with engine_for(tmp_path, registry, owner) as engine:
        await engine.read_once(["rows"])
        asked = await engine.ask("rows", "burn", "one", {})
        await engine.reload(viewer)
        with pytest.raises(Forbidden):
            await engine.act("rows", asked)
        with pytest.raises(Forbidden):
            await engine.ask("rows", "burn", "one", {})
        pane = engine._members["rows"].runner.pane
        assert isinstance(pane, Rows)
        assert pane.requests == []


class Slow(Rows):
    """Its action waits."""

    gate = asyncio.Event()

    def actions(self) -> Sequence[Action]:
        return (Action(name="wait", key="w", title="Wait", permission="rows.row.show"),)

    async def act(self, request: ActionRequest) -> Outcome:
        await Slow.gate.wait()
        return Outcome(message="waited")


async def test_the_same_thing_is_not_done_twice_at_once(tmp_path: Path) -> None:
    Slow.gate = asyncio.Event()
    async with engine_for(tmp_path, Registry(slow=Slow)) as engine:
        asked = await engine.ask("slow", "wait", None, {})
        first = asyncio.create_task(engine.act("slow", asked))
        await asyncio.sleep(0)
        second = await engine.act("slow", asked)
        assert "already under way" in second.message
        Slow.gate.set()
        assert (await first).message == "waited"


class Counting(Slow):
    """What its key does, a held key does again and again."""

    def actions(self) -> Sequence[Action]:
        return (Action(name="wait", key="w", title="Wait", permission="rows.row.show", repeats=True),)


async def test_what_repeats_is_done_as_often_as_it_was_chosen(tmp_path: Path) -> None:
    """The second wish is not refused because the first is under way."""
    Slow.gate = asyncio.Event()
    async with engine_for(tmp_path, Registry(counting=Counting)) as engine:
        asked = await engine.ask("counting", "wait", None, {})
        both = [asyncio.create_task(engine.act("counting", asked)) for _ in range(2)]
        await asyncio.sleep(0)
        Slow.gate.set()
        assert [(await one).message for one in both] == ["waited", "waited"]


@pytest.mark.parametrize(
    ("field", "given", "checked"),
    [
        (Field(name="n", label="N", kind=FieldKind.INTEGER), " 7 ", "7"),
        (Field(name="n", label="N", kind=FieldKind.INTEGER, required=False), "", ""),
        (Field(name="n", label="N", kind=FieldKind.FLAG), "Y", "yes"),
        (Field(name="n", label="N", kind=FieldKind.FLAG), None, "no"),
        (Field(name="n", label="N", kind=FieldKind.CHOICE, choices=("a", "b"), default="b"), None, "b"),
        (Field(name="n", label="N", default="d"), None, "d"),
    ],
)
def test_values_that_fit_their_field_are_taken(field: Field, given: str | None, checked: str) -> None:
    assert check_value(field, given, TODAY) == checked


@pytest.mark.parametrize(
    ("field", "given"),
    [
        (Field(name="n", label="N", kind=FieldKind.INTEGER), "seven"),
        (Field(name="n", label="N", kind=FieldKind.DATE), "soon"),
        (Field(name="n", label="N", kind=FieldKind.FLAG), "maybe"),
        (Field(name="n", label="N", kind=FieldKind.CHOICE, choices=("a", "b")), "c"),
        (Field(name="n", label="N"), ""),
    ],
)
def test_values_that_do_not_fit_are_refused(field: Field, given: str) -> None:
    with pytest.raises(PaneError):
        check_value(field, given, TODAY)


class Wordless(PaneError):
    """A failure whose author forgot to call the base's constructor."""

    def __init__(self) -> None:
        pass


async def test_a_question_that_fails_without_words_is_told_in_ours(tmp_path: Path) -> None:
    class Odd(Rows):
        async def confirmation(self, action: Action, request: ActionRequest) -> None:
            raise Wordless

    async with engine_for(tmp_path, Registry(odd=Odd)) as engine:
        await engine.read_once(["odd"])
        with pytest.raises(PaneError) as caught:
            await engine.ask("odd", "touch", "one", {})
        assert "Wordless" in caught.value.message
        assert caught.value.hint
