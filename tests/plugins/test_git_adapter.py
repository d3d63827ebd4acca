"""Remotes are read by GitPython, in a process of its own that ends when all are known."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from git_builder import Builder, only, pane

from devdash.engine.context import Context
from devdash_git import remotes
from devdash_git.identity import identify, look
from devdash_git.remotes import QUIET, Remote, Remotes
from devdash_git.run import Git
from devdash_git.states import Access

Make = Callable[..., Context]


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    return Builder.installed(tmp_path, monkeypatch)


def children() -> set[psutil.Process]:
    """The processes of this one: servers of other tests among them."""
    return set(psutil.Process().children())


async def test_they_are_read_once_for_a_config_and_without_passwords(
    builder: Builder, context: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remotes, "IDLE_S", 0.0)
    folder = builder.repository("wörk")
    builder.git(folder, "remote", "add", "origin", "https://ada:hunter2@example.org/work.git")
    builder.git(folder, "remote", "add", "backup", "ssh://git@example.org/work.git")
    made, before = context(name="git"), children()
    reader = Remotes(made)
    seen = await identify(Git(made), look(folder), 10.0)
    expected = (
        Remote("backup", ("ssh://git@example.org/work.git",)),
        Remote("origin", ("https://***@example.org/work.git",)),
    )
    assert await reader.of(seen, 10.0) == expected
    while children() - before:
        await asyncio.sleep(0.01)
    assert await reader.of(seen, 10.0) == expected
    assert not children() - before
    builder.git(folder, "remote", "remove", "backup")
    assert await reader.of(await identify(Git(made), look(folder), 10.0), 10.0) == expected[1:]


async def test_several_are_read_in_one_call(builder: Builder, context: Make) -> None:
    made = context(name="git")
    folders = [builder.repository(f"work{number}") for number in range(3)]
    for folder in folders[:2]:
        builder.git(folder, "remote", "add", "origin", f"https://example.org/{folder.name}.git")
    seen = [await identify(Git(made), look(folder), 10.0) for folder in folders]
    (folders[1] / ".git" / "HEAD").unlink()
    assert await Remotes(made).each(seen, 10.0) == [
        (Remote("origin", ("https://example.org/work0.git",)),),
        None,
        (),
    ]


def counting_reader(folder: Path, monkeypatch: pytest.MonkeyPatch, deed: str) -> Path:
    """Put a reader in GitPython's place that writes down each call, then does `deed`. Where it writes."""
    calls, reader = folder / "calls", folder / "reader.py"
    reader.write_text(
        "import os, time\n"
        "def remotes(tops):\n"
        f"    with open({str(calls)!r}, 'a') as file: print(len(tops), file=file)\n"
        f"    first = len(open({str(calls)!r}).readlines()) == 1\n"
        f"    {deed}\n"
        "    return [{'origin': ['https://example.org/it.git']} for _ in tops]\n"
        "CALLS = {'remotes': remotes}\n"
    )
    monkeypatch.setattr(remotes, "READER", str(reader))
    return calls


@pytest.mark.parametrize("deed", ["os._exit(3)", "time.sleep(60)"])
async def test_what_git_says_is_shown_where_gitpython_ends_or_hangs(
    deed: str, builder: Builder, context: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Remotes are details; and what fails each time is not tried each time."""
    folder = builder.repository("work")
    calls = counting_reader(tmp_path, monkeypatch, deed)
    made = pane(context(name="git"), folder, repo_timeout=2)
    assert (await only(made)).access is Access.OK
    reader, seen = Remotes(context(name="git")), await identify(Git(context(name="git")), look(folder), 10.0)
    calls.unlink()
    assert [await reader.of(seen, 2.0) for _ in range(4)] == [None] * 4
    assert calls.read_text().split() == ["1", "1"]


async def test_who_failed_by_another_s_fault_is_read_the_next_time(
    builder: Builder, context: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process was killed for want of memory: that says nothing about the repository."""
    counting_reader(tmp_path, monkeypatch, "if first: os._exit(3)")
    made = context(name="git")
    reader, seen = Remotes(made), await identify(Git(made), look(builder.repository("work")), 10.0)
    expected = (Remote("origin", ("https://example.org/it.git",)),)
    assert [await reader.of(seen, 10.0) for _ in range(3)] == [None, expected, expected]


def test_gitpython_is_imported_where_git_is_missing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import devdash_git.adapter"],
        capture_output=True,
        text=True,
        env={"PATH": str(tmp_path), "HOME": str(tmp_path), **QUIET},
    )
    assert (done.returncode, done.stderr) == (0, "")
