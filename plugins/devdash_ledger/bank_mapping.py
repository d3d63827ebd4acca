"""From a guess and what a person has filled in to a bank's table, and back to a form. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePath

import msgspec

from devdash.api import PaneError
from devdash_ledger.bank_answers import Question, Setting, Value
from devdash_ledger.bank_config import Bank, bank_problems
from devdash_ledger.bank_headings import Role
from devdash_ledger.bank_orders import Found, Guessed, Kind
from devdash_ledger.guess import fuzzy

NONE = "-"
"""Filled in for a column that there is none of."""
OPEN = "?"
"""The choice of what is not answered yet."""
_APART = " ← "
"""Between what is filled in and what it is in the file."""

COLUMNS = {
    "date": Role.DATE,
    "amount": Role.AMOUNT,
    "debit": Role.DEBIT,
    "credit": Role.CREDIT,
    "payee": Role.PAYEE,
    "narration": Role.NARRATION,
}
"""The fields that name a column."""
LABELS = {
    "account": "Account",
    "currency": "Currency",
    "date": "Date",
    "date-format": "Date format",
    "amount": "Amount",
    "positive": "A positive amount",
    "debit": "Debit",
    "credit": "Credit",
    "numbers": "Numbers are as",
    "payee": "Payee",
    "narration": "Narration",
}
"""The fields of the form, by name, in their order."""
NUMBERS = {
    "1,234.56": (".", ","),
    "1.234,56": (",", "."),
    "1 234.56": (".", " "),
    "1 234,56": (",", " "),
    "1'234.56": (".", "'"),
    "1'234,56": (",", "'"),
}
"""How numbers are written: decimal and thousands sign."""

_FIELD_OF = {
    "date_format": "date-format",
    "decimal": "numbers",
    "thousands": "numbers",
    "debit_minus": "debit",
    "direction": "positive",
}
_KINDS = {"date": (Kind.DATE,), "amount": (Kind.MONEY,), "debit": (Kind.MONEY,), "credit": (Kind.MONEY,)}
_HALVES = ("debit", "credit", "debit_minus")
_WORDS = ("direction", "incoming", "outgoing")


Option = tuple[Setting, ...]


class Settled(msgspec.Struct, frozen=True):
    """What is known of a table.

    Attributes:
        table: its settings.
        left: the questions that nobody has answered.
    """

    table: dict[str, Value]
    left: tuple[Question, ...]


def bare(text: str) -> str:
    """What was filled in, without what it is in the file."""
    return text.partition(_APART)[0].strip()


def told(filled: Mapping[str, str]) -> dict[Role, str]:
    """The columns that are filled in."""
    return {role: bare(filled[name]) for name, role in COLUMNS.items() if bare(filled.get(name, ""))}


def settled(found: Guessed, filled: Mapping[str, str]) -> Settled:
    """The guess with its questions answered by what is filled in, which comes before the guess."""
    said = _said(filled)
    table = {one.key: one.value for one in found.settings}
    left: list[Question] = []
    for question in found.questions:
        fitting = [
            option
            for option in question.options
            if all(said.get(one.key, one.value) == one.value for one in option)
        ]
        table |= {one.key: one.value for one in _common(fitting)}
        if len(fitting) != 1 and not {one.key for one in _differing(question)} <= said.keys():
            left.append(question)
    if "positive" in said:
        table = {key: value for key, value in table.items() if key not in _WORDS}
    table |= said
    for key in ("positive",) if "debit" in table else _HALVES:
        table.pop(key, None)
    return Settled(table, tuple(left))


def _common(options: Sequence[Option]) -> Option:
    """What all answers set."""
    return tuple(one for one in options[0] if all(one in other for other in options)) if options else ()


def _differing(question: Question) -> Option:
    """What the answers set otherwise."""
    common = _common(question.options)
    return tuple(one for option in question.options for one in option if one not in common)


def _said(filled: Mapping[str, str]) -> dict[str, Value]:
    """What is filled in and names no column."""
    answers = {name: bare(text) for name, text in filled.items() if bare(text) not in ("", OPEN)}
    said: dict[str, Value] = {
        name: answers[name] for name in ("account", "currency", "positive") if name in answers
    }
    if "date-format" in answers:
        said["date_format"] = answers["date-format"]
    if "numbers" in answers:
        said["decimal"], said["thousands"] = NUMBERS[answers["numbers"]]
    return said


def bank_of(known: Settled, *, plain: bool) -> Bank:
    """The table.

    Args:
        plain: every journal is of beancount.

    Raises:
        PaneError: a question is not answered, or the answers make no table.
    """
    if known.left:
        raise PaneError("\n".join(map(_asked, known.left)))
    bank = msgspec.convert(known.table, Bank, strict=True)
    problems = [
        f"{LABELS.get(_field(one.key.rpartition('.')[2]), one.key)}: {one.message}"
        for one in bank_problems(bank, "", plain=plain)
    ]
    if problems:
        raise PaneError("\n".join(problems))
    return bank


def _asked(question: Question) -> str:
    keys = dict.fromkeys(_field(one.key) for one in _differing(question))
    named = " and ".join(f"“{LABELS[key]}” (--{key})" for key in keys if key in LABELS)
    return f"{question.text} Fill in {named}"


def _field(key: str) -> str:
    return _FIELD_OF.get(key, key)


def values(found: Guessed, known: Settled) -> dict[str, str]:
    """What a form shows of what is known, by its fields; what is not known is open."""
    table = known.table
    shown = {name: str(table.get(name, "")) for name in ("account", "currency")}
    shown |= {name: _labelled(found.columns, table.get(name)) for name in COLUMNS}
    shown |= dict.fromkeys(_without(known), NONE)
    shown["date-format"] = next(
        (label for label in _forms(found) if bare(label) == table.get("date_format")),
        str(table.get("date_format", "")),
    )
    shown["positive"] = str(table.get("positive", OPEN))
    signs = (table.get("decimal"), table.get("thousands"))
    shown["numbers"] = next((text for text, pair in NUMBERS.items() if pair == signs), OPEN)
    return shown


def offered(found: Guessed, name: str, text: str) -> tuple[str, ...]:
    """What could be filled into a field; all of it where `text` is one of these (the first), or like none."""
    options = tuple(dict.fromkeys(_options(found, name)))
    meant = [one for one in options if bare(one) == bare(text)]
    if meant:
        return tuple(dict.fromkeys((*meant, *options)))
    return fuzzy(text, options) or options


def _options(found: Guessed, name: str) -> Iterable[str]:
    if name == "account":
        return found.own or found.accounts
    if name == "currency":
        asked = [
            one.value
            for question in found.questions
            for option in question.options
            for one in option
            if one.key == "currency"
        ]
        return map(str, (*(one.value for one in found.settings if one.key == "currency"), *asked))
    if name == "date-format":
        return _forms(found)
    kinds = _KINDS.get(name, (Kind.TEXT, Kind.DATE, Kind.MONEY))
    columns = [_label(one) for kind in kinds for one in found.columns if one.kind is kind]
    return columns if name == "date" else (*columns, NONE)


def _forms(found: Guessed) -> list[str]:
    return [f"{one.form}{_APART}{one.sample} is {one.means}" for one in found.forms]


def _without(known: Settled) -> Iterator[str]:
    """The columns that there are none of, for sure."""
    asked = {one.key for question in known.left for one in _differing(question)}
    money = any(name in known.table for name in ("amount", "debit"))
    for name in ("amount", "debit", "credit", "payee", "narration"):
        if name not in known.table and name not in asked and (money or name in ("payee", "narration")):
            yield name


def _labelled(columns: Sequence[Found], place: Value | None) -> str:
    return next((_label(one) for one in columns if place is not None and one.place == str(place)), "")


def _label(one: Found) -> str:
    return f"{one.place}{_APART}{', '.join(one.samples)}" if one.samples else one.place


def name_for(file: str) -> str:
    """A name for the bank of that file: the letters with which its name begins."""
    words = re.findall(r"[^\W\d_]+", PurePath(file).stem.casefold())
    return "-".join(words[:2])[:40] or "bank"
