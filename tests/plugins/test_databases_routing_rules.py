"""A new finding about the routers is an alert: one for each, over when a later survey finds it no more."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from databases_rig import SQLITE, project, sound, started_with
from survey_site import made_in

from devdash.api import Duration, Level, Rule
from devdash.engine.context import Context
from devdash_databases.alias_rules import alias_rules
from devdash_databases.config import Database, DatabasesConfig
from devdash_databases.facts import AliasFacts, DatabasesFacts, ProjectFacts
from devdash_databases.routes import view
from devdash_databases.routes.facts import FindingFacts
from devdash_databases.routes.scanned import Scanned
from devdash_databases.routing_rules import routing_rules
from devdash_databases.states import State

CRITICAL = FindingFacts("ddl-on-read-alias", "critical", "replica", "shop.Order", "migrations may run there")
DOUBT = FindingFacts("relation-refused", "attention", None, "shop.Order", "it is refused")
NOTE = FindingFacts("no-timeout", "note", "default", None, "it has none")
PENDING = FindingFacts("migration-pending", "attention", "default", None, "2 wait")
ALL = (CRITICAL, DOUBT, NOTE, PENDING)


def rule(weight: str) -> Rule[DatabasesFacts]:
    """The rule about findings of that weight."""
    return next(one for one in routing_rules() if one.name == view.RULES[weight])


def facts(*findings: FindingFacts, trouble: str | None = None, routed: bool = True) -> DatabasesFacts:
    """Those of devdash.toml."""
    return DatabasesFacts((ProjectFacts("shop", (), (), findings, trouble, (), routed),))


def test_each_finding_that_needs_a_hand_is_one_alert() -> None:
    """By its weight; a note is none, and migrations that wait have a rule of their own."""
    assert [one.level for one in routing_rules()] == [Level.CRITICAL, Level.ATTENTION]
    found = [rule(weight).enter(facts(*ALL)) for weight in ("critical", "attention")]
    assert [len(items) for items in found] == [1, 1]
    (item,) = found[0]
    say = rule("critical").say
    assert say is not None
    assert say(facts(*ALL), item) == "shop: migrations may run there"
    assert say(facts(), item), "it may be gone when it is told"


def test_two_that_are_called_the_same_are_two_alerts() -> None:
    """Such as one router that raises in two methods."""
    assert len(rule("critical").enter(facts(CRITICAL, CRITICAL))) == 2


@pytest.mark.parametrize("prefix", ["", "shop/"])
def test_an_alert_is_the_entry_on_the_screen(prefix: str) -> None:
    """Else each finding would stand twice in what needs a hand: its key names row and rule."""
    shown = {one.key: one.item for one in view.attention("shop", Scanned(findings=ALL), prefix)}
    alias = AliasFacts(f"{prefix}default", "sqlite", State.OK, 1.0, "file", False, None, None)
    told = DatabasesFacts((ProjectFacts("shop", (alias,), (), ALL),))
    for one in routing_rules():
        for item in one.enter(told):
            assert shown.pop(f"{item}:{one.name}") == item
    assert list(shown) == [f"finding:{prefix}migration-pending:default::"]


SCAN_FAILED = FindingFacts("scan-failed", "attention", None, None, "it failed")
LIVE_FAILED = FindingFacts("live-failed", "note", "replica", None, "replica could not be looked at")

UNTOLD = {
    "it cannot be loaded": facts(CRITICAL, PENDING, trouble="hang"),
    "it was not asked yet": facts(routed=False),
    "its survey has failed": facts(SCAN_FAILED),
    "an alias could not be looked at": facts(LIVE_FAILED),
}


@pytest.mark.parametrize("untold", UNTOLD)
def test_what_was_found_before_is_not_over_because_nobody_could_look(untold: str) -> None:
    """As after a start of devdash: it would be told anew each time."""
    alias = AliasFacts("default", "sqlite", State.OK, 1.0, "file", False, None, None)
    (found,) = (msgspec.structs.replace(one, aliases=(alias,)) for one in UNTOLD[untold].projects)
    whole = ProjectFacts("shop", (alias,), (), ())
    for one in routing_rules():
        assert one.present is not None
        assert one.present(DatabasesFacts((found,))) is None
        assert one.clear(DatabasesFacts((found,))) == frozenset()
        assert one.present(DatabasesFacts((whole,))) == frozenset(), "a survey that finds nothing ends it"
    (waiting,) = [
        one for one in alias_rules(DatabasesConfig(), ping="p", migrations="m") if one.name == "migrations"
    ]
    assert waiting.clear(DatabasesFacts((found,))) == frozenset()
    assert waiting.clear(DatabasesFacts((whole,))) == {"default"}


async def test_the_facts_tell_whether_the_routers_were_asked(
    context: Callable[..., Context], tmp_path: Path
) -> None:
    """Not before the first survey, which follows the first answers; where there are none, at once."""
    source = made_in(tmp_path)
    config = DatabasesConfig(
        timeout=Duration(40),
        databases={
            one: Database(ENGINE=SQLITE, NAME=str(sound(tmp_path / one))) for one in ("default", "replica")
        },
        routers=("house.Replica",),
        apps=("shop", "stats"),
        python_path=(source,),
    )
    lent = context(folder=tmp_path, stays=lambda: True, asked=lambda: False)
    pane = await started_with(lent, config)
    assert not project(await pane.read()).routed
    assert pane._routing._looking is not None
    await pane._routing._looking
    told = await pane.read()
    assert project(told).routed

    assert isinstance(told.facts, DatabasesFacts)
    alerts = {item for one in routing_rules() for item in one.enter(told.facts)}
    assert alerts == {one.item for one in told.attention if one.item and one.item.startswith(view.FINDING)}
    assert alerts
    bare = await started_with(lent, msgspec.structs.replace(config, routers=(), apps=()))
    assert project(await bare.read()).routed
