"""What lies upstream, through private bare repositories in the pane's cache: never the person's remotes.

Each source has one: shallow and, where the server can do that, without contents (`--filter=blob:none`),
so that one file of a very large repository costs its trees and that file. A server that cannot is asked
for the newest commit whole. Whatever is in the cache can be fetched again, so what seems broken in it is
thrown away.
"""

import asyncio
import contextlib
import hashlib
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from devdash.api import OutputTooLarge, PaneContext, PaneError, ProcessTimeout
from devdash_git.config import GitConfig
from devdash_git.plain import first_words, printable
from devdash_git.problems import FetchFailure, fetch_failure, fetch_sentence, late
from devdash_git.run import Git
from devdash_git.vendored.ground import LARGEST
from devdash_git.vendored.holding import held, made
from devdash_git.vendored.model import Finding, Origin, blob_name
from devdash_git.vendored.project import HERE, Project
from devdash_git.vendored.tree import chosen, named_ref, prefix, ref_patterns

FETCH = (
    "fetch",
    "--no-auto-maintenance",
    "--no-recurse-submodules",
    "--no-tags",
    "--no-prune",
    "--no-write-fetch-head",
    "--progress",
    "--force",
)

PARTIAL = ("--depth=1", "--filter=blob:none")
SHALLOW = ("--depth=1",)

AT_ONCE = 500
"""Contents asked for in one fetch: their names are arguments."""

LOCAL_S = 30.0
"""For what needs no network."""

_SHALLOW_UNKNOWN = b"does not support shallow"
"""Plain files on a web server ("dumb" HTTP): only all of it can be fetched."""


_NOT_HANDED_OUT = (
    FetchFailure.NOT_FOUND,
    FetchFailure.REJECTED,
    FetchFailure.SERVER_ERROR,
    FetchFailure.OTHER,
)
"""What a server says of a commit or file that it has no more, or hands out to nobody."""


class Gone(Exception):
    """The source answered, and has no such ref."""


class Failed(Exception):
    """The source could not be asked.

    Args:
        failure: its class.
        said: git's own words.
    """

    def __init__(self, failure: FetchFailure, said: str = "") -> None:
        super().__init__(said)
        self.failure = failure
        self.said = said


class Lacking(PaneError):
    """A content that nobody has any more."""


class Upstream:
    """Asks sources, and keeps what they said.

    Args:
        config: for `fetch_timeout`.
        context: clock, threads, the cache's folder.
        git: runs git.
    """

    def __init__(self, config: GitConfig, context: PaneContext, git: Git) -> None:
        self._config = config
        self._context = context
        self._git = git
        self._root = context.cache_dir / "vendored"
        self._turns: dict[str, asyncio.Lock] = {}
        self._ssh: tuple[str | None] | None = None

    async def find(
        self, group: Sequence[Origin], project: Project, known: Mapping[Origin, Finding]
    ) -> tuple[Finding, ...]:
        """Ask a source what is there now; whatever goes wrong is in the findings.

        Args:
            group: of one source and ref; at least one.
            known: what the last check found: equal commits have equal files.
        """
        at = self._context.now().timestamp()
        source, ref = group[0].source, group[0].ref
        try:
            if source == HERE:
                top, commit = await self._here(ref, project)
                return tuple([await self._listed(top, origin, commit, at, bare=False) for origin in group])
            async with self._turn(source):
                return await self._there(group, project.url(source), known, at)
        except Gone:
            message = f"there is no branch, tag or commit {printable(ref or 'HEAD')}"
            return tuple(Finding(origin=one, at=at, ref_gone=True, message=message) for one in group)
        except Failed as failed:
            message, hint = fetch_sentence(failed.failure, failed.said)
            failure = failed.failure
        except ProcessTimeout as error:
            failure = late(error.err)
            message, hint = fetch_sentence(failure, "")
        except PaneError as error:
            message, hint, failure = error.message, error.hint, FetchFailure.OTHER
        return tuple(Finding(origin=one, at=at, failure=failure, message=message, hint=hint) for one in group)

    async def content(self, origin: Origin, project: Project, oid: str, commit: str) -> bytes:
        """A file's content by its name; from the project, from the cache, or from the source.

        Args:
            commit: one that has it: some servers hand out no single files.

        Raises:
            Lacking: nobody has it any more.
            PaneError: it did not come, or is too large.
        """
        try:
            return await self._content(origin, project, oid, commit)
        except OutputTooLarge as error:
            raise PaneError(
                f"Its content is larger than {LARGEST // 2**20} MB.",
                "Take it over by hand; forget-vendored ends its tracking.",
            ) from error

    async def _content(self, origin: Origin, project: Project, oid: str, commit: str) -> bytes:
        if project.top is not None and (found := await self._blob(project.top, oid)) is not None:
            return found
        if origin.source == HERE:
            raise _lacking(oid)
        url = project.url(origin.source)
        async with self._turn(origin.source):
            folder = await self._made(self._folder(origin.source), oid)
            if (found := await self._blob(folder, oid, bare=True)) is not None:
                return found
            try:
                if (found := await self._lazily(folder, url, oid)) is not None:
                    return found
                return await self._whole(origin, url, oid, commit)
            except Failed as failed:
                message, hint = fetch_sentence(failed.failure, failed.said)
                raise PaneError(f"Its content did not come: {message}.", hint) from failed
            except ProcessTimeout as error:
                raise PaneError(
                    "Its content did not come in time.", "Try again, or raise fetch_timeout."
                ) from error

    async def _whole(self, origin: Origin, url: str, oid: str, commit: str) -> bytes:
        """A content from a server that hands out no single files: with the commit that has it.

        Raises:
            Failed: the source could not be asked.
            PaneError: it has it no more.
        """
        failure: Failed | None = None
        for ref in dict.fromkeys((commit, origin.ref)):
            try:
                folder = await self._fetch(origin.source, ref, url, await self._ref(ref, url), whole=True)
            except Gone:
                continue
            except Failed as failed:  # such a server may still tell of the branch
                failure = failed
                continue
            if (found := await self._blob(folder, oid, bare=True)) is not None:
                return found
            failure = None
        if failure is not None and failure.failure not in _NOT_HANDED_OUT:
            raise failure
        raise _lacking(oid)

    async def prefetch(self, origin: Origin, project: Project, oids: Sequence[str]) -> None:
        """Fetch many contents at once. It only saves time: what fails is asked for one by one later."""
        if origin.source == HERE:
            return
        async with self._turn(origin.source):
            folder = self._folder(origin.source)
            if not await self._context.in_thread(folder.is_dir):
                return
            for start in range(0, len(oids), AT_ONCE):
                part = oids[start : start + AT_ONCE]
                if len(part) == 1:
                    return
                with contextlib.suppress(ProcessTimeout):
                    await self._git.converse(
                        folder,
                        *_settings(project.url(origin.source), partial=True),
                        *("-c", "fetch.negotiationAlgorithm=noop", *FETCH, "--filter=blob:none"),
                        *("--end-of-options", "upstream", *part),
                        timeout=self._config.fetch_timeout,
                        bare=True,
                        ssh=await self._ssh_command(),
                    )

    async def keep(self, source: str, content: bytes, like: str) -> str:
        """Put a content that upstream never had, base and some hunks, into the cache; its name."""
        if source != HERE:
            async with self._turn(source):
                folder = await self._made(self._folder(source), like)
                await self._git.change(
                    folder, "hash-object", "-w", "--stdin", timeout=LOCAL_S, bare=True, stdin=content
                )
        return blob_name(content, like)

    def _turn(self, source: str) -> asyncio.Lock:
        return self._turns.setdefault(source, asyncio.Lock())

    def _folder(self, source: str, *, whole: bool = False) -> Path:
        name = hashlib.sha256(source.encode()).hexdigest()[:24]
        return self._root / f"{name}{'-whole' if whole else ''}.git"

    async def _here(self, ref: str, project: Project) -> tuple[Path, str]:
        """Another branch of the project's own repository."""
        if project.top is None or not ref:
            raise Gone
        for pattern in (*ref_patterns(ref), f"refs/remotes/{ref}"):
            answer = await self._git.read(
                project.top, "rev-parse", "--quiet", "--verify", f"{pattern}^{{commit}}", timeout=LOCAL_S
            )
            if answer.code == 0:
                return project.top, answer.out.decode("ascii", "replace").strip()
        raise Gone

    async def _there(
        self, group: Sequence[Origin], url: str, known: Mapping[Origin, Finding], at: float
    ) -> tuple[Finding, ...]:
        name, oid = await self._ref(group[0].ref, url)
        before = [known.get(origin) for origin in group]
        kept = [one for one in before if one is not None and one.ref_at == oid and one.commit is not None]
        if len(kept) == len(group):
            return tuple(msgspec.structs.replace(one, at=at) for one in kept)
        source, ref = group[0].source, group[0].ref
        folder = await self._fetch(source, ref, url, (name, oid))
        commit = await self._commit(folder, ref)
        found = [await self._listed(folder, origin, commit, at, bare=True) for origin in group]
        return tuple(msgspec.structs.replace(one, ref_at=oid) for one in found)

    async def _ref(self, ref: str, url: str) -> tuple[str, str]:
        """What the source calls the ref, and the commit or tag that it is at."""
        await self._context.in_thread(made, self._root)
        answer = await self._git.converse(
            self._root,
            *("ls-remote", "--end-of-options", url, *ref_patterns(ref)),
            timeout=self._config.fetch_timeout,
            ssh=await self._ssh_command(),
        )
        if answer.code != 0:
            raise Failed(fetch_failure(answer.err), first_words(answer.err))
        found = named_ref(ref, answer.out)
        if found is None:
            raise Gone
        return found

    async def _fetch(
        self, source: str, ref: str, url: str, named: tuple[str, str], *, whole: bool = False
    ) -> Path:
        """Have what the ref is at in the cache; in the whole one with all contents. Returns its folder."""
        name, like = named
        folder = self._folder(source, whole=whole)
        depth: tuple[str, ...] = SHALLOW if whole else PARTIAL
        async with held(self._context, folder):
            discarded = False
            while True:
                await self._made(folder, like)
                answer = await self._git.converse(
                    folder,
                    *_settings(url, partial=depth == PARTIAL),
                    *(*FETCH, *depth, "--end-of-options", "upstream", f"{name}:{_own_ref(ref)}"),
                    timeout=self._config.fetch_timeout,
                    bare=True,
                    ssh=await self._ssh_command(),
                )
                if answer.code == 0:
                    return folder
                failure = fetch_failure(answer.err)
                if _SHALLOW_UNKNOWN in answer.err and depth:
                    depth = ()
                elif not discarded and failure in (FetchFailure.LOCKED, FetchFailure.OTHER):
                    # No other devdash is in it: a lock was left by a kill, and what is broken stays so.
                    await self._context.in_thread(shutil.rmtree, folder, ignore_errors=True)
                    discarded = True
                else:
                    raise Failed(failure, first_words(answer.err))

    async def _made(self, folder: Path, like: str) -> Path:
        """A bare repository for names such as `like`."""
        await self._context.in_thread(made, folder)
        if await self._context.in_thread((folder / "HEAD").is_file):
            return folder
        kind = "sha256" if len(like) == 64 else "sha1"
        answer = await self._git.read(
            folder, "init", "-q", "--bare", "--template=", f"--object-format={kind}", timeout=LOCAL_S
        )
        if answer.code != 0:
            raise PaneError(f"The cache cannot be made: {first_words(answer.err)}.")
        return folder

    async def _commit(self, folder: Path, ref: str) -> str:
        answer = await self._git.read(
            folder,
            *("rev-parse", "--quiet", "--verify", f"{_own_ref(ref)}^{{commit}}"),
            timeout=LOCAL_S,
            bare=True,
        )
        if answer.code != 0:
            raise Failed(FetchFailure.OTHER, "its ref names no commit")
        return answer.out.decode("ascii", "replace").strip()

    async def _listed(self, folder: Path, origin: Origin, commit: str, at: float, *, bare: bool) -> Finding:
        below = prefix(origin.path)
        answer = await self._git.read(
            folder,
            *("ls-tree", "-r", "-z", "--full-tree", commit, *(("--", below) if below else ())),
            timeout=LOCAL_S,
            bare=bare,
        )
        if answer.code != 0:
            raise Failed(FetchFailure.OTHER, first_words(answer.err))
        files, whole, note = await self._context.in_thread(chosen, origin.path, answer.out)
        return Finding(origin=origin, at=at, commit=commit, files=files, whole=whole, message=note)

    async def _blob(self, folder: Path, oid: str, *, bare: bool = False) -> bytes | None:
        answer = await self._git.read(folder, "cat-file", "blob", oid, timeout=LOCAL_S, bare=bare)
        return _checked(answer.code, answer.out, oid)

    async def _lazily(self, folder: Path, url: str, oid: str) -> bytes | None:
        answer = await self._git.converse(
            folder,
            *(*_settings(url, partial=True), "cat-file", "blob", oid),
            timeout=self._config.fetch_timeout,
            bare=True,
            ssh=await self._ssh_command(),
        )
        return _checked(answer.code, answer.out, oid)

    async def _ssh_command(self) -> str | None:
        """The person's own core.sshCommand."""
        if self._ssh is None:
            await self._context.in_thread(made, self._root)
            answer = await self._git.read(
                self._root, "config", "--includes", "--get", "core.sshCommand", timeout=LOCAL_S
            )
            said = answer.out.decode("utf-8", "surrogateescape").removesuffix("\n")
            self._ssh = (said or None,) if answer.code == 0 else (None,)
        return self._ssh[0]


def _settings(url: str, *, partial: bool) -> tuple[str, ...]:
    """The source as a remote of the cache, said anew in each call, so that no config file can go stale."""
    promised = ("remote.upstream.promisor=true", "remote.upstream.partialclonefilter=blob:none")
    settings = (f"remote.upstream.url={url}", "gc.auto=0", *(promised if partial else ()))
    return tuple(part for setting in settings for part in ("-c", setting))


def _own_ref(ref: str) -> str:
    return "refs/devdash/" + hashlib.sha256(ref.encode()).hexdigest()[:24]


def _checked(code: int, content: bytes, oid: str) -> bytes | None:
    """`content`, if it is what `oid` names: a cache may be broken."""
    return content if code == 0 and blob_name(content, oid) == oid else None


def _lacking(oid: str) -> Lacking:
    return Lacking(
        f"The content {oid[:12]} is not to be had any more, from the source or from the cache.",
        "Without it changes cannot be told apart; it can be taken over whole, with --conflicts upstream.",
    )
