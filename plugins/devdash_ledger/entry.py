"""A transaction as a value, and its exact text in the three syntaxes.

What a person or a bank typed is data: a line break in a payee would begin a directive
of its own, so `fitted` gives the entry as the syntax can hold it, and only that is written.
"""

import datetime
import re
import unicodedata
from decimal import Decimal
from enum import StrEnum

import msgspec

from devdash.api import PaneError
from devdash_ledger.amounts import EXACT
from devdash_ledger.style import Style, Syntax

MAX_TEXT = 500
"""Characters of a payee or a narration."""

_DROPPED = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"})
_BEANCOUNT_ACCOUNT = re.compile(r"[^\W\d_a-z](?:[^\W_]|-)*(?::[^\W_a-z](?:[^\W_]|-)*)+")
_PLAIN_COMMODITY = re.compile(r"[^\W\d_]+|[$€£¥₹₽₿¢]")
_IMPORT_ID = re.compile(r"[a-z0-9-]{1,64}")
_BEANCOUNT_CURRENCY = re.compile(r"[A-Z](?:[A-Z0-9'._-]{0,22}[A-Z0-9])?")


class Flag(StrEnum):
    """The state of a transaction, as all three syntaxes write it."""

    CLEARED = "*"
    PENDING = "!"


class Posting(msgspec.Struct, frozen=True):
    """One leg.

    Attributes:
        account: full name.
        amount: always given, also of the balancing leg.
        currency: the commodity's name without quotes, such as "EUR" or "$".
    """

    account: str
    amount: Decimal
    currency: str


class Entry(msgspec.Struct, frozen=True):
    """A transaction.

    Attributes:
        date: its day.
        payee: may be empty when there is a narration.
        narration: may be empty when there is a payee.
        postings: two or more; in each currency they sum to zero.
        flag: cleared or pending.
        import_id: which row of a bank's file it is; empty: of none. Written as metadata, so
            that the row is known again.
    """

    date: datetime.date
    payee: str
    narration: str
    postings: tuple[Posting, ...]
    flag: Flag = Flag.CLEARED
    import_id: str = ""


class BadEntry(PaneError):
    """The entry cannot be written in this syntax."""

    kind = "entry"


def fitted(entry: Entry, syntax: Syntax) -> Entry:
    """`entry` as `syntax` can hold it: one-line texts, without what would mean something else.

    Raises:
        BadEntry: it names nothing, an account or currency cannot be, or it does not balance.
    """
    payee, narration = _one_line(entry.payee), _one_line(entry.narration)
    if syntax is not Syntax.BEANCOUNT:
        # ";" begins a comment, and "|" parts payee and note.
        payee = _one_line(payee.replace(";", ",").replace("|", "/"))
        narration = _one_line(narration.replace(";", ",").replace("|", "/"))
    if not payee and not narration:
        raise BadEntry("the entry has neither payee nor narration", "give one of them")
    postings = tuple(_fitted_posting(one, syntax) for one in entry.postings)
    _require_balance(postings)
    if entry.import_id and not _IMPORT_ID.fullmatch(entry.import_id):
        raise BadEntry("an import id has small letters, digits and - only")
    return Entry(entry.date, payee, narration, postings, entry.flag, entry.import_id)


def text_of(entry: Entry, style: Style) -> str:
    """The lines of `entry`, each ended by a newline, aligned as `style` says.

    Raises:
        BadEntry: see `fitted`.
    """
    entry = fitted(entry, style.syntax)
    legs = (_leg(one, style) for one in entry.postings)
    return "\n".join((_head(entry, style), *_metadata(entry, style), *legs)) + "\n"


def _metadata(entry: Entry, style: Style) -> tuple[str, ...]:
    if not entry.import_id:
        return ()
    if style.syntax is Syntax.BEANCOUNT:
        return (f'{style.indent}import-id: "{entry.import_id}"',)
    return (f"{style.indent}; import-id: {entry.import_id}",)


def opening_of(account: str, day: datetime.date, syntax: Syntax) -> str:
    """The directive that makes `account` known, a line with its newline.

    Raises:
        BadEntry: no account can be called so.
    """
    name = fitted_account(account, syntax)
    return f"{day.isoformat()} open {name}\n" if syntax is Syntax.BEANCOUNT else f"account {name}\n"


def fitted_account(name: str, syntax: Syntax) -> str:
    """`name` as one line.

    Raises:
        BadEntry: no account can be called so.
    """
    name = _one_line(name)
    if syntax is Syntax.BEANCOUNT:
        good = _BEANCOUNT_ACCOUNT.fullmatch(name) is not None
    else:
        good = bool(name) and name[0] not in "([{*!=;@~<&|#%\"'-" and ";" not in name and name[-1] != ":"
        good = good and not name[0].isdigit()
    if not good:
        hint = "write it as Expenses:Food"
        capital = f"{hint}: each part begins with a capital letter or a digit"
        raise BadEntry(f'"{name}" cannot be an account', capital if syntax is Syntax.BEANCOUNT else hint)
    return name


def _one_line(text: str) -> str:
    spaced = "".join(" " if char.isspace() else char for char in unicodedata.normalize("NFC", text))
    kept = "".join(char for char in spaced if unicodedata.category(char) not in _DROPPED)
    return " ".join(kept.split())[:MAX_TEXT].strip()


def _fitted_posting(posting: Posting, syntax: Syntax) -> Posting:
    currency = _one_line(posting.currency)
    if syntax is Syntax.BEANCOUNT:
        good = _BEANCOUNT_CURRENCY.fullmatch(currency) is not None
    else:
        good = bool(currency) and '"' not in currency and ";" not in currency
    if not good:
        raise BadEntry(f'"{currency}" cannot be a currency', "write it as the journal does")
    if not posting.amount.is_finite():
        raise BadEntry("an amount is no number")
    return Posting(fitted_account(posting.account, syntax), posting.amount, currency)


def _require_balance(postings: tuple[Posting, ...]) -> None:
    if len(postings) < 2:  # what a double entry is
        raise BadEntry("an entry needs two accounts at least")
    for currency in {one.currency for one in postings}:
        rest = Decimal()
        for one in postings:
            rest = EXACT.add(rest, one.amount) if one.currency == currency else rest
        if rest:
            raise BadEntry(f"the entry does not balance: {rest:f} {currency} are left over")


def _head(entry: Entry, style: Style) -> str:
    if style.syntax is Syntax.BEANCOUNT:
        texts = (
            [_quoted(entry.payee), _quoted(entry.narration)] if entry.payee else [_quoted(entry.narration)]
        )
        return f"{entry.date.isoformat()} {entry.flag} {' '.join(texts)}"
    day = entry.date.isoformat().replace("-", style.date_mark)
    said = " | ".join(text for text in (entry.payee, entry.narration) if text)
    # An empty code, so that what looks like a state or a code is read as the payee.
    code = "() " if said[0] in "(*!=" else ""
    return f"{day} {entry.flag} {code}{said}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _leg(posting: Posting, style: Style) -> str:
    number = f"{posting.amount:f}"
    if style.decimal_comma:
        number = number.replace(".", ",")
    start = f"{style.indent}{posting.account}"
    if style.syntax is Syntax.BEANCOUNT:
        room = max(2, style.amount_end - len(start) - len(number))
        return f"{start}{' ' * room}{number} {posting.currency}"
    amount = _with_commodity(number, posting.currency, style)
    return f"{start}{' ' * max(2, style.amount_end - len(start) - len(amount))}{amount}"


def _with_commodity(number: str, currency: str, style: Style) -> str:
    name = currency if _PLAIN_COMMODITY.fullmatch(currency) else f'"{currency}"'
    form = style.form(currency)
    gap = " " if form.spaced or name.startswith('"') else ""
    return f"{name}{gap}{number}" if form.before else f"{number}{gap}{name}"
