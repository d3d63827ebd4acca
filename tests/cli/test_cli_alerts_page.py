"""docs/json.md describes what `devdash alerts --json` prints."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

from devdash.alerts.model import Alert, AlertId, Status, Terms
from devdash.cli.alert_list import as_json
from devdash.contract.levels import Level
from devdash.duty.outside import Sight
from devdash.duty.seat import Holder

PAGE = Path(__file__).parents[2] / "docs" / "json.md"
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_every_field_is_on_the_page_and_the_page_names_no_other() -> None:
    """A script's author can look up each of them."""
    terms = Terms(pane="git", name="diverged", level=Level.ATTENTION, action="fetch")
    alert = Alert(
        id=AlertId("git", "diverged", "api"),
        terms=terms,
        status=Status.FIRING,
        level=Level.ATTENTION,
        text="api has diverged",
        since=NOON,
    )
    sight = Sight(Holder(7, "devdash", "", 0.0), False, NOON, "", (alert,))
    value = json.loads(as_json(sight, (alert,), NOON))
    part = PAGE.read_text(encoding="utf-8").partition("# `devdash alerts --json`")[2].partition("\n# ")[0]
    cells = re.findall(r"^\| (`.*?) \|", part, re.MULTILINE)
    first = {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}
    assert first == set(value) | set(value["alerts"][0])
    assert set(value["on_duty"]) <= set(re.findall(r"`(\w+)`", part))
