"""The git pane's table in devdash.toml."""

import re
from collections.abc import Iterable
from pathlib import Path

import msgspec

from devdash.api import ConfigProblem, Duration, DurationOrZero, PaneConfig
from devdash_git.choices import Only, Order
from devdash_git.labels import Label
from devdash_git.vendored.paths import odd_source, why_not

DAY = 86_400.0
LEAST_FETCH_S = 300.0

IGNORED = (
    "node_modules",
    ".venv",
    "venv",
    "__pycache__",
    ".tox",
    ".cache",
    ".cargo",
    ".rustup",
    ".npm",
    "target",
)


_DAY_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


class Vendored(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What is taken over from another repository: one `[[panes.git.vendored]]`.

    Attributes:
        source: a URL; a path relative to the lock file; "." for another branch of the project itself.
        path: a file, a folder or a pattern such as "docs/*.md" there.
        ref: a branch, tag or commit; "": the source's HEAD.
        to: the file's place, or the folder that the files go into, relative to the lock file; "": as `path`.
    """

    source: str
    path: str
    ref: str = ""
    to: str = ""


class GitConfig(PaneConfig, frozen=True):
    """What the git pane looks at.

    Attributes:
        repos: the top folders of repositories; shown in this order, before those that `scan` finds.
            None, and no `scan` either: the folder of the config file.
        scan: folders in which repositories are looked for.
        depth: how many levels below a `scan` folder are looked at; 0 is the folder itself.
        ignore: names of folders that a scan does not enter; shell patterns such as "build*".
        submodules: those that are checked out are shown too, below their repository.
        trust: repositories whose own config may name programs that git runs.
        repo_timeout: what one repository may take in a reading.
        fetch_timeout: what one remote may take in a fetch.
        fetch_every: how old the last contact may get before it is fetched unasked; 0: never.
        fetch_on_battery, fetch_on_metered: also then.
        groups, tags: names for some of the repositories; each is in the first group that means it.
        show, order: how the pane is looked at to begin with.
        unpushed_after, operation_after, stash_after: how old each may get before an alert begins.
        day_end: "HH:MM"; what is not committed then is told, once for all repositories. "": never.
        vendored: what is taken over from other repositories.
        vendored_lock: where it is written down what was taken; the project's folder is the file's.
        vendored_check: readings ask the sources as well, and drift needs a hand.
        vendored_every: how old what the sources said may be then.
    """

    repos: tuple[Path, ...] = ()
    scan: tuple[Path, ...] = ()
    depth: int = 3
    ignore: tuple[str, ...] = IGNORED
    submodules: bool = False
    trust: tuple[Path, ...] = ()
    interval: Duration = Duration(15)
    timeout: Duration = Duration(60)
    repo_timeout: Duration = Duration(10)
    fetch_timeout: Duration = Duration(60)
    fetch_every: DurationOrZero = DurationOrZero(0)
    fetch_on_battery: bool = False
    fetch_on_metered: bool = False
    groups: tuple[Label, ...] = ()
    tags: tuple[Label, ...] = ()
    show: Only = Only.ALL
    order: Order = Order.LISTED
    unpushed_after: Duration = Duration(3 * DAY)
    operation_after: Duration = Duration(DAY / 6)
    stash_after: Duration = Duration(30 * DAY)
    day_end: str = "18:00"
    vendored: tuple[Vendored, ...] = ()
    vendored_lock: Path = Path("devdash-vendored.json")
    vendored_check: bool = False
    vendored_every: Duration = Duration(DAY / 24)

    def problems(self) -> Iterable[ConfigProblem]:
        """Depth below zero, patterns that are paths, and limits that cannot be kept."""
        if self.depth < 0:
            yield ConfigProblem("depth", "depth is a number of levels, 0 or more")
        for pattern in self.ignore:
            if "/" in pattern:
                yield ConfigProblem("ignore", f'"{pattern}" is a path; ignore takes the names of folders')
        if self.day_end and not _DAY_TIME.fullmatch(self.day_end):
            yield ConfigProblem("day_end", 'day_end is a time of the day such as "18:00", or ""')
        if self.repo_timeout <= 0:
            yield ConfigProblem("repo_timeout", "repo_timeout is longer than 0 s")
        if self.fetch_timeout <= 0:
            yield ConfigProblem("fetch_timeout", "fetch_timeout is longer than 0 s")
        if 0 < self.fetch_every < LEAST_FETCH_S:
            yield ConfigProblem(
                "fetch_every", "fetch_every is 5m at least, or 0 for never: servers are not ours"
            )
        if self.repo_timeout >= self.timeout:
            yield ConfigProblem(
                "repo_timeout",
                "repo_timeout is shorter than timeout: one repository must not cost the others their turn",
            )
        for number, entry in enumerate(self.vendored):
            place = f"vendored.{number}"
            if reason := odd_source(entry.source, entry.ref):
                yield ConfigProblem(f"{place}.source", f"this source is not used: {reason}")
            for name, path in (("path", entry.path), ("to", "x" if entry.to in ("", ".") else entry.to)):
                if reason := why_not(path):
                    yield ConfigProblem(f"{place}.{name}", f"this path is not used: {reason}")
