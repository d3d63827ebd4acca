"""The alert rules about aliases."""

from collections.abc import Callable

from devdash.api import Level, Rule
from devdash_databases.config import DatabasesConfig
from devdash_databases.facts import AliasFacts, DatabasesFacts
from devdash_databases.judging import JUDGES, Holds, Judge, answers
from devdash_databases.states import CALM, State
from devdash_databases.words import level_of

DOWN = "down"
PENDING = "migration-pending"
"""The code of the routers' finding that the rule about migrations is made of."""


def alias_rules(config: DatabasesConfig, *, ping: str, migrations: str) -> tuple[Rule[DatabasesFacts], ...]:
    """Down, what is wrong with those that answer, and migrations that wait.

    Down at three readings in a row, that is for two intervals; up at the second answer in a row.

    Args:
        config: the pane's.
        ping, migrations: the names of the actions that help.
    """
    interval = float(config.interval)
    down = Rule(
        name=DOWN,
        level=Level.CRITICAL,
        text="database {item} is down",
        enter=lambda facts: _in_level(facts, Level.CRITICAL),
        clear=lambda facts: _in_level(facts, Level.OK),
        present=_there,
        for_s=2.0 * interval,
        keep_s=interval,
        resolve=True,
        action=ping,
    )
    waiting = Rule(
        name="migrations",
        level=Level.ATTENTION,
        text="migrations wait on database {item}",
        enter=_with_pending,
        clear=lambda facts: _surveyed(facts) - _with_pending(facts),
        present=_there,
        resolve=True,
        inhibited_by=(DOWN,),
        action=migrations,
    )
    return (down, *(_judged(judge, config, ping) for judge in JUDGES), waiting)


def _judged(judge: Judge, config: DatabasesConfig, ping: str) -> Rule[DatabasesFacts]:
    def such(holds: Holds) -> Callable[[DatabasesFacts], frozenset[str]]:
        return lambda facts: frozenset(
            alias.alias for alias in _aliases(facts) if answers(alias) and holds(alias, config)
        )

    def say(facts: DatabasesFacts, item: str) -> str:
        said = next((judge.says(alias) for alias in _aliases(facts) if alias.alias == item), judge.rule)
        return f"database {item}: {said}"

    return Rule(
        name=judge.rule,
        level=judge.level,
        text=f"database {{item}}: {judge.rule}",
        say=say,
        enter=such(judge.holds),
        clear=such(judge.over),
        present=_there,
        for_s=judge.readings * config.interval,
        keep_s=judge.readings * config.interval,
        resolve=True,
        inhibited_by=(DOWN, *judge.follows),
        action=ping,
    )


def _aliases(facts: DatabasesFacts) -> tuple[AliasFacts, ...]:
    return tuple(alias for project in facts.projects for alias in project.aliases)


def _all(facts: DatabasesFacts) -> frozenset[str]:
    """The aliases that are watched: what is said of one that is paused is over."""
    return frozenset(alias.alias for alias in _aliases(facts) if alias.state is not State.PAUSED)


def _there(facts: DatabasesFacts) -> frozenset[str] | None:
    """`_all`; None while a project tells of none, because it has not been loaded yet since the start."""
    if any(project.trouble is not None and not project.aliases for project in facts.projects):
        return None
    return _all(facts)


def _in_level(facts: DatabasesFacts, level: Level) -> frozenset[str]:
    """The aliases that are asked and whose state has `level`."""
    return frozenset(
        alias.alias for alias in _aliases(facts) if alias.state not in CALM and level_of(alias.state) is level
    )


def _surveyed(facts: DatabasesFacts) -> frozenset[str]:
    """The aliases of projects of which a survey would have found that migrations wait."""
    return frozenset(
        alias.alias for project in facts.projects if project.is_surveyed for alias in project.aliases
    ) & _all(facts)


def _with_pending(facts: DatabasesFacts) -> frozenset[str]:
    """The aliases on which the survey of the routers has found that migrations wait."""
    return frozenset(
        alias.alias
        for project in facts.projects
        for finding in project.findings
        if finding.code == PENDING
        for alias in project.aliases
        if finding.alias in (alias.alias, alias.alias.removeprefix(f"{project.name}/"))
    )
