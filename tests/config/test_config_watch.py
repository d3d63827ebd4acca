"""A saved config is noticed, however it was saved. Real files, real notifications."""

import asyncio
import errno
import os
import queue
import shutil
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from devdash.config.watch import ConfigWatcher, Pace
from devdash.news.folders import news as folders_news

FAST = Pace(step=0.05, recheck=0.3, poll=0.02, settle=0.02)

PATIENCE = 10.0
"""Seconds until an event is missed: many times what it takes."""


class Watched:
    """A watcher and the event that it sets."""

    def __init__(self, file: Path, *, watching: bool, pace: Pace = FAST) -> None:
        self.told = asyncio.Event()
        self.calls = 0
        self.threads: set[int] = set()
        self.watcher = ConfigWatcher(
            file, self._changed, asyncio.get_running_loop(), watching=watching, pace=pace
        )

    def _changed(self) -> None:
        self.calls += 1
        self.threads.add(threading.get_ident())
        self.told.set()

    async def after(self, change: Callable[[], object]) -> None:
        """Make a change and wait until it is told."""
        self.told.clear()
        change()
        async with asyncio.timeout(PATIENCE):
            await self.told.wait()

    async def quiet(self) -> None:
        """Wait until nothing is told any more."""
        calls = -1
        while calls != self.calls:
            calls = self.calls
            await asyncio.sleep(0.2)


@pytest.fixture(params=[True, False], ids=["notified", "polling"])
async def watched(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Watched]:
    (tmp_path / "devdash.toml").write_text("0")
    watched = Watched(tmp_path / "devdash.toml", watching=request.param)
    watched.watcher.start()
    yield watched
    watched.watcher.stop()


def replace(file: Path, text: str) -> None:
    """Save as most editors do."""
    other = file.with_name("." + file.name + ".swp")
    other.write_text(text)
    other.replace(file)


async def test_writing_replacing_deleting_and_making_anew(watched: Watched, tmp_path: Path) -> None:
    """The second replacement is the one that a watch on the file itself would miss."""
    file = tmp_path / "devdash.toml"
    await watched.after(lambda: file.write_text("1"))
    await watched.after(lambda: replace(file, "2"))
    await watched.after(lambda: replace(file, "3"))
    await watched.after(file.unlink)
    await watched.after(lambda: file.write_text("4"))
    assert watched.threads == {threading.get_ident()}, "told on the loop's thread"


async def test_a_link_is_followed_and_its_old_target_is_not(watched: Watched, tmp_path: Path) -> None:
    file, dotfiles = tmp_path / "devdash.toml", tmp_path / "dotfiles"
    dotfiles.mkdir()
    old, new = dotfiles / "old.toml", dotfiles / "new.toml"
    old.write_text("old")
    new.write_text("new")

    def link(target: Path) -> None:
        (tmp_path / "link").symlink_to(target)
        (tmp_path / "link").replace(file)

    await watched.after(lambda: link(old))
    await watched.after(lambda: replace(old, "old, saved"))
    await watched.after(lambda: link(new))
    calls = watched.calls
    old.write_text("nobody cares")
    await watched.after(lambda: replace(new, "new, saved"))
    assert watched.calls == calls + 1


async def test_a_folder_that_is_a_link_is_followed(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "devdash.toml").write_text(name)
    (tmp_path / "config").symlink_to("a")
    watched = Watched(tmp_path / "config/devdash.toml", watching=True)
    watched.watcher.start()

    def turn() -> None:
        (tmp_path / "link").symlink_to("b")
        (tmp_path / "link").replace(tmp_path / "config")

    await watched.after(turn)
    await watched.after(lambda: (tmp_path / "b/devdash.toml").write_text("saved"))
    watched.watcher.stop()


async def test_a_file_whose_folder_comes_later(tmp_path: Path) -> None:
    file = tmp_path / "later/devdash.toml"
    watched = Watched(file, watching=True)
    watched.watcher.start()

    def make() -> None:
        file.parent.mkdir()
        file.write_text("here")

    await watched.after(make)
    await watched.after(lambda: replace(file, "again"))
    watched.watcher.stop()


async def test_a_burst_of_changes_is_told_once(tmp_path: Path) -> None:
    file = tmp_path / "devdash.toml"
    file.write_text("0")
    watched = Watched(file, watching=False)
    for number in range(50):
        replace(file, str(number) * number)
    await watched.after(watched.watcher.start)
    await watched.after(lambda: replace(file, "the next one"))
    assert watched.calls == 2
    watched.watcher.stop()


async def test_other_files_of_the_folder_do_not_matter(watched: Watched, tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"other{number}").write_text("x")
    await watched.after(lambda: replace(tmp_path / "devdash.toml", "saved"))
    other = Watched(tmp_path / "other0", watching=False)
    other.watcher.start()
    for number in range(5):
        await other.after(lambda number=number: replace(tmp_path / "other0", str(number)))
    other.watcher.stop()
    assert watched.calls == 1


async def test_the_system_tells_without_asking_stat_again(tmp_path: Path) -> None:
    """Where no recheck ever comes, news come from the folders of the link and of its target."""
    file, target = tmp_path / "devdash.toml", tmp_path / "dotfiles/target.toml"
    target.parent.mkdir()
    target.write_text("0")
    file.symlink_to(target)
    watched = Watched(file, watching=True, pace=Pace(step=0.05, recheck=600, settle=0.01))
    watched.watcher.start()

    async def until_told(change: Callable[[], object]) -> None:
        """Again and again, since the system's watcher takes its time to begin."""
        watched.told.clear()
        async with asyncio.timeout(PATIENCE):
            while not watched.told.is_set():
                change()
                with suppress(TimeoutError):
                    await asyncio.wait_for(watched.told.wait(), 0.3)

    await until_told(lambda: replace(target, "saved"))
    await until_told(lambda: replace(file, "no link any more"))
    watched.watcher.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a recheck tells")
@pytest.mark.parametrize("again", ["made anew", "moved away and back", "another in its place"])
async def test_a_folder_that_goes_and_comes_is_followed_without_a_recheck(tmp_path: Path, again: str) -> None:
    """One made anew may have the number of the old one, so that comparing them says nothing."""
    folder, other = tmp_path / "config", tmp_path / "other"
    folder.mkdir()
    file = folder / "devdash.toml"
    file.write_text("0")
    watched = Watched(file, watching=True, pace=Pace(step=0.02, recheck=600, poll=0.02, settle=0.01))
    watched.watcher.start()

    def turn() -> None:
        match again:
            case "made anew":
                file.unlink()
                folder.rmdir()
                folder.mkdir()
            case "moved away and back":
                folder.rename(other)
                other.rename(folder)
            case _:
                other.mkdir()
                folder.rename(tmp_path / "old")
                other.rename(folder)
        file.write_text("here once more")

    await _until_it_stands(watched, file)
    for _ in range(3):
        await watched.after(turn)
        await watched.quiet()
        await watched.after(lambda: replace(file, "saved in the new one"))
        shutil.rmtree(tmp_path / "old", ignore_errors=True)
    watched.watcher.stop()


async def test_a_link_that_leads_nowhere_and_a_chain_of_links(tmp_path: Path) -> None:
    """Each step on the way counts, also one whose folder is not there yet; a loop of links is no end."""
    file, middle, end = (tmp_path / name for name in ("devdash.toml", "dotfiles/link", "store/v1/real.toml"))
    middle.parent.mkdir()
    file.symlink_to("dotfiles/link")
    middle.symlink_to("../store/v1/real.toml")
    watched = Watched(file, watching=True)
    watched.watcher.start()

    def turn(target: str) -> None:
        (middle.parent / "new").symlink_to(target)
        (middle.parent / "new").replace(middle)

    def make() -> None:
        end.parent.mkdir(parents=True)
        end.write_text("1")

    await watched.after(make)
    await watched.after(lambda: replace(end, "2"))
    await watched.after(lambda: turn("../devdash.toml"))
    await watched.after(lambda: turn("../store/v1/real.toml"))
    await watched.after(lambda: replace(end, "3"))
    watched.watcher.stop()


async def test_a_system_without_room_for_another_watch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the file itself is looked at; once there is room, the system tells again."""
    full = True

    def news(*folders: object, **pace: float) -> Iterator[frozenset[str] | None]:
        if full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return folders_news(*folders, **pace)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr("devdash.config.watch.news", news)
    file = tmp_path / "devdash.toml"
    file.write_text("0")
    watched = Watched(file, watching=True)
    watched.watcher.start()
    await watched.after(lambda: replace(file, "1"))
    full = False
    await watched.after(lambda: replace(file, "2"))
    await watched.after(lambda: replace(file, "3"))
    watched.watcher.stop()


async def _until_it_stands(watched: Watched, file: Path) -> None:
    """What was saved before the watch stands is told when it does."""
    await watched.after(lambda: replace(file, "the first"))
    await watched.quiet()


class HeldLoop:
    """Takes calls and makes none: a loop that is busy."""

    def __init__(self) -> None:
        self.calls: queue.SimpleQueue[Callable[[], object]] = queue.SimpleQueue()

    def call_soon_threadsafe(self, call: Callable[[], object]) -> None:
        self.calls.put(call)


def test_nothing_is_told_after_stop(tmp_path: Path) -> None:
    """Not even what was on its way to the loop already."""
    file = tmp_path / "devdash.toml"
    told: list[str] = []
    loop = HeldLoop()
    watcher = ConfigWatcher(file, lambda: told.append("told"), loop, watching=False, pace=FAST)  # type: ignore[arg-type]
    watcher.start()
    file.write_text("1")
    loop.calls.get(timeout=PATIENCE)()
    replace(file, "2")
    under_way = loop.calls.get(timeout=PATIENCE)
    watcher.stop()
    under_way()
    assert told == ["told"]


@pytest.mark.parametrize("watching", [True, False])
async def test_stopping_does_not_wait_and_the_thread_ends(tmp_path: Path, watching: bool) -> None:
    before = set(threading.enumerate())
    watched = Watched(tmp_path / "devdash.toml", watching=watching)
    watched.watcher.start()
    (thread,) = set(threading.enumerate()) - before
    assert thread.daemon, "a quitting dashboard does not wait for it"
    watched.watcher.stop()
    await asyncio.to_thread(thread.join, PATIENCE)
    assert not thread.is_alive()


def test_a_loop_that_is_gone_ends_the_watcher(tmp_path: Path) -> None:
    file = tmp_path / "devdash.toml"
    file.write_text("0")
    loop = asyncio.new_event_loop()
    before = set(threading.enumerate())
    watcher = ConfigWatcher(file, lambda: None, loop, watching=False, pace=FAST)
    loop.close()
    watcher.start()
    (thread,) = set(threading.enumerate()) - before
    file.write_text("1")
    thread.join(PATIENCE)
    assert not thread.is_alive()
