"""The alert rules about what is wrong with the routing: one alert for each finding that needs a hand."""

from collections.abc import Iterator

from devdash.api import Level, Rule
from devdash_databases.facts import DatabasesFacts, ProjectFacts
from devdash_databases.routes import view
from devdash_databases.routes.facts import FindingFacts


def routing_rules() -> tuple[Rule[DatabasesFacts], ...]:
    """For findings that are critical, and for those that want attention; see `view.RULES`."""
    levels = {"critical": Level.CRITICAL, "attention": Level.ATTENTION}
    return tuple(_rule(weight, levels[weight], name) for weight, name in view.RULES.items())


def _rule(weight: str, level: Level, name: str) -> Rule[DatabasesFacts]:
    def found(facts: DatabasesFacts) -> frozenset[str]:
        return frozenset(key for _, key, one in _findings(facts) if one.level == weight)

    def there(facts: DatabasesFacts) -> frozenset[str] | None:
        """None while a project has not been surveyed in full: what was found before may still be so."""
        return found(facts) if all(project.is_surveyed for project in facts.projects) else None

    def say(facts: DatabasesFacts, item: str) -> str:
        texts = (f"{project.name}: {one.text}" for project, key, one in _findings(facts) if key == item)
        return next(texts, "a routing problem")

    return Rule(
        name=name,
        level=level,
        text="a routing problem",
        say=say,
        enter=found,
        clear=lambda facts: frozenset(),  # one that is repaired is not there any more
        present=there,
        resolve=True,
    )


def _findings(facts: DatabasesFacts) -> Iterator[tuple[ProjectFacts, str, FindingFacts]]:
    """Each with its project and the key of its row, but for those that have a rule of their own."""
    for project in facts.projects:
        if project.trouble is not None:
            continue
        own = f"{project.name}/"
        prefix = own if any(alias.alias.startswith(own) for alias in project.aliases) else ""
        for key, one in view.keyed(project.findings, prefix):
            if view.rule_of(one):
                yield project, key, one
