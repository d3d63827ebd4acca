"""devdash killed outright just before or just after each git command that changes something, in every action.

A git of the test's own counts those commands and kills devdash at the wanted one. Afterwards nothing is
locked, nothing that was there is out of reach, what a new devdash shows is what git says, and the deed can be
done again.
"""

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from git_builder import Builder, only, pane
from git_hands import done
from test_git_nothing_lost import World, new_context
from vendored_beds import LOCK, Bed, lines

from devdash.api import PaneError
from devdash_git.vendored.lockfile import read_lock

VICTIM = """
import asyncio, os, sys
from pathlib import Path
from test_git_nothing_lost import new_context
from git_builder import pane
from git_hands import done

async def main():
    root, item, action, *values = sys.argv[1:]
    below = Path(root) / "repositories"
    folders = [below / name for name in ("work", "work-topic") if (below / name).exists()]
    made = pane(new_context(Path(root)), *folders)
    Path(root, "victim").write_text(str(os.getpid()))
    await done(made, action, item, **dict(pair.split("=", 1) for pair in values))

asyncio.run(main())
"""

TAKER = """
import asyncio, os, sys, time
from datetime import datetime
from pathlib import Path
from devdash.api import ActionRequest
from devdash_git.config import GitConfig
from devdash_git.pane import GitPane
from test_git_nothing_lost import new_context

async def main():
    root = Path(sys.argv[1])
    project = root / "repositories/project"
    config = GitConfig(repos=(project,), vendored_lock=project / "devdash-vendored.json")
    made = GitPane(config, new_context(root))
    Path(root, "victim").write_text(str(os.getpid()))
    (action,) = [one for one in made.actions() if one.name == "take"]
    await made.act(ActionRequest("check-vendored"))
    await made.confirmation(action, ActionRequest("take"))
    await made.act(ActionRequest("take"))

asyncio.run(main())
"""

GIT = """#!/bin/sh
case " $* " in
*"{verb}"*)
    echo x >> {root}/count
    if [ "$(wc -l < {root}/count)" -eq {at} ]; then
        [ {when} = after ] && {real} "$@"
        kill -9 "$(cat {root}/victim)"
        exec sleep 60
    fi ;;
esac
exec {real} "$@"
"""

DEEDS = [
    ("work fast-forward", " merge ", 1),
    ("work push", " push ", 1),
    ("work push-branch branch=topic remote=origin", " push ", 1),
    ("work push-branch branch=own", " push ", 1),
    ("work push-branch branch=own", " config branch.", 2),
    ("work stash untracked=yes", " stash ", 1),
    ("work unstash", " stash ", 2),
    ("work unstash", " pack-objects ", 1),
    ("work switch branch=topic", " switch ", 1),
    ("work prune-gone", " update-ref ", 1),
    ("work worktree branch=topic", " worktree ", 1),
    ("work-topic remove-worktree", " worktree ", 1),
]
NOTHING_LEFT = ("nothing to", "not behind", "no changes", "is on topic", "no branch whose", "already",
                "in the way", "There is no repository work-topic", "is checked out", "no stash",
                "staged changes")  # fmt: skip
"""What is said where the deed had been done before the kill, or would be in the way of what it had done."""

MOMENTS = [
    (deed, verb, at, when) for deed, verb, count in DEEDS for at in range(1, count + 1)
    for when in ("before", "after")
]  # fmt: skip


def killed(root: Path, program: str, words: list[str], *, verb: str, at: int, when: str) -> None:
    """Let a devdash of its own do something, and kill it at the `at`th command with `verb`."""
    folder = root / "bin"
    folder.mkdir()
    script = folder / "git"
    script.write_text(GIT.format(verb=verb, root=root, at=at, when=when, real=shutil.which("git")))
    script.chmod(0o755)
    env = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}",
           "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}  # fmt: skip
    argv = [sys.executable, "-c", program, str(root), *words]
    ended = subprocess.run(argv, env=env, capture_output=True, text=True, timeout=60)
    assert ended.returncode == -9, f"it was not killed: {ended.stderr}"


def prepared(root: Path, monkeypatch: pytest.MonkeyPatch, action: str) -> World:
    """A world in which `action` has something to do."""
    world = World(root, monkeypatch)
    world.builder.git(world.work, "branch", "-q", "own")
    match action:
        case "fast-forward":
            world.edit(("news",))
            world.edit(("fetch",))
        case "push" | "push-branch":
            world.edit(("write", "file0"))
            world.edit(("add", "file0"))
            world.edit(("commit",))
        case "stash" | "unstash":
            for step in (("write", "file0"), ("add", "file0"), ("write", "file0"), ("write", "new")):
                world.edit(step)
            if action == "unstash":
                world.builder.git(world.work, "stash", "push", "-q", "--include-untracked")
        case "switch":
            world.edit(("write", "file1"))
        case "prune-gone":
            world.edit(("upstream-gone",))
        case "remove-worktree":
            world.builder.git(world.work, "worktree", "add", "-q", str(world.beside), "topic")
    return world


@pytest.mark.parametrize(("deed", "verb", "at", "when"), MOMENTS)
def test_nothing_is_lost_locked_or_hidden(
    deed: str, verb: str, at: int, when: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, action, *values = deed.split()
    world = prepared(tmp_path, monkeypatch, action)
    killed(tmp_path, VICTIM, [item, action, *values], verb=verb, at=at, when=when)
    world.must_have_everything([(deed, verb, str(at), when)])
    assert world.builder.git(world.work, "fsck", "--no-dangling") == ""
    asyncio.run(seen_and_done_again(world, item, action, dict(pair.split("=") for pair in values)))
    world.must_have_everything([(deed, "again")])


async def seen_and_done_again(world: World, item: str, action: str, values: dict[str, str]) -> None:
    """A new devdash tells what git tells; the deed is done, or there is nothing left of it to do."""
    context = new_context(world.state.parent)
    facts = await only(pane(context, world.work))
    status = world.builder.git(world.work, "status", "--porcelain", "--branch").splitlines()[1:]
    assert facts.untracked == sum(line.startswith("??") for line in status)
    assert facts.staged == sum(line[0] not in " ?" for line in status)
    assert facts.unstaged == sum(line[1] not in " ?" for line in status)
    assert facts.stash == len(world.builder.git(world.work, "stash", "list").splitlines())
    folders = [world.work, *([world.beside] if world.beside.exists() else [])]
    made = pane(context, *folders)
    try:
        world.said.append((await done(made, action, item, **values)).message)
    except PaneError as error:
        said = f"{error.message} {error.hint}"
        assert any(words in said for words in NOTHING_LEFT), said
    await context.close()


@pytest.mark.parametrize(("at", "when"), [(1, "before"), (1, "after"), (2, "before"), (2, "after")])
async def test_files_that_are_taken_over_all_at_once_are_the_old_or_the_new_ones(
    at: int, when: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock file is written anew for each, in one step: it says what was taken before the kill."""
    builder = Builder.installed(tmp_path, monkeypatch)
    contexts = [new_context(tmp_path), new_context(tmp_path)]
    bed = Bed(builder, contexts[0])
    texts = {name: (lines(name, "old"), lines(name, "new")) for name in ("a", "b", "c")}
    for name, (old, _) in texts.items():
        bed.upstream(name, old)
        await bed.vendor(name)
    for name, (_, new) in texts.items():
        bed.upstream(name, new)
    await asyncio.to_thread(killed, tmp_path, TAKER, [], verb=" hash-object ", at=at, when=when)
    assert all(bed.here(name) in texts[name] for name in texts)
    assert [entry.to for entry in read_lock(bed.project / LOCK)] == ["a", "b", "c"]
    assert bed.here("a") == texts["a"][1 if at == 2 else 0]
    assert not list((bed.project / ".git").rglob("*.lock"))
    fresh = Bed(builder, contexts[1])
    await fresh.do("check-vendored")
    await fresh.do("take")
    assert set((await fresh.states()).values()) == {"current"}
    assert all(fresh.here(name) == texts[name][1] for name in texts)
    for context in contexts:
        await context.close()
