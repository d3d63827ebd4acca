"""A tree made into functions, and what they say of facts: true, false, or None for “not known”.

Whatever is missing, of another type, divided by zero or out of range is not known. `and`, `or` and `not`
are Kleene's: false and not known is false, true or not known is true.
"""

import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise, repeat

from devdash.alerts.reach import MISSING, elements, field, keys, number, plain
from devdash.alerts.syntax import STAR, Array, Every, Fact, Minus, Node, Not, Pair, Value
from devdash.alerts.tokens import ExpressionError

Path = tuple[str, ...]
Truth = bool | None

STEPS = 20_000
"""Nodes that one evaluation visits at most: about 10 ms, less than a frame."""


class TooMuch(Exception):
    """The facts are so large that a condition over them would hold the loop."""


class Scope:
    """One evaluation: the facts, the elements that `*` stands for now, and what may still be done."""

    def __init__(self, facts: object, slots: int) -> None:
        self.facts = facts
        self.slots: list[object] = [MISSING] * slots
        self._left = STEPS

    def spend(self, cost: int) -> None:
        """Raises `TooMuch` when there is no more to spend."""
        self._left -= cost
        if self._left < 0:
            raise TooMuch


Look = Callable[[Scope], object]
Ask = Callable[[Scope], Truth]


class Walk:
    """The elements of lists within each other: `projects`, then `projects.*.aliases`.

    Args:
        lists: their paths, each ending with `STAR` and beginning with the one before.
        compiler: gives them their slots.
        cost: of one element.
    """

    def __init__(self, lists: Sequence[Path], compiler: "Compiler", cost: int) -> None:
        self._slots = [compiler.slot(path) for path in lists]
        self._lists = [compiler.reach(path[:-1]) for path in lists]
        self._cost = cost

    def run(self, scope: Scope, *, called: bool) -> Iterator[tuple[str, ...] | None]:
        """Bind each element and give its keys, outermost first; None for a list that is not known.

        Args:
            called: False: the keys are not asked for, and empty.
        """
        return self._level(scope, 0, (), called) if self._slots else iter(((),))

    def _level(
        self, scope: Scope, level: int, outer: tuple[str, ...], called: bool
    ) -> Iterator[tuple[str, ...] | None]:
        value = self._lists[level](scope)
        found = elements(value)
        if found is None:
            yield None
            return
        names = keys(value) if called else repeat("")
        slot, last = self._slots[level], level + 1 == len(self._slots)
        for element, name in zip(found, names, strict=False):
            scope.spend(self._cost)
            scope.slots[slot] = element
            if last:
                yield (*outer, name)
            else:
                yield from self._level(scope, level + 1, (*outer, name), called)


class Compiler:
    """Makes functions of trees. All trees of one compiler share its scopes."""

    def __init__(self) -> None:
        self._slots: dict[Path, int] = {}

    @property
    def slots(self) -> int:
        """How many elements are bound at once, at most."""
        return len(self._slots)

    def slot(self, path: Path) -> int:
        """The place of the element that the list `path` (with its `STAR`) stands for."""
        return self._slots.setdefault(path, len(self._slots))

    def reach(self, path: Path) -> Look:
        """What stands at `path`, as it is."""
        star = max((place for place, name in enumerate(path, 1) if name == STAR), default=0)
        names = path[star:]
        slot = self.slot(path[:star]) if star else -1

        def look(scope: Scope) -> object:
            value = scope.slots[slot] if star else scope.facts
            for name in names:
                value = field(value, name)
            return value

        return look

    def ask(self, node: Node, bound: frozenset[Path]) -> Ask:
        """`node` as a truth. `bound`: the lists that stand outside of it."""
        match node:
            case Not(one):
                return _negation(self.ask(one, bound))
            case Every(word, one):
                return self._every(word, one, bound, node.column)
            case Pair("and" | "or" as sign, left, right):
                return _junction(sign == "or", self.ask(left, bound), self.ask(right, bound))
            case Pair("==" | "!=" as sign, left, right) if _is_null(left) or _is_null(right):
                return _null_test(self.value(right if _is_null(left) else left, bound), sign == "==")
            case Pair(sign, left, right) if sign in _ASKS:
                return _comparison(_ASKS[sign], self.value(left, bound), self.value(right, bound))
        return _truth(self.value(node, bound))

    def value(self, node: Node, bound: frozenset[Path]) -> Look:
        """`node` as a value."""
        match node:
            case Value(value):
                return lambda scope: value
            case Fact(path):
                look = self.reach(path)
                return lambda scope: plain(look(scope))
            case Array(items):
                looks = tuple(self.value(item, bound) for item in items)
                return lambda scope: tuple(look(scope) for look in looks)
            case Minus(one):
                return _calculation(operator.sub, lambda scope: 0, self.value(one, bound))
            case Pair(sign, left, right) if sign in _SUMS:
                return _calculation(_SUMS[sign], self.value(left, bound), self.value(right, bound))
        return self.ask(node, bound)

    def _every(self, word: str, one: Node, bound: frozenset[Path], column: int) -> Ask:
        lists = chain(one, bound, column)
        if not lists:
            raise ExpressionError(column, f"there is no list of its own in {word}(…), such as NAME.*")
        ask = self.ask(one, bound.union(lists))
        walk = Walk(lists, self, size(one))
        decisive = word == "any"

        def every(scope: Scope) -> Truth:
            answer: Truth = not decisive
            for bound_to in walk.run(scope, called=False):
                said = None if bound_to is None else ask(scope)
                if said is decisive:
                    return said
                answer = None if said is None else answer
            return answer

        return every


def chain(node: Node, bound: Iterable[Path], column: int) -> tuple[Path, ...]:
    """The lists of `node` but `bound` and those within its `any` and `all`, each within the one before.

    Raises:
        ExpressionError: two of them are not within each other.
    """
    lists = sorted(set(_lists(node)).difference(bound), key=len)
    for outer, inner in pairwise(lists):
        if inner[: len(outer)] != outer:
            raise ExpressionError(
                column, "there are two lists in it, side by side; put one of them into any(…) or all(…)"
            )
    return tuple(lists)


def _lists(node: Node) -> Iterator[Path]:
    if isinstance(node, Fact):
        yield from (node.path[:place] for place, name in enumerate(node.path, 1) if name == STAR)
    elif not isinstance(node, Every):
        for part in parts(node):
            yield from _lists(part)


def parts(node: Node) -> tuple[Node, ...]:
    """The nodes right below."""
    match node:
        case Pair(_, left, right):
            return (left, right)
        case Minus(one) | Not(one) | Every(_, one):
            return (one,)
        case Array(items):
            return items
    return ()


def size(node: Node) -> int:
    """Nodes, this one included."""
    return 1 + sum(map(size, parts(node)))


def _is_null(node: Node) -> bool:
    return isinstance(node, Value) and node.value is None


def _truth(look: Look) -> Ask:
    def ask(scope: Scope) -> Truth:
        value = look(scope)
        return value if isinstance(value, bool) else None

    return ask


def _negation(one: Ask) -> Ask:
    def ask(scope: Scope) -> Truth:
        said = one(scope)
        return None if said is None else not said

    return ask


def _junction(decisive: bool, left: Ask, right: Ask) -> Ask:
    """`or` is decided by true, `and` by false."""

    def ask(scope: Scope) -> Truth:
        first = left(scope)
        if first is decisive:
            return first
        second = right(scope)
        return second if second is decisive or first is not None else None

    return ask


def _null_test(look: Look, wanted: bool) -> Ask:
    def ask(scope: Scope) -> Truth:
        value = look(scope)
        return None if value is MISSING else (value is None) is wanted

    return ask


def _comparison(compare: Callable[[object, object], Truth], left: Look, right: Look) -> Ask:
    def ask(scope: Scope) -> Truth:
        one, other = left(scope), right(scope)
        if one is None or other is None or one is MISSING or other is MISSING:
            return None
        return compare(one, other)

    return ask


def _calculation(operate: Callable[[float, float], float], left: Look, right: Look) -> Look:
    def look(scope: Scope) -> object:
        one, other = number(left(scope)), number(right(scope))
        if one is None or other is None:
            return MISSING
        try:
            return plain(operate(one, other))
        except (ZeroDivisionError, OverflowError):
            return MISSING

    return look


def _ordered(fits: Callable[[int], bool]) -> Callable[[object, object], Truth]:
    """`fits` is told the order: below 0, 0 or above."""

    def compare(one: object, other: object) -> Truth:
        first, second = number(one), number(other)
        if first is not None and second is not None:
            return fits((first > second) - (first < second))
        if isinstance(one, str) and isinstance(other, str):
            return fits((one > other) - (one < other))
        return None

    return compare


def _equal(one: object, other: object) -> Truth:
    for kind in (str, bool):
        if isinstance(one, kind) and isinstance(other, kind):
            return one == other
    first, second = number(one), number(other)
    return None if first is None or second is None else first == second


def _unequal(one: object, other: object) -> Truth:
    said = _equal(one, other)
    return None if said is None else not said


def _within(one: object, other: object) -> Truth:
    if isinstance(other, str):
        return one in other if isinstance(one, str) else None
    if not isinstance(other, tuple | list):
        return None
    answers = {_equal(one, plain(item)) for item in other}
    return True if True in answers else None if None in answers else False


def _without(one: object, other: object) -> Truth:
    said = _within(one, other)
    return None if said is None else not said


_ASKS: dict[str, Callable[[object, object], Truth]] = {
    "<": _ordered(lambda order: order < 0),
    "<=": _ordered(lambda order: order <= 0),
    ">": _ordered(lambda order: order > 0),
    ">=": _ordered(lambda order: order >= 0),
    "==": _equal,
    "!=": _unequal,
    "in": _within,
    "not in": _without,
}
_SUMS: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
