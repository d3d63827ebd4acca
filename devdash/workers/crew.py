"""Daemon threads that wait a moment for more work when they have done some.

To start a thread holds up who starts it until the thread has run for the first time: on a busy machine two
milliseconds, which a loop that makes a thousand calls does not have.
"""

import queue
import threading
from collections.abc import Callable

IDLE_S = 5.0
"""How long a thread without work waits for some."""

IDLE = "idle"
"""What it is called meanwhile."""

Work = Callable[[], None]


class Crew:
    """Does what it is given, each at once in a thread of its own. `Work` must not raise."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[queue.SimpleQueue[tuple[str, Work]]] = []

    def do(self, name: str, work: Work) -> None:
        """Do `work` in a thread called `name`.

        Raises:
            RuntimeError: the system gives no thread.
        """
        with self._lock:
            desk = self._idle.pop() if self._idle else None
        if desk is not None:
            desk.put((name, work))
            return
        threading.Thread(target=self._serve, args=(name, work), name=name, daemon=True).start()

    def _serve(self, name: str, work: Work) -> None:
        desk: queue.SimpleQueue[tuple[str, Work]] = queue.SimpleQueue()
        while True:
            threading.current_thread().name = name
            work()
            threading.current_thread().name = IDLE
            del work  # what it refers to may be large, and may have to be let go of
            with self._lock:
                self._idle.append(desk)
            try:
                name, work = desk.get(timeout=IDLE_S)
            except queue.Empty:
                with self._lock:
                    if desk in self._idle:
                        self._idle.remove(desk)
                        return
                name, work = desk.get()  # it was given work in this very moment
