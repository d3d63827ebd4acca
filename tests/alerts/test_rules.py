"""Rules in force: the plug-in's, changed by devdash.toml, and the person's own; one bad rule at a time."""

from collections.abc import Callable, Set
from typing import Any

import msgspec
import pytest

from devdash.alerts.change import RuleChange
from devdash.alerts.model import Terms, Verdict
from devdash.alerts.rules import MOST_ITEMS, REPEATS, Armed, Arms, RuleFailure, RuleProblem, arm, judge
from devdash.api import Facts, Level, Rule
from devdash.contract.settings import DurationOrZero


class Repo(msgspec.Struct, frozen=True):
    name: str
    ahead: int | None = 0


class Git(Facts, frozen=True):
    repos: tuple[Repo, ...] = ()


class Other(Facts, frozen=True):
    branches: tuple[Repo, ...] = ()


def ahead(least: int) -> Callable[[Git], Set[str]]:
    return lambda facts: {repo.name for repo in facts.repos if (repo.ahead or 0) >= least}


def rule(name: str = "behind", **changed: Any) -> Rule[Git]:
    fields: dict[str, Any] = {
        "level": Level.CRITICAL,
        "text": "{item} is behind",
        "enter": ahead(20),
        "clear": lambda facts: {repo.name for repo in facts.repos} - ahead(10)(facts),
        "present": lambda facts: {repo.name for repo in facts.repos},
        "say": lambda facts, item: f"{item} is behind by many",
        "for_s": 60.0,
        "keep_s": 30.0,
        "repeat_s": 120.0,
        "max_repeats": 3,
        "escalate_s": 900.0,
        "resolve": True,
        "inhibited_by": ("gone",),
        "action": "fetch",
    }
    return Rule(name=name, **{**fields, **changed})


THREE = Git((Repo("api", 30), Repo("web", 15), Repo("infra", 1)))


def in_force(change: RuleChange | None = None, **changes: RuleChange) -> Arms:
    named = {name.replace("_", "-"): one for name, one in changes.items()}
    return arm("git", (rule(),), ({"behind": change} if change else {}) | named, ("fetch", "push"))


def only(arms: Arms) -> Armed:
    assert arms.problems == ()
    (armed,) = arms.armed
    return armed


def verdict(armed: Armed, facts: Facts = THREE) -> Verdict:
    judged = judge((armed,), facts)
    assert judged.failures == ()
    (found,) = judged.verdicts
    return found


def test_without_changes_a_rule_is_the_plug_in_s() -> None:
    armed = only(in_force())
    assert armed.terms == Terms(
        pane="git",
        name="behind",
        level=Level.CRITICAL,
        for_s=60.0,
        keep_s=30.0,
        repeat_s=120.0,
        max_repeats=3,
        escalate_s=900.0,
        resolve=True,
        inhibited_by=("gone",),
        action="fetch",
        channels=None,
    )
    assert verdict(armed) == Verdict(
        armed.terms,
        entered=frozenset({"api"}),
        cleared=frozenset({"infra"}),
        present=frozenset({"api", "web", "infra"}),
        texts={"api": "api is behind by many"},
    )


@pytest.mark.parametrize(
    ("change", "changed"),
    [
        (RuleChange(level=Level.ATTENTION), {"level": Level.ATTENTION}),
        (RuleChange(for_=DurationOrZero(0)), {"for_s": 0.0}),
        (RuleChange(keep=DurationOrZero(7)), {"keep_s": 7.0}),
        (RuleChange(repeat=DurationOrZero(5)), {"repeat_s": 5.0}),
        (RuleChange(max_repeats=0), {"max_repeats": 0}),
        (RuleChange(escalate=DurationOrZero(0)), {"escalate_s": 0.0}),
        (RuleChange(resolve=False), {"resolve": False}),
        (RuleChange(action="push"), {"action": "push"}),
        (RuleChange(action=""), {"action": None}),
        (RuleChange(channels=()), {"channels": ()}),
        (RuleChange(channels=("phone",)), {"channels": ("phone",)}),
    ],
)
def test_a_change_changes_what_it_says_and_nothing_else(change: RuleChange, changed: dict[str, Any]) -> None:
    """Zero, False and an empty list are things to say."""
    plain = only(in_force())
    armed = only(in_force(change))
    assert armed.terms == msgspec.structs.replace(plain.terms, **changed)
    assert verdict(armed).texts == verdict(plain).texts


def test_a_text_of_one_s_own_stands_before_the_plug_in_s_words() -> None:
    """`{item}` is replaced and nothing else is a format."""
    assert verdict(only(in_force(RuleChange(text="mend {item} {0} {x!r} %s")))).texts == {
        "api": "mend api {0} {x!r} %s"
    }


def test_a_rule_that_is_switched_off_is_not_there() -> None:
    assert in_force(RuleChange(enabled=False)) == Arms(())


def test_a_plug_in_may_not_know_which_items_there_are() -> None:
    """Then no alert is over because its item is not told."""
    armed = only(arm("git", (rule(present=lambda facts: None),), {}, ("fetch",)))
    found = verdict(armed)
    assert (found.present, found.entered) == (None, frozenset({"api"}))


def test_a_rule_of_one_s_own() -> None:
    """Attention, at once, over where `when` does not hold; items that are not known stay as they are."""
    arms = in_force(RuleChange(enabled=False), too_many=RuleChange(when="git.repos.*.ahead > 10"))
    armed = only(arms)
    assert armed.terms == Terms(pane="git", name="too-many", level=Level.ATTENTION)
    facts = Git((*THREE.repos, Repo("dark", None)))
    assert verdict(armed, facts) == Verdict(
        armed.terms,
        entered=frozenset({"api", "web"}),
        cleared=frozenset({"infra"}),
        present=frozenset({"api", "web", "infra", "dark"}),
        texts={"api": "git too-many: api", "web": "git too-many: web"},
    )


def test_a_rule_of_one_s_own_about_the_pane_as_a_whole() -> None:
    armed = only(arm("git", (), {"many": RuleChange(when="any(git.repos.*.ahead > 10)", text="many")}))
    found = verdict(armed)
    assert (found.entered, found.present, found.texts) == ({""}, {""}, {"": "many"})
    assert verdict(armed, Git()).cleared == {""}


def test_an_end_of_one_s_own() -> None:
    """Between the two nothing begins and nothing ends; an item in both has begun."""
    change = RuleChange(when="git.repos.*.ahead > 20", clear="git.repos.*.ahead < 10")
    found = verdict(only(arm("git", (), {"x": change})))
    assert (found.entered, found.cleared) == ({"api"}, {"infra"})
    change = RuleChange(when="git.repos.*.ahead > 10", clear="git.repos.*.ahead > 0")
    found = verdict(only(arm("git", (), {"x": change})))
    assert (found.entered, found.cleared) == ({"api", "web"}, {"infra"})


def test_a_condition_in_place_of_the_plug_in_s() -> None:
    """Its terms and its text stay; its words for the moment may not fit any more."""
    armed = only(in_force(RuleChange(when="git.repos.*.ahead > 10")))
    assert armed.terms == only(in_force()).terms
    found = verdict(armed)
    assert (found.entered, found.cleared) == ({"api", "web"}, {"infra"})
    assert found.texts == {"api": "api is behind", "web": "web is behind"}


def test_a_repeat_alone_repeats() -> None:
    """Without a number of repeats from anywhere it would do nothing."""
    own = RuleChange(when="git.repos.*.ahead > 1", repeat=DurationOrZero(60))
    assert only(arm("git", (), {"x": own})).terms.max_repeats == REPEATS
    none = msgspec.structs.replace(own, max_repeats=0)
    assert only(arm("git", (), {"x": none})).terms.max_repeats == 0
    assert only(in_force(RuleChange(repeat=DurationOrZero(60)))).terms.max_repeats == 3


@pytest.mark.parametrize(
    ("name", "change", "key", "words"),
    [
        ("behnid", RuleChange(level=Level.ATTENTION), "", "no such rule; did you mean 'behind'?"),
        ("xyz", RuleChange(enabled=False), "", "a rule of your own needs `when`"),
        ("behind", RuleChange(action="fecth"), "action", "no such action; did you mean 'fetch'?"),
        ("behind", RuleChange(when="git.x >"), "when", "column 8: expected a fact"),
        ("own", RuleChange(when="battery.x > 1"), "when", "begins with “git.”"),
        ("own", RuleChange(when="git.x > 1", clear="git.x <"), "clear", "column 8"),
        ("own", RuleChange(when="git.x > 1", clear="git.y.*.z > 1"), "clear", "about other items"),
        ("behind", RuleChange(clear="git.x > 1"), "clear", "goes with `when`"),
    ],
)
def test_a_wrong_change_changes_nothing_and_is_told(
    name: str, change: RuleChange, key: str, words: str
) -> None:
    """The plug-in's rule goes on as it is, and other changes are in force."""
    other = RuleChange(when="git.repos.*.ahead > 99")
    arms = arm("git", (rule(),), {name: change, "other": other}, ("fetch",))
    (problem,) = arms.problems
    assert isinstance(problem, RuleProblem)
    assert (problem.rule, problem.key) == (name, key)
    assert words in problem.message
    assert [armed.terms.name for armed in arms.armed] == ["behind", "other"]
    assert arms.armed[0].terms == only(in_force()).terms


def test_a_wrong_change_that_switches_off_does_so_still() -> None:
    arms = in_force(RuleChange(enabled=False, action="fecth"))
    assert [problem.key for problem in arms.problems] == ["action"]
    assert arms.armed == ()


def boom(*_: object) -> Any:
    raise RuntimeError("hunter2-c4n4ry")


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"enter": boom}, "its conditions failed (RuntimeError)"),
        ({"clear": boom}, "its conditions failed (RuntimeError)"),
        ({"present": boom}, "its conditions failed (RuntimeError)"),
        ({"enter": lambda facts: None}, "its condition 'enter' gave no set of texts"),
        ({"clear": lambda facts: ["api"]}, "its condition 'clear' gave no set of texts"),
        ({"present": lambda facts: {1}}, "its condition 'present' gave no set of texts"),
    ],
)
def test_a_rule_that_fails_says_nothing_and_the_others_are_judged(bad: dict[str, Any], message: str) -> None:
    """Whatever a plug-in's condition does; what it raised is not repeated."""
    arms = arm("git", (rule("bad", **bad), rule()), {"own": RuleChange(when="git.repos.*.ahead > 1")})
    judged = judge(arms.armed, THREE)
    assert [found.terms.name for found in judged.verdicts] == ["behind", "own"]
    hint = "this is a bug in the plug-in; tell its author"
    assert judged.failures == (RuleFailure("git", "bad", message, hint),)


@pytest.mark.parametrize("say", [boom, lambda facts, item: None])
def test_words_that_fail_cost_the_words_only(say: Callable[..., Any]) -> None:
    """The alert itself is right, and has the rule's text."""
    judged = judge(arm("git", (rule(say=say, enter=ahead(1)),), {}).armed, THREE)
    (found,) = judged.verdicts
    assert found.entered == {"api", "web", "infra"}
    assert found.texts["api"] == "api is behind"
    (failure,) = judged.failures
    assert failure.message.startswith("its text could not be made")


def test_what_helps_follows_the_facts() -> None:
    """The terms are the same ones as long as the action is, so that alerts and their register rest."""
    push = rule(enter=ahead(1), helps=lambda facts: "push" if len(facts.repos) > 1 else None)
    (armed,) = arm("git", (push,), {}, ("fetch", "push")).armed
    one = Git((Repo("api", 30),))
    first, second, third = (judge((armed,), facts).verdicts[0].terms for facts in (THREE, one, THREE))
    assert (first.action, second.action) == ("push", None)
    assert third is first
    assert msgspec.structs.replace(first, action="fetch") == armed.terms
    (changed,) = arm("git", (push,), {"behind": RuleChange(action="fetch")}, ("fetch", "push")).armed
    assert judge((changed,), THREE).verdicts[0].terms.action == "fetch", "devdash.toml has the last word"


@pytest.mark.parametrize("helps", [boom, lambda facts: "no such action", lambda facts: []])
def test_help_that_fails_costs_nothing_else(helps: Callable[..., Any]) -> None:
    """The alert is right, and has the rule's own action."""
    judged = judge(arm("git", (rule(helps=helps, enter=ahead(1)),), {}, ("fetch",)).armed, THREE)
    (found,) = judged.verdicts
    assert found.entered == {"api", "web", "infra"}
    assert found.terms.action == "fetch"
    (failure,) = judged.failures
    assert failure.message.startswith("what helps could not be told (")


def test_names_that_the_facts_do_not_have_are_told_with_the_first_facts() -> None:
    """With the next step; facts of another type, of a plug-in that changed, are looked at anew."""
    change = RuleChange(when="git.repos.*.ahaed > 1 and git.repos.*.ahead > 1")
    arms = arm("git", (rule(),), {"own": change})
    for _ in range(2):
        judged = judge(arms.armed, THREE)
        assert [found.terms.name for found in judged.verdicts] == ["behind"]
        assert judged.failures == (
            RuleFailure(
                "git",
                "own",
                "when, column 1: repos.* has no such fact; did you mean 'ahead'?",
                "mend `when` in [alerts.rules.git.own]",
            ),
        )
    own = arms.armed[1:]
    assert "the pane has no such fact" in judge(own, Other()).failures[0].message


def test_a_wrong_end_is_told_as_the_end() -> None:
    change = RuleChange(when="git.repos.*.ahead > 1", clear="git.repos.*.ahead == 'x'")
    (failure,) = judge(arm("git", (), {"own": change}).armed, THREE).failures
    assert failure.message.startswith("clear, column 22: a number is compared with a text")
    assert failure.hint == "mend `clear` in [alerts.rules.git.own]"


def test_a_flood_of_items_is_cut_and_told() -> None:
    """A condition that holds for thousands must not hold up the loop at every tick."""
    many = Git(tuple(Repo(f"{number:05}", 30) for number in range(3000)))
    judged = judge(arm("git", (rule(),), {}).armed, many)
    (found,) = judged.verdicts
    assert sorted(found.entered) == [f"{number:05}" for number in range(MOST_ITEMS)]
    assert not found.entered & found.cleared
    (failure,) = judged.failures
    assert "3000 items" in failure.message
