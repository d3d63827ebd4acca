"""What is looked at in the same turn of a thread as a journal's files.

To wait for a thread takes longer than most looks do, and several of them make a start and an append slower
than their work is.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Generic, NoReturn, TypeVar

from devdash.api import PaneError

T = TypeVar("T")


class Beside(Generic[T]):
    """A look that a `Book` takes along with each of its own; see `Book.accompany`.

    Args:
        look: blocks for a moment; may raise PaneError.
    """

    def __init__(self, look: Callable[[], T]) -> None:
        self._look = look
        self._found: Callable[[], T] | None = None

    def look(self) -> None:
        """Look, and keep what was found for the next `result`. Blocks: in a thread."""
        try:
            found = self._look()
        except PaneError as error:
            self._found = partial(_raise, error)
        else:
            self._found = lambda: found

    def forget(self) -> None:
        """What was found is no longer new."""
        self._found = None

    async def result(self, ask: Callable[[Callable[[], T]], Awaitable[T]]) -> T:
        """What was found with the newest reading, once; else what is found now.

        Args:
            ask: runs the look in a thread.

        Raises:
            PaneError: what the look raised, or `ask`.
        """
        found, self._found = self._found, None
        return await ask(self._look) if found is None else found()


def _raise(error: PaneError) -> NoReturn:
    raise error
