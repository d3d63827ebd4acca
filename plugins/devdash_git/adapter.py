"""The only module that imports GitPython: the remotes of repositories, as their configs have them.

It runs in a worker, which ends when it has nothing to do: GitPython is read once for a config and would
hold its memory all day. It reads files here and nothing else. Its status and its commands are not used:
they would run in devdash's own folder when the repository's has vanished, and miss names that are not
UTF-8 (docs/git.md).
"""

import base64
import configparser
import os
from collections.abc import Sequence

import git
from git.config import GitConfigParser


def remotes(*, tops: Sequence[str]) -> list[dict[str, list[str]] | None]:
    """The remotes of each repository: their names and URLs as the config has them, passwords and all.

    Args:
        tops: the bytes of the repositories' top folders, in Base64.

    Returns:
        URLs by the remote's name; None for one that GitPython cannot make sense of, such as a newer format.
    """
    return [_remotes(os.fsdecode(base64.b64decode(top))) for top in tops]


def _remotes(top: str) -> dict[str, list[str]] | None:
    try:
        repository = git.Repo(top, expand_vars=False)
    except (git.GitError, OSError, ValueError, configparser.Error):
        return None
    try:
        with repository.config_reader("repository") as config:
            found = {
                section[8:-1]: _urls(config, section)
                for section in config.sections()
                if section.startswith('remote "') and section.endswith('"')
            }
    except (git.GitError, OSError, ValueError, configparser.Error):
        return None
    finally:
        repository.close()
    return {name: urls for name, urls in found.items() if urls}


def _urls(config: GitConfigParser, section: str) -> list[str]:
    return [str(url) for url in config.get_values(section, "url", default="") if url]


CALLS = {"remotes": remotes}
