"""How git is run: the one environment and the one set of options, for every call.

What each setting is against is in docs/git.md. All of it goes through `context.run`: argument lists,
no terminal, no input, a session of its own, killed as a group when it takes too long.
"""

import os
import re
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from devdash.api import Completed, PaneContext, ProcessTimeout, ProgramMissing, Unavailable
from devdash_git import lane

LOCAL_VARIABLES = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_CONFIG",
    "GIT_CONFIG_PARAMETERS",
    "GIT_CONFIG_COUNT",
    "GIT_OBJECT_DIRECTORY",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_REPLACE_REF_BASE",
    "GIT_PREFIX",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_COMMON_DIR",
)
"""Variables that point git at another repository: the output of `git rev-parse --local-env-vars`.
An inherited GIT_DIR wins over `-C`."""

NOISE_VARIABLES = (
    "GIT_NAMESPACE",
    "GIT_ATTR_SOURCE",
    "GIT_EXTERNAL_DIFF",
    "GIT_TRACE",
    "GIT_TRACE_CURL",
    "GIT_TRACE_PACKET",
    "GIT_TRACE_SETUP",
    "GIT_TRACE2",
    "GIT_CURL_VERBOSE",
)
"""Variables that change which refs are seen, start a program, or write into the error output."""

FETCHED_PROTOCOLS = "https:http:ssh:git:file"
"""What a fetch may use. Everything else, `ext::` above all, can run programs."""

NO_PROTOCOL = "none"
"""For reading: a partial clone would otherwise fetch what it lacks, in the middle of `git status`."""

OPTIONS = ("-c", "core.fsmonitor=false")
NO_HOOKS = ("-c", "core.hooksPath=/dev/null")
EXPLICIT = ("-c", "safe.bareRepository=explicit")
"""A bare repository is used only where the person named its folder or a scan saw its files."""

QUIETLY = (
    *("-c", "submodule.recurse=false"),
    *("-c", "gc.auto=0"),
    *("-c", "maintenance.auto=false"),
    *("-c", "merge.autoStash=false"),
    *("-c", "merge.renormalize=false"),
)
"""For commands that change something: nothing in submodules, no maintenance behind one's back, no stash
that nobody asked for."""

OLDEST = (2, 29)
"""`fetch --no-auto-maintenance` and `config --show-scope` are there from this version on."""

OLDEST_WITH_STASH = (2, 35)
"""`status --porcelain=v2 --show-stash` says something from this version on."""


class Version(msgspec.Struct, frozen=True, order=True):
    """A version of git."""

    major: int
    minor: int

    @property
    def tells_stash(self) -> bool:
        """Whether the stash is in the porcelain format."""
        return (self.major, self.minor) >= OLDEST_WITH_STASH


def environment(folder: Path, *, protocols: str = NO_PROTOCOL) -> dict[str, str | None]:
    """Changes to the environment for git in `folder`, a real path.

    The ceiling keeps git from climbing: a folder that lost its .git is no repository, even when it
    lies inside one. It cannot name a folder with ":" in its path; `identity` checks those each time.
    """
    changes: dict[str, str | None] = dict.fromkeys((*LOCAL_VARIABLES, *NOISE_VARIABLES))
    changes |= {
        "GIT_CEILING_DIRECTORIES": str(folder.parent),
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",
        "SSH_ASKPASS_REQUIRE": "never",
        "GCM_INTERACTIVE": "never",
        "GIT_PAGER": "cat",
        "GIT_EDITOR": ":",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_ALLOW_PROTOCOL": protocols,
        "LC_ALL": "C",
    }
    return changes


def ssh_command(inherited: Mapping[str, str], configured: str | None) -> str | None:
    """GIT_SSH_COMMAND for a fetch that never asks: the person's own command, with its batch mode.

    Order as in git-config(1), core.sshCommand: GIT_SSH_COMMAND, then `configured`, then GIT_SSH.

    Returns:
        None where nothing may be added: a program that is neither ssh nor plink, or GIT_SSH, which
        is a path and takes no options. Without a terminal those cannot ask either.
    """
    own = inherited.get("GIT_SSH_COMMAND") or configured
    if own is None:
        return None if inherited.get("GIT_SSH") else "ssh -oBatchMode=yes"
    match = re.match(r"\s*(?:\"([^\"]+)\"|'([^']+)'|(\S+))", own)
    program = Path(next(filter(None, match.groups()))).name.lower().removesuffix(".exe") if match else ""
    switch = {"ssh": "-oBatchMode=yes", "plink": "-batch", "tortoiseplink": "-batch"}.get(program)
    return own if switch is None else f"{own} {switch}"


class Git:
    """git, as the pane runs it.

    Args:
        context: lends the processes.
        program: the name under which git is found.
    """

    def __init__(self, context: PaneContext, program: str = "git") -> None:
        self._context = context
        self._program = program
        self._version: Version | None = None

    async def version(self) -> Version:
        """The installed version; asked once.

        Raises:
            Unavailable: git is missing, or too old to be used safely.
        """
        if self._version is None:
            try:
                answer = await self._context.run(
                    (self._program, "version"), timeout=10, env=environment(Path("/"))
                )
            except ProgramMissing as missing:
                raise Unavailable("git is not installed.", "Install the package git.") from missing
            self._version = _read_version(answer.out)
        return self._version

    async def read(self, folder: Path, *arguments: str, timeout: float, bare: bool = False) -> Completed:
        """Run a command that only reads, in the repository whose top is `folder` (a real path).

        Raises:
            ProcessError: as `PaneContext.run`.
        """
        return await self._context.run(
            self._argv(folder, arguments, bare), timeout=timeout, env=environment(folder)
        )

    async def read_each(
        self, folders: Sequence[Path], *arguments: str, timeout: float, warned: bool = False
    ) -> tuple[bytes | None, ...]:
        """Run a command that only reads in each of `folders`, one after the other, as `read` does.

        All of it is one child process, so a folder costs little more than git itself does; see `lane`.

        Args:
            arguments: devdash's own words, not text from outside.
            warned: what git says beside its answer stands in the answer, which shows that not all is well.

        Returns:
            What git printed in each; None where it failed (`read` tells how), and from the one on that had
            not answered when the time was over.

        Raises:
            ProcessError: as `PaneContext.run`, but for a timeout; ProgramMissing: no shell.
        """
        mark = secrets.token_hex(16)
        everywhere = environment(Path("/")) | {lane.CEILING: None}
        argv = lane.command(
            mark, (self._program, *OPTIONS, *NO_HOOKS, *EXPLICIT, *arguments), folders, warned
        )
        try:
            printed = (await self._context.run(argv, timeout=timeout, env=everywhere)).out
        except ProcessTimeout as late:
            printed = late.out
        return lane.answers(printed, mark, len(folders))

    async def fetch(
        self, folder: Path, *arguments: str, timeout: float, bare: bool = False, ssh: str | None = None
    ) -> Completed:
        """Run `git fetch` there; `ssh` is the person's core.sshCommand, None when there is none.

        Raises:
            ProcessError: as `PaneContext.run`.
        """
        return await self._context.run(
            self._argv(folder, ("fetch", *arguments), bare), timeout=timeout, env=_talking(folder, ssh)
        )

    async def converse(
        self, folder: Path, *arguments: str, timeout: float, bare: bool = False, ssh: str | None = None
    ) -> Completed:
        """Run a command that asks a remote, such as `ls-remote`; `ssh` as for `fetch`.

        In a partial clone of devdash's own it may fetch what it lacks: elsewhere that is turned off.

        Raises:
            ProcessError: as `PaneContext.run`.
        """
        env = _talking(folder, ssh) | {"GIT_NO_LAZY_FETCH": None}
        return await self._context.run(self._argv(folder, arguments, bare), timeout=timeout, env=env)

    async def push(
        self, folder: Path, *arguments: str, timeout: float, ssh: str | None = None, hooks: bool = False
    ) -> Completed:
        """Run `git push` there; `ssh` as for `fetch`. With `hooks` the hook pre-push runs.

        Raises:
            ProcessError: as `PaneContext.run`.
        """
        argv = self._argv(folder, (*QUIETLY, "push", *arguments), bare=False, hooks=hooks)
        return await self._context.run(argv, timeout=timeout, env=_talking(folder, ssh))

    async def change(
        self, folder: Path, *arguments: str, timeout: float, bare: bool = False, stdin: bytes = b""
    ) -> Completed:
        """Run a command that changes the repository or its files, without its hooks and without a network.

        Raises:
            ProcessError: as `PaneContext.run`.
        """
        env = environment(folder) | {"GIT_REFLOG_ACTION": None, "GIT_MERGE_AUTOEDIT": "no"}
        argv = self._argv(folder, (*QUIETLY, *arguments), bare)
        return await self._context.run(argv, timeout=timeout, env=env, stdin=stdin)

    def _argv(
        self, folder: Path, arguments: tuple[str, ...], bare: bool, *, hooks: bool = False
    ) -> tuple[str, ...]:
        wanted = ("-c", "safe.bareRepository=all") if bare else EXPLICIT
        options = OPTIONS if hooks else (*OPTIONS, *NO_HOOKS)
        return (self._program, "-C", str(folder), *options, *wanted, *arguments)


def _talking(folder: Path, ssh: str | None) -> dict[str, str | None]:
    """The environment for what talks to a remote."""
    env = environment(folder, protocols=FETCHED_PROTOCOLS)
    command = ssh_command(os.environ, ssh)
    if command is not None:
        env["GIT_SSH_COMMAND"] = command
    return env


def _read_version(out: bytes) -> Version:
    match = re.match(rb"git version (\d+)\.(\d+)", out)
    if match is None:
        raise Unavailable("The program git does not say its version.", "Run `git version` to see what it is.")
    version = Version(int(match[1]), int(match[2]))
    if (version.major, version.minor) < OLDEST:
        raise Unavailable(
            f"git {version.major}.{version.minor} is too old; {OLDEST[0]}.{OLDEST[1]} or later is needed.",
            "Install a newer git.",
        )
    return version
