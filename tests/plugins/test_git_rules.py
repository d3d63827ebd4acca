"""When the git pane alerts, and when it is over."""

from datetime import UTC, datetime

import pytest

from devdash.api import ConfigProblem, Duration, Rule
from devdash_git.config import GitConfig
from devdash_git.facts import GitFacts, RepositoryFacts, VendoredFacts
from devdash_git.problems import FetchFailure
from devdash_git.rules import is_over, rules_for
from devdash_git.states import Access, Sync

DAY = 86400


def rule(name: str, **config: object) -> Rule[GitFacts]:
    (found,) = (one for one in rules_for(GitConfig(**config)) if one.name == name)
    return found


def repo(name: str = "api", access: Access = Access.OK, **values: object) -> RepositoryFacts:
    return RepositoryFacts(name=name, path="/x", access=access, **values)


def of(*repos: RepositoryFacts, day_over: bool = False) -> GitFacts:
    return GitFacts(repos, day_over)


@pytest.mark.parametrize(
    ("name", "config", "bad", "good", "words"),
    [
        ("diverged", {}, {"sync": Sync.DIVERGED}, {"sync": Sync.BEHIND}, "diverged from its upstream"),
        (
            "unpushed",
            {"unpushed_after": Duration(2 * DAY)},
            {"unpushed_age_s": 2 * DAY},
            {"unpushed_age_s": 2 * DAY - 3600},
            "no remote has for 2 days",
        ),
        (
            "operation",
            {},
            {"operation": "rebase 2/5", "operation_age_s": 5 * 3600},
            {"operation": "rebase 2/5", "operation_age_s": 3600},
            "rebase 2/5 unfinished for 5 hours",
        ),
        (
            "operation",
            {"operation_after": Duration(1800)},
            {"operation": "merge", "operation_age_s": 2400},
            {"operation": "merge", "operation_age_s": 1200},
            "merge unfinished for 40 min",
        ),
        ("stash", {}, {"stash_age_s": 31 * DAY}, {"stash_age_s": 29 * DAY}, "a stash of 31 days"),
        (
            "fetch",
            {},
            {"fetch_error": FetchFailure.HOST_KEY},
            {},
            "cannot be fetched: its host key is not known",
        ),
        (
            "fetch",
            {},
            {"fetch_error": FetchFailure.TIMEOUT, "fetch_failures": 2},
            {"fetch_error": FetchFailure.TIMEOUT, "fetch_failures": 1},
            "no answer ever came (2 times in a row)",
        ),
        ("lock", {}, {"index_lock_age_s": 600}, {"index_lock_age_s": 540}, "index.lock"),
    ],
)
def test_a_rule_begins_ends_and_forgets_nothing_of_what_is_not_known(
    name: str, config: dict[str, object], bad: dict[str, object], good: dict[str, object], words: str
) -> None:
    made = rule(name, **config)
    facts = of(repo("bad", **bad), repo("good", **good), repo("none"), repo("away", Access.TIMEOUT))
    assert (made.enter(facts), made.clear(facts)) == ({"bad"}, {"good", "none"})
    assert made.present is not None
    assert made.present(facts) == {"bad", "good", "none", "away"}
    said = made.text.replace("{item}", "bad") if made.say is None else made.say(facts, "bad")
    assert words in said
    assert "bad" in said


def test_one_alert_at_the_end_of_the_day_names_them_all() -> None:
    made = rule("evening")
    dirty = [repo(name, staged=1) for name in "abcde"]
    assert made.enter(of(*dirty)) == frozenset()
    facts = of(*dirty, repo("clean", staged=0), repo("gone", Access.MISSING), day_over=True)
    assert (made.enter(facts), made.clear(facts)) == ({""}, frozenset())
    assert made.say is not None
    assert made.say(facts, "") == "Not committed at the end of the day: a, b, c and 2 more"
    assert made.clear(of(repo("clean"), day_over=True)) == {""}


@pytest.mark.parametrize(("end", "over"), [("18:00", True), ("18:31", False), ("", False)])
def test_the_day_ends_when_the_config_says_so(end: str, over: bool) -> None:
    assert is_over(datetime(2026, 1, 2, 18, 30, tzinfo=UTC), end) is over


@pytest.mark.parametrize("end", ["25:00", "6 pm", "18"])
def test_a_day_that_ends_at_no_time_is_a_problem(end: str) -> None:
    assert [problem.key for problem in GitConfig(day_end=end).problems()] == ["day_end"]
    assert list[ConfigProblem](GitConfig(day_end="07:05").problems()) == []


def test_a_vendored_file_that_could_not_be_checked_keeps_its_alert() -> None:
    files = ("diverged", "current", "unreachable", "never-checked", "local-missing")
    facts = GitFacts(vendored=tuple(
        VendoredFacts(path=state, url="u", ref="main", source="s", state=state) for state in files
    ))  # fmt: skip
    made = rule("vendored")
    assert (made.enter(facts), made.clear(facts)) == ({"diverged", "local-missing"}, {"current"})
