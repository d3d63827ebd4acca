"""What ledger, hledger and beancount make of a text: for tests that what is written means what was meant."""

import json
import subprocess
from decimal import Decimal
from pathlib import Path

from beancount.core.data import Transaction
from beancount.parser import parser

from devdash_ledger.entry import Entry, Flag, Posting
from devdash_ledger.style import Syntax

Read = tuple[str, str, str, tuple[tuple[str, Decimal, str], ...]]
"""Day, state, description, legs."""


def meaning(entry: Entry, syntax: Syntax) -> Read:
    """An entry in the form of `read_by`."""
    words = (entry.payee, entry.narration)
    said = "\n".join(words) if syntax is Syntax.BEANCOUNT else " | ".join(one for one in words if one)
    legs = tuple((leg.account, leg.amount, leg.currency) for leg in entry.postings)
    return entry.date.isoformat(), str(entry.flag), said, legs


def read_by(syntax: Syntax, text: str, folder: Path) -> list[Read]:
    """The transactions that the real parser finds in `text`; anything else in it fails."""
    match syntax:
        case Syntax.BEANCOUNT:
            return _beancount(text)
        case Syntax.LEDGER:
            return _ledger(text, folder)
        case Syntax.HLEDGER:
            return _hledger(text, folder)


def _beancount(text: str) -> list[Read]:
    entries, errors, _ = parser.parse_string(text)
    assert not errors, errors
    found: list[Read] = []
    for one in entries:
        assert isinstance(one, Transaction), one
        legs = tuple((leg.account, leg.units.number, leg.units.currency) for leg in one.postings)
        found.append((one.date.isoformat(), one.flag, f"{one.payee or ''}\n{one.narration}", legs))
    return found


def _run(*argv: str) -> str:
    done = subprocess.run(argv, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _hledger(text: str, folder: Path) -> list[Read]:
    file = folder / "one.journal"
    file.write_text(text, encoding="utf-8")
    states = {"Cleared": Flag.CLEARED, "Pending": Flag.PENDING}
    found: list[Read] = []
    for one in json.loads(_run("hledger", "-f", str(file), "print", "-O", "json"), parse_float=Decimal):
        assert not one["tcomment"] and not one["tcode"]
        legs = []
        for leg in one["tpostings"]:
            [amount] = leg["pamount"]
            number = amount["aquantity"]
            value = Decimal(number["decimalMantissa"]).scaleb(-number["decimalPlaces"])
            legs.append((leg["paccount"], value, amount["acommodity"]))
        found.append((one["tdate"], str(states[one["tstatus"]]), one["tdescription"], tuple(legs)))
    return found


_ROW = (
    "%(format_date(date, '%Y-%m-%d'))\x1f%(cleared ? '*' : (pending ? '!' : ''))\x1f%(payee)\x1f%(account)"
    "\x1f%(commodity(scrub(display_amount)))\x1f%(quantity(scrub(display_amount)))"
    "\x1f%(code)\x1f%(note)\x1f%(xact.id)\n"
)


def _ledger(text: str, folder: Path) -> list[Read]:
    file = folder / "one.dat"
    file.write_text(text, encoding="utf-8")
    out = _run("ledger", "--args-only", "-E", "-f", str(file), "csv", "--csv-format", _ROW)
    found: dict[str, Read] = {}
    for line in out.split("\n")[:-1]:
        day, state, payee, account, currency, number, code, note, key = line.split("\x1f")
        assert not code and not note, (code, note)
        leg = (account, Decimal(number), currency.strip('"'))
        known = found.get(key, (day, state, payee, ()))
        found[key] = (*known[:3], (*known[3], leg))
    return list(found.values())


def posting(account: str, amount: str, currency: str = "EUR") -> Posting:
    """A leg."""
    return Posting(account, Decimal(amount), currency)
