"""What changes directly in a folder is told, by each of the two that tell it. Real files, real news."""

import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, SimpleQueue

import pytest

from devdash.news.folders import Changes, news
from devdash.news.inotify import told
from devdash.news.looking import seen

PATIENCE = 30.0
"""Seconds until news are missed: many times what they take."""

Source = Callable[[list[str], threading.Event], Iterator[Changes]]


class Waiting:
    """A thread that waits for news, and what it was told."""

    def __init__(self, source: Source, folders: list[str]) -> None:
        self.heard: SimpleQueue[Changes | OSError] = SimpleQueue()
        self.stopped = threading.Event()
        self.thread = threading.Thread(target=self._wait, args=(source, folders), daemon=True)
        self.thread.start()

    def _wait(self, source: Source, folders: list[str]) -> None:
        try:
            for changes in source(folders, self.stopped):
                self.heard.put(changes)
        except OSError as error:
            self.heard.put(error)

    def next(self) -> Changes | OSError:
        """The next that is told."""
        return self.heard.get(timeout=PATIENCE)

    def until(self, path: Path) -> None:
        """Wait until a change of `path` is told."""
        while True:
            changes = self.next()
            if isinstance(changes, frozenset) and str(path) in changes:
                return

    def until_over(self) -> list[Changes | OSError]:
        """All that is told until there is nothing more."""
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()
        found: list[Changes | OSError] = []
        while True:
            try:
                found.append(self.heard.get_nowait())
            except Empty:
                return found


def by_inotify(folders: list[str], stopped: threading.Event) -> Iterator[Changes]:
    return told(folders, 0.02, 0.2, stopped)


def by_watchfiles(folders: list[str], stopped: threading.Event) -> Iterator[Changes]:
    return seen(folders, 0.05, 0.2, stopped)


def patiently(folders: list[str], stopped: threading.Event) -> Iterator[Changes]:
    """By inotify, and without any recheck within the test."""
    return told(folders, 0.02, 600.0, stopped)


@pytest.fixture
def wait() -> Iterator[Callable[..., Waiting]]:
    """Begins to wait; ended with the test."""
    begun: list[Waiting] = []

    def begin(source: Source, *folders: Path) -> Waiting:
        begun.append(Waiting(source, [str(folder) for folder in folders]))
        assert begun[-1].next() == frozenset(), "it stands"
        return begun[-1]

    yield begin
    for one in begun:
        one.stopped.set()


Wait = Callable[..., Waiting]


@pytest.mark.parametrize("source", [by_inotify, by_watchfiles])
def test_what_lies_in_the_folders_is_told_and_nothing_deeper(
    source: Source, wait: Wait, tmp_path: Path
) -> None:
    """Made, written, replaced, removed; in each of the folders."""
    for name in ("x", "y", "x/deep"):
        (tmp_path / name).mkdir()
    waiting = wait(source, tmp_path / "x", tmp_path / "y")
    (tmp_path / "x/deep/hidden").touch()
    for file in (tmp_path / "x/a", tmp_path / "y/a"):
        for change in (file.touch, lambda file=file: file.write_text("1"), file.unlink):
            change()
            waiting.until(file)
    waiting.stopped.set()
    left = [one for one in waiting.until_over() if isinstance(one, frozenset)]
    assert not [path for changes in left for path in changes if "hidden" in path]


@pytest.mark.parametrize("source", [by_inotify, by_watchfiles])
def test_without_news_there_is_a_recheck_and_a_stop_ends_it(
    source: Source, wait: Wait, tmp_path: Path
) -> None:
    """Drives that tell nothing have to be looked at, and the thread does not stay."""
    waiting = wait(source, tmp_path)
    assert [waiting.next(), waiting.next()] == [frozenset(), frozenset()]
    waiting.stopped.set()
    waiting.until_over()


def test_a_file_that_is_being_written_is_told_once_it_is_closed(wait: Wait, tmp_path: Path) -> None:
    """A log in the same folder would wake the thread with each of its lines."""
    log = tmp_path / "log"
    with log.open("a") as stream:
        waiting = wait(patiently, tmp_path)
        for number in range(20):
            stream.write(f"{number}\n")
            stream.flush()
        (tmp_path / "a").touch()
        assert waiting.next() == {str(tmp_path / "a")}
    assert waiting.next() == {str(log)}


def test_a_burst_without_end_is_told_in_parts(
    wait: Wait, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who waits for its end would be told nothing for as long as it lasts."""
    monkeypatch.setattr("devdash.news.inotify._MOST", 10)
    waiting = wait(patiently, tmp_path)
    files = {str(tmp_path / str(number)) for number in range(100)}
    for file in files:
        Path(file).touch()
    told: set[str] = set()
    while told != files:
        changes = waiting.next()
        assert isinstance(changes, frozenset) and len(changes) <= 11
        told |= changes


def test_a_folder_that_is_not_there_cannot_be_watched(tmp_path: Path) -> None:
    """Said at once, so that the caller looks for itself."""
    waiting = Waiting(by_inotify, [str(tmp_path), str(tmp_path / "nowhere")])
    assert isinstance(waiting.next(), OSError)
    waiting.until_over()


def remove(folder: Path) -> None:
    shutil.rmtree(folder)


def remove_and_make_anew(folder: Path) -> None:
    """Some file systems give the new one the number of the old one, so nobody can tell them apart."""
    shutil.rmtree(folder)
    folder.mkdir()


def move(folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))


@pytest.mark.parametrize("change", [remove, remove_and_make_anew, move])
def test_when_a_folder_goes_the_watch_is_over(
    change: Callable[[Path], object], wait: Wait, tmp_path: Path
) -> None:
    """The kernel watches the folder that was there, not the name: who goes on waiting would wait for good."""
    folder = tmp_path / "x"
    folder.mkdir()
    waiting = wait(patiently, folder, tmp_path)
    change(folder)
    assert waiting.until_over()[-1] is None


def test_more_than_the_system_remembers_ends_the_watch(wait: Wait, tmp_path: Path) -> None:
    """What has changed is not known then: None, never a list that lacks some."""
    limit = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    if limit > 100_000:
        pytest.skip(f"the system remembers {limit} changes")

    def slowly(folders: list[str], stopped: threading.Event) -> Iterator[Changes]:
        return told(folders, 600.0, 600.0, stopped)

    waiting = wait(slowly, tmp_path)
    for number in range(limit // 2 + 2000):  # the first are taken out before the others come
        os.close(os.open(tmp_path / str(number), os.O_CREAT | os.O_WRONLY))
        (tmp_path / str(number)).unlink()
    waiting.stopped.set()  # the burst ends
    assert waiting.until_over() == [None]


@pytest.mark.skipif(sys.platform != "linux", reason="asks what is loaded on Linux")
def test_on_linux_nobody_looks(wait: Wait, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """watchfiles wakes several times a second, and is 1.5 MiB."""
    monkeypatch.setitem(sys.modules, "watchfiles", None)

    def usual(folders: list[str], stopped: threading.Event) -> Iterator[Changes]:
        return news(folders, stopped, step_s=0.02, look_s=0.02, recheck_s=600.0)

    waiting = wait(usual, tmp_path)
    (tmp_path / "a").touch()
    waiting.until(tmp_path / "a")
