"""What the worker says when it cannot read a journal.

Its words are devdash's, and importing these takes longer than reading a small journal: so it is done here,
when they are needed.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from devdash.api import Unavailable


def unavailable(message: str, hint: str = "") -> "Unavailable":
    """The exception to raise."""
    from devdash.api import Unavailable

    return Unavailable(message, hint)
