"""The only module that imports GitPython: the remotes of a repository, as its config has them.

GitPython reads files here and nothing else. Its status and its commands are not used: they would run in
devdash's own folder when the repository's has vanished, and miss names that are not UTF-8 (docs/git.md).
It is imported in the thread that first needs it, which costs about 0.1 s and 6 MB.
"""

import configparser
import importlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from devdash_git.plain import masked, printable

if TYPE_CHECKING:
    from git.config import GitConfigParser

SWITCH = "GIT_PYTHON_REFRESH"


class Remote(msgspec.Struct, frozen=True):
    """A remote, fit to be shown.

    Attributes:
        name: printable.
        urls: masked and printable; more than one when the config has several.
    """

    name: str
    urls: tuple[str, ...]


def _load() -> None:
    """Import GitPython so that it does not fail where git is missing.

    Its switch for that is an environment variable, which nobody else has to see.
    """
    if "git" in sys.modules or SWITCH in os.environ:
        return
    os.environ[SWITCH] = "quiet"
    try:
        importlib.import_module("git")
    finally:
        del os.environ[SWITCH]


def remotes(top: Path) -> tuple[Remote, ...] | None:
    """The remotes of the repository whose top folder is `top`. Blocks; run it in a thread.

    Returns:
        None when GitPython cannot make sense of the repository, such as one in a newer format.
    """
    _load()
    import git

    try:
        repository = git.Repo(top, expand_vars=False)
    except (git.GitError, OSError, ValueError, configparser.Error):
        return None
    try:
        with repository.config_reader("repository") as config:
            found = [_remote(config, section) for section in config.sections()]
    except (git.GitError, OSError, ValueError, configparser.Error):
        return None
    finally:
        repository.close()
    return tuple(sorted((remote for remote in found if remote), key=lambda remote: remote.name))


def _remote(config: "GitConfigParser", section: str) -> Remote | None:
    """The remote that `section` describes: 'remote "origin"'; None when it is about something else."""
    if not (section.startswith('remote "') and section.endswith('"')):
        return None
    urls = config.get_values(section, "url", default="")
    shown = tuple(masked(printable(str(url))) for url in urls if url)
    return Remote(printable(section[8:-1]), shown) if shown else None
