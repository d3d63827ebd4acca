"""From a notice to the message that channels show: its title, its text, the name of what helps.

All text comes from outside (a repository's name, an error), and is made one clean, short line here.
"""

import re
from datetime import datetime
from typing import Protocol

from devdash.alerts.model import Alert, AlertId, Notice, Occasion
from devdash.contract.levels import Level
from devdash.notify.message import Message
from devdash.render.clean import ELLIPSIS, clean

LONGEST_TITLE = 80
LONGEST_TEXT = 400
"""Characters. A notification is read at a glance; servers cut longer ones where they like."""

_SPACES = re.compile(r"\s+")


class Names(Protocol):
    """What panes and their actions are called."""

    def title(self, pane: str) -> str:
        """A pane's heading, such as "Battery"."""
        ...

    def fix(self, pane: str, action: str) -> str:
        """An action's title, such as "Fetch"; "" when there is none of that name."""
        ...


def message_of(notice: Notice, names: Names, at: datetime) -> Message:
    """The message of `notice`, which came `at`. What is over has the level OK."""
    alert, over = notice.alert, notice.occasion is Occasion.RESOLVED
    return Message(
        id=alert.id,
        occasion=notice.occasion,
        at=at,
        level=Level.OK if over else alert.level,
        title=line(names.title(alert.id.pane), LONGEST_TITLE) or "devdash",
        text=line(f"over: {alert.text}" if over else alert.text, LONGEST_TEXT) or str(alert.id),
        fix="" if over else line(_fix(alert, names), LONGEST_TITLE),
    )


def reply(alert: AlertId, text: str, level: Level, names: Names, at: datetime) -> Message:
    """The message of what a pressed button has led to."""
    return Message(
        id=alert,
        occasion=Occasion.ANSWERED,
        at=at,
        level=level,
        title=line(names.title(alert.pane), LONGEST_TITLE) or "devdash",
        text=line(text, LONGEST_TEXT),
    )


def summary(count: int, level: Level, at: datetime) -> Message:
    """The message that stands for `count` others which came too fast."""
    text = f"and {count} more: devdash alerts shows them"
    return Message(id=None, occasion=Occasion.FIRED, at=at, level=level, title="devdash", text=text)


def line(text: str, most: int) -> str:
    """`text` cleaned, on one line, without runs of spaces, of at most `most` characters."""
    said = _SPACES.sub(" ", clean(text)).strip()
    return said if len(said) <= most else said[: most - 1].rstrip() + ELLIPSIS


def _fix(alert: Alert, names: Names) -> str:
    action = alert.terms.action
    return "" if action is None else names.fix(alert.id.pane, action)
