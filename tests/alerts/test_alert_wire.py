"""Alerts that are stored come back as they were; anything else is refused in words."""

import msgspec
import pytest
from alert_desk import LOUD, AlertDesk, judged
from hypothesis import given
from hypothesis import strategies as st

from devdash.alerts.book import Book
from devdash.alerts.model import AlertId, Terms
from devdash.alerts.wire import SCHEMA, UnreadableAlerts, from_json, to_json
from devdash.contract.levels import Level

TERMS = Terms(
    pane="p",
    name="r",
    level=Level.ATTENTION,
    repeat_s=60,
    max_repeats=3,
    inhibited_by=("down",),
    channels=("desktop",),
)


def lived() -> AlertDesk:
    """A desk with alerts in several states."""
    desk = AlertDesk()
    desk.read(judged(TERMS, ["a", "b", "Zürich ☂"]))
    desk.wait(70)
    desk.snooze(600, AlertId("p", "r", "a"))
    desk.acknowledge(AlertId("p", "r", "b"))
    return desk


def test_what_is_stored_comes_back_equal() -> None:
    desk = lived()
    assert from_json(to_json(desk.book.dump())) == desk.book.dump()
    assert from_json(to_json(())) == ()


def test_a_book_goes_on_from_what_was_stored() -> None:
    desk = lived()
    direct, stored = Book(), Book()
    direct.load(desk.book.dump(), desk.at)
    stored.load(from_json(to_json(desk.book.dump())), desk.at)
    assert direct.dump() == stored.dump()
    assert [alert.id for alert in stored.open_alerts] == [alert.id for alert in desk.book.open_alerts]


@given(st.binary(max_size=200))
def test_garbage_is_refused(garbage: bytes) -> None:
    with pytest.raises(UnreadableAlerts):
        from_json(garbage)


@given(st.data())
def test_a_file_that_was_cut_or_damaged_is_refused_or_read_never_worse(data: st.DataObject) -> None:
    text = bytearray(to_json(lived().book.dump()))
    place = data.draw(st.integers(0, len(text) - 1))
    if data.draw(st.booleans()):
        text = text[:place]
    else:
        text[place] = data.draw(st.integers(0, 255))
    try:
        alerts = from_json(bytes(text))
    except UnreadableAlerts:
        return
    book, desk = Book(), AlertDesk()
    book.load(alerts, desk.at)
    rung = [notice for notice in book.tick(desk.at) if notice.occasion in LOUD]
    assert rung == [], "nothing rings from a file alone"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b'"status":"firing"', b'"status":"burning"'),
        (b'"notified":2', b'"notified":-2'),
        (b'"notified":2', b'"notified":"2"'),
        (b'Z"', b'"'),
        (b'"level":"attention"', b'"level":"ok"'),
        (b'"name":"r"', b'"name":"q"'),
        (b'"item":"a"', b'"item":"b"'),
        (b'"alerts":[', b'"alerts":[1,'),
    ],
)
def test_alerts_that_cannot_be_are_refused(before: bytes, after: bytes) -> None:
    text = to_json(lived().book.dump())
    assert before in text
    with pytest.raises(UnreadableAlerts):
        from_json(text.replace(before, after))


def test_a_time_before_all_times_is_refused() -> None:
    """Midnight of the year 1 in Berlin is in no year that UTC has."""
    text = to_json(lived().book.dump()).replace(b"2026-11-22T10", b"0001-01-01T00").replace(b'Z"', b'+01:00"')
    with pytest.raises(UnreadableAlerts):
        from_json(text)


def test_another_version_is_named() -> None:
    text = msgspec.json.encode({"schema": SCHEMA + 1, "alerts": "something new"})
    with pytest.raises(UnreadableAlerts, match=f"schema {SCHEMA + 1}; this devdash knows {SCHEMA}"):
        from_json(text)


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(UnreadableAlerts):
        from_json(b'{"schema": 1, "alerts": ' + b"[" * 100_000)
