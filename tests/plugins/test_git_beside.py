"""A person's own git, and other devdash, at work in the same repository at the same moment."""

import os
import random
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from git_builder import Builder, pane
from git_hands import content, done, refusal
from test_git_nothing_lost import World

from devdash.api import PaneError
from devdash.engine.context import Context

Make = Callable[..., Context]

STORM = """
import asyncio, sys
from pathlib import Path
from devdash.api import PaneError
from git_builder import pane
from git_hands import done
from test_git_nothing_lost import new_context

async def main():
    root, item, *steps = sys.argv[1:]
    folders = [Path(root) / "repositories" / name for name in ("work", "work-topic")]
    made = pane(new_context(Path(root) / item), *folders)
    for step in steps:
        action, *values = step.split()
        try:
            print((await done(made, action, item, **dict(pair.split("=") for pair in values))).message)
        except PaneError as error:
            print(error.message, error.hint)

asyncio.run(main())
"""

STEPS = ("stash untracked=yes", "stash", "unstash", "unstash entry=1", "switch branch=main",
         "switch branch=own", "fast-forward")  # fmt: skip

NOTING = """#!/bin/sh
case " $* " in *" stash push "*|*" stash apply "*|*" stash drop "*|*" switch "*|*" merge "*)
    echo begin >> {log}; sleep 0.05; {real} "$@"; code=$?; echo end >> {log}; exit $code ;;
esac
exec {real} "$@"
"""


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    return Builder.installed(tmp_path, monkeypatch)


@pytest.fixture
def work(builder: Builder) -> Path:
    """A clone that is behind, with another branch, an entry in the stash, and a change."""
    origin = builder.repository("origin", commits=2)
    folder = builder.clone(origin, "work")
    builder.commit(origin, "news")
    builder.git(folder, "switch", "-q", "-c", "topic")
    builder.commit(folder, "of-topic")
    builder.git(folder, "switch", "-q", "main")
    builder.git(folder, "fetch", "-q")
    (folder / "file0").write_text("stashed\n")
    builder.git(folder, "stash", "push", "-q")
    (folder / "file1").write_text("mine\n")
    return folder


def state(builder: Builder, folder: Path) -> tuple[object, ...]:
    """Everything that an action could change."""
    asked = ("status", "--porcelain=v2", "--branch"), ("for-each-ref",), ("stash", "list")
    return (content(folder), *(builder.git(folder, *question) for question in asked))


@pytest.mark.parametrize("lock", ["index.lock", "HEAD.lock", "refs/heads/main.lock"])
@pytest.mark.parametrize("deed", ["stash", "unstash", "switch branch=topic", "fast-forward"])
async def test_a_lock_that_another_git_holds_or_left_behind_is_waited_for_by_nobody(
    builder: Builder, context: Make, work: Path, deed: str, lock: str
) -> None:
    """git itself meets the last two only when it has written the files."""
    action, *values = deed.split()
    made, before = pane(context(), work), state(builder, work)
    (work / ".git" / lock).touch()
    said = await refusal(made, action, "work", **dict(pair.split("=") for pair in values))
    assert f"{Path(lock).name} is there" in said
    (work / ".git" / lock).unlink()
    assert state(builder, work) == before
    await done(made, action, "work", **dict(pair.split("=") for pair in values))
    assert state(builder, work) != before


@pytest.mark.parametrize(("deed", "verb"), [("switch branch=topic", "switch"), ("fast-forward", "merge")])
async def test_where_a_lock_comes_in_the_very_moment_the_way_back_is_named_and_leads_back(
    builder: Builder,
    context: Make,
    work: Path,
    deed: str,
    verb: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    script, lock = tmp_path / "bin/git", work / ".git/HEAD.lock"
    script.parent.mkdir()
    real = shutil.which("git")
    held = f'touch {lock}; {real} "$@"; code=$?; rm {lock}; exit $code'
    script.write_text(f'#!/bin/sh\ncase " $* " in *" {verb} "*) {held} ;; esac\nexec {real} "$@"\n')
    script.chmod(0o755)
    action, *values = deed.split()
    (work / "file0").write_text("staged\n")
    builder.git(work, "add", "file0")
    before = state(builder, work)
    with monkeypatch.context() as patched:
        patched.setenv("PATH", f"{script.parent}:{os.environ['PATH']}")
        with pytest.raises(PaneError, match=r"HEAD\.lock") as error:
            await done(pane(context(), work), action, "work", **dict(pair.split("=") for pair in values))
    assert state(builder, work) != before
    back = re.search(r"git (read-tree .*) takes them back", error.value.hint)
    assert back is not None, error.value.hint
    builder.git(work, *shlex.split(back[1]))
    assert state(builder, work) == before


async def test_a_branch_that_is_moved_while_it_is_pruned_stays(
    builder: Builder, context: Make, work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    builder.git(work, "branch", "gone", "main")
    builder.git(work, "branch", "also", "main")
    for name in ("gone", "also"):
        builder.git(work, "config", f"branch.{name}.remote", "origin")
        builder.git(work, "config", f"branch.{name}.merge", "refs/heads/nowhere")
    script, real = tmp_path / "bin/git", shutil.which("git")
    script.parent.mkdir()
    script.write_text(
        f'#!/bin/sh\ncase " $* " in *" update-ref "*) {real} -C {work} branch -q -f gone topic;; esac\n'
        f'exec {real} "$@"\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{script.parent}:{os.environ['PATH']}")
    with pytest.raises(PaneError, match="no branch was deleted"):
        await done(pane(context(), work), "prune-gone", "work")
    assert builder.git(work, "rev-parse", "gone") == builder.git(work, "rev-parse", "topic")
    assert builder.git(work, "rev-parse", "also") == builder.git(work, "rev-parse", "main")


@pytest.mark.parametrize("seed", range(2))
def test_three_devdash_at_once_lose_nothing_and_never_change_anything_at_the_same_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    """Two in one work tree, one in a linked one: they have one stash."""
    world, chance = World(tmp_path, monkeypatch), random.Random(seed)
    world.builder.git(world.work, "worktree", "add", "-q", str(world.beside), "topic")
    for step in (("own",), ("write", "file0"), ("write", "new"), ("news",), ("fetch",)):
        world.edit(step)
    script, log = tmp_path / "bin/git", tmp_path / "log"
    script.parent.mkdir()
    script.write_text(NOTING.format(log=log, real=shutil.which("git")))
    script.chmod(0o755)
    env = {**os.environ, "PATH": f"{script.parent}:{os.environ['PATH']}",
           "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}  # fmt: skip
    children = []
    for item in ("work", "work", "work-topic"):
        argv = [sys.executable, "-c", STORM, str(tmp_path), item, *chance.choices(STEPS, k=8)]
        children.append(
            subprocess.Popen(argv, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        )
    for child in children:
        out, err = child.communicate(timeout=120)
        assert child.returncode == 0, err
        world.said.append(out)
    assert "begin\nbegin" not in log.read_text()
    world.must_have_everything([("storm", str(seed))])
