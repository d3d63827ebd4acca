"""Files that may not be read, seen by a devdash that may read no more than its user: not even as root."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from git_builder import Builder

CLOSED = {
    "whole": ".",
    "git": ".git",
    "head": ".git/HEAD",
    "index": ".git/index",
    "objects": ".git/objects",
    "refs": ".git/refs",
    "config": ".git/config",
}


@pytest.fixture
def closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Path]]:
    """A repository for each thing that may not be read, by the repository's name."""
    builder = Builder.installed(tmp_path, monkeypatch)
    made = {name: builder.repository(name) / part for name, part in CLOSED.items()}
    for path in made.values():
        path.chmod(0)
    yield made
    for path in made.values():
        path.chmod(0o755)


def test_what_may_not_be_read_is_no_permission_and_never_corrupt(
    closed: dict[str, Path], tmp_path: Path, needs: Callable[[str], str]
) -> None:
    """Also where git itself says only that there is no repository. Nobody is told to clone it anew."""
    folders = [str(tmp_path / "repositories" / name) for name in closed]
    config = tmp_path / "devdash.toml"
    config.write_text(f'[devdash]\nlayout = [["git"]]\n[panes.git]\nrepos = {json.dumps(folders)}\n')
    powerless = [needs("setpriv"), "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
    devdash = [sys.executable, "-m", "devdash", "--config", str(config)]
    answer = subprocess.run([*powerless, *devdash, "status", "git", "--json"], capture_output=True)
    (pane,) = json.loads(answer.stdout)["panes"]
    found = {repo["name"]: repo["access"] for repo in pane["facts"]["repos"]}
    assert found == dict.fromkeys(closed, "no-permission")
    assert {entry["level"] for entry in pane["attention"]} == {"attention"}
