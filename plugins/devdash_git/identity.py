"""Which repository a folder is, made sure of before anything is asked of it or done in it.

A folder may have lost its .git inside another repository, may be a symbolic link to elsewhere, or may
have a config that points git at a third place. `look` sees the files; `identify` asks git and compares.
"""

import os
import stat
from pathlib import Path

import msgspec

from devdash_git.files import first_bytes
from devdash_git.plain import printable
from devdash_git.problems import AccessProblem, unreadable
from devdash_git.run import Git
from devdash_git.states import Access, Kind
from devdash_git.trust import Programs, Settings, parse_settings, programs

Stamp = tuple[tuple[int, ...], ...]


class Look(msgspec.Struct, frozen=True):
    """What the files of a folder say.

    Attributes:
        top: the folder, as a real path.
        git_dir: its git directory, as a real path; of a linked worktree its own.
        common_dir: the git directory that linked worktrees share; else the same.
        bare: the folder is a git directory itself.
        stamp: changes when another repository takes the place, its owner changes, or its config does.
    """

    top: Path
    git_dir: Path
    common_dir: Path
    bare: bool
    stamp: Stamp


class Identity(msgspec.Struct, frozen=True):
    """A repository that git agrees on.

    Attributes:
        look: where its files are.
        kind: what sort it is.
        settings: its config, in all scopes.
        programs: what of its own config can run a program.
    """

    look: Look
    kind: Kind
    settings: Settings
    programs: Programs

    @property
    def partial(self) -> bool:
        """Whether it may lack contents, which git would fetch when it needs them."""
        return _is_partial(self.settings)

    @property
    def sparse(self) -> bool:
        """Whether some of its files are left out on purpose."""
        return _is_sparse(self.settings)

    @property
    def lasting(self) -> bool:
        """Whether this may be kept until the stamp changes."""
        return not self.settings.includes and ":" not in str(self.look.top)


def look(folder: Path) -> Look:
    """See what `folder` is. Blocks; run it in a thread.

    Raises:
        AccessProblem: it is missing, unreadable or no repository's top.
    """
    try:
        top = folder.resolve(strict=True)
        names = {entry.name for entry in os.scandir(top)}
        if ".git" in names:
            return _look(top, _git_dir(top), bare=False)
        if {"HEAD", "objects", "refs"} <= names:
            return _look(top, top, bare=True)
    except (FileNotFoundError, RuntimeError) as error:  # RuntimeError: links in a circle, before Python 3.13
        raise AccessProblem(
            Access.MISSING, "There is no such folder.", "Clone it again, or take it out of repos."
        ) from error
    except NotADirectoryError as error:
        raise AccessProblem(Access.NOT_A_REPO, "It is a file.", "Give the repository's folder.") from error
    except PermissionError as error:
        raise AccessProblem(Access.NO_PERMISSION, "It may not be read.", _permission_hint(folder)) from error
    except OSError as error:
        raise AccessProblem(Access.MISSING, f"It cannot be read: {error.strerror}.") from error
    raise AccessProblem(Access.NOT_A_REPO, "It is no git repository.", _containing(top))


def same(seen: Look, folder: Path) -> bool:
    """Whether `look` would see `seen` at `folder` again. Blocks shortly; run it in a thread.

    Of the usual repository, whose .git is a folder of its own, a fifth of the work tells that: the same
    folders and config files are where they were, may still be read, and .git leads nowhere else.
    """
    top = str(seen.top)
    git_dir = f"{top}/.git"
    try:
        if seen.bare or seen.git_dir != seen.common_dir or str(seen.git_dir) != git_dir:
            return look(folder) == seen
        if str(folder) != top and _numbers(os.stat(folder), whole=False) != seen.stamp[0]:  # noqa: PTH116
            return False
        return (
            _stamp(seen.top, seen.git_dir, seen.common_dir) == seen.stamp
            and not os.path.islink(git_dir)  # noqa: PTH114 - as for `_info`
            and not os.path.lexists(f"{git_dir}/commondir")
            and os.access(f"{git_dir}/HEAD", os.R_OK)
            and all(os.access(path, os.R_OK | os.X_OK) for path in _folders_of(top, git_dir))
        )
    except (AccessProblem, OSError):
        return False


def _folders_of(top: str, git_dir: str) -> tuple[str, ...]:
    return top, git_dir, f"{git_dir}/objects", f"{git_dir}/refs"


WHERE = ("rev-parse", "--show-toplevel", "--absolute-git-dir", "--is-shallow-repository")
WHERE_BARE = ("rev-parse", "--absolute-git-dir", "--is-shallow-repository")
CONFIG = ("config", "--show-scope", "--list", "-z")


async def identify(git: Git, seen: Look, timeout: float) -> Identity:
    """Ask git which repository is at `seen`, and for its config.

    Raises:
        AccessProblem: git refuses it, or means another one.
        ProcessError: as `PaneContext.run`.
    """
    where = await git.read(seen.top, *(WHERE_BARE if seen.bare else WHERE), timeout=timeout, bare=seen.bare)
    if where.code != 0:
        raise unreadable(seen.top, where.err)
    make_sure(seen, where.out)
    listed = await git.read(seen.top, *CONFIG, timeout=timeout, bare=seen.bare)
    if listed.code != 0:
        raise unreadable(seen.top, listed.err)
    return identity(seen, where.out, listed.out)


def make_sure(seen: Look, where: bytes) -> None:
    """Compare what is at `seen` with git's answer to `WHERE`.

    Raises:
        AccessProblem: git means another repository.
    """
    if not where.startswith(_expected(seen)):
        raise AccessProblem(
            Access.NOT_A_REPO,
            "Its config makes git work in another folder.",
            f"Look at: git -C {printable(str(seen.top))} config core.worktree",
        )


def identity(seen: Look, where: bytes, config: bytes) -> Identity:
    """The repository at `seen`, which git has been made sure to mean."""
    settings = parse_settings(config)
    shallow = where[len(_expected(seen)) :].strip() == b"true"
    return Identity(seen, _kind(seen, settings, shallow), settings, programs(settings))


def _expected(seen: Look) -> bytes:
    paths = (seen.git_dir,) if seen.bare else (seen.top, seen.git_dir)
    return b"".join(os.fsencode(path) + b"\n" for path in paths)


def _look(top: Path, git_dir: Path, *, bare: bool) -> Look:
    if not os.access(git_dir, os.R_OK | os.X_OK):
        raise AccessProblem(Access.NO_PERMISSION, "Its .git may not be read.", _permission_hint(git_dir))
    common = _common_dir(git_dir)
    _must_be_open(git_dir / "HEAD", common / "objects", common / "refs")
    return Look(top, git_dir, common, bare, _stamp(top, git_dir, common))


def _must_be_open(head: Path, *folders: Path) -> None:
    """Of these git says only that there is no repository, whether they are gone or closed."""
    for path, wanted in ((head, os.R_OK), *((folder, os.R_OK | os.X_OK) for folder in folders)):
        if not os.access(path, wanted) and path.exists():
            raise AccessProblem(
                Access.NO_PERMISSION, f"Its {path.name} may not be read.", _permission_hint(path)
            )


def _git_dir(top: Path) -> Path:
    """Follow .git: a folder, a link to one, or a file that names one (gitrepository-layout(5))."""
    entry = top / ".git"
    if entry.is_dir():
        return entry.resolve() if entry.is_symlink() else entry
    try:
        line = first_bytes(entry)
    except FileNotFoundError as error:
        raise _broken(".git is a link that leads nowhere") from error
    if not line.startswith(b"gitdir: "):
        raise _broken(".git is a file that names no folder")
    git_dir = (top / os.fsdecode(line.removeprefix(b"gitdir: ").rstrip(b"\r\n"))).resolve()
    if not git_dir.is_dir():
        raise _broken(f".git names {printable(str(git_dir))}, which is not there")
    return git_dir


def _broken(what: str) -> AccessProblem:
    return AccessProblem(
        Access.CORRUPT, f"Its {what}.", "Was the main repository moved? git worktree repair mends worktrees."
    )


def _common_dir(git_dir: Path) -> Path:
    try:
        line = first_bytes(git_dir / "commondir")
    except FileNotFoundError:
        return git_dir
    return (git_dir / os.fsdecode(line.rstrip(b"\r\n"))).resolve()


def _stamp(top: Path, git_dir: Path, common: Path) -> Stamp:
    """Owners and places of the folders, and everything about the config files."""
    link = f"{top}/.git"
    folders = (str(top), link, str(git_dir), str(common))
    configs = (f"{common}/config", f"{common}/config.worktree", f"{git_dir}/config.worktree", link)
    seen = {path: _info(path) for path in dict.fromkeys((*folders, *configs))}  # most are the same
    return (
        *(_numbers(seen[path], whole=False) for path in folders),
        *(_numbers(seen[path], whole=True) for path in configs),
    )


def _info(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116 - hundreds of repositories are looked at in a row
    except FileNotFoundError:
        return None


def _numbers(info: os.stat_result | None, *, whole: bool) -> tuple[int, ...]:
    if info is None:
        return ()
    place = (info.st_dev, info.st_ino, info.st_uid)
    if whole and not stat.S_ISDIR(info.st_mode):
        return (*place, info.st_size, info.st_mtime_ns, info.st_ctime_ns)
    return place


def _kind(seen: Look, settings: Settings, shallow: bool) -> Kind:
    if seen.bare:
        return Kind.BARE
    if seen.git_dir != seen.common_dir:
        return Kind.WORKTREE
    if "modules" in seen.git_dir.parts and seen.git_dir != seen.top / ".git":
        return Kind.SUBMODULE
    if _is_partial(settings):
        return Kind.PARTIAL
    if shallow:
        return Kind.SHALLOW
    return Kind.SPARSE if _is_sparse(settings) else Kind.NORMAL


def _is_partial(settings: Settings) -> bool:
    return bool(settings.last("extensions.partialclone")) or any(
        entry.key.startswith("remote.") and entry.key.endswith(".promisor") for entry in settings.entries
    )


def _is_sparse(settings: Settings) -> bool:
    return (settings.last("core.sparsecheckout") or "").lower() in {"true", "yes", "on", "1"}


def _containing(folder: Path) -> str:
    """A next step for a folder that is not a repository's top."""
    for parent in folder.parents:
        if (parent / ".git").exists():
            return f"It lies inside the repository {printable(str(parent))}: list that one instead."
    return "Run git init there, or take it out of repos."


def _permission_hint(path: Path) -> str:
    return f"Look at: ls -ld {printable(str(path))}"
