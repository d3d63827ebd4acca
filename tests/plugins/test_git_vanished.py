"""A repository that goes between the question and the yes: nothing is done in the one that is around it."""

import contextlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from git_builder import Builder, pane
from git_hands import asked, content, request

from devdash.api import PaneError
from devdash.engine.context import Context

Make = Callable[..., Context]


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    return Builder.installed(tmp_path, monkeypatch)


DEEDS: list[tuple[str, dict[str, str]]] = [
    ("push", {}),
    ("push-branch", {"branch": "main", "remote": "origin"}),
    ("fast-forward", {}),
    ("stash", {"untracked": "yes"}),
    ("unstash", {}),
    ("switch", {"branch": "topic"}),
    ("prune-gone", {}),
    ("worktree", {"branch": "topic"}),
    ("log", {}),
    ("diff", {}),
    ("browse", {}),
]


@pytest.mark.parametrize(("action", "values"), DEEDS)
async def test_the_one_around_it_is_left_alone(
    action: str, values: dict[str, str], builder: Builder, context: Make
) -> None:
    """It has something to push, to put aside and to take back, a branch of that name, and is behind."""
    origin = builder.clone(builder.repository("seed", commits=2), "origin.git", "--bare")
    parent = builder.clone(origin, "parent")
    builder.git(parent, "branch", "topic")
    (parent / "file0").write_text("stashed\n")
    builder.git(parent, "stash", "-q")
    if action == "fast-forward":
        builder.git(parent, "reset", "-q", "--hard", "HEAD~1")
    else:
        builder.commit(parent, "work")
    (parent / "file1").write_text("dirty\n")
    child = builder.clone(parent, "parent/child")
    made = pane(context(), child)
    wish = request(made, action, "child", **values)
    with contextlib.suppress(
        PaneError
    ):  # there may be nothing to do in the child; the yes comes all the same
        await asked(made, wish)

    def state() -> tuple[object, ...]:
        asks = (("for-each-ref",), ("stash", "list"), ("worktree", "list"), ("status", "--porcelain=v2"))
        return (
            *(builder.git(parent, *ask) for ask in asks),
            builder.git(origin, "for-each-ref"),
            content(parent),
        )

    shutil.rmtree(child / ".git")
    before = state()
    with pytest.raises(PaneError, match="child: it is no git repository"):
        await made.act(wish)
    assert state() == before
