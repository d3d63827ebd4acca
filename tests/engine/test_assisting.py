"""Help while a form is filled in, and that whatever a pane does wrong with it is no more than no help."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from manual_clock import ManualClock
from panes import Registry, Rows, engine_for

from devdash.api import Action, ActionRequest, Field, FieldKind, Unavailable, Value
from devdash.engine import assisting
from devdash.engine.acting import RequestProblem
from devdash.engine.assisting import MOST_COMPLETIONS, Draft
from devdash.engine.engine import Engine


class Helpful(Rows):
    """Answers with `answer`, whatever is asked."""

    answer: Any = ()

    def actions(self) -> Sequence[Action]:
        fields = (
            Field(name="day", label="Day", kind=FieldKind.DATE),
            Field(name="who", label="Who", completes=True),
        )
        return (Action(name="add", key="n", title="Add", permission="rows.row.add", fields=fields),)

    async def complete(self, action: Action, field: Field, text: str, draft: ActionRequest) -> Sequence[str]:
        self.requests.append(draft)
        return await self._answer()

    async def fill(self, action: Action, draft: ActionRequest, left: Field | None) -> Sequence[Value]:
        self.requests.append(draft)
        return await self._answer()

    async def _answer(self) -> Any:
        given = type(self).answer
        return await given() if callable(given) else given


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    async with engine_for(tmp_path, Registry(rows=Helpful), clock=ManualClock()) as engine:
        await engine.read_once(["rows"])
        yield engine


DRAFT = Draft("add", "one", {"day": "-1d", "who": "x y"})


async def test_what_is_offered_comes_back_once_each_and_not_without_end(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Helpful, "answer", ["b", "a", "b", "", *map(str, range(1000))])
    offered = await engine.complete("rows", DRAFT, "who")
    assert offered[:3] == ("b", "a", "0")
    assert len(offered) == MOST_COMPLETIONS


async def test_a_draft_is_checked_as_far_as_it_can_be(engine: Engine) -> None:
    await engine.complete("rows", DRAFT, "who")
    await engine.fill("rows", Draft("add", None, {"day": "so"}), None)
    pane: Any = engine._members["rows"].runner.pane
    assert pane.requests == [
        ActionRequest("add", "one", (Value("day", "2026-11-21"), Value("who", "x y"))),
        ActionRequest("add", None, (Value("day", "so"), Value("who", ""))),
    ]


async def hang() -> None:
    await asyncio.Event().wait()


async def block() -> None:
    time.sleep(30)


async def unavailable() -> None:
    raise Unavailable("not now")


async def bug() -> None:
    raise KeyError("hunter2")


@pytest.mark.parametrize("wrong", [hang, block, unavailable, bug, None, "text", [1], [Value("no", "x")]])
async def test_a_pane_that_cannot_help_offers_nothing(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, wrong: Any
) -> None:
    caplog.set_level("INFO", "devdash.engine")
    monkeypatch.setattr(Helpful, "answer", staticmethod(wrong) if callable(wrong) else wrong)
    for limit in ("HELP_TIMEOUT_S", "FILL_TIMEOUT_S"):
        monkeypatch.setattr(assisting, limit, 0.05 if wrong is hang else 5)
    assert await engine.complete("rows", DRAFT, "who") == ()
    assert await engine.fill("rows", DRAFT, "day") == ()
    assert "no help with a form" in caplog.text


async def test_what_is_late_for_a_list_is_in_time_for_other_fields(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A history may have to be read for it; nothing that was typed is disturbed by it."""
    given = asyncio.Event()

    async def slow() -> list[Value]:
        await given.wait()
        return [Value("who", "late")]

    monkeypatch.setattr(Helpful, "answer", staticmethod(slow))
    monkeypatch.setattr(assisting, "HELP_TIMEOUT_S", 0.02)
    assert await engine.complete("rows", DRAFT, "who") == ()
    filling = asyncio.create_task(engine.fill("rows", DRAFT, "day"))
    await asyncio.sleep(0.1)
    given.set()
    assert await filling == (Value("who", "late"),)


async def test_a_form_of_an_action_that_is_gone_is_told_so(engine: Engine) -> None:
    with pytest.raises(RequestProblem):
        await engine.complete("rows", Draft("gone", None, {}), "who")
    with pytest.raises(RequestProblem):
        await engine.fill("rows", DRAFT, "gone")
