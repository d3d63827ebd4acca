"""A thread for each alias, which owns its connection: whoever hangs does not hold up the others.

A lane that does not answer in time is told as hung; who asked then ends this process, for a hung
thread cannot be ended.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from devdash_databases.probing.pings import Connection, Ping, ping
from devdash_databases.states import State

if TYPE_CHECKING:
    Questions = Mapping[str, Sequence[Mapping[str, Any]]]
    """By vendor; see `asking.ask_all`."""


BUSY_S = 0.8
"""Seconds that are added to a ping's time at most, for what this process computed itself meanwhile: fifty new
connections take it a second, and that is no silence of theirs."""

SHARE = 0.4
"""The part of a ping's time during which questions may be begun, at least."""


class Lane:
    """One alias's thread, which pings when asked.

    Attributes:
        early: the ping itself, while the questions after it are asked.
    """

    def __init__(self, alias: str, seconds: int, connect: Callable[[str], Connection]) -> None:
        self.alias = alias
        self._seconds = seconds
        self._connect = connect
        self._asked: queue.SimpleQueue[tuple[Questions, float]] = queue.SimpleQueue()
        self._answers: queue.SimpleQueue[Ping] = queue.SimpleQueue()
        self.early: Ping | None = None
        self._deadline = self._computed = 0.0
        threading.Thread(target=self._serve, name=f"ping {alias}", daemon=True).start()

    def ask(self, questions: Questions, timeout: float) -> None:
        """Begin a ping, with questions after it as far as `timeout` seconds permit."""
        self.early = None
        self._deadline, self._computed = time.monotonic() + timeout, time.process_time()
        self._asked.put((questions, time.monotonic() + max(timeout * SHARE, timeout - self._seconds - 0.2)))

    def answer(self, until: float) -> Ping | None:
        """The ping's answer, or None when it is not there `until` then (`time.monotonic`), or in its time."""
        found = self._wait(min(until, self._deadline))
        if found is None and self._deadline <= until:
            found = self._wait(self._deadline + min(time.process_time() - self._computed, BUSY_S))
        return found

    @property
    def is_over(self) -> bool:
        """Whether its time is."""
        return time.monotonic() >= self._deadline

    def _wait(self, until: float) -> Ping | None:
        try:
            return self._answers.get(timeout=max(0.0, until - time.monotonic()))
        except queue.Empty:
            return None

    def _serve(self) -> None:
        while True:
            questions, until = self._asked.get()
            self._answers.put(ping(self.alias, self._seconds, self._connect, questions, until, self._keep))

    def _keep(self, answer: Ping) -> None:
        self.early = answer


_lanes: dict[str, Lane] = {}


def open_lane(alias: str, seconds: int, connect: Callable[[str], Connection]) -> None:
    """Give an alias its thread; it connects with the first ping.

    Args:
        alias: what it is called.
        seconds: what its driver was given as timeouts.
        connect: gives its connection, in the thread.
    """
    _lanes[alias] = Lane(alias, seconds, connect)


def ping_all(
    *,
    aliases: Sequence[str],
    timeout: float,
    questions: Questions | None = None,
    patience: float | None = None,
) -> dict[str, object]:
    """Ping `aliases` side by side.

    Args:
        aliases: which of the connected ones.
        timeout: seconds for all of them together, not counting what this process computes; see `BUSY_S`.
        questions: what to ask afterwards, by vendor; see `asking.ask_all`.
        patience: seconds after which those that have answered are told, and the others are `late`; None: all
            are waited for.

    Returns:
        `connected`: False when this process was never given these aliases (it is
        new): connect first. `pings`: one per alias, in order; `hung`: aliases
        whose thread did not answer, so that this process should be killed; `late`: ask `rest` of them.
    """
    if any(alias not in _lanes for alias in aliases):
        return {"connected": False, "pings": [], "hung": []}
    for alias in aliases:
        _lanes[alias].ask(questions or {}, timeout)
    return _told(aliases, timeout, float("inf") if patience is None else time.monotonic() + patience)


def rest(*, aliases: Sequence[str], timeout: float) -> dict[str, object]:
    """Wait for those that were late; as `ping_all`, which was given the same `timeout`."""
    if any(alias not in _lanes for alias in aliases):
        return {"connected": False, "pings": [], "hung": []}
    return _told(aliases, timeout, float("inf"))


def _told(aliases: Sequence[str], timeout: float, until: float) -> dict[str, object]:
    pings: list[Ping] = []
    hung: list[str] = []
    late: list[str] = []
    for alias in aliases:
        answer = _lanes[alias].answer(until)
        if answer is None and not _lanes[alias].is_over:
            late.append(alias)
            continue
        if answer is None:
            hung.append(alias)
            silent = Ping(alias, State.TIMEOUT, note=f"no answer in {timeout:g} s")
            answer = _lanes[alias].early or silent  # it was a question that hung
        pings.append(answer)
    return {"connected": True, "pings": [answer._asdict() for answer in pings], "hung": hung, "late": late}
