"""Actions on several rows: all of them reach the pane as one wish, and nothing is about a row by accident."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from lots import Lots
from panes import Registry, engine_for, settings_for

from devdash.api import ActionRequest, Level, PaneError
from devdash.config.model import PolicyConfig
from devdash.engine import acting
from devdash.engine.acting import Forbidden, RequestProblem
from devdash.engine.assisting import Draft
from devdash.engine.engine import Deed, Engine
from devdash.policy import Role


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    async with engine_for(tmp_path, Registry(lots=Lots)) as engine:
        await engine.read_once(["lots"])
        yield engine


def pane(engine: Engine) -> Lots:
    found = engine._members["lots"].runner.pane
    assert isinstance(found, Lots)
    return found


async def test_several_rows_are_one_wish_in_the_order_in_which_they_were_named(engine: Engine) -> None:
    asked = await engine.ask("lots", "feed", None, {}, items=("oak", "ant", "oak"))
    assert asked.request == ActionRequest("feed", items=("oak", "ant"))
    assert (await engine.act("lots", asked)).message == "feed: oak, ant"


async def test_one_of_several_is_one(engine: Engine) -> None:
    """So that what a pane does with one row holds for it."""
    asked = await engine.ask("lots", "feed", None, {}, items=("ant", "ant"))
    assert asked.request == ActionRequest("feed", "ant")
    assert asked.request.rows == ("ant",)
    assert (await engine.ask("lots", "feed", None, {})).request.rows == ()


async def test_the_question_is_about_each(engine: Engine) -> None:
    asked = await engine.ask("lots", "eat", None, {}, items=("ant", "elm"))
    assert asked.confirmation is not None
    assert [block.text for block in asked.confirmation.blocks] == [  # type: ignore[union-attr]  # all are texts
        "ant will be eaten",
        "elm will be eaten",
    ]


@pytest.mark.parametrize(
    ("action", "rows", "said"),
    [
        ("look", ("ant", "bee"), "takes one row, not 2"),
        ("count", ("ant", "bee"), "takes no item"),
        ("feed", ("ant", "be", "oka"), "there is no row 'be'; did you mean 'bee'?\nthere is no row 'oka'"),
        ("eat", (), "needs a row"),
    ],
)
async def test_rows_that_cannot_be_meant_are_refused(
    engine: Engine, action: str, rows: tuple[str, ...], said: str
) -> None:
    with pytest.raises(RequestProblem) as caught:
        await engine.ask("lots", action, None, {}, items=rows)
    assert said in caught.value.message


async def test_a_cell_is_never_one_of_several_rows(engine: Engine) -> None:
    with pytest.raises(RequestProblem, match="only with a row"):
        await engine.ask("lots", "feed", None, {}, "name", ("ant", "bee"))


async def test_the_permission_is_asked_for_several_as_for_one(tmp_path: Path) -> None:
    registry = Registry(lots=Lots)
    settings = settings_for(registry, policy=PolicyConfig(role=Role.EDITOR))
    async with engine_for(tmp_path, registry, settings) as engine:
        await engine.read_once(["lots"])
        with pytest.raises(Forbidden):
            await engine.ask("lots", "eat", None, {}, items=("ant", "bee"))
        asked = await engine.ask("lots", "feed", None, {}, items=("ant", "bee"))
        assert asked.request.items == ("ant", "bee")


async def test_what_is_under_way_for_a_row_is_not_begun_again_with_others(engine: Engine) -> None:
    """And what is about other rows is."""
    pane(engine).gate.clear()
    wishes = [("ant", "bee"), ("bee", "cat"), ("bee",), ("cat", "oak")]
    asked = [await engine.ask("lots", "feed", None, {}, items=rows) for rows in wishes]
    doing = [asyncio.create_task(engine.act("lots", one)) for one in asked]
    while sum(task.done() for task in doing) < 2:
        await asyncio.sleep(0)
    pane(engine).gate.set()
    said = [(await task).message for task in doing]
    assert said == [
        "feed: ant, bee",
        "Feed: already under way",
        "Feed: already under way",
        "feed: cat, oak",
    ]
    again = await engine.act("lots", asked[1])
    assert (again.level, again.message) == (Level.OK, "feed: bee, cat")


async def test_who_looks_back_is_told_each_row(engine: Engine) -> None:
    deeds: list[Deed] = []
    engine.subscribe_deeds(deeds.append)
    for rows in (("ant", "bee"), ("cat",), ()):
        await engine.act("lots", await engine.ask("lots", "feed", None, {}, items=rows))
    assert [deed.item for deed in deeds] == ["ant, bee", "cat", None]


async def test_a_form_about_several_rows_is_helped_with_for_all_of_them(engine: Engine) -> None:
    asked: list[ActionRequest] = []

    async def fill(action: object, draft: ActionRequest, left: object) -> tuple[()]:
        asked.append(draft)
        return ()

    pane(engine).fill = fill  # type: ignore[method-assign]  # listens
    await engine.fill("lots", Draft("name", None, {}, items=("ant", "bee")), None)
    assert [one.rows for one in asked] == [("ant", "bee")]


async def test_a_question_about_several_rows_may_take_longer(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of them has to be looked at."""
    monkeypatch.setattr(acting, "QUESTION_TIMEOUT_S", 0.05)
    monkeypatch.setattr(acting, "ROW_S", 20.0)

    async def think(action: object, request: ActionRequest) -> None:
        await asyncio.sleep(0.3)

    pane(engine).confirmation = think  # type: ignore[method-assign]  # slow
    with pytest.raises(PaneError):
        await engine.ask("lots", "eat", "ant", {})
    assert (await engine.ask("lots", "eat", None, {}, items=("ant", "bee"))).confirmation is None
