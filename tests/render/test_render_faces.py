"""Promises of the two faces for people and programs without a screen: text and JSON."""

import json
import math
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion
from view_strategies import few, levels, reports, steers, texts, widths

from devdash.api import Attention, Cell, Column, Facts, Level, Meter, Report, Row, Table, worst
from devdash.render.json_face import status_json
from devdash.render.status import PaneStatus, StatusError
from devdash.render.text import pane_lines, plain, status_text

NOW = datetime(2026, 11, 22, 10, 55, 0, tzinfo=timezone(timedelta(hours=1)))


class State(StrEnum):
    DISCHARGING = "discharging"


class Pack(Facts, frozen=True):
    name: str
    health_percent: float | None = None


class BatteryFacts(Facts, frozen=True):
    state: State
    watts: float | None
    packs: tuple[Pack, ...] = ()


any_report = st.builds(
    Report,
    level=levels,
    summary=texts,
    blocks=reports,
    facts=st.one_of(st.none(), st.builds(BatteryFacts, state=st.sampled_from(State), watts=st.floats())),
    attention=st.lists(st.builds(Attention, key=texts, level=levels, text=texts), max_size=2).map(tuple),
)
moments = st.one_of(st.none(), st.datetimes(timezones=st.timezones()), st.datetimes(timezones=st.just(UTC)))
panes = st.builds(
    PaneStatus,
    name=texts,
    plugin=texts,
    title=texts,
    level=levels,
    summary=texts,
    report=st.one_of(st.none(), any_report),
    at=moments,
    age_s=st.one_of(st.none(), st.floats()),
    took_s=st.one_of(st.none(), st.floats()),
    stale=st.booleans(),
    error=st.one_of(st.none(), st.builds(StatusError, kind=texts, message=texts, hint=texts)),
)
dashboards = st.lists(panes, max_size=2)


def battery() -> PaneStatus:
    facts = BatteryFacts(State.DISCHARGING, -9.4, (Pack("BAT0", 91.0), Pack("BAT1")))
    blocks = (Meter(78, "78 %", "−9.4 W"),)
    return PaneStatus(
        name="battery",
        plugin="battery",
        title="Battery",
        level=Level.OK,
        summary="78 % discharging, 2 h 50 min left",
        report=Report(Level.OK, "78 % discharging, 2 h 50 min left", blocks, facts),
        at=NOW,
        age_s=0.2,
        took_s=0.012345,
    )


def git() -> PaneStatus:
    row = Row("api", (Cell("api"), Cell("↑1 ↓4")), level=Level.ATTENTION)
    attention = Attention("api:diverged", Level.ATTENTION, "api has diverged", "fetch", "api")
    report = Report(Level.ATTENTION, "1 diverged", (Table((Column(), Column()), (row,)),), None, (attention,))
    return PaneStatus(
        name="work",
        plugin="git",
        title="Git",
        level=Level.ATTENTION,
        summary="1 diverged",
        report=report,
        at=NOW - timedelta(minutes=12),
        age_s=725.0,
        took_s=20.0,
        stale=True,
        error=StatusError("timeout", "git did not answer within 20 s.", "raise panes.work.timeout"),
    )


def databases() -> PaneStatus:
    error = StatusError("unavailable", "Django is not installed.", "pip install django")
    return PaneStatus(
        name="databases", plugin="databases", title="Databases", level=Level.UNKNOWN, error=error
    )


@pytest.mark.parametrize("width", [20, 40, 80])
def test_what_status_looks_like(width: int, snapshot: SnapshotAssertion) -> None:
    assert status_text([battery(), git(), databases()], width) == snapshot


def test_colour_comes_only_when_asked_and_changes_no_text() -> None:
    dashboard = [battery(), git(), databases()]
    coloured = status_text(dashboard, 60, color=True)
    assert "\x1b[33m" in coloured
    assert re.sub(r"\x1b\[[0-9]+m", "", coloured) == status_text(dashboard, 60)


@few
@given(dashboards, widths)
def test_status_text_fits_and_steers_no_terminal(dashboard: list[PaneStatus], width: int) -> None:
    for line in status_text(dashboard, width).split("\n"):
        assert not [character for character in line if steers(character)]


@few
@given(panes, widths)
def test_every_level_has_its_sign(pane: PaneStatus, width: int) -> None:
    first = status_text([pane], max(width, 2)).split("\n")[0]
    assert first.startswith(pane.level.sign)


@few
@given(panes, widths)
def test_no_line_of_a_pane_is_wider_than_the_width(pane: PaneStatus, width: int) -> None:
    lines = pane_lines(pane, width)
    assert all(line.width <= width for line in lines)
    assert plain(lines) == status_text([pane], width)


def test_json_is_exactly_the_documented_object() -> None:
    found = status_json([battery(), git(), databases()], NOW)
    assert json.loads(found) == {
        "schema": 1,
        "at": "2026-11-22T10:55:00+01:00",
        "level": "attention",
        "panes": [
            {
                "name": "battery",
                "plugin": "battery",
                "title": "Battery",
                "level": "ok",
                "summary": "78 % discharging, 2 h 50 min left",
                "at": "2026-11-22T10:55:00+01:00",
                "took_s": 0.012,
                "stale": False,
                "error": None,
                "facts": {
                    "state": "discharging",
                    "watts": -9.4,
                    "packs": [
                        {"name": "BAT0", "health_percent": 91.0},
                        {"name": "BAT1", "health_percent": None},
                    ],
                },
                "attention": [],
            },
            {
                "name": "work",
                "plugin": "git",
                "title": "Git",
                "level": "attention",
                "summary": "1 diverged",
                "at": "2026-11-22T10:43:00+01:00",
                "took_s": 20.0,
                "stale": True,
                "error": {"kind": "timeout", "message": "git did not answer within 20 s."},
                "facts": {},
                "attention": [
                    {
                        "key": "api:diverged",
                        "level": "attention",
                        "text": "api has diverged",
                        "action": "fetch",
                    }
                ],
            },
            {
                "name": "databases",
                "plugin": "databases",
                "title": "Databases",
                "level": "unknown",
                "summary": "",
                "at": None,
                "took_s": None,
                "stale": False,
                "error": {"kind": "unavailable", "message": "Django is not installed."},
                "facts": {},
                "attention": [],
            },
        ],
    }


def test_json_fields_stand_in_the_documented_order() -> None:
    """People read it too, and diffs of it."""
    pairs: list[list[str]] = []
    json.loads(status_json([git()], NOW), object_pairs_hook=lambda found: pairs.append([k for k, _ in found]))
    assert pairs[-1] == ["schema", "at", "level", "panes"]
    order = "name plugin title level summary at took_s stale error facts attention"
    assert pairs[-2] == order.split()


@few
@given(dashboards)
def test_json_is_strict_whatever_a_pane_says(dashboard: list[PaneStatus]) -> None:
    """No NaN, no lone surrogate, nothing that steers the terminal it is printed on."""

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    found = status_json(dashboard, NOW)
    loaded = json.loads(found.decode(), parse_constant=refuse)
    assert not [character for character in found.decode() if steers(character)]
    assert loaded["level"] == worst(pane.level for pane in dashboard)
    for pane, entry in zip(dashboard, loaded["panes"], strict=True):
        assert entry["name"] == re.sub(r"[\ud800-\udfff]", "\ufffd", pane.name)


def test_json_writes_no_number_that_is_not_finite() -> None:
    pane = PaneStatus(
        name="b",
        plugin="b",
        title="B",
        level=Level.OK,
        report=Report(Level.OK, "", facts=BatteryFacts(State.DISCHARGING, math.nan)),
        took_s=math.inf,
    )
    entry = json.loads(status_json([pane], NOW))["panes"][0]
    assert entry["facts"]["watts"] is None
    assert entry["took_s"] is None


def test_every_json_field_is_documented() -> None:
    """docs/json.md names each field of the three objects in a table row of its own, below its heading."""
    page = (Path(__file__).parents[2] / "docs" / "json.md").read_text().partition("\n# ")[0]
    documented = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    found = json.loads(status_json([git()], NOW))
    pane = found["panes"][0]
    fields = {*found, *pane, *pane["error"], *pane["attention"][0]}
    assert fields == documented


def test_rendering_imports_neither_textual_nor_a_plugin() -> None:
    code = (
        "import sys, devdash.render.text, devdash.render.json_face, devdash.render.rows\n"
        "print([m for m in sys.modules if m.split('.')[0] in "
        "('textual', 'git', 'psutil', 'django', 'beancount') or m.startswith('devdash_') "
        "or m == 'rich.console'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
