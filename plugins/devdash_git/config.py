"""The git pane's table in devdash.toml."""

from collections.abc import Iterable
from pathlib import Path

from devdash.api import ConfigProblem, Duration, PaneConfig

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


class GitConfig(PaneConfig, frozen=True):
    """What the git pane looks at.

    Attributes:
        repos: the top folders of repositories; shown in this order, before those that `scan` finds.
            None, and no `scan` either: the folder of the config file.
        scan: folders in which repositories are looked for.
        depth: how many levels below a `scan` folder are looked at; 0 is the folder itself.
        ignore: names of folders that a scan does not enter; shell patterns such as "build*".
        trust: repositories whose own config may name programs that git runs.
        repo_timeout: what one repository may take in a reading.
        fetch_timeout: what one remote may take in a fetch.
    """

    repos: tuple[Path, ...] = ()
    scan: tuple[Path, ...] = ()
    depth: int = 3
    ignore: tuple[str, ...] = IGNORED
    trust: tuple[Path, ...] = ()
    interval: Duration = Duration(30)
    timeout: Duration = Duration(60)
    repo_timeout: Duration = Duration(10)
    fetch_timeout: Duration = Duration(60)

    def problems(self) -> Iterable[ConfigProblem]:
        """Depth below zero, patterns that are paths, and limits that cannot be kept."""
        if self.depth < 0:
            yield ConfigProblem("depth", "depth is a number of levels, 0 or more")
        for pattern in self.ignore:
            if "/" in pattern:
                yield ConfigProblem("ignore", f'"{pattern}" is a path; ignore takes the names of folders')
        if self.repo_timeout <= 0:
            yield ConfigProblem("repo_timeout", "repo_timeout is longer than 0 s")
        if self.fetch_timeout <= 0:
            yield ConfigProblem("fetch_timeout", "fetch_timeout is longer than 0 s")
        if self.repo_timeout >= self.timeout:
            yield ConfigProblem(
                "repo_timeout",
                "repo_timeout is shorter than timeout: one repository must not cost the others their turn",
            )
