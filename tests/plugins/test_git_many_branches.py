"""A repository with thousands of branches is read, told and acted on like any other."""

from collections.abc import Callable
from pathlib import Path

import pytest
from git_builder import Builder, only, pane, read
from git_hands import asked, done, request

from devdash.api import Table
from devdash.engine.context import Context

Make = Callable[..., Context]

MANY = 5_000


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    return Builder.installed(tmp_path, monkeypatch)


@pytest.fixture
def clone(builder: Builder) -> Path:
    """A clone whose 5,000 branches had upstreams, which are gone; a tenth has a commit that no remote has."""
    clone = builder.clone(builder.repository("origin"), "clone")
    old = builder.head(clone)
    new = builder.git(clone, "commit-tree", "-m", "Own", "-p", "HEAD", "HEAD^{tree}")
    orders = [f"create refs/heads/topic/{n:04} {new if n % 10 == 0 else old}\n" for n in range(MANY)]
    builder.git(clone, "update-ref", "--stdin", stdin="".join(orders).encode())
    settings = [
        f'[branch "topic/{n:04}"]\n\tremote = origin\n\tmerge = refs/heads/topic/{n:04}\n'
        for n in range(MANY)
    ]
    with (clone / ".git/config").open("a") as file:
        file.write("".join(settings))
    return clone


async def test_it_is_read_and_counted(builder: Builder, context: Make, clone: Path) -> None:
    made = pane(context(), clone)
    facts = await only(made)
    assert (facts.branch, facts.unpushed_branches, facts.gone_branches) == ("main", MANY // 10, MANY)
    (table,) = (await read(made)).blocks
    assert isinstance(table, Table)
    assert len(str(table)) < 1_000_000  # the detail names them all, and no more


async def test_a_branch_is_found_among_them(builder: Builder, context: Make, clone: Path) -> None:
    made = pane(context(), clone)
    (action,) = [one for one in made.actions() if one.name == "switch"]
    offered = await made.complete(action, action.fields[0], "topic/49", request(made, "switch", "clone"))
    assert 0 < len(offered) <= 50
    assert all("topic/49" in name for name in offered)


async def test_none_is_deleted_that_was_not_shown(builder: Builder, context: Make, clone: Path) -> None:
    made = pane(context(), clone)
    wish = request(made, "prune-gone", "clone")
    question = await asked(made, wish)
    assert question is not None
    assert question.question == "Delete 50 branches of clone?"
    assert "4950 more are gone, and stay this time" in str(question.blocks)
    shown = {f"topic/{n:04}" for n in range(MANY) if f"topic/{n:04} at" in str(question.blocks)}
    await done(made, "prune-gone", "clone")
    left = set(
        builder.git(clone, "for-each-ref", "--format=%(refname:short)", "refs/heads/topic").splitlines()
    )
    assert left | shown == {f"topic/{n:04}" for n in range(MANY)}
    assert (len(left), len(shown)) == (4950, 50)
