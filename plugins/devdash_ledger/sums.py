"""Amounts as people type them: "12.50+3*2", with a currency before or behind, a point or a comma."""

import re
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

import msgspec

from devdash.api import PaneError

MAX_LENGTH = 200
_EXACT = Context(prec=60)
_MAX_DIGITS = 30
_MAX_DEPTH = 20

_SHAPE = re.compile(
    r"(?P<left>[^\d\s.,()+*/-][^\s()+*/]*?)?(?P<lgap>\s*)"
    r"(?P<sum>[\d(.,+-][\d\s.,()+*/-]*?)(?P<gap>\s*)"
    r"(?P<right>[^\d\s.,()+*/-].*)?"
)
_LETTERS = re.compile(r"[^\W\d_]+|[$€£¥₹₽₿¢]")
_NAME = re.compile(r"[^\W\d_][\w.'-]*")
_TOKEN = re.compile(r"\s*(?:([\d.,]+)|([-+*/()]))")


class BadSum(PaneError):
    """This is no amount."""

    kind = "amount"


class Typed(msgspec.Struct, frozen=True):
    """What was typed.

    Attributes:
        amount: the value of the sum.
        currency: as it was typed; empty when none was.
        computed: it was multiplied or divided, so it may have more decimals than money has.
    """

    amount: Decimal
    currency: str
    computed: bool

    def rounded(self, digits: int) -> Decimal:
        """The amount; what was computed is rounded half up to `digits`, what was typed is kept."""
        if not self.computed:
            return self.amount
        return self.amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, _EXACT)


def typed(text: str, *, decimal_comma: bool = False) -> Typed:
    """The value of `text`: numbers, + - * / and brackets, and one currency.

    With `decimal_comma` 1.234,50 is a thousand and more; else 1,234.50 is. The other mark is taken
    for a decimal one where it can be nothing else, as in 12,50.

    Raises:
        BadSum: it is no amount.
    """
    text = text.replace("−", "-").strip()
    shape = _SHAPE.fullmatch(text) if len(text) <= MAX_LENGTH else None
    if shape is None or (shape["left"] and shape["right"]):
        raise _bad(text)
    reader = _Reader(text, shape["sum"], decimal_comma)
    amount = reader.whole()
    side = "left" if shape["left"] else "right"
    apart = bool(shape["gap"] or shape["lgap"])
    return Typed(amount, _currency(shape[side] or "", apart, text), reader.computed)


def _currency(name: str, apart: bool, text: str) -> str:
    """A name of letters, a sign, or a name in quotes; one with digits only behind a space: not 1e5."""
    name = name.strip()
    if re.fullmatch(r'"[^"]+"', name):
        return name[1:-1]
    if name and not (_LETTERS.fullmatch(name) or (apart and _NAME.fullmatch(name))):
        raise _bad(text)
    return name


class _Reader:
    """Descends through one sum; each method reads what its name says."""

    def __init__(self, text: str, part: str, decimal_comma: bool) -> None:
        self._text = text
        self._comma = decimal_comma
        self._tokens: list[str] = []
        self.computed = False
        place = 0
        while place < len(part.rstrip()):
            found = _TOKEN.match(part, place)
            if found is None:
                raise _bad(text)
            self._tokens.append(found[1] or found[2])
            place = found.end()
        self._tokens.reverse()

    def whole(self) -> Decimal:
        try:
            value = self._sum(0)
        except (InvalidOperation, ZeroDivisionError):
            raise _bad(self._text) from None
        if self._tokens or not value.is_finite() or abs(value.adjusted()) > _MAX_DIGITS:
            raise _bad(self._text)
        return value

    def _next(self, *wanted: str) -> str:
        return self._tokens.pop() if self._tokens and self._tokens[-1] in wanted else ""

    def _sum(self, depth: int) -> Decimal:
        value = self._product(depth)
        while sign := self._next("+", "-"):
            right = self._product(depth)
            value = _EXACT.add(value, right) if sign == "+" else _EXACT.subtract(value, right)
        return value

    def _product(self, depth: int) -> Decimal:
        value = self._factor(depth)
        while sign := self._next("*", "/"):
            self.computed = True
            right = self._factor(depth)
            value = _EXACT.multiply(value, right) if sign == "*" else _EXACT.divide(value, right)
        return value

    def _factor(self, depth: int) -> Decimal:
        if depth > _MAX_DEPTH:
            raise _bad(self._text)
        if sign := self._next("+", "-"):
            value = self._factor(depth + 1)
            return value.copy_negate() if sign == "-" else value
        if self._next("("):
            value = self._sum(depth + 1)
            if not self._next(")"):
                raise _bad(self._text)
            return value
        if not self._tokens or self._tokens[-1] in "+-*/()":
            raise _bad(self._text)
        return _number(self._tokens.pop(), self._text, self._comma)


def _number(token: str, text: str, decimal_comma: bool) -> Decimal:
    mark, group = (",", ".") if decimal_comma else (".", ",")
    m, g = re.escape(mark), re.escape(group)
    if re.fullmatch(rf"\d+(?:{m}\d*)?|{m}\d+|\d{{1,3}}(?:{g}\d{{3}})+(?:{m}\d*)?", token, re.ASCII):
        plain = token.replace(group, "").replace(mark, ".")
    elif re.fullmatch(rf"\d+{g}(?:\d{{1,2}}|\d{{4,}})", token, re.ASCII):
        plain = token.replace(group, ".")
    else:
        raise _bad(text)
    return Decimal(plain.rstrip(".") if plain.endswith(".") else plain)


def _bad(text: str) -> BadSum:
    return BadSum(f'"{text[:40]}" is no amount', "such as 12.50, 12.50+3*2 or 12.50 EUR")
