"""Amounts and dates as banks write them. Strict: what does not fit its form is refused, never repaired."""

import re
from datetime import date, datetime
from decimal import Decimal

import msgspec

MAX_DIGITS = 18
"""Digits of an amount; more is an account number in the wrong column."""

_SPACES = str.maketrans("", "", "\u00a0\u202f\u2009\u2007 \t")
_MINUS = str.maketrans("\u2212\u2013\u2019", "--'")
_CODE = r"(?P<{name}>[€$£¥₹₽₩₺]|[A-Z]{{3}}|)"
SIGNS = {"€": "EUR", "£": "GBP", "₹": "INR", "₽": "RUB", "₩": "KRW", "₺": "TRY", "$": "", "¥": ""}
"""What a sign stands for; "$" and "¥" stand for several."""
_SHAPE = re.compile(
    r"(?P<open>\()?(?P<lead>[+-]?)"
    + _CODE.format(name="before")
    + r"(?P<inner>[+-]?)(?P<body>[\d.,']+)"
    + r"(?P<tail>[+-]?)(?P<word>CR|DR|)"
    + _CODE.format(name="after")
    + r"(?P<close>\))?"
)


class Money(msgspec.Struct, frozen=True):
    """An amount as a cell gives it.

    Attributes:
        amount: signed.
        currency: the code that stands beside it; empty: there is none.
    """

    amount: Decimal
    currency: str = ""


def money(text: str, decimal: str, thousands: str) -> Money | None:
    """What `text` says: `-1.234,56`, `1.234,56-`, `(12.00)`, `EUR 12.00`, `12.00 DR`; None: it fits no form.

    Args:
        decimal: the sign before the decimals.
        thousands: the sign between groups of three digits, or "". Spaces of any kind count as one.
    """
    plain = text.strip()
    if thousands != " " and re.search(r"\d\s+\d", plain):
        return None
    if thousands == " " and not _spaced_well(plain):
        return None
    match = _SHAPE.fullmatch(plain.translate(_SPACES).translate(_MINUS))
    if match is None:
        return None
    signs = [sign for sign in (match["lead"], match["inner"], match["tail"]) if sign]
    around = bool(match["open"])
    if around is not bool(match["close"]) or len(signs) + around + bool(match["word"]) > 1:
        return None
    if match["before"] and match["after"]:
        return None
    value = _number(match["body"], decimal, "" if thousands == " " else thousands)
    if value is None:
        return None
    negative = signs == ["-"] or around or match["word"] == "DR"
    code = match["before"] or match["after"]
    return Money(0 - value if negative else value, SIGNS.get(code, code))


def _spaced_well(text: str) -> bool:
    """Spaces between digits stand before groups of three only."""
    groups = re.split(r"(?<=\d)\s(?=\d)", text)
    return all(re.match(r"\d{3}(?!\d)", group) for group in groups[1:]) and (
        len(groups) == 1 or re.search(r"(?<!\d)\d{1,3}$", groups[0]) is not None
    )


def _number(body: str, decimal: str, thousands: str) -> Decimal | None:
    whole, point, fraction = body.partition(decimal)
    if point and not (fraction.isascii() and fraction.isdigit()):
        return None
    groups = whole.split(thousands) if thousands else [whole]
    if len(groups) > 1 and not (1 <= len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])):
        return None
    digits = "".join(groups)
    if not digits and fraction:
        digits = "0"
    if not (digits.isascii() and digits.isdigit()) or len(digits) + len(fraction) > MAX_DIGITS:
        return None
    return Decimal(f"{digits}.{fraction}" if fraction else digits)


def day(text: str, form: str) -> date | None:
    """The date that `text` gives in the form `form`; None: it gives none. A time of day is left out."""
    plain = text.strip()
    if len(plain) > 40 or (not plain.isascii() and "%b" not in form.lower()):
        return None
    if "%Y%m%d" in form and not re.match(r"\d{8}(?!\d)", plain):
        return None
    try:
        found = datetime.strptime(plain, form).date()  # noqa: DTZ007  # a bank's date has no zone
    except ValueError:
        return None
    return found if 1970 <= found.year <= 2200 else None
