"""What a plug-in hands over keeps the contract, or the violation names the plug-in and the clause."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devdash.api import (
    Action,
    Attention,
    Cell,
    Column,
    Facts,
    Field,
    FieldKind,
    Level,
    Meter,
    Pairs,
    Report,
    Row,
    Rule,
    Sparkline,
    Table,
    Text,
)
from devdash.engine.boundary import (
    ContractViolation,
    admit_outcome,
    admit_report,
)
from devdash.engine.offers import RESERVED_KEYS, admit_actions, admit_rules


def table(*rows: Row) -> Table:
    return Table((Column("a"),), rows)


def row(key: str, **more: Any) -> Row:
    return Row(key, (Cell("x"),), **more)


def action(name: str = "go", key: str = "o", permission: str = "p.r.show", **more: Any) -> Action:
    return Action(name=name, key=key, title="Go", permission=permission, **more)


def rule(name: str = "r", **more: Any) -> Rule[Facts]:
    return Rule(
        name=name, level=Level.CRITICAL, text="", enter=lambda f: set(), clear=lambda f: set(), **more
    )


BROKEN_REPORTS = {
    "every row has one cell per column": Report(Level.OK, "", (Table((Column(), Column()), (row("a"),)),)),
    "every table has columns": Report(Level.OK, "", (Table((), ()),)),
    "a percent is between 0 and 100": Report(Level.OK, "", (Meter(-0.1),)),
    "row keys are unique": Report(Level.OK, "", (table(row("a")), table(row("a")))),
    "attention keys are unique": Report(
        Level.CRITICAL, "", attention=(Attention("k", Level.CRITICAL, ""), Attention("k", Level.CRITICAL, ""))
    ),
    "attention refers to rows of the report": Report(
        Level.CRITICAL, "", attention=(Attention("k", Level.CRITICAL, "", item="gone"),)
    ),
    "attention names actions of the pane": Report(
        Level.CRITICAL, "", attention=(Attention("k", Level.CRITICAL, "", action="gone"),)
    ),
    "the line of hints begins with actions of the pane": Report(Level.OK, "", first=("gone",)),
    "attention is 'attention' or 'critical'": Report(Level.OK, "", attention=(Attention("k", Level.OK, ""),)),
    "a report is at least as severe as its worst attention": Report(
        Level.ATTENTION, "", attention=(Attention("k", Level.CRITICAL, ""),)
    ),
    "the rows in a row's detail have no detail themselves": Report(
        Level.OK, "", (table(row("a", detail=(table(row("b", detail=(Text("deep"),))),))),)
    ),
    "column keys are unique in their table": Report(
        Level.OK, "", (Table((Column(key="k"), Column(key="k")), ()),)
    ),
    "a table whose cells can be chosen has a column with a key": Report(
        Level.OK, "", (Table((Column("a"),), (), cells=True),)
    ),
    "the summary is one line": Report(Level.OK, "one\ntwo"),
}


@pytest.mark.parametrize("clause", BROKEN_REPORTS)
def test_a_broken_clause_is_named_with_the_plugin(clause: str) -> None:
    with pytest.raises(ContractViolation) as caught:
        admit_report("wonky", BROKEN_REPORTS[clause])
    assert caught.value.clause == clause
    assert "wonky" in caught.value.message
    assert clause in caught.value.message


def test_a_row_begins_the_line_of_hints_with_actions_of_the_pane_as_well() -> None:
    report = Report(Level.OK, "", (table(row("a"), row("b", first=("go",))),))
    assert admit_report("p", report, (action(),)) is report
    with pytest.raises(ContractViolation, match=r"begins with actions of the pane \('go'\)"):
        admit_report("p", report)


def test_a_percent_in_a_cell_and_in_a_detail_is_checked_too() -> None:
    for blocks in (
        (Table((Column(),), (Row("a", (Cell(percent=101),)),)),),
        (table(row("a", detail=(Meter(101),))),),
    ):
        with pytest.raises(ContractViolation, match="percent"):
            admit_report("wonky", Report(Level.OK, "", blocks))


BROKEN_ACTIONS = {
    "action keys are unique": [action("a", "o"), action("b", "o")],
    "only a field of text completes, and only one that completes is closed": [
        action(fields=(Field(name="a", label="A", kind=FieldKind.DATE, completes=True),))
    ],
    "action names are unique": [action("a", "o"), action("a", "y")],
    "an action's key is not one of the dashboard's own": [action(key="q")],
    "an action's name is lower case words joined by '-'": [action(name="Go There")],
    "a permission is 'pane.resource.verb'": [action(permission="all")],
    "an action that takes several rows is about rows of the report": [action(many=True)],
    "field names of an action are unique": [
        action(fields=(Field(name="f", label=""), Field(name="f", label="")))
    ],
    "a field's name is lower case words joined by '-'": [action(fields=(Field(name="my name", label=""),))],
    "a field to choose in has choices": [action(fields=(Field(name="f", label="", kind=FieldKind.CHOICE),))],
    "actions() returns a sequence of Action": ["go"],
}


@pytest.mark.parametrize("clause", BROKEN_ACTIONS)
def test_a_broken_clause_of_the_actions_is_named(clause: str) -> None:
    with pytest.raises(ContractViolation) as caught:
        admit_actions("wonky", BROKEN_ACTIONS[clause])
    assert caught.value.clause == clause


BROKEN_RULES = {
    "rule names are unique": [rule("a"), rule("a")],
    "a rule is inhibited by rules of its own pane": [rule("a", inhibited_by=("b",))],
    "times and repeats of a rule are not negative": [rule("a", for_s=-1)],
}


@pytest.mark.parametrize("clause", BROKEN_RULES)
def test_a_broken_clause_of_the_rules_is_named(clause: str) -> None:
    with pytest.raises(ContractViolation) as caught:
        admit_rules("wonky", BROKEN_RULES[clause])
    assert caught.value.clause == clause


def test_the_dashboard_keeps_its_own_keys() -> None:
    assert {"q", "r", "R", "a", "z", "slash", "question_mark", "1", "9", "enter", "escape"} <= RESERVED_KEYS


@given(
    st.one_of(st.none(), st.integers(), st.text(), st.dictionaries(st.text(), st.text()), st.lists(st.text()))
)
def test_rubbish_of_any_type_is_a_violation_and_nothing_else(value: object) -> None:
    for admit in (admit_report, admit_outcome):
        with pytest.raises(ContractViolation):
            admit("wonky", value)


rubbish = st.one_of(
    st.none(), st.integers(), st.text(max_size=3), st.floats(), st.tuples(st.text(max_size=2))
)


@given(
    st.lists(
        st.one_of(rubbish, st.builds(Text, rubbish), st.builds(Meter, rubbish), st.builds(Pairs, rubbish)),
        max_size=3,
    )
)
def test_a_report_of_rubbish_is_admitted_or_a_violation_and_nothing_else(blocks: list[Any]) -> None:
    try:
        report = admit_report("wonky", Report(Level.OK, "", tuple(blocks)))
    except ContractViolation:
        return
    assert all(isinstance(block, Text | Meter | Pairs) for block in report.blocks)


def test_what_keeps_the_contract_is_admitted_unchanged() -> None:
    report = Report(
        Level.ATTENTION,
        "fine",
        (table(row("a", detail=(Text("more"),))), Meter(100), Sparkline((1.0, None, 2.0))),
        attention=(Attention("k", Level.ATTENTION, "look", action="go", item="a"),),
    )
    assert admit_report("good", report, [action()]) is report
