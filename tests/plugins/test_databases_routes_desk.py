"""What a person can ask of the routes: why, what if, and a check for CI; in the pane and as a command."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import pytest
from databases_rig import SQLITE, project, sound, started_with
from projects_rig import django_project, watching
from survey_site import made_in

from devdash.api import ActionRequest, Duration, Level, Outcome, PaneError, PrintText, Value
from devdash.engine import boundary
from devdash.engine.context import Context
from devdash.render.blocks import lay_out
from devdash.render.rows import find_row
from devdash.render.text import plain
from devdash_databases.config import Database, DatabasesConfig, Project
from devdash_databases.pane import DatabasesPane

Make = Callable[..., Context]

SETTINGS = """
INSTALLED_APPS = ["shop", "stats"]
DATABASE_ROUTERS = ["house.Replica", "house.Mongo"]
SECRET_KEY = "x"
DATABASES = {
    alias: {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{alias}.sqlite3"}
    for alias in ("default", "replica", "mongo")
}
"""


def config_of(folder: Path, *routers: str, live: tuple[str, ...] = ()) -> DatabasesConfig:
    """The project of `survey_site`, given in devdash.toml."""
    source = made_in(folder)
    aliases = ("default", "replica", "mongo")
    return DatabasesConfig(
        project="shop",
        timeout=Duration(40),
        databases={one: Database(ENGINE=SQLITE, NAME=str(folder / one)) for one in aliases},
        routers=tuple(f"house.{router}" for router in routers),
        apps=("shop", "stats"),
        python_path=(source,),
        live=live,
    )


async def reading(context: Make, folder: Path, *routers: str, live: tuple[str, ...] = ()) -> DatabasesPane:
    """A pane that has been read once."""
    for alias in ("default", "replica", "mongo"):
        sound(folder / alias)
    pane = await started_with(
        context(name="databases", folder=folder), config_of(folder, *routers, live=live)
    )
    boundary.admit_report("databases", await pane.read(), tuple(pane.actions()))
    return pane


async def asked(pane: DatabasesPane, action: str, item: str | None = None, **values: str) -> Outcome:
    """What the core admits of an action's outcome."""
    fields = next(one for one in pane.actions() if one.name == action).fields
    given = tuple(Value(field.name, values.get(field.name, field.default)) for field in fields)
    return boundary.admit_outcome("databases", await pane.act(ActionRequest(action, item, given)))


def shown(outcome: Outcome) -> str:
    """Its blocks as text."""
    return plain(lay_out(outcome.blocks, 110))


async def test_why_is_one_key(context: Make, tmp_path: Path) -> None:
    """The chain of routers, what each answered, and what those would have said that were not asked."""
    pane = await reading(context, tmp_path, "Replica", "Mongo")
    told = shown(await asked(pane, "why", "model:stats.Visit"))
    assert "stats.Visit is read from replica: Replica says so. It stands first of 2." in told
    assert "2  house.Mongo    not asked; would say mongo" in told
    assert "Replica stands before Mongo and takes its models" in told
    assert "Put the router for few models before Replica" in told


async def test_enter_opens_two_sentences_and_a_cell_the_whole_reason(context: Make, tmp_path: Path) -> None:
    """What the row has at once, without asking."""
    pane = await reading(context, tmp_path, "Mongo", "Related")
    row = find_row((await pane.read()).blocks, "model:stats.Visit")
    assert row is not None
    told = plain(lay_out(row.detail, 110))
    assert "stats.Visit is read from mongo: Mongo says so. It stands first of 2.\n" in told
    assert "stats.Visit is written to mongo: Mongo says so. It stands first of 2.\n" in told
    chain = plain(lay_out(await pane.open("model:stats.Visit", "read") or (), 110))
    assert "2  house.Related  not asked; has no db_for_read" in chain


async def test_enter_opens_the_reason_of_one_cell(context: Make, tmp_path: Path) -> None:
    """Only of what was asked."""
    pane = await reading(context, tmp_path, "Mongo", "Related")
    blocks = await pane.open("model:shop.Order", "write")
    assert blocks is not None
    told = plain(lay_out(boundary.admit_opened("databases", blocks) or (), 110))
    assert "shop.Order is written to default: no router answers db_for_write" in told
    assert "1  house.Mongo    passes" in told
    assert "2  house.Related  has no db_for_write" in told
    assert "is read from" not in told and "table may be made" not in told


async def test_a_row_of_a_model_or_finding_is_no_alias(context: Make, tmp_path: Path) -> None:
    """It is said in words, not by the row's key."""
    pane = await reading(context, tmp_path, "Replica")
    for item in ("model:shop.Order", "finding:ddl-on-read-alias:replica:::"):
        for action in ("ping", "copy", "dbshell", "pause", "migrations", "kill"):
            with pytest.raises(PaneError, match=r"^this row is no alias$"):
                await pane.act(ActionRequest(action, item, (Value("query", "1"),)))


async def test_only_models_are_explained(context: Make, tmp_path: Path) -> None:
    """An alias has no route."""
    pane = await reading(context, tmp_path, "Replica")
    with pytest.raises(PaneError, match="only models are routed"):
        await asked(pane, "why", "default")
    with pytest.raises(PaneError, match=r"no model “shop\.Gone”"):
        await asked(pane, "why", "model:shop.Gone")


TRIALS: Mapping[str, tuple[tuple[str, ...], dict[str, str], str]] = {
    "an alias is down and nobody notices": (
        ("Replica",),
        {"down": "replica"},
        "Some queries of 3 models fail",
    ),
    "an alias is down and a router notices": (
        ("Asks",),
        {"down": "replica"},
        "shop.Order     replica → default  default",
    ),
    "in a transaction": (
        ("Atomic",),
        {"transaction": "default"},
        "shop.Order     replica → default  default",
    ),
    "in another order": (
        ("Replica", "Mongo"),
        {"order": "Mongo"},
        "stats.Visit  replica → mongo  default → mongo",
    ),
    "nothing changes": (("Replica",), {"transaction": "default"}, "Every model goes where it goes now."),
}


@pytest.mark.parametrize("trial", TRIALS)
async def test_a_trial_changes_nothing_but_says_what_would(context: Make, tmp_path: Path, trial: str) -> None:
    """And a reading afterwards is what it was."""
    routers, values, expected = TRIALS[trial]
    pane = await reading(context, tmp_path, *routers)
    before = project(await pane.read()).routes
    told = shown(await asked(pane, "try-routes", **values))
    assert expected in told
    assert "a trial, nothing has changed" in told
    assert ("No longer found" in told) == ("order" in values), "only another order has other findings"
    assert project(await pane.read()).routes == before


async def test_a_trial_names_what_is_found_no_longer(context: Make, tmp_path: Path) -> None:
    """The other order mends one thing and breaks another."""
    pane = await reading(context, tmp_path, "Replica", "Mongo")
    told = shown(await asked(pane, "try-routes", order="Mongo, Replica"))
    assert "No longer found: router-shadowed" in told
    assert "stats.Visit.by leads from mongo to shop.Customer on default." in told


async def test_a_trial_of_what_there_is_not_is_refused(context: Make, tmp_path: Path) -> None:
    """With what is known."""
    pane = await reading(context, tmp_path, "Replica", "Mongo")
    with pytest.raises(PaneError, match="no alias “mango”") as alias:
        await asked(pane, "try-routes", down="mango")
    assert alias.value.hint == "Known: default, replica, mongo."
    with pytest.raises(PaneError, match="no router “Repplica”"):
        await asked(pane, "try-routes", order="Repplica")


async def test_the_form_completes_names_in_lists(context: Make, tmp_path: Path) -> None:
    """The last of them; those before it are not offered again."""
    pane = await reading(context, tmp_path, "Replica", "Mongo")
    action = next(one for one in pane.actions() if one.name == "try-routes")
    fields = {field.name: field for field in action.fields}
    draft = ActionRequest("try-routes")
    assert list(await pane.complete(action, fields["down"], "default, rep", draft)) == ["default, replica"]
    assert list(await pane.complete(action, fields["order"], "", draft)) == ["Replica", "Mongo"]


async def test_a_look_at_the_databases_is_taken_where_it_is_allowed(context: Make, tmp_path: Path) -> None:
    """Files without tables: those that were allowed are found out, and no other is opened."""
    pane = await reading(context, tmp_path, "Mongo", "Replica", live=("default",))
    found = {one.code: one for one in project(await pane.read()).findings}
    assert found["table-missing-on-write-alias"].alias == "default"
    assert found["table-missing-on-write-alias"].models == ("shop.Customer", "shop.Order")
    assert "table-missing-on-read-alias" not in found


async def printed(pane: DatabasesPane, form: str) -> tuple[Outcome, str]:
    """What the check prints."""
    outcome = await asked(pane, "check-routers", format=form)
    (effect,) = outcome.effects
    assert isinstance(effect, PrintText)
    return outcome, effect.text


async def test_the_check_prints_json(context: Make, tmp_path: Path) -> None:
    """The level is that of the gravest."""
    outcome, text = await printed(await reading(context, tmp_path, "Replica", "Mongo"), "json")
    assert outcome.level is Level.CRITICAL
    told = json.loads(text)
    assert told["format"] == "devdash-routers-1"
    (only,) = told["projects"]
    assert only["name"] == "shop"
    assert {"code", "level", "alias", "model", "text", "consequence", "repair"} <= set(only["findings"][0])


async def test_the_check_is_content_with_notes(context: Make, tmp_path: Path) -> None:
    """They are printed and fail nothing."""
    outcome, text = await printed(await reading(context, tmp_path, "Curious"), "text")
    assert outcome.level is Level.OK
    assert text.startswith("shop: 3 models routed, 1 found\n  note: router-connects: ")


async def test_sarif_names_the_line_of_the_router(context: Make, tmp_path: Path) -> None:
    """What SARIF 2.1.0 asks for: versions, rules that results refer to, levels, places, fingerprints."""
    pane = await reading(context, tmp_path, "Replica", "Mongo")
    _, text = await printed(pane, "sarif")
    log = json.loads(text)
    assert (log["$schema"], log["version"]) == ("https://json.schemastore.org/sarif-2.1.0.json", "2.1.0")
    (run,) = log["runs"]
    assert run["automationDetails"] == {"id": "shop/"}
    rules = run["tool"]["driver"]["rules"]
    assert run["tool"]["driver"]["name"] == "devdash databases"
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        assert len(result["partialFingerprints"]["finding/v1"]) == 32
        assert set(result) == {
            "ruleId",
            "ruleIndex",
            "level",
            "message",
            "locations",
            "partialFingerprints",
        }
    (shadowed,) = [one for one in run["results"] if one["ruleId"] == "router-shadowed"]
    (place,) = shadowed["locations"]
    assert place["physicalLocation"] == {
        "artifactLocation": {"uri": "src/house.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 12},
    }
    assert place["logicalLocations"] == [{"fullyQualifiedName": "house.Replica", "kind": "type"}]
    again = json.loads((await printed(pane, "sarif"))[1])
    assert again == log


async def test_a_check_that_could_not_ask_is_no_success(context: Make, tmp_path: Path) -> None:
    """Whatever the format."""
    pane = await reading(context, tmp_path, "Gone")
    with pytest.raises(PaneError, match=r"Router house\.Gone cannot be loaded"):
        await asked(pane, "check-routers", format="json")


async def test_a_watched_project_s_routers_are_asked_by_its_own_interpreter(
    context: Make, tmp_path: Path
) -> None:
    """With its settings; its models are called by the project's name, and its aliases as it calls them."""
    folder = django_project(tmp_path / "site", SETTINGS)
    source = made_in(tmp_path)
    for path in source.iterdir():
        path.rename(folder / path.name)
    one = Project(path=folder, live=("default",))
    pane = await watching(context(), one, timeout=40)
    report = boundary.admit_report("databases", await pane.read(), tuple(pane.actions()))
    found = project(report)
    assert {route.model: route.read for route in found.routes}["stats.Visit"] == "replica"
    assert "router-shadowed" in {finding.code for finding in found.findings}
    assert "site/stats.Visit" not in msgspec.json.encode(found.routes).decode()
    told = shown(await asked(pane, "why", "model:site/stats.Visit"))
    assert "stats.Visit is read from replica: Replica says so" in told
    told = shown(await asked(pane, "try-routes", "model:site/stats.Visit", order="Mongo"))
    assert "stats.Visit  replica → mongo  default → mongo" in told
