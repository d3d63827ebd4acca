"""The command line as a person has it: in this process where that is honest, else as a program of its own."""

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from cli_rig import STUBS, Result

from devdash.cli.main import main


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, empty; the stub plug-ins are installed."""
    here = tmp_path.resolve() / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.syspath_prepend(str(STUBS))
    monkeypatch.setenv("PYTHONPATH", str(STUBS))
    monkeypatch.setenv("COLUMNS", "100")
    return here


@pytest.fixture
def config(folder: Path) -> Callable[[str], Path]:
    """Writes devdash.toml into the current folder."""

    def write(text: str) -> Path:
        path = folder / "devdash.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def logs() -> Iterator[None]:
    """What `main` does to logging is undone."""
    loggers = [logging.getLogger(name) for name in ("devdash", "asyncio")]
    before = [(one, list(one.handlers), one.level, one.propagate) for one in loggers]
    yield
    for one, handlers, level, propagate in before:
        one.handlers[:], one.level, one.propagate = handlers, level, propagate


@pytest.fixture
def devdash(logs: None, capfd: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """`devdash("status", "--json")` runs the command in this process."""

    def run(*arguments: str) -> Result:
        capfd.readouterr()
        try:
            code = main(arguments)
        except SystemExit as end:  # argparse
            code = int(end.code or 0)
        said = capfd.readouterr()
        return Result(int(code), said.out, said.err)

    return run


@pytest.fixture
def program() -> Callable[..., Result]:
    """`program("status", env={…})` runs devdash as a program; None as a value removes a variable."""

    def run(*arguments: str, env: Mapping[str, str | None] | None = None) -> Result:
        changed = {**os.environ, **(env or {})}
        done = subprocess.run(
            [sys.executable, "-m", "devdash", *arguments],
            env={name: value for name, value in changed.items() if value is not None},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=50,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    return run
