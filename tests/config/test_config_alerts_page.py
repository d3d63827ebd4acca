"""docs/alerts.md and the shipped devdash.toml: examples that are right and speak of facts that there are."""

import re
from pathlib import Path

import pytest

from devdash.alerts.expression import Expression
from devdash.api import Facts
from devdash.config.load import load
from devdash.config.model import Settings
from devdash.engine.registry import Registry
from devdash_battery.facts import BatteryFacts
from devdash_databases.facts import DatabasesFacts
from devdash_git.facts import GitFacts
from devdash_ledger.facts import LedgerFacts

FACTS: dict[str, type[Facts]] = {
    "battery": BatteryFacts,
    "databases": DatabasesFacts,
    "git": GitFacts,
    "ledger": LedgerFacts,
}


def loaded(folder: Path, text: str) -> Settings:
    """A file of that text, which must have no problem."""
    file = folder / "devdash.toml"
    file.write_text(text, encoding="utf-8")
    settings = load(file, Registry())
    assert [str(problem) for problem in settings.all_problems] == []
    for pane, rules in settings.alerts.rules.items():
        for rule in rules.values():
            for condition in (rule.when, rule.clear):
                assert condition is None or Expression(condition, pane).flaws(FACTS[pane]) == ()
    return settings


def test_every_example_of_the_page_is_right(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """As one file: the page's tables do not contradict each other."""
    page = (request.config.rootpath / "docs" / "alerts.md").read_text(encoding="utf-8")
    blocks = re.findall(r"(?:^    .*\n|^\n(?=    ))+", page, re.MULTILINE)
    tables = [re.sub(r"^    ", "", block, flags=re.MULTILINE) for block in blocks if "[alerts" in block]
    assert len(tables) >= 3
    settings = loaded(tmp_path, "\n".join(tables))
    assert {"git", "battery", "databases"} <= set(settings.alerts.rules)
    for condition in re.findall(r"`((?:any\()?(?:git|databases|ledger|battery)\.[^`]* [<>=]+ [^`]*)`", page):
        pane = re.findall(r"[a-z]+(?=\.)", condition)[0]
        assert Expression(condition, pane).flaws(FACTS[pane]) == (), condition


def test_the_examples_in_the_shipped_config_are_right(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """Without their #, `[alerts]` and `[history]` have no problem; what they say is in force."""
    shipped = (request.config.rootpath / "devdash.toml").read_text(encoding="utf-8")
    examples = [
        block.replace("\n# ", "\n").replace("\n#\n", "\n\n")
        for block in re.findall(r"^#( \[(?:alerts|history)\](?:\n#.*)*)", shipped, re.MULTILINE)
    ]
    assert len(examples) == 2
    file = tmp_path / "devdash.toml"
    file.write_text("\n".join(examples))
    settings = load(file, Registry())
    assert [str(problem) for problem in settings.all_problems] == []
    assert settings.alerts.rules["git"]["many"].when
    assert not settings.alerts.rules["battery"]["full"].enabled
    assert settings.history.raw == 7 * 86400
