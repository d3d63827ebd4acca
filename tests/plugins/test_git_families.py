"""Linked worktrees stand below their repository."""

from collections.abc import Callable
from pathlib import Path

import pytest
from git_builder import Builder, pane, read, repositories

from devdash.api import Report, Table
from devdash.engine.context import Context
from devdash_git.choices import Order

Make = Callable[..., Context]


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    return Builder.installed(tmp_path, monkeypatch)


def rows(report: Report) -> list[tuple[str, int]]:
    (table,) = report.blocks
    assert isinstance(table, Table)
    return [(row.key, row.indent) for row in table.rows]


@pytest.fixture
def shown(builder: Builder) -> list[Path]:
    """A worktree before its repository, another one, one of a repository that is not listed."""
    one, unlisted, _ = (builder.repository(name) for name in ("one", "unlisted", "other"))
    for folder, name in ((one, "one-a"), (one, "one-b"), (unlisted, "alone")):
        builder.git(folder, "worktree", "add", "-q", str(builder.root / name))
    return [builder.root / name for name in ("one-a", "alone", "one", "other", "one-b")]


async def test_worktrees_stand_below_their_repository(context: Make, shown: list[Path]) -> None:
    report = await read(pane(context(), *shown))
    assert rows(report) == [("alone", 0), ("one", 0), ("one-a", 1), ("one-b", 1), ("other", 0)]
    facts = repositories(report)
    assert {name: repo.worktree_of for name, repo in facts.items() if repo.worktree_of} == {
        "one-a": "one",
        "one-b": "one",
    }


async def test_they_stay_there_from_reading_to_reading(context: Make, shown: list[Path]) -> None:
    made = pane(context(asked=lambda: False, monotonic=lambda: 1.0), *shown)
    first = await read(made)
    assert await made.read() is await made.read()
    assert await read(made) == first


async def test_sorted_they_stand_by_themselves(context: Make, shown: list[Path]) -> None:
    report = await read(pane(context(), *shown, order=Order.NAME))
    assert rows(report) == [("alone", 0), ("one", 0), ("one-a", 0), ("one-b", 0), ("other", 0)]


async def test_one_whose_repository_is_gone_is_still_there(
    builder: Builder, context: Make, shown: list[Path]
) -> None:
    made = pane(context(), *shown)
    await read(made)
    (builder.root / "one").rename(builder.root / "away")
    report = await read(made)
    assert sorted(rows(report)) == [("alone", 0), ("one", 0), ("one-a", 0), ("one-b", 0), ("other", 0)]
