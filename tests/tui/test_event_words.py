"""The words that filter the history mean what a person would take them to mean, and any text is safe."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devdash.api import Level
from devdash.history.wire import EventQuery, Kind
from devdash.tui.event_words import MOST_EVENTS, wanted

NOW = datetime(2026, 11, 22, 10, 55, tzinfo=UTC)
PANES = ("git", "battery", "critical")


def seconds(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def query(**more: object) -> EventQuery:
    return EventQuery(limit=MOST_EVENTS, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", query()),
        ("  ", query()),
        ("git battery", query(panes=("git", "battery"))),
        ("GIT", query(panes=("git",))),
        ("attention unknown", query(levels=(Level.ATTENTION, Level.UNKNOWN))),
        ("alerts action status", query(kinds=(Kind.ALERT, Kind.ACTION, Kind.STATUS))),
        ("7d", query(since=seconds("2026-11-15 10:55"))),
        ("90min", query(since=seconds("2026-11-22 09:25"))),
        ("today", query(since=seconds("2026-11-22"))),
        ("yesterday", query(since=seconds("2026-11-21"), until=seconds("2026-11-22"))),
        ("2026-11-20", query(since=seconds("2026-11-20"), until=seconds("2026-11-21"))),
        ("Push Refused", query(text="Push Refused")),
        ('"git" "7d"', query(text="git 7d")),
        (
            'git ok 24h "not found',
            query(panes=("git",), levels=(Level.OK,), since=seconds("2026-11-21 10:55"), text="not found"),
        ),
        ("critical", query(panes=("critical",))),
        ("9999-12-31", query(text="9999-12-31")),
        ("git git", query(panes=("git",))),
    ],
)
def test_words(words: str, expected: EventQuery) -> None:
    assert wanted(words, PANES, NOW).query == expected


def test_it_is_told_how_the_words_were_understood() -> None:
    told = wanted("git critical 7d push", ("git",), NOW).told
    assert told == "git · critical · since 15 Nov 10:55 · text “push”"
    assert wanted("", (), NOW).told == "everything"


@given(st.text())
def test_any_text_is_a_question(words: str) -> None:
    asked = wanted(words, PANES, NOW)
    assert asked.query.limit == MOST_EVENTS
    assert asked.query.since is None or asked.query.since <= (NOW + timedelta(days=365 * 7900)).timestamp()
