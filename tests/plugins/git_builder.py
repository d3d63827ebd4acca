"""Real repositories for tests: plain git, nobody's config, fixed dates."""

import os
import subprocess
from pathlib import Path

import pytest

from devdash.api import Report
from devdash.engine.boundary import admit_report
from devdash.engine.context import Context
from devdash_git.config import GitConfig
from devdash_git.facts import GitFacts, RepositoryFacts
from devdash_git.pane import GitPane

DATE = "2026-01-02T03:04:05+00:00"

GLOBAL_CONFIG = """
[user]
    name = Ada
    email = ada@example.org
[init]
    defaultBranch = main
[protocol "file"]
    allow = always
[maintenance]
    auto = false
[core]
    fsync = none
"""


class Builder:
    """Makes repositories below `root`, with a home and a global config of its own.

    Attributes:
        env: what makes git independent of the machine; tests put it into the environment as well.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        home = root / "home"
        home.mkdir(parents=True)
        config = home / "gitconfig"
        config.write_text(GLOBAL_CONFIG)
        self.env = {
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / ".config"),
            "GIT_CONFIG_GLOBAL": str(config),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_DATE": DATE,
            "GIT_COMMITTER_DATE": DATE,
            "GIT_EDITOR": ":",
            "GIT_TEMPLATE_DIR": "",
            "LC_ALL": "C.UTF-8",
        }

    @classmethod
    def installed(cls, root: Path, monkeypatch: pytest.MonkeyPatch) -> "Builder":
        """A builder whose environment is also that of devdash."""
        made = cls(root / "repositories")
        for name, value in made.env.items():
            monkeypatch.setenv(name, value)
        return made

    def git(self, folder: Path, *arguments: str, check: bool = True, stdin: bytes = b"") -> str:
        """Run git in `folder`; its output, stripped."""
        base = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], env=base | self.env, capture_output=True, input=stdin
        )
        if check and done.returncode != 0:
            raise AssertionError(f"git {arguments}: {done.stderr.decode()}")
        return done.stdout.decode("utf-8", "surrogateescape").strip()

    def repository(self, name: str, *, commits: int = 1, bare: bool = False) -> Path:
        """A new repository with so many commits, each of one file."""
        folder = self.root / name
        folder.mkdir(parents=True)
        self.git(folder, "init", "-q", *(["--bare"] if bare else []))
        for number in range(commits):
            self.commit(folder, f"file{number}", f"{number}\n")
        return folder

    def commit(self, folder: Path, name: str = "file", text: str = "text\n") -> None:
        """Commit a file."""
        (folder / name).write_text(text)
        self.git(folder, "add", "--", name)
        self.git(folder, "commit", "-q", "-m", f"Write {name}")

    def head(self, folder: Path) -> str:
        """The commit of HEAD."""
        return self.git(folder, "rev-parse", "HEAD")

    def clone(self, origin: Path, name: str, *options: str) -> Path:
        """A clone of `origin`."""
        folder = self.root / name
        self.git(self.root, "clone", "-q", *options, str(origin), str(folder))
        return folder

    def conflict(self, folder: Path, how: str = "merge") -> None:
        """Leave `folder` in the middle of a `merge`, `rebase`, `cherry-pick` or `revert` that conflicts."""
        self.commit(folder, "clash", "base\n")
        self.git(folder, "switch", "-q", "-c", "other")
        self.commit(folder, "clash", "theirs\n")
        self.git(folder, "switch", "-q", "main")
        self.commit(folder, "clash", "ours\n")
        target = "HEAD~1" if how == "revert" else "other"
        self.git(folder, how, *(["--no-edit"] if how == "revert" else []), target, check=False)


def pane(context: Context, *repos: Path, **settings: object) -> GitPane:
    """A git pane of `repos`; `settings` are fields of its config."""
    return GitPane(GitConfig(repos=repos, **settings), context)


async def read(made: GitPane) -> Report:
    """A reading that passes the checks of the dashboard."""
    return admit_report("git", await made.read(), made.actions())


def repositories(report: Report) -> dict[str, RepositoryFacts]:
    """The facts by name."""
    assert isinstance(report.facts, GitFacts)
    return {repo.name: repo for repo in report.facts.repos}


async def only(made: GitPane) -> RepositoryFacts:
    """The facts of the only repository."""
    (facts,) = repositories(await read(made)).values()
    return facts
