"""Conditions: what they say of facts, item by item, and that nothing but their own error ever comes out."""

from typing import Any

import pytest
from expression_rig import Alias, Book, Project, Repo, look, said
from hypothesis import given
from hypothesis import strategies as st

from devdash.alerts.expression import Expression, ExpressionError, Findings

REPOS = Book(repos=(Repo("api", ahead=30), Repo("web", ahead=3), Repo("infra", ahead=None)))


def test_each_element_of_a_list_is_an_item_of_its_own() -> None:
    """`*` asks of each repository; one whose fact is missing neither begins nor ends anything."""
    found = look("p.repos.*.ahead > 20", REPOS)
    assert found == Findings(frozenset({"api"}), frozenset({"web"}), frozenset({"api", "web", "infra"}))


def test_several_stars_over_one_list_are_the_same_element() -> None:
    """Not any repository's branch with any other's commits."""
    facts = Book(repos=(Repo("api", ahead=30, branch="topic"), Repo("web", ahead=1, branch="main")))
    assert look('p.repos.*.ahead > 20 and p.repos.*.branch == "main"', facts).true == set()
    assert look('p.repos.*.ahead > 20 or p.repos.*.branch == "main"', facts).true == {"api", "web"}


def test_facts_of_the_pane_go_with_each_element() -> None:
    assert look("p.repos.*.ahead > p.percent / 10 and p.plugged", REPOS).true == {"api"}


def test_a_list_within_a_list() -> None:
    """The innermost element's key; with the outer one's where it alone would be two things."""
    shop = Project("shop", (Alias("default", 300.0), Alias("replica", 1.0)), debug=True)
    blog = Project("blog", (Alias("default", 250.0),))
    assert look("p.projects.*.aliases.*.latency_ms > 200", Book(projects=(shop,))).true == {"default"}
    both = look("p.projects.*.aliases.*.latency_ms > 200", Book(projects=(shop, blog)))
    assert both.true == {"shop/default", "blog/default"}
    assert both.false == {"replica"}
    outer = look(
        "p.projects.*.aliases.*.latency_ms > 200 and p.projects.*.debug", Book(projects=(shop, blog))
    )
    assert outer.true == {"shop/default"}


@pytest.mark.parametrize("facts", [Book(repos=None), Book(projects=(Project("shop", None),))])
def test_a_list_that_is_not_known_leaves_items_where_they_are(facts: Book) -> None:
    """`present` None: an alert about an item is not over because the list could not be read."""
    text = "p.repos.*.ahead > 1" if facts.repos is None else "p.projects.*.aliases.*.latency_ms > 1"
    assert look(text, facts) == Findings(frozenset(), frozenset(), None)


def test_an_empty_list_has_no_items() -> None:
    assert look("p.repos.*.ahead > 1", Book()) == Findings(frozenset(), frozenset(), frozenset())


def test_elements_are_called_by_name_by_themselves_or_by_place() -> None:
    """key, name, alias, id, path; a text by itself; else its place, from 1."""
    assert look('p.files.* == "a.py"', Book(files=("a.py", "b.py"))).true == {"a.py"}
    assert look("p.limits.* > 1", Book(limits={"cpu": 2, "disk": 0})).true == {"cpu"}
    assert look('p.repos.*.branch == "main"', Book(repos=(Repo(""), Repo("x")))).true == {"1", "x"}


def test_elements_of_the_same_key_are_one_item() -> None:
    """It holds where it holds for one of them, and is over only where it is for all."""
    twins = (Repo("api", ahead=1), Repo("api", ahead=30))
    assert look("p.repos.*.ahead > 20", Book(repos=twins)).true == {"api"}
    assert look("p.repos.*.ahead > 20", Book(repos=twins[::-1])).true == {"api"}
    half = (Repo("api", ahead=1), Repo("api", ahead=None))
    found = look("p.repos.*.ahead > 20", Book(repos=half))
    assert (found.true, found.false, found.present) == (set(), set(), {"api"})


def test_names_are_those_of_the_json() -> None:
    assert said('p.class == "a"') is True
    assert said('p.class_ == "a"') is None


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("p.percent > 20", True),
        ("p.percent <= 20", False),
        ("p.percent == 50", True),
        ("p.percent != 50", False),
        ("not p.percent > 20", False),
        ("p.plugged", True),
        ("not p.plugged", False),
        ("p.plugged == true", True),
        ("p.percent < 15 and not p.plugged", False),
        ("p.percent + 1 * 2 == 52", True),
        ("(p.percent + 1) * 2 == 102", True),
        ("p.percent - 10 - 10 == 30", True),
        ("-p.percent < -49", True),
        ("p.percent / 4 == 12.5", True),
        ("p.amount > p.budget", True),  # as text it would not be: "1" is before "9"
        ("p.amount - p.budget > 2.59", True),
        ("p.amount == 12.5", True),
        ('p.amount == "12.5"', False),  # texts are compared as they are
        ("p.class in ['a', 'b']", True),
        ("p.class not in ['a', 'b']", False),
        ("p.percent in [50, 60]", True),
        ("'2.5' in p.amount", True),
        ('"x" in p.files', False),
        ('p.class > "A" and p.class < "b"', True),
        ("p.one == null", True),
        ("p.one.ahead == null", True),
        ("p.percent != null", True),
        ("p.class == 'a' or p.class == 'b' and p.class == 'c'", True),  # and binds closer than or
        ("not p.class == 'b' and p.class == 'a'", True),  # and not closer than and
    ],
)
def test_what_a_condition_says(text: str, answer: bool) -> None:
    assert said(text) is answer


@pytest.mark.parametrize(
    "text",
    [
        "p.percent > 20",
        "p.percent != 20",
        "not p.percent > 20",
        "p.percent + 1 > 0",
        "p.percent in [1, 2]",
        "1 in [p.percent]",
        "p.percent > 20 and p.class == 'a'",
        "p.percent > 20 or p.class == 'b'",
        "p.plugged",
        "p.nowhere > 1",
        "p.nowhere == null",
        "p.one.ahead > 1",
        "p.class > 1",
        "p.class + 1 == 1",
        "p.class",
        "p.amount / 0 > 1",
        "p.plugged > 1",
        "p.files == 1",
        "1 in p.amount",
        "1 in p.plugged",
    ],
)
def test_what_is_missing_or_does_not_fit_is_not_known(text: str) -> None:
    """Neither true nor false, and no exception; `not` does not make it known."""
    assert said(text, Book(percent=None, plugged=None)) is None


def test_what_is_decided_without_the_missing_fact_is_known() -> None:
    """Kleene's three values."""
    facts = Book(percent=None)
    assert said("p.percent > 20 and p.class == 'b'", facts) is False
    assert said("p.class == 'b' and p.percent > 20", facts) is False
    assert said("p.percent > 20 or p.class == 'a'", facts) is True
    assert said("p.class == 'a' or p.percent > 20", facts) is True


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_number_that_is_none_is_not_known(value: float) -> None:
    assert said("p.percent > 20", Book(percent=value)) is None
    assert said("p.percent != 20", Book(percent=value)) is None


def test_a_truth_is_no_number() -> None:
    for text in ("p.plugged + 1 > 0", "p.plugged > 0", "p.plugged == 1", "p.plugged in [1]"):
        assert said(text, Book(plugged=True)) is None


def test_a_number_out_of_range_is_not_known() -> None:
    """Where Python's own arithmetic raises; comparing such a number is no trouble."""
    facts = Book(percent=10**400)
    assert said("p.percent * 0.5 > 1", facts) is None
    assert said("p.percent / 3 > 1", facts) is None
    assert said("p.percent > 0.5", facts) is True


def test_any_and_all_speak_of_the_pane_as_a_whole() -> None:
    assert said("any(p.repos.*.ahead > 20)", REPOS) is True
    assert said("all(p.repos.*.ahead > 20)", REPOS) is False
    assert said("any(p.repos.*.ahead > 99)", REPOS) is None, "infra is not known"
    assert said("all(p.repos.*.ahead > 1)", REPOS) is None
    assert said("any(p.repos.*.ahead > 1)") is False
    assert said("all(p.repos.*.ahead > 1)") is True
    assert said("any(p.repos.*.ahead > 1)", Book(repos=None)) is None


def test_any_within_an_item_asks_of_that_item_s_own_list() -> None:
    """A list that stands outside as well is the same element inside."""
    slow = Project("slow", (Alias("a", 300.0), Alias("b", 1.0)))
    fast = Project("fast", (Alias("a", 1.0),))
    found = look(
        "p.projects.*.name != '' and any(p.projects.*.aliases.*.latency_ms > 200)",
        Book(projects=(slow, fast)),
    )
    assert (found.true, found.false) == ({"slow"}, {"fast"})


def test_facts_that_are_too_large_are_not_known() -> None:
    """Rather than holding the loop: 2000 repositories, each compared with all others' tags."""
    repos = tuple(Repo(f"r{number}", tags=("x",)) for number in range(2000))
    many = tuple(Project(f"p{number}") for number in range(2000))
    found = look("p.repos.*.ahead >= 0 and any(p.projects.*.name == 'x')", Book(repos=repos, projects=many))
    assert found == Findings(frozenset(), frozenset(), None)


@pytest.mark.parametrize(
    "text", ["p.__class__.__name__ == 'Book'", "p.repos.__len__ == null", "p.count == null"]
)
def test_nothing_but_fields_is_reached(text: str) -> None:
    assert said(text) is None


def test_a_pane_s_name_may_have_hyphens_and_begin_with_a_digit() -> None:
    assert Expression("2nd-git.percent-10 > 20", "2nd-git").look(Book()).true == {""}


_WORDS = """
    p.percent p.repos.*.ahead p.projects.*.aliases.*.latency_ms p.one.name p.nowhere.* p.limits.* p.files.*
    ( ) [ ] , and or not in any( all( < <= > >= == != + - * / 1 0 2.5 99999999999999999 'a' "b" true false
    null p. * . p = & \\ é 20%
"""
WORDS = st.sampled_from([*_WORDS.split(), "\x00", "\ud800"])
TEXTS = st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=40).map(" ".join))


@given(TEXTS)
def test_any_text_is_a_condition_or_the_one_error(text: str) -> None:
    """With a column that is in the text, or right after it."""
    try:
        Expression(text, "p")
    except ExpressionError as error:
        assert 1 <= error.column <= len(text) + 1


SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.sampled_from(["1", "-2.50"])
)
ANYTHING = st.recursive(
    st.one_of(SCALARS, st.binary(max_size=2), st.dates(), st.builds(object)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(
            st.sampled_from(["name", "ahead", "aliases", "latency_ms", "key"]), inner, max_size=3
        ),
        st.builds(Repo, name=inner, ahead=inner),
        st.builds(Project, name=inner, aliases=inner),
    ),
    max_leaves=12,
)


@given(
    st.lists(WORDS, min_size=1, max_size=12).map(" ".join),
    st.builds(Book, repos=ANYTHING, projects=ANYTHING, percent=ANYTHING, one=ANYTHING, limits=ANYTHING),
)
def test_no_facts_whatever_make_a_condition_raise(text: str, facts: Book) -> None:
    """And no item is true and false at once, nor outside of those that are present."""
    conditions = [
        text,
        "p.repos.*.ahead > p.percent or p.repos.*.name in p.files",
        "p.projects.*.aliases.*.latency_ms * p.percent >= 1 / p.one.ahead",
        "any(p.repos.*.ahead == p.percent) and not p.one.dirty",
        "p.limits.* != null",
    ]
    for condition in conditions:
        try:
            expression = Expression(condition, "p")
        except ExpressionError:
            assert condition is text
            continue
        found = expression.look(facts)
        assert not found.true & found.false
        assert found.present is None or found.true | found.false <= found.present


@given(
    st.integers(-5, 5),
    st.integers(-5, 5),
    st.integers(1, 5),
    st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
)
def test_arithmetic_and_order_are_python_s(one: int, other: int, third: int, sign: str) -> None:
    """Precedence and all: the same text, with Python's own evaluation as the oracle."""
    body = f"{one} + {other} * {third} {sign} ({one} - {other}) / {third} - -{third}"
    oracle: dict[str, Any] = {}
    exec(f"answer = {body}", {}, oracle)
    assert said(body) is oracle["answer"]
