"""Which settings of a repository's own config can make git run a program.

Only the scopes "local" and "worktree" count: those travel with the folder, so that an archive someone
sent can carry them. What the person set in the global or system config is the person's own (git-lfs
is usually there). `git config` itself is asked, includes and all, because a second parser could
disagree with it; listing runs nothing.
"""

import re

import msgspec

_OWN_SCOPES = frozenset({b"local", b"worktree"})

_READING = re.compile(r"filter\..*\.(clean|smudge|process)", re.DOTALL)
"""Run by `git status` on a touched file. There is no switch that turns filters off."""

_FETCHING = re.compile(
    r"core\.(sshcommand|gitproxy|askpass|alternaterefscommand)"
    r"|remote\..*\.(uploadpack|receivepack|vcs)"
    r"|credential\.(.*\.)?helper",
    re.DOTALL,
)
"""Run by `git fetch` and `git push`. Hooks and fsmonitor are not here: they are turned off in every call."""

_ACTING = re.compile(r"merge\..*\.driver|gpg\.(.*\.)?program|gpg\.ssh\.defaultkeycommand", re.DOTALL)
"""Run by `git merge`, `git stash`, `git push` and `git switch`, besides what reading runs."""

_LFS = frozenset({"git-lfs clean -- %f", "git-lfs smudge -- %f", "git-lfs smudge --skip -- %f",
                  "git-lfs filter-process", "git-lfs filter-process --skip"})  # fmt: skip
"""What `git lfs install --local` writes, word for word: it names no program of the folder's own."""

_HELPER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_HELPER_URL = re.compile(r"[A-Za-z0-9][A-Za-z0-9+.-]*::")


class Setting(msgspec.Struct, frozen=True):
    """One line of the config as git lists it.

    Attributes:
        scope: "system", "global", "local", "worktree" or "command", as bytes.
        key: section and variable in lower case, the subsection as written.
        value: its value; "true" for a key without one.
    """

    scope: bytes
    key: str
    value: str

    @property
    def own(self) -> bool:
        """Whether it travels with the repository."""
        return self.scope in _OWN_SCOPES


class Settings(msgspec.Struct, frozen=True):
    """The whole config of a repository, in the order in which git applies it."""

    entries: tuple[Setting, ...] = ()

    def last(self, key: str) -> str | None:
        """The value that git would use; None when it is not set."""
        return next((entry.value for entry in reversed(self.entries) if entry.key == key), None)

    def all(self, key: str) -> tuple[str, ...]:
        """Every value of a key that may occur more than once."""
        return tuple(entry.value for entry in self.entries if entry.key == key)

    @property
    def remotes(self) -> tuple[str, ...]:
        """The names of the remotes that have a URL, in order."""
        names: dict[str, None] = {}
        for entry in self.entries:
            if not entry.key.startswith("remote."):
                continue
            match = re.fullmatch(r"remote\.(.+)\.url", entry.key, re.DOTALL)
            if match is not None:
                names[match[1]] = None
        return tuple(names)

    @property
    def includes(self) -> bool:
        """Whether the repository's own config takes in other files, which may change unseen."""
        return any(entry.own and entry.key.startswith(("include.", "includeif.")) for entry in self.entries)


class Programs(msgspec.Struct, frozen=True):
    """The keys of a repository's own config that name programs, each once, in order.

    Attributes:
        reading: those that `git status` would run.
        fetching: those that `git fetch` would run.
        acting: those that merging, stashing, switching and signing would run.
        lines: all of them with their values, as the config has them.
    """

    reading: tuple[str, ...] = ()
    fetching: tuple[str, ...] = ()
    acting: tuple[str, ...] = ()
    lines: tuple[Setting, ...] = ()


def parse_settings(data: bytes) -> Settings:
    r"""Read `git config --show-scope --list -z`: scope NUL key LF value NUL.

    Raises:
        ValueError: the answer is cut short.
    """
    fields = data.split(b"\0")
    if fields.pop() or len(fields) % 2:
        raise ValueError("the list of settings is cut short")
    entries = []
    for scope, line in zip(fields[::2], fields[1::2], strict=True):
        key, parted, value = line.partition(b"\n")
        entries.append(Setting(scope, _text(key), _text(value) if parted else "true"))
    return Settings(tuple(entries))


def programs(settings: Settings) -> Programs:
    """What of `settings` can run a program and travels with the repository."""
    reading: dict[str, None] = {}
    fetching: dict[str, None] = {}
    acting: dict[str, None] = {}
    lines: list[Setting] = []
    for entry in settings.entries:
        if not entry.own or entry.key.startswith("branch."):  # thousands of them, and none names a program
            continue
        kinds = (
            (reading, _READING.fullmatch(entry.key) and entry.value not in _LFS and entry.value),
            (fetching, _runs_in_fetch(entry)),
            (acting, _ACTING.fullmatch(entry.key) and entry.value),
        )
        for kind, runs in kinds:
            if runs:
                kind[entry.key] = None
        if any(runs for _, runs in kinds):
            lines.append(entry)
    return Programs(tuple(reading), tuple(fetching), tuple(acting), tuple(lines))


def _runs_in_fetch(entry: Setting) -> bool:
    if entry.key.startswith("credential."):
        named = _HELPER_NAME.fullmatch(entry.value) is not None
        return _FETCHING.fullmatch(entry.key) is not None and bool(entry.value) and not named
    if re.fullmatch(r"remote\..*\.(url|pushurl)", entry.key, re.DOTALL):
        return _HELPER_URL.match(entry.value) is not None
    if re.fullmatch(r"url\..*\.insteadof", entry.key, re.DOTALL):
        return _HELPER_URL.match(entry.key.removeprefix("url.")) is not None
    return _FETCHING.fullmatch(entry.key) is not None


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")
