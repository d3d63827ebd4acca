"""The alerts of the git pane: when they begin, and when they are over.

A repository that could not be read keeps its alerts as they are: nothing is known of it.
"""

from collections.abc import Callable, Set
from datetime import datetime

from devdash.api import Level, Rule
from devdash_git.config import GitConfig
from devdash_git.facts import GitFacts, RepositoryFacts
from devdash_git.needs import STALE_LOCK_S
from devdash_git.problems import FetchFailure, fetch_sentence
from devdash_git.states import Access, Sync

Holds = Callable[[RepositoryFacts], bool]
Terms = tuple[Rule[GitFacts], ...]

DIVERGED_FOR_S = 600.0
"""Long enough that nobody is in the middle of mending it."""

DRIFTED = frozenset({"upstream-changed", "locally-modified", "diverged", "local-missing",
                     "upstream-deleted", "ref-gone"})  # fmt: skip
"""The states of a vendored file that want a decision. Unreachable and never checked are not known."""

PASSING = frozenset(
    {
        FetchFailure.UNREACHABLE,
        FetchFailure.DROPPED,
        FetchFailure.TIMEOUT,
        FetchFailure.STALLED,
        FetchFailure.SERVER_ERROR,
        FetchFailure.LOCKED,
    }
)
"""Failures of a fetch that often pass by themselves."""

_PANE = frozenset({""})
_NOBODY = frozenset[str]()
_SHOWN = 3
"""Names in one alert about several repositories."""


def rules_for(config: GitConfig) -> Terms:
    """The default alerts, with the limits of `config`."""
    return (
        _rule("diverged", "{item} has diverged from its upstream", _diverged, for_s=DIVERGED_FOR_S),
        _rule(
            "unpushed",
            "{item} has commits that no remote has",
            lambda repo: _older(repo.unpushed_age_s, config.unpushed_after),
            say=lambda repo: (
                f"{repo.name} has had commits that no remote has for {_days(repo.unpushed_age_s)}"
            ),
        ),
        _rule(
            "operation",
            "{item} is in the middle of an operation",
            lambda repo: _older(repo.operation_age_s, config.operation_after),
            say=lambda repo: f"{repo.name}: {repo.operation} unfinished for {_days(repo.operation_age_s)}",
        ),
        _rule(
            "stash",
            "{item} has an old stash",
            lambda repo: _older(repo.stash_age_s, config.stash_after),
            say=lambda repo: f"{repo.name} has a stash of {_days(repo.stash_age_s)}",
        ),
        _rule(
            "fetch",
            "{item} cannot be fetched",
            _unfetchable,
            say=lambda repo: (
                f"{repo.name} cannot be fetched: {_why(repo.fetch_error)}{_times(repo.fetch_failures)}"
            ),
            action="fetch",
        ),
        _rule(
            "lock",
            "{item} has an index.lock that a git left behind",
            lambda repo: _older(repo.index_lock_age_s, STALE_LOCK_S),
        ),
        _evening(),
        _vendored(),
    )


def is_over(now: datetime, day_end: str) -> bool:
    """Whether the day has ended, by the person's clock; `day_end` is "HH:MM", or "" for never."""
    return bool(day_end) and f"{now:%H:%M}" >= day_end


def _rule(
    name: str,
    text: str,
    holds: Holds,
    *,
    say: Callable[[RepositoryFacts], str] | None = None,
    for_s: float = 0.0,
    action: str | None = None,
) -> Rule[GitFacts]:
    def words(facts: GitFacts, item: str) -> str:
        told = (say(repo) for repo in facts.repos if say is not None and repo.name == item and holds(repo))
        return next(told, text.replace("{item}", item))

    return Rule(
        name=name,
        level=Level.ATTENTION,
        text=text,
        say=words if say is not None else None,
        enter=lambda facts: _known(facts, holds),
        clear=lambda facts: _known(facts, lambda repo: not holds(repo)),
        present=lambda facts: {repo.name for repo in facts.repos},
        for_s=for_s,
        action=action,
    )


def _evening() -> Rule[GitFacts]:
    """One alert for all: thirty at six o'clock would be read by nobody."""
    return Rule(
        name="evening",
        level=Level.ATTENTION,
        text="The day ends with changes that are not committed",
        say=lambda facts, item: f"Not committed at the end of the day: {_names(_dirty(facts))}",
        enter=lambda facts: _PANE if facts.day_over and _dirty(facts) else _NOBODY,
        clear=lambda facts: _NOBODY if facts.day_over and _dirty(facts) else _PANE,
    )


def _vendored() -> Rule[GitFacts]:
    return Rule(
        name="vendored",
        level=Level.ATTENTION,
        text="A vendored file has drifted: {item}",
        enter=lambda facts: {one.path for one in facts.vendored if one.state in DRIFTED},
        clear=lambda facts: {one.path for one in facts.vendored if one.state in ("current", "converged")},
        present=lambda facts: {one.path for one in facts.vendored},
    )


def _known(facts: GitFacts, holds: Holds) -> Set[str]:
    return {repo.name for repo in facts.repos if repo.access is Access.OK and holds(repo)}


def _diverged(repo: RepositoryFacts) -> bool:
    return repo.sync is Sync.DIVERGED


def _unfetchable(repo: RepositoryFacts) -> bool:
    """What may be over in a minute has to fail twice: the schedule fetches while nobody looks."""
    if repo.fetch_error is None:
        return False
    return repo.fetch_error not in PASSING or (repo.fetch_failures or 0) > 1


def _why(failure: FetchFailure | None) -> str:
    """The sentence of its class, where that says more than its name."""
    if failure is None or failure in (FetchFailure.OTHER, FetchFailure.REFUSED):
        return str(failure)
    return fetch_sentence(failure, "")[0]


def _times(failures: int | None) -> str:
    return f" ({failures} times in a row)" if failures is not None and failures > 1 else ""


def _older(age_s: int | None, limit_s: float) -> bool:
    return age_s is not None and age_s >= limit_s


def _dirty(facts: GitFacts) -> tuple[str, ...]:
    return tuple(repo.name for repo in facts.repos if repo.dirty)


def _names(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _days(age_s: int | None) -> str:
    hours = (age_s or 0) // 3600
    if hours < 2:
        return f"{(age_s or 0) // 60} min"
    return f"{hours // 24} days" if hours >= 48 else f"{hours} hours"
