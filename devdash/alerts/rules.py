"""The rules in force: a pane's own, changed by devdash.toml, and those that the person has written there.

Rules + RuleChanges → arm → Armed → judge(facts) → Verdicts, and what went wrong as values
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from devdash.alerts.change import RuleChange
from devdash.alerts.model import Terms, Verdict
from devdash.contract.levels import Level
from devdash.contract.report import Facts
from devdash.contract.rules import Rule

if TYPE_CHECKING:
    from devdash.alerts.expression import Expression

T = TypeVar("T")

REPEATS = 10
"""How often a rule that is given a `repeat` and nothing else repeats at most."""

MOST_ITEMS = 500
"""Alerts of one rule at once: nobody reads more, and each costs at every tick."""


class RuleProblem(msgspec.Struct, frozen=True):
    """Why a change of a rule is not in force, or not wholly.

    Attributes:
        rule: the rule's name: the table `[alerts.rules.PANE.RULE]`.
        key: the key in that table; "" for the table.
        message: what is wrong and what would be right.
    """

    rule: str
    key: str
    message: str


class RuleFailure(msgspec.Struct, frozen=True):
    """A rule could not be asked of one reading's facts: nothing begins and nothing ends by it.

    Attributes:
        pane, rule: whose.
        message: one sentence, without any value of the facts.
        hint: the next step.
    """

    pane: str
    rule: str
    message: str
    hint: str


class Sighting(msgspec.Struct, frozen=True):
    """What a rule's conditions say of one reading; as in `Verdict`."""

    entered: frozenset[str]
    cleared: frozenset[str]
    present: frozenset[str] | None


class Armed(msgspec.Struct, frozen=True):
    """A rule in force.

    Attributes:
        terms: all but its conditions.
        see: its conditions. May raise anything: it may be a plug-in's code.
        say: an item's text. As `see`.
        text: the text where `say` fails; "{item}" stands for the item's key.
        helps: the name of the action in the terms, where it is another from time to time. As `see`.
        variants: the terms with each action that `helps` may name.
    """

    terms: Terms
    see: Callable[[Facts], Sighting]
    say: Callable[[Facts, str], str] | None
    text: str
    helps: Callable[[Facts], str | None] | None = None
    variants: Mapping[str | None, Terms] = {}


class Arms(msgspec.Struct, frozen=True):
    """The rules of one pane in force, the plug-in's first, and what is wrong with the changes."""

    armed: tuple[Armed, ...]
    problems: tuple[RuleProblem, ...] = ()


class Judgement(msgspec.Struct, frozen=True):
    """What one reading's facts say: one verdict for each rule that could be asked, and the failures."""

    verdicts: tuple[Verdict, ...]
    failures: tuple[RuleFailure, ...] = ()


class Unfit(Exception):
    """A rule cannot be asked of these facts; the message is for a person and names no value."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def arm(
    pane: str,
    rules: Sequence[Rule[Any]],
    changes: Mapping[str, RuleChange],
    actions: Collection[str] | None = None,
) -> Arms:
    """The rules of the pane `pane` in force.

    A change that is wrong changes nothing: the plug-in's rule goes on as it is, unless it is switched off.

    Args:
        changes: `[alerts.rules.PANE]`, by the rule's name.
        actions: names of the pane's actions; None: they are not known, and not checked.
    """
    own = {rule.name: rule for rule in rules}
    armed: list[Armed] = []
    problems: list[RuleProblem] = []
    for name in dict.fromkeys((*own, *changes)):
        rule, change = own.get(name), changes.get(name, RuleChange())
        wrong = tuple(_wrong(pane, name, change, tuple(own), actions))
        problems += wrong
        if wrong:
            change = RuleChange(enabled=change.enabled)
        if change.enabled and (rule is not None or change.when is not None):
            one = _arm(pane, name, rule, change)
            armed.append(one if one.helps is None else _with_variants(one, actions or ()))
    return Arms(tuple(armed), tuple(problems))


def judge(armed: Sequence[Armed], facts: Facts) -> Judgement:
    """Ask every rule of `facts`. A rule that raises is a failure, and the others are judged all the same.

    A condition that holds the loop is interrupted by the engine with a `BaseException`, which passes through
    here: a caller who fears that for one rule judges them one by one, each contained.

    An item that a rule both enters and clears is entered.
    """
    verdicts: list[Verdict] = []
    failures: list[RuleFailure] = []
    for rule in armed:
        try:
            verdicts.append(_verdict(rule, facts, failures))
        except Unfit as error:
            failures.append(_failure(rule, error.message, error.hint))
        except Exception as error:  # noqa: BLE001 - a plug-in's condition can fail in any way
            message = f"its conditions failed ({type(error).__name__})"
            failures.append(_failure(rule, message, _BUG))
    return Judgement(tuple(verdicts), tuple(failures))


_BUG = "this is a bug in the plug-in; tell its author"


def _verdict(rule: Armed, facts: Facts, failures: list[RuleFailure]) -> Verdict:
    seen = rule.see(facts)
    entered = seen.entered
    if len(entered) > MOST_ITEMS:
        entered = frozenset(sorted(entered)[:MOST_ITEMS])
        message = f"it holds for {len(seen.entered)} items; the first {MOST_ITEMS} of them are alerts"
        failures.append(_failure(rule, message, "narrow its condition, or put the list into any(…)"))
    texts: dict[str, str] = {}
    for item in entered:
        try:
            texts[item] = _text(rule, facts, item)
        except Exception as error:  # noqa: BLE001 - as above; the alert itself is right
            texts[item] = rule.text.replace("{item}", item)
            message = f"its text could not be made ({type(error).__name__})"
            if not any(failure.rule == rule.terms.name for failure in failures):
                failures.append(_failure(rule, message, _BUG))
    terms = _terms_now(rule, facts, failures) if entered and rule.helps else rule.terms
    return Verdict(terms, entered, seen.cleared - seen.entered, seen.present, texts)


def _terms_now(rule: Armed, facts: Facts, failures: list[RuleFailure]) -> Terms:
    assert rule.helps is not None
    try:
        return rule.variants[rule.helps(facts)]
    except Exception as error:  # noqa: BLE001 - as above
        failures.append(_failure(rule, f"what helps could not be told ({type(error).__name__})", _BUG))
        return rule.terms


def _with_variants(rule: Armed, actions: Collection[str]) -> Armed:
    names = (*actions, None)
    variants = {name: msgspec.structs.replace(rule.terms, action=name) for name in names}
    return msgspec.structs.replace(rule, variants={**variants, rule.terms.action: rule.terms})


def _text(rule: Armed, facts: Facts, item: str) -> str:
    if rule.say is None:
        return rule.text.replace("{item}", item)
    said: object = rule.say(facts, item)
    if not isinstance(said, str):
        raise TypeError("say")
    return said


def _failure(rule: Armed, message: str, hint: str) -> RuleFailure:
    return RuleFailure(rule.terms.pane, rule.terms.name, message, hint)


def _arm(pane: str, name: str, rule: Rule[Any] | None, change: RuleChange) -> Armed:
    terms = _terms(pane, name, rule, change)
    if change.when is None and rule is not None:
        say = rule.say if change.text is None else None
        text = rule.text if change.text is None else change.text
        return Armed(terms, _asking(rule), say, text, rule.helps if change.action is None else None)
    from devdash.alerts.expression import Expression

    when = Expression(change.when or "", pane)
    clear = None if change.clear is None else Expression(change.clear, pane)
    text = change.text or (rule.text if rule is not None else _own_text(name, when))
    return Armed(terms, _Own(when, clear, f"[alerts.rules.{pane}.{name}]"), None, text)


def _terms(pane: str, name: str, rule: Rule[Any] | None, change: RuleChange) -> Terms:
    """The change before the rule before the defaults."""
    base = Terms(pane=pane, name=name, level=Level.ATTENTION)
    if rule is not None:
        base = msgspec.structs.replace(base, **{key: getattr(rule, key) for key in _SHARED})
    repeats = REPEATS if change.repeat is not None and base.max_repeats == 0 else base.max_repeats
    return Terms(
        pane=pane,
        name=name,
        level=_first(change.level, base.level),
        for_s=float(_first(change.for_, base.for_s)),
        keep_s=float(_first(change.keep, base.keep_s)),
        repeat_s=float(_first(change.repeat, base.repeat_s)),
        max_repeats=_first(change.max_repeats, repeats),
        escalate_s=float(_first(change.escalate, base.escalate_s)),
        resolve=_first(change.resolve, base.resolve),
        inhibited_by=base.inhibited_by,
        action=_first(change.action, base.action) or None,
        channels=change.channels,
    )


def _first(changed: T | None, kept: T) -> T:
    return kept if changed is None else changed


_SHARED = tuple(set(Terms.__struct_fields__) & set(Rule.__struct_fields__))


def _own_text(name: str, when: "Expression") -> str:
    return f"{when.pane} {name}: {{item}}" if when.lists else f"{when.pane} {name}"


def _asking(rule: Rule[Any]) -> Callable[[Facts], Sighting]:
    """A plug-in's conditions; what they return is checked, for they may be of any make."""

    def see(facts: Facts) -> Sighting:
        there = None if rule.present is None else rule.present(facts)
        present = None if there is None else _keys("present", there)
        return Sighting(_keys("enter", rule.enter(facts)), _keys("clear", rule.clear(facts)), present)

    return see


def _keys(name: str, found: object) -> frozenset[str]:
    if not isinstance(found, Set) or not all(isinstance(key, str) for key in found):
        raise Unfit(f"its condition '{name}' gave no set of texts", _BUG)
    return frozenset(map(str, found))


class _Own:
    """A person's conditions; checked against the type of the facts with the first of them."""

    def __init__(self, when: "Expression", clear: "Expression | None", place: str) -> None:
        self._when = when
        self._clear = clear
        self._place = place
        self._kind: type[Facts] | None = None
        self._unfit: tuple[str, str] | None = None

    def __call__(self, facts: Facts) -> Sighting:
        if type(facts) is not self._kind:
            self._kind = type(facts)
            self._unfit = next(self._flaws(self._kind), None)
        if self._unfit is not None:
            raise Unfit(*self._unfit)
        found = self._when.look(facts)
        cleared = found.false if self._clear is None else self._clear.look(facts).true
        return Sighting(found.true, cleared, found.present)

    def _flaws(self, kind: type[Facts]) -> Iterator[tuple[str, str]]:
        for name, expression in (("when", self._when), ("clear", self._clear)):
            for flaw in () if expression is None else expression.flaws(kind):
                yield f"{name}, {flaw}", f"mend `{name}` in {self._place}"


def _wrong(
    pane: str, name: str, change: RuleChange, own: Sequence[str], actions: Collection[str] | None
) -> Iterator[RuleProblem]:
    if name not in own and change.when is None:
        advice = _suggestion(name, own) or "; a rule of your own needs `when`"
        yield RuleProblem(name, "", f"the pane has no such rule{advice}")
    for key, message in wrong_conditions(pane, change):
        yield RuleProblem(name, key, message)
    if change.action and actions is not None and change.action not in actions:
        message = f"the pane has no such action{_suggestion(change.action, tuple(actions))}"
        yield RuleProblem(name, "action", message)


def wrong_conditions(pane: str, change: RuleChange) -> Iterator[tuple[str, str]]:
    """The key and what is wrong with it, of the conditions in `change`; looks at no facts."""
    if change.when is None:
        if change.clear is not None:
            yield "clear", "goes with `when`: a plug-in's own condition has its own end"
        return
    from devdash.alerts.expression import Expression, ExpressionError

    lists: list[tuple[tuple[str, ...], ...]] = []
    for key, text in (("when", change.when), ("clear", change.clear)):
        try:
            if text is not None:
                lists.append(Expression(text, pane).lists)
        except ExpressionError as error:
            yield key, str(error)
    if len(lists) == 2 and lists[0] != lists[1]:
        yield "clear", "is about other items than `when`: both must have the same lists with * in them"


def _suggestion(word: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word, known, n=1)
    return f"; did you mean '{close[0]}'?" if close else ""
