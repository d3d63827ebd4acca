"""Panes as JSON: `devdash status --json`. `docs/json.md` describes it field by field."""

import re
from collections.abc import Sequence
from datetime import datetime

import msgspec

from devdash.contract.levels import Level, worst
from devdash.contract.report import Attention, Facts
from devdash.render.status import PaneStatus

SCHEMA = 1
"""Rises when a field is removed, renamed or means something else; new fields do not raise it."""

_SURROGATE = re.compile(r"[\ud800-\udfff]")

# Control, bidirectional and line-breaking characters that JSON allows as they are.
# Written as \u escapes they are the same data and cannot steer the terminal it is printed on.
_STEERING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


class _Error(msgspec.Struct, frozen=True):
    kind: str
    message: str


class _Attention(msgspec.Struct, frozen=True):
    key: str
    level: Level
    text: str
    action: str | None


class _Pane(msgspec.Struct, frozen=True):
    """Its fields, in this order, are the face's."""

    name: str
    plugin: str
    title: str
    level: Level
    summary: str
    at: str | None
    took_s: float | None
    stale: bool
    error: _Error | None
    facts: object
    attention: tuple[_Attention, ...]


class _Status(msgspec.Struct, frozen=True):
    schema: int
    at: str
    level: Level
    panes: tuple[_Pane, ...]


def status_json(panes: Sequence[PaneStatus], at: datetime) -> bytes:
    """What `devdash status --json` prints, in UTF-8 and without a last newline.

    A number that is not finite becomes null, and a lone surrogate (an
    undecodable byte of a file name) U+FFFD. All other text is as the pane gave
    it; where it could steer a terminal it is written as \\u escapes.

    Args:
        panes: in the order in which they are listed.
        at: now; aware.
    """
    return encoded(_Status(SCHEMA, _iso(at), worst(pane.level for pane in panes), tuple(map(_pane, panes))))


def encoded(value: msgspec.Struct) -> bytes:
    """`value` as JSON that can be looked at in a terminal; see `status_json`."""
    try:
        json = msgspec.json.encode(value)
    except UnicodeEncodeError:
        json = msgspec.json.encode(_encodable(msgspec.to_builtins(value)))
    text = json.decode()
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text).encode()


def _pane(pane: PaneStatus) -> _Pane:
    report = pane.report
    return _Pane(
        name=pane.name,
        plugin=pane.plugin,
        title=pane.title,
        level=pane.level,
        summary=pane.summary,
        at=None if pane.at is None else _iso(pane.at),
        took_s=None if pane.took_s is None else round(pane.took_s, 3),
        stale=pane.stale,
        error=None if pane.error is None else _Error(pane.error.kind, pane.error.message),
        facts=_facts(None if report is None else report.facts),
        attention=() if report is None else tuple(map(_attention, report.attention)),
    )


def _facts(facts: Facts | None) -> object:
    return {} if facts is None else facts


def _attention(attention: Attention) -> _Attention:
    return _Attention(attention.key, attention.level, attention.text, attention.action)


def _iso(moment: datetime) -> str:
    """ISO-8601 to the second, with the offset from UTC."""
    return moment.isoformat(timespec="seconds")


def _encodable(value: object) -> object:
    """`value`, made of JSON's own types, without lone surrogates."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_encodable(key): _encodable(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_encodable(entry) for entry in value]
    return value
