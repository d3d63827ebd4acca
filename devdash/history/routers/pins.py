"""What makes reads stay on the primary for a while: an own write, or the wish to.

All of it belongs to the context (`contextvars`): to a thread, or to an asyncio task. Django's async
methods carry it on, because asgiref hands a thread's context back. What is written in another thread
or in `asyncio.to_thread` is not seen here: `primary_reads()` is for those.
"""

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

_wished: ContextVar[bool] = ContextVar("devdash_routers_primary_reads", default=False)
_written: ContextVar[Mapping[str, float | None]] = ContextVar("devdash_routers_written")
_drawn: ContextVar[float] = ContextVar("devdash_routers_drawn")


@contextmanager
def primary_reads() -> Iterator[None]:
    """Within it every router of this package reads from the primary; a decorator for functions as well."""
    token = _wished.set(True)
    try:
        yield
    finally:
        _wished.reset(token)


def wished() -> bool:
    """Whether `primary_reads` is in force."""
    return _wished.get()


def note_write(primary: str) -> None:
    """A write to `primary` is about to happen."""
    marks = _written.get({})
    if marks.get(primary, 0.0) is not None:
        _written.set({**marks, primary: None})


def follows_write(primary: str, *, now: float, window: float) -> bool:
    """Whether a read at `now` must see what this context wrote to `primary`.

    The window of `window` seconds begins with the first read after the write. A router is asked before
    a write and never hears of its end, and a bulk write or a transaction may take longer than any
    window that had begun with the question.
    """
    marks = _written.get({})
    if primary not in marks:
        return False
    until = marks[primary]
    if until is None:
        _written.set({**marks, primary: now + window})
        return window > 0
    if now < until:
        return True
    _written.set({alias: mark for alias, mark in marks.items() if alias != primary})
    return False


def draw() -> float:
    """A random number in [0, 1) that stays the same within the context.

    Who always reads the same replica never sees a row come and go again.
    """
    number = _drawn.get(-1.0)
    if number < 0:
        number = random.random()  # noqa: S311 - it spreads load, it hides nothing
        _drawn.set(number)
    return number
