"""The findings as SARIF 2.1.0: every kind of them, held to what the standard asks of the parts that are used.

`Log` and what it is made of say it in the words of the standard's schema: required properties, types, limits,
what may stand where. They know no property that devdash does not write, so one that is added fails here until
it was looked up. The schema itself is not part of the repository; outputs were valid by it as well.
"""

from pathlib import Path
from typing import Annotated, Literal

import msgspec
import pytest
from msgspec import Meta
from survey_site import site

from devdash_databases.routes.codes import CODES
from devdash_databases.routes.facts import FindingFacts
from devdash_databases.routes.sarif import sarif
from devdash_databases.routes.scanned import Scanned
from devdash_databases.routes.surveyed import Survey
from devdash_databases.routes.told import finding

Words = Annotated[str, Meta(min_length=1)]
Uri = Annotated[str, Meta(pattern=r"^([a-z][a-z0-9+.-]*:)?[A-Za-z0-9._~:/?#@!$&'()*+,;=%-]+$")]
"""RFC 3986: a reference, absolute or not, with everything else percent-encoded."""
Level = Literal["none", "note", "warning", "error"]


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """An object of the standard: no property but those that are looked up."""


class Message(Part, frozen=True):
    """3.11: a text, or an id (which is not used)."""

    text: Words


class ArtifactLocation(Part, frozen=True):
    """3.4."""

    uri: Uri
    uri_base_id: str | None = None


class Region(Part, frozen=True):
    """3.30."""

    start_line: Annotated[int, Meta(ge=1)]


class PhysicalLocation(Part, frozen=True):
    """3.29: with an artifact location, or an address (which is not used)."""

    artifact_location: ArtifactLocation
    region: Region


class LogicalLocation(Part, frozen=True):
    """3.33; 3.33.7 has words for the kind."""

    fully_qualified_name: Words
    kind: Literal["function", "member", "module", "namespace", "resource", "type"]


class Location(Part, frozen=True):
    """3.28."""

    physical_location: PhysicalLocation | None = None
    logical_locations: tuple[LogicalLocation, ...] = ()


class Result(Part, frozen=True):
    """3.27: `message` is what is required."""

    message: Message
    rule_id: Words
    rule_index: Annotated[int, Meta(ge=0)]
    level: Level
    locations: tuple[Location, ...]
    partial_fingerprints: dict[str, Words]


class Configuration(Part, frozen=True):
    """3.50."""

    level: Level


class Rule(Part, frozen=True):
    """3.49: `id` is required; the first sentence of a description ends with a full stop (3.49.9)."""

    id: Words
    short_description: Message
    full_description: Message
    help: Message
    default_configuration: Configuration


class Driver(Part, frozen=True):
    """3.19: `name` is required."""

    name: Words
    rules: tuple[Rule, ...]


class Tool(Part, frozen=True):
    """3.18: `driver` is required."""

    driver: Driver


class Automation(Part, frozen=True):
    """3.17: an id that ends with a slash names a category of runs."""

    id: Annotated[str, Meta(pattern=r"^[^/]+/$")]


class Run(Part, frozen=True):
    """3.14: `tool` is required."""

    tool: Tool
    results: tuple[Result, ...]
    automation_details: Automation
    column_kind: Literal["utf16CodeUnits", "unicodeCodePoints"]


class Log(Part, frozen=True, rename={"schema": "$schema"}):
    """3.13: `version` and `runs` are required."""

    schema: Uri
    version: Literal["2.1.0"]
    runs: tuple[Run, ...]


def read(text: str) -> Log:
    """A log, as the standard has it: what types cannot say is looked at here.

    Raises:
        msgspec.ValidationError: it is none.
    """
    log = msgspec.json.decode(text, type=Log)
    for run in log.runs:
        rules = run.tool.driver.rules
        assert len({rule.id for rule in rules}) == len(rules)
        for result in run.results:
            assert rules[result.rule_index].id == result.rule_id
            for place in result.locations:
                assert place.physical_location or place.logical_locations
                assert len(set(place.logical_locations)) == len(place.logical_locations)
    return log


def found(survey: Survey) -> list[FindingFacts]:
    """A finding of each code: of a router, of a model, and of nothing that has a place."""
    model = survey.models[0].model
    return [
        one
        for code in CODES
        for one in (
            finding(code, "Said.", router=survey.routers[0], models=(model,)),
            finding(code, "Said.", models=(model,), alias="default"),
            finding(code, "Said."),
        )
    ]


@pytest.mark.parametrize("name", ["shop", "a b", "büro"])
def test_every_finding_is_told_as_the_standard_has_it(tmp_path: Path, name: str) -> None:
    """With places below the folder and outside of it, whatever the folders are called."""
    (tmp_path / name).mkdir()
    one = site(tmp_path / name, "Replica", "Mongo")
    survey = msgspec.convert(one.call("survey:survey", asked={"sources": True}), Survey)
    scanned = Scanned(findings=tuple(found(survey)), survey=survey)
    for folder in (tmp_path, tmp_path / name, tmp_path / "elsewhere"):
        (run,) = read(sarif([("shop", scanned)], folder)).runs
        assert len(run.results) == 3 * len(CODES)
        assert {rule.id for rule in run.tool.driver.rules} == set(CODES)
        places = [place.physical_location for result in run.results for place in result.locations]
        uris = {place.artifact_location.uri for place in places if place is not None}
        assert uris
        below = folder.name != "elsewhere"
        assert all(uri.startswith("file:///") != below for uri in uris)


def test_nothing_found_is_a_run_without_results(tmp_path: Path) -> None:
    """Which tells a code host that what was found before is over; and each project has a run."""
    log = read(sarif([("shop", Scanned()), ("blog", Scanned())], tmp_path))
    assert [(run.automation_details.id, run.results) for run in log.runs] == [("shop/", ()), ("blog/", ())]
