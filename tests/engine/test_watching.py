"""What changes at the paths of a pane is told, however it was changed. Real files, real notifications."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from devdash.engine.watching import Pace, Watcher

FAST = Pace(begin=0.0, step=0.05, recheck=0.2, retry=0.05)
PATIENCE = 10.0
"""Seconds until a call is missed: many times what it takes."""


class Watched:
    """A watcher, and what it told."""

    def __init__(self) -> None:
        self.told = asyncio.Event()
        self.threads: set[int] = set()
        self.watcher = Watcher(self._changed, asyncio.get_running_loop(), FAST)

    def _changed(self) -> None:
        self.threads.add(threading.get_ident())
        self.told.set()

    async def after(self, change: Callable[[], object]) -> None:
        """Make a change and wait until it is told."""
        self.told.clear()
        change()
        async with asyncio.timeout(PATIENCE):
            await self.told.wait()

    async def on(self, *paths: Path) -> None:
        """Watch `paths`, and wait until the watch stands: it tells once by itself."""
        await self.after(lambda: self.watcher.watch(paths))


@pytest.fixture
async def watched() -> AsyncIterator[Watched]:
    one = Watched()
    yield one
    one.watcher.stop()


def replaced(file: Path) -> None:
    """Save as most editors do."""
    other = file.with_name("." + file.name + ".swp")
    other.write_text("new")
    other.replace(file)


async def test_a_file_is_told_however_it_changes(watched: Watched, tmp_path: Path) -> None:
    """Made, written, replaced, removed and made again; on the loop's own thread."""
    file = tmp_path / "a"
    await watched.on(file)
    for change in (lambda: file.write_text("1"), lambda: replaced(file), file.unlink, file.touch):
        await watched.after(change)
    assert watched.threads == {threading.get_ident()}


async def test_of_a_folder_what_lies_in_it_and_of_a_file_nothing_beside(
    watched: Watched, tmp_path: Path
) -> None:
    """A new file counts in a folder that is watched; beside a file that is watched, it does not."""
    (tmp_path / "x").mkdir()
    (tmp_path / "y").mkdir()
    await watched.on(tmp_path / "x", tmp_path / "y" / "a")
    await watched.after((tmp_path / "x" / "new").touch)
    await asyncio.sleep(4 * FAST.step)  # the burst of that change is over
    watched.told.clear()
    (tmp_path / "y" / "beside").touch()
    await watched.after((tmp_path / "y" / "a").touch)


async def test_a_link_is_told_where_it_leads(watched: Watched, tmp_path: Path) -> None:
    """The file that is linked to lies in another folder, and is written there."""
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "a").touch()
    (tmp_path / "a").symlink_to(tmp_path / "far" / "a")
    await watched.on(tmp_path / "a")
    await watched.after(lambda: (tmp_path / "far" / "a").write_text("1"))


async def test_folders_that_come_and_are_replaced(watched: Watched, tmp_path: Path) -> None:
    """A folder that is not there yet is watched when it is; one in the place of another is, too."""
    folder = tmp_path / "later"
    watched.watcher.watch([folder / "a"])
    await watched.after(folder.mkdir)
    await watched.after((folder / "a").touch)
    folder.rename(tmp_path / "old")
    other = tmp_path / "new"
    other.mkdir()
    await watched.after(lambda: other.rename(folder))
    await watched.after((folder / "a").touch)


async def test_a_folder_made_anew_is_watched_though_it_has_the_number_of_the_old_one(
    watched: Watched, tmp_path: Path
) -> None:
    """As when a build empties its folder, or a repository is cloned once more."""
    folder = tmp_path / "sub"
    folder.mkdir()
    await watched.on(folder / "a")

    def make_anew() -> None:
        folder.rmdir()
        folder.mkdir()

    for _ in range(3):
        await watched.after(make_anew)
        await asyncio.sleep(4 * FAST.recheck)  # what was told of that is over
        await watched.after((folder / "a").touch)
        await asyncio.sleep(4 * FAST.step)
        (folder / "a").unlink()
        await asyncio.sleep(4 * FAST.step)


async def test_what_is_not_watched_any_more_is_not_told(watched: Watched, tmp_path: Path) -> None:
    """Other paths take the place of those before; after the end nothing is told."""
    await watched.on(tmp_path / "a")
    (tmp_path / "sub").mkdir()
    await watched.on(tmp_path / "sub" / "b")
    watched.told.clear()
    (tmp_path / "a").touch()
    await asyncio.sleep(6 * FAST.step)
    assert not watched.told.is_set()
    watched.watcher.stop()
    (tmp_path / "sub" / "b").touch()
    await asyncio.sleep(6 * FAST.step)
    assert not watched.told.is_set()


async def test_the_same_paths_are_the_same_watch(watched: Watched, tmp_path: Path) -> None:
    """A pane names its paths after each reading: that starts no thread and tells nothing."""
    await watched.on(tmp_path / "a")
    threads = {one.ident for one in threading.enumerate()}
    watched.told.clear()
    watched.watcher.watch([tmp_path / "a"])
    assert {one.ident for one in threading.enumerate()} <= threads
    await asyncio.sleep(4 * FAST.recheck)
    assert not watched.told.is_set()


async def test_a_name_that_is_no_text(watched: Watched, tmp_path: Path) -> None:
    """Bytes that are no UTF-8 in a name beside it disturb nothing."""
    await watched.on(tmp_path)
    await watched.after(lambda: os.close(os.open(os.fsencode(tmp_path) + b"/\xff", os.O_CREAT | os.O_WRONLY)))
    await watched.after((tmp_path / "plain").touch)
