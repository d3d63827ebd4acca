"""The counts are git's own, in both of its formats, whatever state a repository is in."""

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from git_builder import Builder, only, pane
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_git_nothing_lost import Step, World, edits, new_context

from devdash.engine.context import Context
from devdash_git.facts import RepositoryFacts

Make = Callable[..., Context]

CONFLICTS = frozenset({"DD", "AU", "UD", "UA", "DU", "AA", "UU"})


class Counts(NamedTuple):
    """What is compared."""

    staged: int
    unstaged: int
    untracked: int
    conflicts: int
    stash: int
    ahead: int | None
    behind: int | None


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    return Builder.installed(tmp_path, monkeypatch)


def first_format(builder: Builder, folder: Path) -> Counts:
    """By `git status --porcelain=v1`; a rename has its old name in a field of its own."""
    fields = builder.git(folder, "status", "--porcelain=v1", "--branch", "-z").split("\0")
    codes = []
    rest = iter(fields[1:])
    for field in rest:
        if field:
            codes.append(field[:2])
            if field[0] in "RC" or field[1] in "RC":
                next(rest)
    track = re.search(r"\[(?:ahead (\d+))?(?:, )?(?:behind (\d+))?\]$", fields[0])
    known = "..." in fields[0] and not fields[0].endswith("[gone]")
    both = tuple(int(number or 0) for number in track.groups()) if track else (0, 0)
    return _counted(builder, folder, codes, *(both if known else (None, None)))


def second_format(builder: Builder, folder: Path) -> Counts:
    """By `git status --porcelain=v2`, its lines."""
    lines = builder.git(folder, "status", "--porcelain=v2", "--branch").splitlines()
    codes = [line.split()[1].replace(".", " ") for line in lines if line[:1] in "12u"]
    codes += ["??" for line in lines if line.startswith("? ")]
    found = re.search(r"^# branch\.ab \+(\d+) -(\d+)$", "\n".join(lines), re.MULTILINE)
    return _counted(builder, folder, codes, *(map(int, found.groups()) if found else (None, None)))


def _counted(
    builder: Builder, folder: Path, codes: list[str], ahead: int | None, behind: int | None
) -> Counts:
    plain = [code for code in codes if code not in CONFLICTS and code != "??"]
    stash = builder.git(folder, "stash", "list", check=False).splitlines()
    return Counts(
        staged=sum(code[0] != " " for code in plain),
        unstaged=sum(code[1] != " " for code in plain),
        untracked=codes.count("??"),
        conflicts=sum(code in CONFLICTS for code in codes),
        stash=len(stash),
        ahead=ahead,
        behind=behind,
    )


def told(facts: RepositoryFacts) -> tuple[int | None, ...]:
    return tuple(getattr(facts, name) for name in Counts._fields)


# ── states ──


def renamed(builder: Builder, folder: Path) -> None:
    builder.git(folder, "mv", "file0", "elsewhere")
    builder.git(folder, "mv", "file1", "file 1 → x")
    (folder / "elsewhere").write_text("and changed\n")


def deleted(builder: Builder, folder: Path) -> None:
    (folder / "file0").unlink()
    builder.git(folder, "rm", "-q", "file1")


def untracked(builder: Builder, folder: Path) -> None:
    (folder / "one/two/three").mkdir(parents=True)
    for name in ("one/a", "one/two/b", "one/two/three/c", "d\ne", "f"):
        (folder / name).write_text("x")
    (folder / ".gitignore").write_text("f\n")


def intended(builder: Builder, folder: Path) -> None:
    (folder / "soon").write_text("x")
    builder.git(folder, "add", "-N", "soon")


def kinds(builder: Builder, folder: Path) -> None:
    (folder / "file0").chmod(0o755)
    (folder / "file1").unlink()
    (folder / "file1").symlink_to("file0")


def hidden(builder: Builder, folder: Path) -> None:
    builder.git(folder, "update-index", "--assume-unchanged", "file0")
    (folder / "file0").write_text("nobody sees it\n")


def stashed(builder: Builder, folder: Path) -> None:
    for number in range(3):
        (folder / "file0").write_text(f"stash {number}\n")
        builder.git(folder, "stash", "-q")


def half_added(builder: Builder, folder: Path) -> None:
    (folder / "file0").write_text("staged\n")
    builder.git(folder, "add", "file0")
    (folder / "file0").write_text("and more\n")


def every_conflict(builder: Builder, folder: Path) -> None:
    """All seven kinds that git-status(1) lists."""
    entries = []
    oid = builder.git(folder, "hash-object", "-w", "--stdin", stdin=b"x")
    for name, stages in (("DD", "1"), ("AU", "2"), ("UD", "12"), ("UA", "3"), ("DU", "13"), ("AA", "23"),
                         ("UU", "123")):  # fmt: skip
        entries += [f"100644 {oid} {stage}\t{name}" for stage in stages]
    builder.git(folder, "update-index", "--index-info", stdin="\n".join(entries).encode() + b"\n")


def detached(builder: Builder, folder: Path) -> None:
    builder.git(folder, "checkout", "-q", "--detach")
    half_added(builder, folder)


def submodule(builder: Builder, folder: Path) -> None:
    part = builder.repository("part")
    builder.git(folder, "submodule", "add", "-q", str(part), "part")
    builder.git(folder, "commit", "-q", "-m", "Add part")
    builder.commit(folder / "part", "more")


def sparse(builder: Builder, folder: Path) -> None:
    (folder / "in").mkdir()
    builder.commit(folder, "in/kept")
    builder.git(folder, "sparse-checkout", "set", "in")
    (folder / "in/kept").write_text("changed\n")


def diverged(builder: Builder, folder: Path) -> None:
    origin = builder.clone(folder, "upstream.git", "--bare")
    builder.git(folder, "remote", "add", "origin", str(origin))
    builder.git(folder, "push", "-q", "-u", "origin", "main")
    builder.commit(folder, "theirs")
    builder.git(folder, "push", "-q")
    builder.git(folder, "reset", "-q", "--hard", "HEAD~1")
    builder.commit(folder, "ours")
    builder.commit(folder, "ours too")


def gone(builder: Builder, folder: Path) -> None:
    diverged(builder, folder)
    builder.git(folder, "update-ref", "-d", "refs/remotes/origin/main")


def odd_names(builder: Builder, folder: Path) -> None:
    for name in (b"caf\xe9", b"tab\there", b'quo"te', b" lead", b"-dash", b"->"):
        (folder / name.decode("utf-8", "surrogateescape")).write_text("x")
    builder.git(folder, "add", "--", b"caf\xe9".decode("utf-8", "surrogateescape"), "->")


STATES = [renamed, deleted, untracked, intended, kinds, hidden, stashed, half_added, every_conflict, detached,
          submodule, sparse, diverged, gone, odd_names]  # fmt: skip


async def must_agree(builder: Builder, context: Context, folder: Path) -> None:
    facts = await only(pane(context, folder))
    assert told(facts) == first_format(builder, folder)
    assert told(facts) == second_format(builder, folder)


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
async def test_both_formats(state: Callable[[Builder, Path], None], builder: Builder, context: Make) -> None:
    folder = builder.repository("work", commits=2)
    state(builder, folder)
    await must_agree(builder, context(), folder)


@pytest.mark.parametrize("how", ["merge", "rebase", "cherry-pick", "revert"])
async def test_in_the_middle_of_an_operation(how: str, builder: Builder, context: Make) -> None:
    folder = builder.repository("work", commits=2)
    builder.conflict(folder, how)
    await must_agree(builder, context(), folder)


async def test_before_the_first_commit(builder: Builder, context: Make) -> None:
    folder = builder.repository("work", commits=0)
    (folder / "file").write_text("x")
    builder.git(folder, "add", "file")
    await must_agree(builder, context(), folder)


@pytest.mark.timeout(180)
@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(edits, min_size=6, max_size=16))
def test_whatever_a_person_has_done(
    steps: list[Step], tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path_factory.mktemp("world")
    world = World(root, monkeypatch)

    async def walk() -> None:
        context = new_context(root)
        for step in steps:
            world.edit(step)
            await must_agree(world.builder, context, world.work)
        await context.close()

    asyncio.run(walk())
