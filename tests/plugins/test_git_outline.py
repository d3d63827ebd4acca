"""Of a work tree whose files take too long the counts are left out, not the branch."""

from collections.abc import Callable
from pathlib import Path

import pytest
from git_builder import Builder, only, pane, read

from devdash.api import Duration, Notice, Table
from devdash.engine.context import Context
from devdash_git import detail
from devdash_git.outline import outlined
from devdash_git.porcelain import Status
from devdash_git.states import Access, Head, Sync, Tracking

Make = Callable[..., Context]


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    return Builder.installed(tmp_path, monkeypatch)


async def test_counts_are_left_out_before_ahead_and_behind(builder: Builder, context: Make) -> None:
    """A filter that hangs makes git status hang as an enormous tree would."""
    origin = builder.repository("origin", commits=2)
    clone = builder.clone(origin, "clone")
    builder.git(clone, "reset", "-q", "--hard", "HEAD~1")
    for name in ("one", "two"):
        builder.commit(clone, name)
    (clone / ".git/info").mkdir(exist_ok=True)
    (clone / ".git/info/attributes").write_text("* filter=slow\n")
    builder.git(clone, "config", "filter.slow.clean", "sleep 60; cat")
    (clone / "one").write_text("edit")  # as long as before: git has to ask the filter
    made = pane(context(), clone, trust=(clone,), repo_timeout=Duration(2))
    report = await read(made)
    facts = await only(made)
    assert (facts.access, facts.branch, facts.head) == (Access.OK, "main", Head.BRANCH)
    assert (facts.sync, facts.upstream, facts.ahead, facts.behind) == (Sync.DIVERGED, "origin/main", 2, 1)
    assert (facts.staged, facts.unstaged, facts.untracked, facts.conflicts, facts.stash) == (None,) * 5
    (table,) = report.blocks
    assert isinstance(table, Table)
    assert table.rows[0].cells[3].text == "not counted"
    said = [block.hint for block in table.rows[0].detail if isinstance(block, Notice)]
    assert any("core.untrackedCache" in hint for hint in said)


@pytest.mark.parametrize("cached", [False, True])
async def test_a_slow_one_is_told_what_makes_it_faster(
    builder: Builder, context: Make, monkeypatch: pytest.MonkeyPatch, cached: bool
) -> None:
    """Unless its untracked files are cached already."""
    monkeypatch.setattr(detail, "SLOW_S", 0.0)
    folder = builder.repository("work")
    if cached:
        builder.git(folder, "config", "core.untrackedCache", "true")
    (table,) = (await read(pane(context(), folder))).blocks
    assert isinstance(table, Table)
    hints = [block.hint for block in table.rows[0].detail if isinstance(block, Notice)]
    assert any("core.untrackedCache" in hint and "core.fsmonitor" in hint for hint in hints) is not cached


BRANCH = Status(oid="0" * 40, head=Head.BRANCH, branch=b"main")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"origin/main\0ahead 2, behind 13\n", (Tracking.PRESENT, b"origin/main", 2, 13)),
        (b"origin/main\0ahead 2\n", (Tracking.PRESENT, b"origin/main", 2, 0)),
        (b"origin/main\0behind 3\n", (Tracking.PRESENT, b"origin/main", 0, 3)),
        (b"origin/main\0\n", (Tracking.PRESENT, b"origin/main", 0, 0)),
        (b"origin/main\0gone\n", (Tracking.GONE, b"origin/main", None, None)),
        (b"\0\n", (Tracking.NONE, None, None, None)),
        (b"origin/main\0a riddle\n", (Tracking.NONE, None, None, None)),
        (b"", (Tracking.NONE, None, None, None)),
    ],
)
def test_the_upstream_without_a_status(answer: bytes, expected: tuple[object, ...]) -> None:
    found = outlined(BRANCH, answer)
    assert (found.tracking, found.upstream, found.ahead, found.behind) == expected
    assert not found.counted
    assert found.branch == b"main"
