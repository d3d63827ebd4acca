"""Daemon threads that wait a moment for more work when they have done some.

To start a thread holds up who starts it until the thread has run for the first time: on a busy machine two
milliseconds, which a loop that makes a thousand calls does not have.
"""

import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

IDLE_S = 5.0
"""How long a thread without work waits for some."""

IDLE = "idle"
"""What it is called meanwhile."""

T = TypeVar("T")

_Task = tuple[str, Callable[[], Any], Callable[[Any], object]]
"""A name, work, and who is told of what it comes to: of one type, which a queue of many cannot name."""


class Crew:
    """Does what it is given, each at once in a thread of its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[queue.SimpleQueue[_Task]] = []

    def do(self, name: str, work: Callable[[], T], tell: Callable[[T], object]) -> None:
        """Do `work` in a thread called `name`, then `tell` what it comes to. Neither may raise.

        The thread is free for more before it tells: who is told often has more work at once.

        Args:
            tell: must not block.

        Raises:
            RuntimeError: the system gives no thread.
        """
        with self._lock:
            desk = self._idle.pop() if self._idle else None
        if desk is not None:
            desk.put((name, work, tell))
            return
        threading.Thread(target=self._serve, args=(name, work, tell), name=name, daemon=True).start()

    def _serve(self, name: str, work: Callable[[], Any], tell: Callable[[Any], object]) -> None:
        desk: queue.SimpleQueue[_Task] = queue.SimpleQueue()
        while True:
            threading.current_thread().name = name
            found = work()
            threading.current_thread().name = IDLE
            with self._lock:
                self._idle.append(desk)
            tell(found)
            del work, tell, found  # what they refer to may be large, and may have to be let go of
            try:
                name, work, tell = desk.get(timeout=IDLE_S)
            except queue.Empty:
                with self._lock:
                    if desk in self._idle:
                        self._idle.remove(desk)
                        return
                name, work, tell = desk.get()  # it was given work in this very moment
