"""What can be said of a condition before it is asked: mistakes that would leave it “not known” for ever.

With the type of the facts, names are checked as well, and texts against the values that an enum has.
"""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Union, get_args, get_origin

import msgspec

from devdash.alerts.reach import number
from devdash.alerts.syntax import STAR, Array, Every, Fact, Minus, Node, Not, Pair, Value
from devdash.alerts.tokens import ExpressionError
from devdash.contract.report import Facts

NUMBER, TEXT, TRUTH, LIST, NULL, ANY = "a number", "a text", "true or false", "a list", "null", ""


class Kind(msgspec.Struct, frozen=True):
    """What a node gives.

    Attributes:
        name: one of the constants above; ANY: it cannot be told.
        choices: the texts that there are, of an enum; empty: any.
        literal: the text itself, where it stands in the condition.
    """

    name: str
    choices: tuple[str, ...] = ()
    literal: str | None = None


_ANY = Kind(ANY)


def flaws_of(tree: Node, facts: type[Facts] | None) -> Iterator[ExpressionError]:
    """Every mistake in `tree`; `facts`: the type that it will be asked of, None when that is not known."""
    checker = _Checker(facts)
    checker.truth(tree)
    yield from checker.flaws


class _Checker:
    def __init__(self, facts: type[Facts] | None) -> None:
        self._facts = facts
        self.flaws: list[ExpressionError] = []

    def _flaw(self, node: Node, message: str) -> None:
        self.flaws.append(ExpressionError(node.column, message))

    def truth(self, node: Node) -> None:
        kind = self.kind(node)
        if kind.name not in (TRUTH, ANY):
            self._flaw(node, f"expected a condition, and this is {kind.name}; compare it, with > or ==")

    def kind(self, node: Node) -> Kind:
        match node:
            case Value(value):
                return _of_literal(value)
            case Fact(path):
                return self._fact(node, path)
            case Array(items):
                for item in items:
                    self._no_null(item)
                return Kind(LIST)
            case Not(one) | Every(_, one):
                self.truth(one)
                return Kind(TRUTH)
            case Minus(one):
                self._calculated(one)
                return Kind(NUMBER)
            case Pair("and" | "or", left, right):
                self.truth(left)
                self.truth(right)
                return Kind(TRUTH)
            case Pair("+" | "-" | "*" | "/", left, right):
                self._calculated(left)
                self._calculated(right)
                return Kind(NUMBER)
            case Pair(sign, left, right):
                self._compared(sign, left, right)
        return Kind(TRUTH)

    def _no_null(self, node: Node) -> Kind:
        kind = self.kind(node)
        if kind.name == NULL:
            self._flaw(node, "null goes with == and != alone")
        return kind

    def _calculated(self, node: Node) -> None:
        kind = self._no_null(node)
        if kind.name in (TRUTH, LIST) or not _may_be_number(kind):
            self._flaw(node, f"expected a number, and this is {kind.name}")

    def _compared(self, sign: str, left: Node, right: Node) -> None:
        if sign in ("==", "!="):
            one, other = self.kind(left), self.kind(right)
        else:
            one, other = self._no_null(left), self._no_null(right)
        if sign in ("in", "not in"):
            if other.name in (NUMBER, TRUTH):
                self._flaw(right, f"expected a list or a text after in, and this is {other.name}")
            for item in right.items if isinstance(right, Array) else ():
                self._matched(item, one, self.kind(item))
            return
        for node, kind in ((left, one), (right, other)):
            if kind.name == LIST:
                self._flaw(node, "a list cannot be compared; use in, or .* for each element")
                return
            if kind.name == TRUTH and sign not in ("==", "!="):
                self._flaw(node, f"{sign} compares numbers or texts, and this is true or false")
                return
        self._matched(right, one, other)

    def _matched(self, node: Node, one: Kind, other: Kind) -> None:
        """Whether the two can ever be the same."""
        names = {one.name, other.name}
        if ANY in names or NULL in names:
            return
        if len(names) > 1 and not (names == {NUMBER, TEXT} and _may_be_number(one) and _may_be_number(other)):
            self._flaw(node, f"{one.name} is compared with {other.name}")
        for choices, word in ((one.choices, other.literal), (other.choices, one.literal)):
            if choices and word is not None and word not in choices:
                told = ", ".join(f'"{choice}"' for choice in choices)
                self._flaw(node, f"this is never so; the fact is one of {told}")

    def _fact(self, node: Node, path: tuple[str, ...]) -> Kind:
        if self._facts is None:
            return _ANY
        here: object = self._facts
        for place, name in enumerate(path):
            if name == STAR:
                inner = _element(here)
                problem = "" if inner is not None else f"{_told(path[:place])} is no list: leave .* out"
            else:
                inner, problem = _field(here, name, _told(path[:place]))
            if problem:
                self._flaw(node, problem)
            if inner is None:
                return _ANY
            here = _plain(inner)
        if isinstance(here, type) and issubclass(here, msgspec.Struct):
            names = ", ".join(here.__struct_encode_fields__)
            self._flaw(node, f"{_told(path)} has facts of its own: {names}")
        return _of_type(here)


def _told(path: tuple[str, ...]) -> str:
    return ".".join(path) or "the pane"


def _of_literal(value: object) -> Kind:
    if value is None:
        return Kind(NULL)
    if isinstance(value, bool):
        return Kind(TRUTH)
    return Kind(TEXT, literal=value) if isinstance(value, str) else Kind(NUMBER)


def _may_be_number(kind: Kind) -> bool:
    """A text may be a decimal."""
    if kind.name != TEXT or kind.choices:
        return kind.name in (NUMBER, ANY)
    return kind.literal is None or number(kind.literal) is not None


def _of_type(kind: object) -> Kind:
    if not isinstance(kind, type):
        return Kind(LIST) if get_origin(kind) in (tuple, list) else _ANY
    if issubclass(kind, Enum):
        values = [member.value for member in kind]
        return Kind(TEXT, tuple(values)) if all(isinstance(value, str) for value in values) else _ANY
    for types, name in ((bool, TRUTH), ((int, float), NUMBER), (str, TEXT), ((tuple, list), LIST)):
        if issubclass(kind, types):
            return Kind(name)
    return _ANY


def _plain(kind: object) -> object:
    """`T` of `T | None` and of `Annotated[T, …]`; None where there are several."""
    if get_origin(kind) is Annotated:
        return _plain(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        others = [arg for arg in get_args(kind) if arg is not NoneType]
        return _plain(others[0]) if len(others) == 1 else None
    return kind


def _element(kind: object) -> object | None:
    """The type of a list's elements; None: it is no list."""
    origin, args = get_origin(kind), get_args(kind)
    inner: object = None
    if origin is tuple:
        inner = args[0] if len(args) == 2 and args[1] is Ellipsis else object
    elif origin in (list, dict):
        inner = args[-1]
    elif not isinstance(kind, type) or kind in (tuple, list, dict, object):
        inner = object
    return inner


def _field(kind: object, name: str, place: str) -> tuple[object | None, str]:
    """The type of a field and "", or what is wrong with asking for it; (None, "") when it cannot be told."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        if name in kind.__struct_encode_fields__:
            return _types(kind).get(name), ""
        return None, f"{place} has no such fact{_suggestion(name, kind.__struct_encode_fields__)}"
    if get_origin(kind) in (tuple, list):
        return None, f"{place} is a list; write {place}.* for each of its elements"
    if isinstance(kind, type) and issubclass(kind, int | float | str | Enum):
        return None, f"{place} has no facts of its own"
    return None, ""


def _types(kind: type[msgspec.Struct]) -> dict[str, object]:
    """The fields' types; none where an annotation names what is not there when the program runs."""
    try:
        return {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
    except (NameError, TypeError):
        return {}


def _suggestion(name: str, known: Iterable[str]) -> str:
    names = tuple(known)
    close = get_close_matches(name, names, n=1)
    if close:
        return f"; did you mean '{close[0]}'?"
    return f"; known here: {', '.join(names)}" if names else ""
