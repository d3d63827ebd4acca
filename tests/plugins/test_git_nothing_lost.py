"""Whatever a person edits and does in whatever order: no content that they had is nowhere afterwards.

Every content is a line of its own, so that it can be looked for: in the work trees, in the index, in
everything that a reference, a reflog or the stash reaches, and in commits that devdash has named.
"""

import asyncio
import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from git_builder import Builder, pane
from git_hands import asked, request
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devdash.api import PaneError
from devdash.engine.context import Context

Step = tuple[str, ...]

NAMES = ("file0", "file1", "new", "mine.env", "sub/inner", "sub")

edits = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(NAMES)),
    st.tuples(st.just("add"), st.sampled_from(NAMES)),
    st.tuples(st.just("unlist"), st.sampled_from(NAMES)),
    st.tuples(st.just("hide"), st.sampled_from(NAMES)),
    st.tuples(st.just("move-away"), st.sampled_from(NAMES)),
    st.just(("commit",)),
    st.just(("news",)),
    st.just(("fetch",)),
    st.just(("detach",)),
    st.just(("upstream-gone",)),
    st.just(("own",)),
    st.just(("taken",)),
)
deeds = st.one_of(
    st.just(("do", "fast-forward")),
    st.just(("do", "push")),
    st.tuples(
        st.just("do"),
        st.just("push-branch"),
        st.just("branch"),
        st.sampled_from(["main", "topic", "gone"]),
        st.just("remote"),
        st.sampled_from(["", "origin"]),
    ),
    st.just(("do", "fetch")),
    st.tuples(st.just("do"), st.just("stash"), st.just("untracked"), st.sampled_from(["yes", "no"])),
    st.just(("do", "unstash")),
    st.tuples(st.just("do"), st.just("switch"), st.just("branch"), st.sampled_from(["main", "topic"])),
    st.just(("do", "prune-gone")),
    st.just(("do", "worktree", "branch", "topic")),
    st.just(("remove",)),
    st.tuples(st.just("both"), st.sampled_from(["stash", "unstash", "push", "fast-forward", "prune-gone"])),
)


class World:
    """A clone with an origin, and the memory of every line that a person ever wrote into a file of it."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.builder = Builder.installed(root, monkeypatch)
        self.origin = self.builder.repository("origin", commits=2)
        self.builder.git(self.origin, "branch", "gone")
        bare = self.builder.clone(self.origin, "origin.git", "--bare")
        self.work = self.builder.clone(bare, "work")
        self.bare = bare
        self.beside = self.builder.root / "work-topic"
        self.state = root / "state"
        for name in ("topic", "gone"):
            self.builder.git(self.work, "branch", "-q", "--track", name, "origin/main")
        self.builder.git(self.work, "switch", "-q", "topic")
        self.builder.commit(self.work, "new", "of topic\n")
        self.builder.git(self.work, "switch", "-q", "main")
        self.builder.git(self.work, "config", "branch.gone.merge", "refs/heads/gone")
        self.builder.git(self.work, "fetch", "-q")
        (self.work / ".git/info").mkdir(exist_ok=True)
        (self.work / ".git/info/exclude").write_text("*.env\n")
        self.had: set[str] = {"of topic"}
        self.said: list[str] = []

    def edit(self, step: Step) -> None:
        """What a person does in an editor and with git; what git refuses is not done."""
        match step:
            case ("write", name):
                self._write(self.work / name)
                if self.beside.exists() and "/" not in name:
                    self._write(self.beside / name)
            case ("add", name):
                self._git("add", "-f", "--", name)
            case ("unlist", name):
                self._git("rm", "-q", "-r", "--cached", "--", name)
            case ("hide", name):
                self._git("update-index", "--assume-unchanged", "--", name)
            case ("move-away", name):  # a person's own renaming: nothing is lost by it
                path = self.work / name
                if path.exists() and not path.is_symlink():
                    path.rename(self.work / f"moved{len(self.had)}-{path.name}")
            case ("commit",):
                self._git("commit", "-q", "-m", "work")
            case ("news",):
                line = f"news {len(self.had)}"
                self.had.add(line)
                self.builder.git(self.origin, "pull", "-q", "--ff-only", str(self.bare), "main", check=False)
                self.builder.commit(self.origin, "new", f"{line}\n")
                self.builder.git(self.origin, "push", "-q", str(self.bare), "main", check=False)
            case ("fetch",):
                self._git("fetch", "-q")
            case ("detach",):
                self._git("checkout", "-q", "--detach")
            case ("own",):  # a branch that no remote has
                self._git("switch", "-q", "-c", "own", "--no-track", "main")
            case ("taken",):  # somebody else's, of the same name
                line = f"taken {len(self.had)}"
                self.builder.git(self.origin, "switch", "-q", "-C", "own", "main")
                self.builder.commit(self.origin, "theirs", f"{line}\n")
                self.builder.git(self.origin, "push", "-q", str(self.bare), "own", check=False)
                if self.builder.head(self.origin) in self.builder.git(self.bare, "for-each-ref"):
                    self.had.add(line)
                self.builder.git(self.origin, "switch", "-q", "main")
            case ("upstream-gone",):
                self.builder.git(self.bare, "branch", "-q", "-D", "gone", check=False)
                self._git("fetch", "-q", "--prune")

    def _write(self, path: Path) -> None:
        if path.is_dir() or not path.parent.parent.is_dir() or path.parent.is_file():
            return
        path.parent.mkdir(exist_ok=True)
        line = f"line {len(self.had)}"
        self.had.add(line)
        kept = path.read_text() if path.exists() else ""
        path.write_text(f"{kept}{line}\n")  # a person who writes over a line has meant to

    def _git(self, *arguments: str) -> None:
        self.builder.git(self.work, *arguments, check=False)

    async def act(self, made_of: Callable[[], Context], step: Step) -> None:
        """An action with its question and a yes; a refusal is as good as a deed."""
        match step:
            case ("remove",) if self.beside.exists():
                item, action, values = "work-topic", "remove-worktree", {}
            case ("both", action) if self.beside.exists():
                item, values = None, {}
            case ("do", action, *rest):
                item, values = "work", dict(zip(rest[::2], rest[1::2], strict=True))
            case _:
                return
        folders = [self.work, *([self.beside] if self.beside.exists() else [])]
        made = pane(made_of(), *folders)
        wish = request(made, action, item, **values)
        if item is None:
            wish = msgspec.structs.replace(wish, items=("work", "work-topic"))
        try:
            await asked(made, wish)
            outcome = await made.act(wish)
        except PaneError as error:
            self.said.append(f"{error.message} {error.hint}")
        else:
            self.said.append(f"{outcome.message} {outcome.blocks}")

    def kept(self) -> str:
        """Everything that can still be had."""
        git, work = self.builder.git, self.work
        texts = []
        for folder in (work, self.beside):
            if folder.exists():
                files = [path for path in folder.rglob("*") if path.is_file() and ".git" not in path.parts]
                texts += [path.read_text(errors="replace") for path in files]
                staged = git(folder, "ls-files", "-s", "-z").split("\0")
                texts += [git(folder, "cat-file", "blob", entry.split()[1]) for entry in staged if entry]
        named = re.findall(r"\b[0-9a-f]{40}\b", " ".join(self.said))
        for line in self._written_down():
            named += json.loads(line)["commits"]
        reached = git(work, "rev-list", "--objects", "--all", "--reflog", *sorted(set(named)), check=False)
        oids = [line.split()[0] for line in reached.splitlines()]
        oids += git(work, "rev-list", "--objects", "--walk-reflogs", "refs/stash", check=False).split()[::2]
        theirs = git(self.bare, "rev-list", "--objects", "--all")  # what others pushed has to stay there
        pairs = ((work, oids), (self.bare, [line.split()[0] for line in theirs.splitlines()]))
        return "\n".join([*texts, *(_contents(folder, names) for folder, names in pairs)])

    def _written_down(self) -> list[str]:
        return [line for path in self.state.rglob("removed.jsonl") for line in path.read_text().splitlines()]

    def must_have_everything(self, steps: list[Step]) -> None:
        """Every line that was ever there, and no lock or half-done thing that nobody sees."""
        kept = set(self.kept().splitlines())
        assert self.had <= kept, f"{self.had - kept} is lost by {steps}"
        assert not list((self.work / ".git").rglob("*.lock"))


def _contents(folder: Path, oids: list[str]) -> str:
    """Everything in these objects, as text."""
    stdin = "\n".join(dict.fromkeys(oids)).encode()
    done = subprocess.run(
        ["git", "-C", str(folder), "cat-file", "--batch"], input=stdin, capture_output=True, check=True
    )
    return done.stdout.decode("utf-8", "replace")


@pytest.mark.timeout(180)
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(st.one_of(edits, edits, deeds), min_size=4, max_size=14))
def test_no_content_is_lost(
    steps: list[Step], tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After every step, not only at the end."""
    run(steps, tmp_path_factory.mktemp("world"), monkeypatch)


KNOWN: list[list[Step]] = [
    [("write", "file0"), ("add", "file0"), ("write", "file0"), ("do", "stash", "untracked", "yes"),
     ("news",), ("fetch",), ("do", "fast-forward"), ("do", "unstash")],
    [("write", "new"), ("do", "stash", "untracked", "yes"), ("write", "new"), ("do", "unstash")],
    [("write", "mine.env"), ("add", "mine.env"), ("commit",), ("do", "push"), ("news",), ("fetch",)],
    [("detach",), ("write", "file0"), ("add", "file0"), ("commit",), ("do", "switch", "branch", "topic")],
    [("upstream-gone",), ("do", "prune-gone")],
    [("upstream-gone",), ("do", "push-branch", "branch", "gone", "remote", "origin"), ("do", "prune-gone")],
    [("news",), ("do", "push-branch", "branch", "topic", "remote", "origin"), ("do", "fetch"),
     ("do", "fast-forward"), ("news",), ("do", "push-branch", "branch", "main", "remote", "")],
    [("own",), ("write", "file0"), ("add", "file0"), ("commit",), ("taken",), ("do", "push"), ("fetch",),
     ("do", "push")],
    [("do", "worktree", "branch", "topic"), ("write", "mine.env"), ("remove",)],
    [("do", "worktree", "branch", "topic"), ("remove",), ("do", "switch", "branch", "topic")],
    [("do", "worktree", "branch", "topic"), ("write", "file0"), ("both", "stash"), ("write", "new"),
     ("both", "unstash"), ("both", "push")],
    [("do", "worktree", "branch", "topic"), ("upstream-gone",), ("both", "prune-gone"), ("news",), ("fetch",),
     ("write", "new"), ("both", "fast-forward"), ("both", "stash"), ("both", "unstash"), ("both", "unstash")],
    [("hide", "file0"), ("write", "file0"), ("do", "stash", "untracked", "no")],
    [("write", "new"), ("do", "switch", "branch", "topic"), ("news",), ("fetch",), ("do", "fast-forward")],
    [("unlist", "file1"), ("write", "file1"), ("do", "stash", "untracked", "no"), ("do", "unstash")],
    [("move-away", "file0"), ("write", "sub/inner"), ("do", "stash", "untracked", "yes"), ("do", "unstash")],
]  # fmt: skip
"""Ways that were thought of, so that they are gone through every time."""


@pytest.mark.parametrize("steps", KNOWN, ids=range(len(KNOWN)))
def test_no_content_is_lost_on_known_ways(
    steps: list[Step], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(steps, tmp_path, monkeypatch)


def run(steps: list[Step], root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Go `steps`, and look after each deed."""
    world = World(root, monkeypatch)

    async def walk() -> None:
        made: list[Context] = []

        def context() -> Context:
            made.append(new_context(root))
            return made[-1]

        for at, step in enumerate(steps):
            if step[0] in ("do", "remove", "both"):
                await world.act(context, step)
                world.must_have_everything(steps[: at + 1])
            else:
                world.edit(step)
        for one in made:
            await one.close()

    asyncio.run(walk())


def new_context(root: Path) -> Context:
    """A context of its own for each devdash."""
    from datetime import datetime
    from time import monotonic

    return Context(
        name="git",
        folder=root,
        state_dir=root / "state/git",
        cache_dir=root / "cache/git",
        now=lambda: datetime.now().astimezone(),
        monotonic=monotonic,
        on_wake=lambda: None,
        on_progress=lambda text: None,
    )
