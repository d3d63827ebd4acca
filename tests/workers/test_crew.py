"""Threads are used again, and none stays when there is nothing to do."""

import queue
import threading

import pytest

from devdash.workers import crew
from devdash.workers.crew import Crew


def identity(made: Crew) -> int:
    """The thread that does a piece of work."""
    found: queue.SimpleQueue[int] = queue.SimpleQueue()
    made.do("asked", threading.get_ident, found.put)
    return found.get(timeout=10)


def settled(made: Crew) -> None:
    """Wait until a thread of it is idle."""
    while not made._idle:
        threading.Event().wait(0.001)


def test_one_thread_does_one_thing_after_the_other() -> None:
    made = Crew()
    found = set()
    for _ in range(20):
        found.add(identity(made))
        settled(made)
    assert len(found) == 1


def test_who_is_told_finds_the_thread_free() -> None:
    """Else the next step of whoever waits would start another one."""
    made = Crew()
    found: queue.SimpleQueue[int] = queue.SimpleQueue()

    def told(first: int) -> None:
        found.put(first)
        made.do("next", threading.get_ident, found.put)

    made.do("asked", threading.get_ident, told)
    assert found.get(timeout=10) == found.get(timeout=10)


def test_what_is_busy_holds_up_nothing_else() -> None:
    made = Crew()
    release = threading.Event()
    made.do("busy", release.wait, bool)
    try:
        assert identity(made)
    finally:
        release.set()


def test_threads_without_work_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "IDLE_S", 0.01)
    made = Crew()
    ended: queue.SimpleQueue[threading.Thread] = queue.SimpleQueue()
    made.do("asked", threading.current_thread, ended.put)
    thread = ended.get(timeout=10)
    thread.join(10)
    assert not thread.is_alive()
    assert made._idle == []
    assert identity(made)


def test_work_that_comes_while_a_thread_gives_up_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each time it is just about to end."""
    monkeypatch.setattr(crew, "IDLE_S", 0.0)
    made = Crew()
    for _ in range(500):
        assert identity(made)
