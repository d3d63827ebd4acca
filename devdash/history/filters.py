"""Conditions that every question of the history is put together from. Empty arguments match everything."""

import re
from collections.abc import Collection

from django.db.models import Q

from devdash.contract.levels import Level


def on_host(host: str, *, of: str = "") -> Q:
    """Of this host; "" for any.

    Args:
        of: the path to the row that has the host, such as "series__".
    """
    return Q(**{f"{of}host": host}) if host else Q()


def of_panes(panes: Collection[str], *, of: str = "") -> Q:
    """Of these panes."""
    return Q(**{f"{of}pane__in": tuple(panes)}) if panes else Q()


def at_levels(levels: Collection[Level]) -> Q:
    """At one of these levels."""
    return Q(level__in=[level.value for level in levels]) if levels else Q()


def within(since: int | None, until: int | None, *, field: str = "timestamp") -> Q:
    """At or after `since` and before `until`, in milliseconds since 1970."""
    condition = Q() if since is None else Q(**{f"{field}__gte": since})
    return condition if until is None else condition & Q(**{f"{field}__lt": until})


def containing(text: str, *fields: str) -> Q:
    """One of `fields` contains `text`, whatever its case.

    Beyond ASCII an expression does it: SQLite's LIKE knows the case of those letters only.
    """
    if not text:
        return Q()
    lookup, pattern = ("icontains", text) if text.isascii() else ("iregex", re.escape(text))
    found = Q()
    for field in fields:
        found |= Q(**{f"{field}__{lookup}": pattern})
    return found
