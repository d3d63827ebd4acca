"""From a survey to facts: routes, relations, findings."""

import msgspec

from devdash_databases.routes.asked import Surveyed
from devdash_databases.routes.facts import FindingFacts, RelationFacts, RouteFacts
from devdash_databases.routes.judge import findings_of
from devdash_databases.routes.surveyed import Choice, Model, Survey
from devdash_databases.routes.told import finding


class Scanned(msgspec.Struct, frozen=True):
    """What is known of a project's routes; `files` are those that it depends on."""

    routes: tuple[RouteFacts, ...] = ()
    findings: tuple[FindingFacts, ...] = ()
    relations: tuple[RelationFacts, ...] = ()
    survey: Survey = Survey()
    files: tuple[str, ...] = ()


def scanned_of(answer: Surveyed) -> Scanned:
    """The facts of a survey, or why there is none."""
    survey = answer.survey
    if survey is None:
        findings = tuple(finding(one.code, one.text) for one in answer.failures)
        return Scanned(findings=findings, files=answer.files)
    relations = tuple(
        RelationFacts(
            f"{model.model}.{relation.field}",
            relation.to,
            bool(relation.cases) and all(case.allowed for case in relation.cases),
        )
        for model in survey.models
        for relation in model.relations
        if not model.between
    )
    routes = tuple(_route(survey, model) for model in survey.models)
    return Scanned(routes, findings_of(survey), relations, survey, answer.files)


def failed(kind: str) -> Scanned:
    """The worker did not bring a survey; `kind` is what became of it."""
    text = f"The models could not be routed: {kind}."
    return Scanned(findings=(finding("scan-failed", text),))


def alias_of(choice: Choice) -> str | None:
    """The alias, "a or b" where chance decides, None where a router raised."""
    return " or ".join(choice.chosen) or None


def _route(survey: Survey, model: Model) -> RouteFacts:
    reader, writer = survey.router(model.read.by), survey.router(model.write.by)
    return RouteFacts(
        model.model,
        alias_of(model.read),
        alias_of(model.write),
        tuple(one.alias for one in model.migrate if one.allowed),
        reader if reader == writer else f"{reader}; write: {writer}",
    )
