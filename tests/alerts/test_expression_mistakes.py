"""Conditions that are none: each mistake with its column and with what would be right."""

import pytest
from expression_rig import Book

from devdash.alerts.expression import Expression, ExpressionError
from devdash.alerts.tokens import LONGEST


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("", 1, "expected a condition"),
        ("   ", 4, "expected a condition"),
        ("percent > 1", 1, "begins with the pane's name"),
        ("q.percent > 1", 1, "begins with “p.”"),
        ("p.percent >", 12, "expected a fact"),
        ("p.percent > and 1", 13, "before and"),
        ("p.percent = 1", 11, "write =="),
        ("p.percent is 1", 11, "expected a comparison"),
        ("p.percent > 1 && p.plugged", 15, "write and"),
        ("p.percent > 1 || p.plugged", 15, "write or"),
        ("!p.plugged", 1, "write not"),
        ("p.plugged == True", 14, "write true"),
        ("p.one == None", 10, "write null"),
        ("p.one > null", 9, "null goes with"),
        ("1 < p.percent < 3", 15, "two things at a time"),
        ("(p.percent > 1", 15, "never closed"),
        ("p.percent > 1)", 14, "never opened"),
        ("p.class == 'abc", 12, "never closed"),
        ("p.class == “abc”", 12, "around a text"),
        ("p.percent < 20%", 13, "no unit"),
        ("p.seconds < 20m", 13, "no unit"),
        ("p.percent > 1.2.3", 13, "no number"),
        ("p.class == 'a' 'b'", 16, "expected a comparison"),
        ("p.class in ['a'", 16, "expected , or ]"),
        ("p.class in 5", 12, "expected a list or a text"),
        ("p.class not 'a'", 13, "expected in"),
        ("p.percent > 1 ; x", 15, "outside of quotes"),
        ("p.repos[0] > 1", 8, "expected a comparison"),
        ("p.repos.0.ahead > 1", 8, "PANE.LIST.*.NAME"),
        ("p.*.ahead > 1", 1, "* follows"),
        ("p.repos.*.*.ahead > 1", 1, "* follows"),
        ("p.repos.*.ahead > 1 and p.projects.*.debug", 1, "two lists in it"),
        ("any p.plugged", 5, "expected ("),
        ("any(p.plugged)", 1, "no list of its own"),
        ("5", 1, "expected a condition"),
        ("p.percent > 1 and 5", 19, "this is a number"),
        ("not 'a'", 5, "this is a text"),
        ("'a' + 1 > 2", 1, "expected a number"),
        ("1 == 'a'", 6, "is compared with"),
        ("true > 1", 1, "true or false"),
        ("[1] == 1", 1, "a list cannot be compared"),
        ("(" * 40 + "p.plugged" + ")" * 40, 34, "nested too deeply"),
        ("not " * 40 + "p.plugged", 133, "nested too deeply"),
        ("p.percent > " + "-" * 40 + "1", 46, "nested too deeply"),
        ("1+" * 400 + "1 > 2", 251, "250 words at most"),
        ("p.plugged" + " " * LONGEST, LONGEST + 1, "characters at most"),
        ("__import__('os')", 1, "begins with the pane's name"),
        ("()", 2, "expected a fact"),
    ],
)
def test_a_mistake_is_told_with_its_column(text: str, column: int, words: str) -> None:
    """And with what would be right."""
    with pytest.raises(ExpressionError) as caught:
        Expression(text, "p")
    assert caught.value.column == column, caught.value
    assert words in caught.value.message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("p.repos.*.ahed > 1", "repos.* has no such fact; did you mean 'ahead'?"),
        ("p.precent > 1", "the pane has no such fact; did you mean 'percent'?"),
        ("p.one.zzzzz > 1", "one has no such fact; known here: name, ahead"),
        ("p.repos.ahead > 1", "write repos.* for each"),
        ("p.percent.x > 1", "percent has no facts of its own"),
        ("p.percent.* > 1", "percent is no list"),
        ("p.repos.* == 1", "repos.* has facts of its own: name"),
        ("p.repos > 1", "a list cannot be compared"),
        ("p.repos.*.ahead", "this is a number; compare it"),
        ("p.percent > 'high'", "a number is compared with a text"),
        ("p.percent == p.plugged", "a number is compared with true or false"),
        ("p.repos.*.sync == 'ahaed'", 'one of "ahead", "in-sync"'),
        ("p.repos.*.sync in ['ahaed']", 'one of "ahead", "in-sync"'),
        ("p.repos.*.sync > 3", "a text is compared with a number"),
        ("p.plugged + 1 > 1", "this is true or false"),
    ],
)
def test_mistakes_that_only_the_type_of_the_facts_shows(text: str, words: str) -> None:
    (flaw,) = Expression(text, "p").flaws(Book)
    assert words in flaw.message


@pytest.mark.parametrize(
    "text",
    [
        "p.repos.*.ahead > 20 and p.repos.*.branch != null",
        "p.amount > 10 and p.amount > p.budget",
        "p.repos.*.sync == 'ahead'",
        "p.limits.* > 1 and p.limits.cpu > 1",
        "'x' in p.files and 'x' in p.class",
        "p.files.* == 'x'",
    ],
)
def test_what_fits_the_type_has_no_flaw(text: str) -> None:
    expression = Expression(text.replace(" and p.limits.cpu > 1", ""), "p")
    assert expression.flaws(Book) == ()
