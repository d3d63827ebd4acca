"""The grammar of a condition: its text becomes a tree.

    any    = and { "or" and }
    and    = not { "and" not }
    not    = "not" not | compare
    compare = sum [ ("<" | "<=" | ">" | ">=" | "==" | "!=" | ["not"] "in") sum ]
    sum    = product { ("+" | "-") product }
    product = minus { ("*" | "/") minus }
    minus  = "-" minus | atom
    atom   = number | text | "true" | "false" | "null" | fact | "(" any ")"
           | ("any" | "all") "(" any ")" | "[" [ any { "," any } ] "]"
    fact   = pane { "." ( name | "*" ) }

Written here because no library has the two things that alerts need: one answer for each element of a
list, and a third answer, "not known", for facts that are missing.
"""

from itertools import pairwise
from typing import NoReturn

import msgspec

from devdash.alerts.tokens import ExpressionError, Kind, Token, tokens

DEEPEST = 32
"""Parentheses, `not`s and signs within each other."""

MOST = 250
"""Words of a condition: a tree of them can be walked by functions that call themselves."""

STAR = "*"


class Value(msgspec.Struct, frozen=True):
    """A number, text, true, false or null (None) as it is written."""

    value: int | float | str | bool | None
    column: int


class Fact(msgspec.Struct, frozen=True):
    """A fact; `path` without the pane's name, with `STAR` for each element of a list."""

    path: tuple[str, ...]
    column: int


class Array(msgspec.Struct, frozen=True):
    """Values to look for with `in`."""

    items: "tuple[Node, ...]"
    column: int


class Minus(msgspec.Struct, frozen=True):
    """The opposite number."""

    one: "Node"
    column: int


class Not(msgspec.Struct, frozen=True):
    """The opposite truth."""

    one: "Node"
    column: int


class Pair(msgspec.Struct, frozen=True):
    """Two operands; `sign` is an operator of the grammar, of `not in` "not in"."""

    sign: str
    left: "Node"
    right: "Node"
    column: int


class Every(msgspec.Struct, frozen=True):
    """`any(…)` or `all(…)` over the lists in `one` that do not stand outside of it as well."""

    word: str
    one: "Node"
    column: int


Node = Value | Fact | Array | Minus | Not | Pair | Every

_COMPARE = frozenset(("<", "<=", ">", ">=", "==", "!="))
_CONSTANTS = {"true": True, "false": False, "null": None}
_WORDS = frozenset((*_CONSTANTS, "and", "or", "not", "in", "any", "all"))
_FOREIGN = {"none": "null", "nil": "null", "True": "true", "False": "false", "is": "=="}


def parse(text: str, pane: str) -> Node:
    """The tree of a condition over the facts of the pane `pane`.

    Raises:
        ExpressionError: it is none.
    """
    return _Parser(text, pane).whole()


class _Parser:
    def __init__(self, text: str, pane: str) -> None:
        self._tokens = tuple(tokens(text))
        if len(self._tokens) > MOST:
            raise ExpressionError(self._tokens[MOST].column, f"a condition has {MOST} words at most")
        self._pane = pane
        self._at = 0
        self._depth = 0

    def whole(self) -> Node:
        if len(self._tokens) == 1:
            self._fail(f"expected a condition, such as {self._pane}.NAME > 20")
        tree = self._or()
        if self._at < len(self._tokens) - 1:
            self._stray()
        return tree

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self, *texts: str) -> Token | None:
        """The next word when it is one of these; quoted texts never are."""
        token = self._next
        if token.kind not in (Kind.WORD, Kind.SIGN) or token.text not in texts:
            return None
        self._at += 1
        return token

    def _fail(self, message: str) -> NoReturn:
        raise ExpressionError(self._next.column, message)

    def _stray(self) -> NoReturn:
        if self._next.kind is Kind.SIGN and self._next.text in _COMPARE:
            self._fail("compare two things at a time, and join the comparisons with and")
        if self._next.text == ")":
            self._fail("this parenthesis was never opened")
        self._fail("expected a comparison such as > or ==, and, or, or the end")

    def _or(self) -> Node:
        tree = self._and()
        while token := self._take("or"):
            tree = Pair("or", tree, self._and(), token.column)
        return tree

    def _and(self) -> Node:
        tree = self._not()
        while token := self._take("and"):
            tree = Pair("and", tree, self._not(), token.column)
        return tree

    def _not(self) -> Node:
        token = self._take("not")
        if token is None:
            return self._compare()
        self._deeper()
        tree = Not(self._not(), token.column)
        self._depth -= 1
        return tree

    def _compare(self) -> Node:
        left = self._sum()
        if token := self._take(*_COMPARE, "in"):
            return Pair(token.text, left, self._sum(), token.column)
        if token := self._take("not"):
            if not self._take("in"):
                self._fail("expected in: “not in”")
            return Pair("not in", left, self._sum(), token.column)
        return left

    def _sum(self) -> Node:
        tree = self._product()
        while token := self._take("+", "-"):
            tree = Pair(token.text, tree, self._product(), token.column)
        return tree

    def _product(self) -> Node:
        tree = self._minus()
        while token := self._take("*", "/"):
            tree = Pair(token.text, tree, self._minus(), token.column)
        return tree

    def _minus(self) -> Node:
        token = self._take("-")
        if token is None:
            return self._atom()
        self._deeper()
        tree = Minus(self._minus(), token.column)
        self._depth -= 1
        return tree

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > DEEPEST:
            self._fail(f"nested too deeply; {DEEPEST} levels at most")

    def _atom(self) -> Node:
        token = self._next
        if self._take("("):
            return self._inside()
        if self._take("["):
            return self._array(token.column)
        if token.kind is Kind.WORD:
            return self._word(token)
        if token.kind not in (Kind.NUMBER, Kind.TEXT, Kind.FACT):
            self._fail(f"expected a fact such as {self._pane}.NAME, a number, a text in quotes or (")
        self._at += 1
        if token.kind is Kind.FACT:
            return self._fact(token)
        if token.kind is Kind.TEXT:
            return Value(token.text, token.column)
        return Value(float(token.text) if "." in token.text else int(token.text), token.column)

    def _inside(self) -> Node:
        self._deeper()
        tree = self._or()
        if not self._take(")"):
            if self._next.kind is Kind.END:
                self._fail("expected ): a parenthesis is never closed")
            self._stray()
        self._depth -= 1
        return tree

    def _array(self, column: int) -> Node:
        self._deeper()
        items: list[Node] = []
        while not self._take("]"):
            if items and not self._take(","):
                self._fail("expected , or ]")
            items.append(self._sum())
        self._depth -= 1
        return Array(tuple(items), column)

    def _word(self, token: Token) -> Node:
        if token.text in _CONSTANTS:
            self._at += 1
            return Value(_CONSTANTS[token.text], token.column)
        if self._take("any", "all"):
            if not self._take("("):
                self._fail(f"expected ( after {token.text}")
            return Every(token.text, self._inside(), token.column)
        if token.text in _WORDS:
            self._fail(f"expected a fact, a number or a text before {token.text}")
        foreign = _FOREIGN.get(token.text) or _FOREIGN.get(token.text.lower())
        advice = f"a fact begins with the pane's name, “{self._pane}.”; a text stands in quotes"
        return self._fail(f"write {foreign}" if foreign else advice)

    def _fact(self, token: Token) -> Fact:
        pane, *path = token.text.split(".")
        if pane != self._pane:
            raise ExpressionError(token.column, f"a fact begins with “{self._pane}.”, the rule's own pane")
        if path[0] == STAR or (STAR, STAR) in pairwise(path):
            raise ExpressionError(token.column, "* follows the name of a list")
        return Fact(tuple(path), token.column)
