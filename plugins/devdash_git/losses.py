"""What git would overwrite without a word: names that it does not look after, in the way of what it writes.

git protects changes to the files that it tracks. It does not protect, or not in every command, ignored
files, files that were taken out of the index and kept, folders and links that took the place of a tracked
file, and files that it was told not to look at (`git update-index --assume-unchanged`).
"""

import os
import stat
from collections.abc import Collection, Iterable
from pathlib import Path

from devdash_git.hands import SHOWN, Hands, Place, Refused, failed
from devdash_git.plain import printable


async def tracked(hands: Hands, place: Place) -> frozenset[bytes]:
    """The names in the index."""
    return names(await hands.ask(place, "ls-files", "-z"))


async def between(hands: Hands, place: Place, old: str, new: str) -> frozenset[bytes]:
    """The names that differ between two commits or trees."""
    question = ("diff-tree", "-r", "--name-only", "--no-renames", "-z", "--end-of-options", old, new)
    return names(await hands.ask(place, *question))


async def unwatched(hands: Hands, place: Place) -> frozenset[bytes]:
    """The tracked names that git was told not to look at, and so cannot protect.

    In git-ls-files(1), "-v", those are the lower-case letters (assume unchanged) and "S" (skip worktree).
    """
    answer = await hands.ask(place, "ls-files", "-v", "-z")
    entries = (entry for entry in answer.split(b"\0") if entry)
    return frozenset(entry[2:] for entry in entries if entry[:1].islower() or entry[:1] == b"S")


def names(answer: bytes) -> frozenset[bytes]:
    """The names in an answer that was asked for with `-z`."""
    return frozenset(answer.split(b"\0")) - {b""}


def there(top: Path, wanted: Iterable[bytes], watched: Collection[bytes] = frozenset()) -> tuple[bytes, ...]:
    """What lies where `wanted` would be written, and is not among `watched`. Blocks; run it in a thread.

    That is: a file of that name; a folder or link in its place; a file or link in place of a folder
    above it.
    """
    found: set[bytes] = set()
    for name in wanted:
        path = top / os.fsdecode(name)
        blocking = _above(top, name)
        if blocking is not None:
            found |= {blocking} - set(watched)
        elif _is_folder(path):
            found |= {name} if _has_files(path, top, watched) else set()
        elif name not in watched and os.path.lexists(path):
            found.add(name)
    return tuple(sorted(found))


def _above(top: Path, name: bytes) -> bytes | None:
    """The first part of the way to `name` that is there and is no folder."""
    parts = name.split(b"/")[:-1]
    for depth in range(1, len(parts) + 1):
        upper = b"/".join(parts[:depth])
        path = top / os.fsdecode(upper)
        if not os.path.lexists(path):
            return None
        if not _is_folder(path):
            return upper
    return None


def _has_files(folder: Path, top: Path, watched: Collection[bytes]) -> bool:
    """Whether there is anything in `folder` that git does not watch."""
    for where, folders, files in os.walk(folder):
        links = [name for name in folders if (Path(where) / name).is_symlink()]
        if any(
            os.fsencode((Path(where) / name).relative_to(top)) not in watched for name in (*files, *links)
        ):
            return True
    return False


def _is_folder(path: Path) -> bool:
    """A folder itself, not a link to one."""
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError:
        return False


def must_be_none(place: Place, lost: Iterable[bytes], what: str, hint: str) -> None:
    """Refuse when something would be lost.

    Raises:
        Refused: naming the first of `lost`.
    """
    listed = sorted(lost)
    if not listed:
        return
    shown = ", ".join(map(printable, listed[:SHOWN]))
    more = f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
    raise Refused(f"{place.name}: {what}: {shown}{more}", hint)


async def must_be_whole(hands: Hands, place: Place, old: str, new: str) -> None:
    """Refuse when contents that `new` needs are not here: git would take the old files away, then fail.

    Nothing is fetched in the middle of an action. What a sparse checkout leaves out is not needed.

    Raises:
        Refused: a partial clone lacks some.
    """
    if not place.identity.partial:
        return
    question = ("diff-tree", "-r", "--raw", "--no-renames", "-z", "--end-of-options", old, new)
    entries = (await hands.ask(place, *question)).split(b"\0")[::2]
    wanted = {entry.split()[3] for entry in entries if entry and not entry.split()[1].startswith(b"160000")}
    walk = ("rev-list", "--objects", "--no-object-names", "--missing=print", "--no-walk")
    listed = (await hands.ask(place, *walk, *await _as_sparse(hands, place), new)).split()
    lacking = wanted & {line[1:] for line in listed if line.startswith(b"?")}
    if lacking:
        raise Refused(
            f"{place.name} is a partial clone, and lacks the contents of {len(lacking)} of the files.",
            "In a terminal git fetches them as it goes.",
        )


async def _as_sparse(hands: Hands, place: Place) -> tuple[str, ...]:
    """What leaves those contents out that the sparse checkout does: git matches its rules, from an object."""
    if not place.identity.sparse:
        return ()
    rules = await hands.look(place, _sparse_rules, place.identity.look.git_dir)
    if rules is None:  # then git leaves nothing out
        return ()
    answer = await hands.change(place, "hash-object", "-w", "--no-filters", "--stdin", stdin=rules)
    if answer.code != 0:
        raise failed(place, answer, "it cannot be told what it lacks")
    return (f"--filter=sparse:oid={answer.out.decode('ascii', 'replace').strip()}",)


def _sparse_rules(git_dir: Path) -> bytes | None:
    try:
        return (git_dir / "info/sparse-checkout").read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Refused(f"It cannot be told what is checked out of it: {error.strerror}.") from error


async def must_not_overwrite(hands: Hands, place: Place, old: str, new: str) -> None:
    """Refuse when going from `old` to `new` would write over what git does not protect, or stop half-way.

    Raises:
        Refused: it would.
    """
    await must_be_whole(hands, place, old, new)
    changed = await between(hands, place, old, new)
    known = await tracked(hands, place)
    top = place.identity.look.top
    lost = await hands.look(place, there, top, changed, known)
    hidden = changed & await unwatched(hands, place)
    lost += await hands.look(place, there, top, hidden)
    must_be_none(
        place,
        lost,
        "files that git does not protect are in the way",
        "Move them elsewhere first; git update-index --no-assume-unchanged makes git look at a file again.",
    )
