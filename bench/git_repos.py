"""Repositories to measure with: a remote, and clones of it in the states in which people leave theirs."""

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

FILES = 60
STATES = 6
"""Clean, edited, untracked files, ahead, behind, a stash; in turns."""

SETTINGS = {
    "user.name": "Ada",
    "user.email": "ada@example.org",
    "init.defaultBranch": "main",
    "maintenance.auto": "false",
    "gc.auto": "0",
    "protocol.file.allow": "always",
}


def repositories(folder: Path, count: int, env: Mapping[str, str]) -> list[Path]:
    """`count` clones below `folder`, which is made; they are copies of six, with indexes of their own."""
    folder.mkdir(parents=True)
    origin = folder / "origin.git"
    first = folder / "first"
    first.mkdir()
    _git(first, env, "init", "-q")
    for number in range(FILES):
        (first / f"d{number % 8}").mkdir(exist_ok=True)
        (first / f"d{number % 8}" / f"file{number}.py").write_text(f"line {number}\n" * 40)
    _commit(first, env, "first")
    _git(folder, env, "clone", "-q", "--bare", str(first), str(origin))
    models = [_model(folder, env, origin, state) for state in range(STATES)]
    clones = folder / "clones"
    made = []
    for number in range(count):
        made.append(clones / f"repo{number:03}")
        shutil.copytree(models[number % STATES], made[-1], symlinks=True)
        _git(made[-1], env, "status", "--porcelain")  # its files are new to the index: let it note them
    return made


def _model(folder: Path, env: Mapping[str, str], origin: Path, state: int) -> Path:
    clone = folder / f"model{state}"
    _git(folder, env, "clone", "-q", str(origin), str(clone))
    edited = clone / "d1" / "file1.py"
    if state == 1:
        edited.write_text("edited\n")
    elif state == 2:
        (clone / "notes").mkdir()
        (clone / "notes" / "todo").write_text("x\n")
    elif state == 3:
        edited.write_text("ahead\n")
        _commit(clone, env, "mine")
    elif state == 4:
        edited.write_text("behind\n")
        _commit(clone, env, "theirs")
        _git(clone, env, "update-ref", "refs/remotes/origin/main", "main")
        _git(clone, env, "reset", "-q", "--hard", "HEAD~1")
    elif state == 5:
        edited.write_text("stashed\n")
        _git(clone, env, "stash", "-q")
    return clone


def _commit(folder: Path, env: Mapping[str, str], message: str) -> None:
    _git(folder, env, "add", "-A")
    _git(folder, env, "commit", "-q", "-m", message)


def _git(folder: Path, env: Mapping[str, str], *arguments: str) -> None:
    options = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
    argv: Sequence[str] = ["git", *options, "-C", str(folder), *arguments]
    subprocess.run(argv, env={**os.environ, **env}, check=True, stdout=subprocess.DEVNULL)
