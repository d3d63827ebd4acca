"""Which repositories are asked together, by one child process, and which each by itself.

Together are those of which all is known that comes before a status: that is who they are, that nothing in
them would run, and that they answered soon the last time. Whatever is unusual is asked alone, within a time
of its own. Pure.
"""

import math
from collections.abc import Callable, Sequence
from typing import TypeVar

from devdash_git.identity import Identity
from devdash_git.observation import Observation
from devdash_git.states import Access

T = TypeVar("T")

QUICK_S = 0.1
"""A status that took longer is asked alone: its time is worth more than that of a process."""

MOST = 32
"""Repositories in one lane, but for one left over: beyond that a start is spread over enough of them."""

LEAST = 8
"""And no fewer while there are more, since the start of a lane costs as much as some statuses."""

MOST_S = 0.25
"""What the last statuses of the repositories in one lane took, together, but for one left over."""

LANES_EACH = 2
"""As if what is left were divided into so many for each that runs at a time: lanes get shorter towards the
end, so that all have something to do until then."""


def who(seen: Observation) -> Identity | None:
    """Who the repository is that may be asked together with others; None: it may not."""
    identity, status = seen.identity, seen.status
    if seen.access is not Access.OK or identity is None or status is None:
        return None
    plain = identity.lasting and not identity.look.bare and not identity.programs.reading
    return identity if plain and status.counted and seen.took_s <= QUICK_S else None


def divided(items: Sequence[T], took: Callable[[T], float], at_once: int) -> list[list[T]]:
    """Lanes of `items`, in their order; one of a single repository is none, and left out.

    Args:
        took: seconds of an item's last status; 0.0 when there was none.
        at_once: how many lanes run at a time.
    """
    found: list[list[T]] = []
    size, all_s = 0, 0.0
    for index, item in enumerate(items):
        if not found or len(found[-1]) == size or all_s + took(item) > MOST_S:
            size = _size(len(items) - index, at_once)
            found.append([])
            all_s = 0.0
        found[-1].append(item)
        all_s += took(item)
    if len(found) > 1 and len(found[-1]) == 1 and all_s <= QUICK_S:
        left = found.pop()  # one left over is not worth a process of its own
        found[-1] += left
    return [lane for lane in found if len(lane) > 1]


def _size(left: int, at_once: int) -> int:
    """Of the next lane, when `left` are in none yet."""
    share = math.ceil(left / (LANES_EACH * at_once))
    return min(MOST, max(share, min(LEAST, math.ceil(left / at_once)), 2))
