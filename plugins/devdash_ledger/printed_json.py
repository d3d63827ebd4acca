"""A report as JSON; docs/ledger.md describes it. Pure."""

import unicodedata
from collections.abc import Sequence
from datetime import datetime

import msgspec

from devdash_ledger.printed import Amounts, Covered, Curve, Part

SCHEMA = 1
_HIDDEN = ("Cc", "Cf", "Zl", "Zp")


class _Sum(msgspec.Struct, frozen=True):
    currency: str
    amounts: tuple[str, ...]


class _Account(msgspec.Struct, frozen=True):
    account: str
    type: str
    currency: str
    amounts: tuple[str, ...]


class _Part(msgspec.Struct, frozen=True):
    key: str
    title: str
    totals: tuple[_Sum, ...]
    accounts: tuple[_Account, ...]


class _Curve(msgspec.Struct, frozen=True):
    title: str
    amounts: tuple[str, ...]


class _Chart(msgspec.Struct, frozen=True):
    title: str
    currency: str
    months: tuple[str, ...]
    without: tuple[str, ...]
    curves: tuple[_Curve, ...]


class _Journal(msgspec.Struct, frozen=True):
    name: str
    file: str
    title: str
    currency: str
    converted: bool
    without_price: tuple[str, ...]
    as_of: str
    error_count: int
    warning: str | None
    parts: tuple[_Part, ...]
    chart: _Chart | None


class _Document(msgspec.Struct, frozen=True):
    schema: int
    at: str
    report: str
    months: tuple[str, ...]
    unfinished: bool
    columns: tuple[str, ...]
    journals: tuple[_Journal, ...]


def text(reports: Sequence[Covered], at: datetime) -> str:
    """One object. `reports` are of one kind and about the same months."""
    one = reports[0].statement
    document = _Document(
        schema=SCHEMA,
        at=at.isoformat(timespec="seconds"),
        report=one.kind.value,
        months=one.months,
        unfinished=one.is_open,
        columns=tuple(head.key for head in one.heads),
        journals=tuple(map(_journal, reports)),
    )
    plain = msgspec.json.format(msgspec.json.encode(document), indent=2).decode()
    return "".join(map(_escaped, plain)) + "\n"


def _escaped(char: str) -> str:
    """What a terminal would obey or not show, in the form that JSON has for it."""
    if char == "\n" or (char.isascii() and char.isprintable()) or unicodedata.category(char) not in _HIDDEN:
        return char
    data = char.encode("utf-16-be").hex()
    return "".join(f"\\u{data[at : at + 4]}" for at in range(0, len(data), 4))


def _journal(one: Covered) -> _Journal:
    report, chart = one.statement, one.statement.chart
    return _Journal(
        name=one.name,
        file=one.file,
        title=one.title,
        currency=report.currency,
        converted=report.is_converted,
        without_price=report.apart,
        as_of=one.as_of,
        error_count=one.error_count,
        warning=one.warning or None,
        parts=tuple(map(_part, report.parts)),
        chart=None
        if chart is None
        else _Chart(chart.title, chart.currency, chart.months, chart.apart, tuple(map(_curve, chart.curves))),
    )


def _part(part: Part) -> _Part:
    return _Part(
        part.key,
        part.title,
        tuple(_Sum(total.currency, _texts(total.amounts)) for total in part.totals),
        tuple(
            _Account(one.account, one.type.value, one.currency, _texts(one.amounts)) for one in part.entries
        ),
    )


def _curve(curve: Curve) -> _Curve:
    return _Curve(curve.title, _texts(curve.amounts))


def _texts(amounts: Amounts) -> tuple[str, ...]:
    return tuple(format(amount, "f") for amount in amounts)
