"""What a plug-in offers, its actions and rules, checked by contract when the pane is built."""

import re
from collections.abc import Sequence
from typing import Any

from devdash.config.keys import FIXED_KEYS, GLOBAL_KEYS
from devdash.contract.actions import Action, FieldKind, Scope
from devdash.contract.levels import Level
from devdash.contract.rules import Rule
from devdash.engine.boundary import NAME, ContractViolation, all_of, clause, repeated, well_typed

RESERVED_KEYS = frozenset((*FIXED_KEYS, *(entry.key for entry in GLOBAL_KEYS)))
"""Keys that mean the same in every pane."""

_PERMISSION = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+){2}\Z")


def _repeated_key(actions: Sequence[Action]) -> str:
    return repeated(action.key for action in actions)


def _repeated_name(actions: Sequence[Action]) -> str:
    return repeated(action.name for action in actions)


def _reserved_key(actions: Sequence[Action]) -> str:
    return next((f"'{a.name}' wants '{a.key}'" for a in actions if a.key in RESERVED_KEYS), "")


def _odd_name(actions: Sequence[Action]) -> str:
    return next((f"'{action.name}'" for action in actions if not NAME.match(action.name)), "")


def _odd_permission(actions: Sequence[Action]) -> str:
    return next((f"'{a.permission}'" for a in actions if not _PERMISSION.match(a.permission)), "")


def _rowless_many(actions: Sequence[Action]) -> str:
    wrong = (a for a in actions if a.many and (a.opened or a.scope is Scope.PANE))
    return next((f"'{action.name}'" for action in wrong), "")


def _repeated_field(actions: Sequence[Action]) -> str:
    return next(
        (f"'{a.name}': {twice}" for a in actions if (twice := repeated(f.name for f in a.fields))), ""
    )


def _odd_field(actions: Sequence[Action]) -> str:
    fields = (field.name for action in actions for field in action.fields)
    return next((f"'{name}'" for name in fields if not NAME.match(name)), "")


def _no_choice(actions: Sequence[Action]) -> str:
    fields = (field for action in actions for field in action.fields)
    return next((f"'{f.name}'" for f in fields if f.kind is FieldKind.CHOICE and not f.choices), "")


def _odd_completion(actions: Sequence[Action]) -> str:
    fields = (field for action in actions for field in action.fields)
    wrong = (f for f in fields if (f.completes and f.kind is not FieldKind.TEXT) or f.closed > f.completes)
    return next((f"'{field.name}'" for field in wrong), "")


@clause("only a field of text completes, and only one that completes is closed", _odd_completion)
@clause("a field to choose in has choices", _no_choice)
@clause("a field's name is lower case words joined by '-'", _odd_field)
@clause("field names of an action are unique", _repeated_field)
@clause("an action that takes several rows is about rows of the report", _rowless_many)
@clause("a permission is 'pane.resource.verb'", _odd_permission)
@clause("an action's name is lower case words joined by '-'", _odd_name)
@clause("an action's key is not one of the dashboard's own", _reserved_key)
@clause("action keys are unique", _repeated_key)
@clause("action names are unique", _repeated_name)
def _keep_action_clauses(plugin: str, value: tuple[Action, ...]) -> tuple[Action, ...]:
    return value


def admit_actions(plugin: str, value: object) -> tuple[Action, ...]:
    """`value` as a pane's actions.

    Raises:
        ContractViolation: it is not a sequence of actions, or breaks a clause.
    """
    actions = all_of(plugin, "actions()", Action, value)
    for action in actions:
        well_typed(plugin, "actions()", Action, action)
    return _keep_action_clauses(plugin, actions)


def _repeated_rule(rules: Sequence[Rule[Any]]) -> str:
    return repeated(rule.name for rule in rules)


def _lost_inhibitor(rules: Sequence[Rule[Any]]) -> str:
    names = {rule.name for rule in rules}
    return next((f"'{name}'" for rule in rules for name in rule.inhibited_by if name not in names), "")


def _negative_time(rules: Sequence[Rule[Any]]) -> str:
    wrong = (r for r in rules if min(r.for_s, r.keep_s, r.repeat_s, r.max_repeats, r.escalate_s) < 0)
    return next((f"'{rule.name}'" for rule in wrong), "")


def _odd_rule(rules: Sequence[Rule[Any]]) -> str:
    return next((f"'{rule.name}'" for rule in rules if not NAME.match(rule.name)), "")


def _calm_rule(rules: Sequence[Rule[Any]]) -> str:
    wrong = (rule for rule in rules if rule.level not in (Level.ATTENTION, Level.CRITICAL))
    return next((f"'{rule.name}' is '{rule.level}'" for rule in wrong), "")


@clause("a rule is 'attention' or 'critical'", _calm_rule)
@clause("a rule's name is lower case words joined by '-'", _odd_rule)
@clause("times and repeats of a rule are not negative", _negative_time)
@clause("a rule is inhibited by rules of its own pane", _lost_inhibitor)
@clause("rule names are unique", _repeated_rule)
def _keep_rule_clauses(plugin: str, value: tuple[Rule[Any], ...]) -> tuple[Rule[Any], ...]:
    return value


def admit_rules(plugin: str, value: object, actions: Sequence[Action] = ()) -> tuple[Rule[Any], ...]:
    """`value` as a pane's rules. `actions` are the pane's own.

    Raises:
        ContractViolation: it is not a sequence of rules, or breaks a clause.
    """
    rules = _keep_rule_clauses(plugin, all_of(plugin, "rules()", Rule, value))
    names = {action.name for action in actions}
    for rule in rules:
        if rule.action is not None and rule.action not in names:
            offence = f"'{rule.name}' names '{rule.action}'"
            raise ContractViolation(plugin, "a rule names an action of its pane", offence)
    return rules
