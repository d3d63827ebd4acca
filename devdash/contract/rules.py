"""Alert rules: when facts should reach a person who is not looking."""

from collections.abc import Callable, Set
from typing import Generic, TypeVar

import msgspec

from devdash.contract.levels import Level
from devdash.contract.report import Facts

F = TypeVar("F", bound=Facts)

Condition = Callable[[F], Set[str]]
"""Facts to the keys of the items for which the condition holds; "" is the pane as a whole."""

Presence = Callable[[F], Set[str] | None]
"""Facts to the keys of the items that there are; None where they do not tell all of them."""

Words = Callable[[F, str], str]
"""Facts and an item's key to one line that is understood without the pane."""


class Rule(msgspec.Struct, Generic[F], frozen=True, kw_only=True):
    """When to alert, and when it is over.

    A rule is evaluated on a pane's facts after each good reading; missing
    facts fire nothing. `for_s` and `keep_s` are measured on a clock that does
    not jump.

    Attributes:
        name: unique in the pane; lower case, words joined by "-".
        level: ATTENTION or CRITICAL.
        text: the alert's text; "{item}" stands for the item's key.
        say: the alert's text from the facts of the moment, such as "battery at 12 %, 20 min left"; it
            may change while the alert fires, which notifies nobody. None: `text`.
        enter: where it begins to hold.
        clear: where it is over; apart from `enter`, so that a value that hovers at
            the border does not flap. An item in neither keeps its state.
        present: the items that there are; an alert about one that is gone is over. None: items
            do not go away; where it returns None, none does in this reading.
        for_s: it must hold this long before it fires, in seconds.
        keep_s: it must be clear this long before it is over, in seconds.
        repeat_s: time between repeats while it fires, in seconds; 0: never.
        max_repeats: how many repeats at the most.
        escalate_s: an ATTENTION that fires for this long and is not acknowledged becomes CRITICAL,
            in seconds; 0: never.
        resolve: say so when it is over.
        inhibited_by: names of rules of the same pane that silence this one for the same item; one that
            fires for the pane as a whole silences it for every item.
        action: the name of the pane's action that helps, for the item when its scope is one.
        helps: the same from the facts of the moment; it may change while the alert fires, which notifies
            nobody. None: `action`.
    """

    name: str
    level: Level
    text: str
    enter: Condition[F]
    clear: Condition[F]
    say: Words[F] | None = None
    present: Presence[F] | None = None
    for_s: float = 0.0
    keep_s: float = 0.0
    repeat_s: float = 0.0
    max_repeats: int = 0
    escalate_s: float = 0.0
    resolve: bool = False
    inhibited_by: tuple[str, ...] = ()
    action: str | None = None
    helps: Callable[[F], str | None] | None = None
