"""Findings for machines: SARIF 2.1.0, which code hosts show beside the lines, and plain JSON.

Format: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

import msgspec

from devdash_databases.routes.codes import CODES
from devdash_databases.routes.facts import FindingFacts
from devdash_databases.routes.scanned import Scanned

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"

LEVELS = {"critical": "error", "attention": "warning", "note": "note"}


class Message(msgspec.Struct, frozen=True):
    """A text."""

    text: str


class Artifact(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """A file; relative to the folder in which the check runs, where it lies below that."""

    uri: str
    uri_base_id: str = ""


class Region(msgspec.Struct, frozen=True, rename="camel"):
    """A line, from 1."""

    start_line: int


class PhysicalLocation(msgspec.Struct, frozen=True, rename="camel"):
    """Where in a file."""

    artifact_location: Artifact
    region: Region


class LogicalLocation(msgspec.Struct, frozen=True, rename="camel"):
    """A model or router, by its dotted name."""

    fully_qualified_name: str
    kind: str = "type"


class Location(msgspec.Struct, frozen=True, omit_defaults=True, rename="camel"):
    """Where a finding is."""

    physical_location: PhysicalLocation | None = None
    logical_locations: tuple[LogicalLocation, ...] = ()


class Result(msgspec.Struct, frozen=True, rename="camel"):
    """A finding."""

    rule_id: str
    rule_index: int
    level: str
    message: Message
    locations: tuple[Location, ...]
    partial_fingerprints: dict[str, str]


class Configuration(msgspec.Struct, frozen=True):
    """A code's usual level."""

    level: str


class ReportingDescriptor(msgspec.Struct, frozen=True, rename="camel"):
    """A code."""

    id: str
    short_description: Message
    full_description: Message
    help: Message
    default_configuration: Configuration


class Driver(msgspec.Struct, frozen=True, rename="camel"):
    """The tool."""

    name: str
    rules: tuple[ReportingDescriptor, ...]


class Tool(msgspec.Struct, frozen=True):
    """The tool, with its parts."""

    driver: Driver


class Automation(msgspec.Struct, frozen=True):
    """Which run it is: a category ends with a slash."""

    id: str


class Run(msgspec.Struct, frozen=True, rename="camel"):
    """One run of the tool."""

    tool: Tool
    results: tuple[Result, ...]
    automation_details: Automation
    column_kind: str = "unicodeCodePoints"


class Log(msgspec.Struct, frozen=True, rename={"schema": "$schema"}):
    """The file."""

    schema: str
    version: str
    runs: tuple[Run, ...]


Projects = Sequence[tuple[str, Scanned]]
"""What was found, by the projects' names."""


def sarif(checked: Projects, folder: Path) -> str:
    """The findings as SARIF, a run for each project; files are told relative to `folder`."""
    runs = tuple(_run(project, scanned, folder) for project, scanned in checked)
    return _pretty(Log(SCHEMA, "2.1.0", runs))


def _run(project: str, scanned: Scanned, folder: Path) -> Run:
    codes = sorted({one.code for one in scanned.findings})
    rules = tuple(_rule(code) for code in codes)
    results = tuple(_result(scanned, one, codes.index(one.code), folder) for one in scanned.findings)
    return Run(Tool(Driver("devdash databases", rules)), results, Automation(f"{project}/"))


class Project(msgspec.Struct, frozen=True):
    """One project's findings."""

    name: str
    findings: tuple[FindingFacts, ...]


class Checked(msgspec.Struct, frozen=True):
    """The findings as JSON."""

    format: str
    projects: tuple[Project, ...]


def as_json(checked: Projects) -> str:
    """The findings as JSON; docs/databases.md describes it."""
    projects = tuple(Project(name, scanned.findings) for name, scanned in checked)
    return _pretty(Checked("devdash-routers-1", projects))


def as_text(checked: Projects) -> str:
    """A paragraph for each."""
    return "".join(_paragraphs(name, scanned) for name, scanned in checked)


def _paragraphs(project: str, scanned: Scanned) -> str:
    count = len(scanned.routes)
    said = [f"{project}: {count} model{'' if count == 1 else 's'} routed, {len(scanned.findings)} found"]
    for one in scanned.findings:
        said += [f"  {one.level}: {one.code}: {one.text}", f"      {one.consequence}", f"      {one.repair}"]
    return "\n".join(said) + "\n"


def _pretty(value: Log | Checked) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n"


def _rule(code: str) -> ReportingDescriptor:
    kind = CODES[code]
    title = f"{kind.title[0].upper()}{kind.title[1:]}."
    words = {"alias": "ALIAS", "router": "ROUTER"}
    full, repair = kind.consequence.format(**words), kind.repair.format(**words)
    level = Configuration(LEVELS[kind.level])
    return ReportingDescriptor(code, Message(title), Message(full), Message(repair), level)


def _result(scanned: Scanned, finding: FindingFacts, rule: int, folder: Path) -> Result:
    text = " ".join((finding.text, finding.consequence, finding.repair))
    fingerprint = hashlib.sha256(finding.key.encode()).hexdigest()[:32]
    locations = tuple(_locations(scanned, finding, folder))
    return Result(
        finding.code, rule, LEVELS[finding.level], Message(text), locations, {"finding/v1": fingerprint}
    )


def _locations(scanned: Scanned, finding: FindingFacts, folder: Path) -> list[Location]:
    """The router that is to be changed, or else the first model."""
    survey = scanned.survey
    name, source = "", None
    if finding.router in survey.routers:
        name = str(finding.router)
        place = survey.routers.index(name)
        source = survey.router_sources[place] if place < len(survey.router_sources) else None
    elif finding.model is not None and (model := survey.model(finding.model)) is not None:
        name, source = model.model, model.source
    logical = (LogicalLocation(name),) if name else ()
    physical = None
    if source is not None:
        physical = PhysicalLocation(_artifact(Path(source[0]), folder), Region(max(1, source[1])))
    return [Location(physical, logical)] if physical or logical else []


def _artifact(file: Path, folder: Path) -> Artifact:
    if file.is_relative_to(folder):
        return Artifact(quote(file.relative_to(folder).as_posix()), "%SRCROOT%")
    return Artifact(file.as_uri())
