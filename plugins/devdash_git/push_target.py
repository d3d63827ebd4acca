"""Where a push goes: which remote, which branch there; as git itself would decide, or not at all.

git-config(1): branch.<name>.pushRemote, remote.pushDefault, branch.<name>.remote and .merge, push.default.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote_to_bytes

import msgspec

from devdash_git.hands import Needless, Place, Refused
from devdash_git.identity import Identity
from devdash_git.plain import printable
from devdash_git.refs import HEADS, REMOTES, Ref
from devdash_git.sync import HERE

_SUBMODULES = frozenset({"check", "on-demand", "only"})


class PushTarget(msgspec.Struct, frozen=True):
    """A remote, the full name of the branch there, and of what is known of it here.

    Attributes:
        follows: the branch gets it as its upstream.
        fresh: unless it is known, it must not be there yet.
    """

    remote: str
    ref: str
    known: str
    follows: bool = False
    fresh: bool = False


def new_target(place: Place, own: Ref, remote: str) -> PushTarget | None:
    """Where the branch `own` is published under its own name; None: it has its place, and no other is wanted.

    Args:
        remote: the one that was chosen; "": the one that git would push to, or the only one.

    Raises:
        Refused: nothing tells which remote; or it is one that is not pushed to.
        Needless: there is none.
    """
    settings = place.identity.settings
    home, theirs = (settings.last(f"branch.{own.name}.{key}") for key in ("remote", "merge"))
    alone = home is None or theirs is None
    if not remote and not alone:
        return None
    chosen = remote or _usual(place, own, home)
    if chosen not in settings.remotes:
        raise Refused(
            f"{place.name} has no remote {printable(chosen)}.",
            f"It has: {', '.join(map(printable, settings.remotes)) or 'none'}.",
        )
    _must_be_plain(place, chosen)
    follows = alone or (own.gone and chosen == home)
    return PushTarget(chosen, own.ref, f"{REMOTES}{chosen}/{own.name}", follows, fresh=True)


def _usual(place: Place, own: Ref, home: str | None) -> str:
    """The remote for a branch that follows none."""
    settings = place.identity.settings
    named = settings.last(f"branch.{own.name}.pushremote") or settings.last("remote.pushdefault") or home
    if named:
        return named
    first, *others = settings.remotes or ("",)
    if not first:
        raise Needless(f"{place.name} has no remote.", "git remote add origin URL gives it one.")
    if others:
        listed = ", ".join(map(printable, settings.remotes))
        raise Refused(
            f"{printable(own.name)} of {place.name} has no upstream, and there are remotes {listed}.",
            "push-branch asks which.",
        )
    return first


def push_target(place: Place, own: Ref) -> PushTarget:
    """Where the branch `own` is pushed to.

    Raises:
        Refused: its config asks for something that is not shown, or gives no single answer.
        Needless: it has no upstream.
    """
    settings = place.identity.settings
    home = settings.last(f"branch.{own.name}.remote")
    remote = settings.last(f"branch.{own.name}.pushremote") or settings.last("remote.pushdefault") or home
    if remote is None or home is None:
        raise Needless(
            f"{printable(own.name)} of {place.name} has no upstream.",
            "push sends it and gives it one.",
        )
    if remote == HERE:
        raise Needless(f"The upstream of {printable(own.name)} of {place.name} is a local branch.")
    if remote not in settings.remotes:
        raise Refused(f"{place.name} would push to {printable(remote)}, which is none of its remotes.")
    _must_be_plain(place, remote)
    if remote != home:  # a fork: the branch has the same name there
        return PushTarget(remote, own.ref, f"{REMOTES}{remote}/{own.name}")
    if own.gone:
        raise Refused(
            f"The upstream of {printable(own.name)} of {place.name} is gone.",
            "Was it merged? Otherwise push-branch with the remote sends it anew.",
        )
    theirs = settings.last(f"branch.{own.name}.merge") or ""
    default = (settings.last("push.default") or "simple").lower()
    if default in {"upstream", "tracking"} or theirs == own.ref:
        return PushTarget(remote, theirs, own.upstream)
    raise Refused(
        f"{printable(own.name)} of {place.name} follows {printable(theirs.removeprefix(HEADS))}, "
        "which has another name.",
        "Push in a terminal, or set push.default = upstream.",
    )


def _must_be_plain(place: Place, remote: str) -> None:
    settings = place.identity.settings
    if _is_on(settings.last(f"remote.{remote}.mirror")):
        raise Refused(
            f"{printable(remote)} of {place.name} is a mirror: a push overwrites what is there.",
            "Push in a terminal.",
        )
    wanted = (settings.last("push.recursesubmodules") or "").lower()
    if wanted in _SUBMODULES or _is_on(settings.last("submodule.recurse")):
        raise Refused(f"{place.name} is set up to push its submodules too.", "Push in a terminal.")


def _is_on(value: str | None) -> bool:
    return (value or "").lower() in {"true", "yes", "on", "1"}


def push_hook(identity: Identity) -> tuple[Path | None, bool]:
    """The hook pre-push that git would run, if there is one, and whether it came with the repository.

    A folder of hooks that the person set globally is the person's own. Blocks; run it in a thread.
    """
    set_ = (one for one in reversed(identity.settings.entries) if one.key == "core.hookspath")
    entry = next((one for one in set_ if one.scope != b"command"), None)  # devdash's own, see `run`
    if entry is None:
        hooks = identity.look.common_dir / "hooks"
    else:
        hooks = identity.look.top / Path(entry.value).expanduser()
    hook = hooks / "pre-push"
    found = hook.is_file() and os.access(hook, os.X_OK)
    return (hook if found else None), entry is None or entry.own


def own_folder(identity: Identity, urls: Iterable[str]) -> bool:
    """Whether one of `urls` leads into the repository, to what came along with it. Blocks.

    It need not be a folder of just that name: git takes "x" for x.git too, and for what a file x names. And
    the "cwd" of /proc is another folder for each process.
    """
    top = identity.look.top
    for url in urls:
        scheme, slashes, rest = url.partition("://")
        if (slashes and scheme != "file") or (not slashes and ":" in url.partition("/")[0]):
            continue
        named = os.fsdecode(unquote_to_bytes(os.fsencode(rest)))
        path = f"/{named.partition('/')[2]}" if slashes else url  # git passes over the host of file://
        path = os.path.join(top, os.path.expanduser(path))  # noqa: PTH111, PTH118 - no error for a "~" of nobody
        if "cwd" in Path(path).parts:
            return True
        if any(Path(one(path)).is_relative_to(top) for one in (os.path.normpath, os.path.realpath)):
            return True
    return False
