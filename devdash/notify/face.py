"""A message as JSON, for programs and webhooks; docs/notifications.md describes it."""

from datetime import datetime

import msgspec

from devdash.alerts.model import Occasion
from devdash.contract.levels import Level
from devdash.notify.message import Message

SCHEMA = 1


class _Alert(msgspec.Struct, frozen=True):
    pane: str
    rule: str
    item: str


class _Face(msgspec.Struct, frozen=True, kw_only=True):
    schema: int = SCHEMA
    source: str = "devdash"
    at: datetime
    occasion: Occasion
    level: Level
    title: str
    text: str
    alert: _Alert | None


def as_json(message: Message) -> bytes:
    """`message` as one JSON object in UTF-8."""
    named = message.id
    alert = None if named is None else _Alert(named.pane, named.rule, plain(named.item))
    face = _Face(
        at=message.at,
        occasion=message.occasion,
        level=message.level,
        title=message.title,
        text=message.text,
        alert=alert,
    )
    return msgspec.json.encode(face)


def plain(key: str) -> str:
    """An item's key as text that JSON and environment variables can hold: without NUL and lone surrogates.

    Keys are paths and names from outside, and unlike a message's texts they are not cleaned.
    """
    return key.replace("\0", "?").encode("utf-8", "replace").decode("utf-8")
