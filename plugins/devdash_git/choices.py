"""What can be chosen about how the pane is looked at, as the config and the facts call it."""

from enum import StrEnum


class Only(StrEnum):
    """Which repositories are shown."""

    ALL = "all"
    ATTENTION = "attention"
    """Those that need a hand, or did not answer."""
    DIRTY = "dirty"
    AHEAD = "ahead"
    """Those with commits that the upstream, or for another branch any remote, lacks."""
    BEHIND = "behind"


class Order(StrEnum):
    """In which order they are shown."""

    LISTED = "listed"
    """As the config has them: a row stays where it is."""
    ATTENTION = "attention"
    NAME = "name"
