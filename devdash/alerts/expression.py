"""Conditions that a person writes in devdash.toml, such as "git.repos.*.ahead > 20".

A text is parsed once and asked of each reading's facts. Nothing of Python is in between: no eval, no
attribute but a struct's fields, no call but `any` and `all`. `docs/alerts.md` describes the language.
"""

from collections.abc import Iterator

import msgspec

from devdash.alerts.evaluate import Compiler, Scope, TooMuch, Walk, chain, size
from devdash.alerts.evaluate import Truth as Truth
from devdash.alerts.kinds import flaws_of
from devdash.alerts.syntax import parse
from devdash.alerts.tokens import ExpressionError as ExpressionError
from devdash.contract.report import Facts

PANE = ""
"""The key of the pane as a whole."""


class Findings(msgspec.Struct, frozen=True):
    """What a condition says of one reading's facts. An item that is in no set is not known.

    Attributes:
        true: the items for which it holds.
        false: the items for which it does not.
        present: all items; None: some list is not known, or there is too much to look at.
    """

    true: frozenset[str]
    false: frozenset[str]
    present: frozenset[str] | None


_NOTHING = Findings(frozenset(), frozenset(), None)


class Expression:
    """A condition. Immutable; equal to another of the same text and pane.

    Args:
        text: as it is written.
        pane: the name with which every fact in it begins.

    Attributes:
        lists: the lists whose elements are its items, each within the one before; empty when it speaks of
            the pane as a whole.

    Raises:
        ExpressionError: it cannot be understood.
    """

    def __init__(self, text: str, pane: str) -> None:
        self.text = text
        self.pane = pane
        self._tree = parse(text, pane)
        for flaw in flaws_of(self._tree, None):
            raise flaw
        self.lists = chain(self._tree, (), 1)
        compiler = Compiler()
        self._ask = compiler.ask(self._tree, frozenset(self.lists))
        self._walk = Walk(self.lists, compiler, size(self._tree))
        self._slots = compiler.slots

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and (self.text, self.pane) == (other.text, other.pane)

    def __hash__(self) -> int:
        return hash((self.text, self.pane))

    def __repr__(self) -> str:
        return f"Expression({self.text!r}, {self.pane!r})"

    def flaws(self, kind: type[Facts]) -> tuple[ExpressionError, ...]:
        """What is wrong with it over facts of this type: unknown names, comparisons of unlike things."""
        return tuple(flaws_of(self._tree, kind))

    def look(self, facts: Facts) -> Findings:
        """What it says of `facts`, item by item. Facts of any type and shape will do.

        An item's key is that of its element (see `devdash.alerts.reach.NAMING`). Where lists within each
        other have elements of the same key, the outer one's key stands before it: "shop/default". Elements
        of the same key in the same list are one item: it holds where it holds for one of them.
        """
        scope = Scope(facts, self._slots)
        answers: dict[tuple[str, ...], Truth] = {}
        whole = True
        try:
            for keys in self._walk.run(scope, called=True):
                if keys is None:
                    whole = False
                else:
                    said = self._ask(scope)
                    answers[keys] = _either(answers[keys], said) if keys in answers else said
        except TooMuch:
            return _NOTHING
        return _findings(dict(_named(answers)), whole)


def _either(one: Truth, other: Truth) -> Truth:
    return True if one or other else None if one is None or other is None else False


def _named(answers: dict[tuple[str, ...], Truth]) -> Iterator[tuple[str, Truth]]:
    shared: dict[str, int] = {}
    for keys in answers:
        last = keys[-1] if keys else PANE
        shared[last] = shared.get(last, 0) + 1
    for keys, said in answers.items():
        last = keys[-1] if keys else PANE
        yield last if shared[last] == 1 else "/".join(keys), said


def _findings(answers: dict[str, Truth], whole: bool) -> Findings:
    return Findings(
        frozenset(key for key, said in answers.items() if said is True),
        frozenset(key for key, said in answers.items() if said is False),
        frozenset(answers) if whole else None,
    )
