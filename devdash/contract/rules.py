"""Alert rules: when facts should reach a person who is not looking."""

from collections.abc import Callable, Set
from typing import Generic, TypeVar

import msgspec

from devdash.contract.levels import Level
from devdash.contract.report import Facts

F = TypeVar("F", bound=Facts)

Condition = Callable[[F], Set[str]]
"""Facts to the keys of the items for which the condition holds; "" is the pane as a whole."""


class Rule(msgspec.Struct, Generic[F], frozen=True, kw_only=True):
    """When to alert, and when it is over.

    A rule is evaluated on a pane's facts after each good reading; missing
    facts fire nothing. `for_s` and `keep_s` are measured on a clock that does
    not jump.

    Attributes:
        name: unique in the pane; lower case, words joined by "-".
        level: ATTENTION or CRITICAL.
        text: the alert's text; "{item}" stands for the item's key.
        enter: where it begins to hold.
        clear: where it is over; apart from `enter`, so that a value that hovers at
            the border does not flap. An item in neither keeps its state.
        for_s: it must hold this long before it fires, in seconds.
        keep_s: it must be clear this long before it is over, in seconds.
        repeat_s: time between repeats while it fires, in seconds; 0: never.
        max_repeats: how many repeats at the most.
        resolve: say so when it is over.
        inhibited_by: names of rules of the same pane that silence this one for the same item.
    """

    name: str
    level: Level
    text: str
    enter: Condition[F]
    clear: Condition[F]
    for_s: float = 0.0
    keep_s: float = 0.0
    repeat_s: float = 0.0
    max_repeats: int = 0
    resolve: bool = False
    inhibited_by: tuple[str, ...] = ()
