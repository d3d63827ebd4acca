"""How often a pane that nobody sees is read for its alerts' sake: as often as they need it, no more. Pure."""

from collections.abc import Iterable, Sequence

from devdash.alerts.model import Terms

CALM_FACTOR = 4.0
"""While all is calm, a pane is read so many times less often at most."""

CALM_S = 60.0
"""A minute is early enough for an alert that is told at once."""

PATIENCE_PARTS = 4.0
"""A rule that waits for an hour need not be asked each minute: so many times in its wait is enough."""


def reliance(
    interval_s: float, rules: Sequence[Terms], default: Sequence[str], *, stirred: bool
) -> float | None:
    """Seconds between two readings; None when no rule tells anybody, so that the pane may rest.

    Args:
        interval_s: the pane's own.
        rules: those in force.
        default: the channels that tell where a rule does not say.
        stirred: one of the pane's alerts is pending, firing or clearing: then its own interval counts.
    """
    waits = list(_waits(rules, default))
    if not waits:
        return None
    if stirred:
        return interval_s
    calm_s = max(CALM_S, min(waits) / PATIENCE_PARTS)
    return max(interval_s, min(CALM_FACTOR * interval_s, calm_s))


def _waits(rules: Iterable[Terms], default: Sequence[str]) -> Iterable[float]:
    """The `for` of those that tell somebody."""
    for terms in rules:
        if default if terms.channels is None else terms.channels:
            yield terms.for_s
