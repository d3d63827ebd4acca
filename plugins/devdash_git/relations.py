"""What the refs of a repository tell besides the current branch and its upstream.

Where a push would go, how far the branch is behind the one that it is based on, branches whose upstream
is gone, and since when there is work that no remote has. All of it follows from refs and config, so it is
asked for again only when those change. Pure, but for what is awaited, which asks git.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Protocol

import msgspec

from devdash_git import branches

LIST = (
    "for-each-ref",
    "--format=%(refname)%00%(upstream)%00%(push)%00%(symref)",
    "refs/heads",
    "refs/remotes",
)

_HEADS, _REMOTES = b"refs/heads/", b"refs/remotes/"

MAX_UNPUSHED = 1_000
"""Commits among which the oldest is looked for."""

OLDEST = (
    "log",
    f"--max-count={MAX_UNPUSHED}",
    "--no-show-signature",
    "--no-notes",
    "--no-mailmap",
    "--format=%ct",
    "--branches",
)
NOT_REMOTE = ("--not", "--remotes")

USUAL_BASES = (b"main", b"master")
"""Where the remote's own HEAD is not known."""


class Apart(msgspec.Struct, frozen=True):
    """A branch beside the current one.

    Attributes:
        name: its short name, as raw bytes.
        ahead: commits of the current branch that it lacks.
        behind: its commits that the current branch lacks.
    """

    name: bytes
    ahead: int
    behind: int


class View(msgspec.Struct, frozen=True):
    """What the refs tell. None: not known, or does not apply.

    Attributes:
        unpushed: all local branches with commits that no remote has; None without a remote.
        since: when the oldest commit that no remote has was made, aware; of very many, of the newest
            `MAX_UNPUSHED`.
        gone: local branches whose upstream is configured but not there.
        push: where a push of the branch would go.
        base: the branch that the current one is probably based on, unless that is its upstream.
    """

    unpushed: tuple[bytes, ...] | None = None
    since: datetime | None = None
    gone: tuple[bytes, ...] | None = None
    push: Apart | None = None
    base: Apart | None = None


class Refs(msgspec.Struct, frozen=True):
    """Full names of refs, as raw bytes.

    Attributes:
        heads: each local branch, with its upstream and its push target; b"" for none.
        remotes: the remote-tracking branches.
        defaults: each remote's own HEAD, and where it leads.
    """

    heads: Mapping[bytes, tuple[bytes, bytes]]
    remotes: frozenset[bytes]
    defaults: Mapping[bytes, bytes]


class Ask(Protocol):
    """Runs git in the repository."""

    async def __call__(self, *arguments: str) -> bytes | None:
        """What it prints; None when it fails."""
        ...


async def view(
    ask: Ask, *, branch: bytes | None, has_commit: bool, has_remote: bool, fork: bytes | None = None
) -> View:
    """Ask git what the refs tell.

    Args:
        branch: the current branch; None when HEAD is on none.
        has_commit: HEAD leads to a commit.
        has_remote: a remote is configured.
        fork: where a push goes if git does not tell.
    """
    listed = await ask(*LIST)
    if listed is None:
        return View()
    refs = parse(listed)
    own = _HEADS + branch if branch is not None and has_commit else None
    return View(
        *(await _unpushed(ask, has_commit and branch is None) if has_remote else (None, None)),
        gone=gone(refs),
        push=await _apart(ask, own, push_target(refs, own, fork)),
        base=await _apart(ask, own, base_of(refs, own)),
    )


def parse(answer: bytes) -> Refs:
    """Read git's answer to `LIST`; lines that are none of its are passed over."""
    heads: dict[bytes, tuple[bytes, bytes]] = {}
    remotes: set[bytes] = set()
    defaults: dict[bytes, bytes] = {}
    for line in answer.split(b"\n"):
        fields = line.split(b"\0")
        if len(fields) != 4:
            continue
        name, upstream, push, leads = fields
        if name.startswith(_HEADS):
            heads[name] = (upstream, push)
        elif leads and name.endswith(b"/HEAD"):
            defaults[name] = leads
        else:
            remotes.add(name)
    return Refs(heads, frozenset(remotes), defaults)


def gone(refs: Refs) -> tuple[bytes, ...]:
    """Short names of the local branches whose upstream is not there any more, sorted."""
    there = refs.remotes | refs.heads.keys()
    missing = (name for name, (upstream, _) in refs.heads.items() if upstream and upstream not in there)
    return tuple(sorted(name.removeprefix(_HEADS) for name in missing))


def push_target(refs: Refs, own: bytes | None, fork: bytes | None = None) -> bytes | None:
    """Where `git push` would put the branch, when git or `fork` tells and it has been there."""
    target = (refs.heads.get(own, (b"", b""))[1] or fork) if own is not None else b""
    return target if target in refs.remotes else None


def base_of(refs: Refs, own: bytes | None) -> bytes | None:
    """The main branch of the upstream's remote, or of the only one; None where that is the upstream.

    Without remotes it is the local branch "main" or "master".
    """
    if own is None or own not in refs.heads:
        return None
    upstream, push = refs.heads[own]
    if not refs.remotes:
        local = (_HEADS + name for name in USUAL_BASES)
        return next((ref for ref in local if ref in refs.heads and ref not in (own, upstream)), None)
    names = {ref.removeprefix(_REMOTES).partition(b"/")[0] for ref in refs.remotes}
    first = next((ref for ref in (upstream, push) if ref.startswith(_REMOTES)), b"")
    usual_remote = b"origin" if b"origin" in names else min(names)
    remote = first.removeprefix(_REMOTES).partition(b"/")[0] if first else usual_remote
    usual = (_REMOTES + remote + b"/" + name for name in USUAL_BASES)
    candidates = (refs.defaults.get(_REMOTES + remote + b"/HEAD", b""), *usual)
    found = next((ref for ref in candidates if ref in refs.remotes), None)
    return None if found == upstream else found


def short(ref: bytes) -> bytes:
    """A branch as people call it: "main", "origin/main"."""
    return ref.removeprefix(_HEADS).removeprefix(_REMOTES)


async def _unpushed(ask: Ask, loose: bool) -> tuple[tuple[bytes, ...] | None, datetime | None]:
    answer = await ask(*branches.QUESTION)
    if answer is None:
        return None, None
    names = branches.unpushed(answer)
    if not names and not loose:
        return names, None
    listed = await ask(*OLDEST, *(("HEAD",) if loose else ()), *NOT_REMOTE)
    times = [int(line) for line in (listed or b"").split() if line.isdigit()]
    return names, datetime.fromtimestamp(min(times), UTC) if times else None


async def _apart(ask: Ask, own: bytes | None, other: bytes | None) -> Apart | None:
    if own is None or other is None:
        return None
    answer = await ask(*apart(own, other))
    counts = (answer or b"").split()
    if len(counts) != 2 or not all(count.isdigit() for count in counts):
        return None
    return Apart(short(other), int(counts[0]), int(counts[1]))


def apart(own: bytes, other: bytes) -> tuple[str, ...]:
    """Asks for the commits that each of two refs has and the other lacks; the answer is two numbers."""
    return ("rev-list", "--left-right", "--count", f"{_text(own)}...{_text(other)}", "--")


def told_by_status(branch: bytes, upstream: bytes, ahead: int, behind: int) -> dict[tuple[str, ...], bytes]:
    """What need not be asked again when a status has counted: a push goes to the upstream mostly."""
    return {apart(_HEADS + branch, _REMOTES + upstream): b"%d\t%d" % (ahead, behind)}


def _text(ref: bytes) -> str:
    return ref.decode("utf-8", "surrogateescape")
