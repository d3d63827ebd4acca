"""The words by which the history is filtered: "git critical 7d push". Pure.

A word that names a pane, a level, a sort of event or a time narrows by that; several panes, levels or
sorts mean any of them. What is left is looked for in the events' texts, names and items, as it stands.
A word in quotes is always text.
"""

import re
from collections.abc import Collection
from datetime import date, datetime, time, timedelta

import msgspec

from devdash.contract.levels import Level
from devdash.history.wire import EventQuery, Kind
from devdash.render.when import day_and_time

MOST_EVENTS = 500

_WORD = re.compile(r'"([^"]*)"?|(\S+)')
_SPAN = re.compile(r"(\d{1,4})(min|m|h|d|w)\Z")
_UNIT_S = {"min": 60, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}
_KINDS = {"alert": Kind.ALERT, "action": Kind.ACTION, "status": Kind.STATUS}


class Wanted(msgspec.Struct, frozen=True):
    """What the words ask for.

    Attributes:
        told: how they were understood, for people.
    """

    query: EventQuery
    told: str


def wanted(words: str, panes: Collection[str], now: datetime) -> Wanted:
    """What `words` ask for.

    Args:
        panes: the names that are panes.
        now: aware.
    """
    names = {name.casefold(): name for name in panes}
    found_panes, levels, kinds, text = [], [], [], []
    since: datetime | None = None
    until: datetime | None = None
    for match in _WORD.finditer(words):
        quoted, word = match.group(1), (match.group(2) or "").casefold()
        bounds = None if quoted is not None else _times(word, now)
        if quoted is not None:
            text.append(quoted)
        elif word in names:
            found_panes.append(names[word])
        elif word in set(Level):
            levels.append(Level(word))
        elif (singular := word.removesuffix("s") if word != "status" else word) in _KINDS:
            kinds.append(_KINDS[singular])
        elif bounds is not None:
            since, until = bounds
        else:
            text.append(match.group(2))
    query = EventQuery(
        kinds=tuple(dict.fromkeys(kinds)),
        panes=tuple(dict.fromkeys(found_panes)),
        levels=tuple(dict.fromkeys(levels)),
        text=" ".join(text),
        since=since.timestamp() if since else None,
        until=until.timestamp() if until else None,
        limit=MOST_EVENTS,
    )
    return Wanted(query, _told(query, since, until, now))


def _times(word: str, now: datetime) -> tuple[datetime, datetime | None] | None:
    """Since when and until when `word` means; None when it is no time."""
    if match := _SPAN.match(word):
        return now - timedelta(seconds=int(match.group(1)) * _UNIT_S[match.group(2)]), None
    if word == "today":
        return _midnight(now.date(), now), None
    if word == "yesterday":
        return _midnight(now.date() - timedelta(days=1), now), _midnight(now.date(), now)
    try:
        day = date.fromisoformat(word)
        return _midnight(day, now), _midnight(day + timedelta(days=1), now)
    except (ValueError, OverflowError):
        return None


def _midnight(day: date, now: datetime) -> datetime:
    return datetime.combine(day, time(), now.tzinfo)


def _told(query: EventQuery, since: datetime | None, until: datetime | None, now: datetime) -> str:
    said = [
        " or ".join(query.panes),
        " or ".join(query.levels),
        " or ".join(f"{kind} events" for kind in query.kinds),
        f"since {day_and_time(since, now)}" if since else "",
        f"until {day_and_time(until, now)}" if until else "",
        f"text “{query.text}”" if query.text else "",
    ]
    return " · ".join(part for part in said if part) or "everything"
