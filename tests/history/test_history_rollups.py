"""Roll-ups: whatever comes in whatever order, nothing is lost and nothing is counted twice."""

import time
from collections.abc import Callable, Iterator
from itertools import count

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_rig import DAY, FAULTY, Worker, number

from devdash.history.store.levels import Borders, Width, parts
from devdash.history.wire import Housekeep, Housekept, SeriesInfo
from devdash.workers.wire import NotAnAnswer

HOUR = 3600.0
START = time.time() // HOUR * HOUR - 10 * DAY
"""A full hour ten days ago: the worker's own clock decides what comes late."""

Values = dict[float, float]


class Nothing(msgspec.Struct):
    """No arguments."""


class DieAfter(msgspec.Struct):
    """When to die."""

    steps: int
    what: str = "_replace"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """One open history for the tests that use panes of their own."""
    with Worker(tmp_path_factory.mktemp("history")) as one:
        one.open()
        yield one


_panes = (f"pane{i}" for i in count())


def spread(hours: float, every: float = 60.0, *, since: float = START) -> Values:
    """Numbers that differ, each `every` seconds."""
    return {since + i * every: float((i * 7919) % 101) for i in range(int(hours * HOUR / every))}


def records(values: Values, pane: str) -> list[object]:
    return [number(at, value, pane) for at, value in values.items()]


def check(info: SeriesInfo, values: Values) -> None:
    """That `info` is what all of `values` come to."""
    numbers = list(values.values())
    assert info.count == len(numbers)
    assert (info.least, info.most) == (min(numbers), max(numbers))
    assert info.mean == pytest.approx(sum(numbers) / len(numbers))
    assert info.last == pytest.approx(max(values), abs=0.001)
    assert info.latest == values[max(values)]


def test_roll_ups_tell_the_same_as_the_samples(shared: Worker) -> None:
    """Before, after the roll-up, after samples are purged, and after five minutes are purged too."""
    pane, values = next(_panes), spread(30)
    shared.ingest(records(values, pane))
    check(shared.infos(pane)[0], values)
    end = START + 30 * HOUR
    chart = shared.series(pane, since=START, until=end, points=30)
    assert shared.housekeep(end).rolled_up == len(values)
    assert shared.housekeep(end).rolled_up == 0, "once is enough"
    check(shared.infos(pane)[0], values)
    assert shared.series(pane, since=START, until=end, points=30) == pytest.approx(chart)
    ways = [{point.span_s for point in shared.points(pane)}]
    for raw, five in ((6 * HOUR, 12 * HOUR), (0.0, 6 * HOUR), (0.0, 0.0)):
        # Late ones stay for as long as if they were new: a week later nobody sends them again.
        shared.housekeep(end + 20 * DAY, raw=20 * DAY + raw, five=20 * DAY + five)
        shared.housekeep(end + 20 * DAY, raw=20 * DAY + raw, five=20 * DAY + five)
        check(shared.infos(pane)[0], values)
        assert shared.series(pane, since=START, until=end, points=30) == pytest.approx(chart)
        ways.append({point.span_s for point in shared.points(pane)})
    assert ways == [{0}, {0, 300, 3600}, {300, 3600}, {3600}]


def test_points_come_in_pages(shared: Worker) -> None:
    """All of them, in order, with nothing missing between samples, five minutes and hours."""
    pane, values = next(_panes), spread(6)
    shared.ingest(records(values, pane))
    shared.housekeep(START + 6 * HOUR, raw=HOUR, five=3 * HOUR)
    whole = shared.points(pane)
    assert [point.at for point in whole] == sorted(point.at for point in whole)
    assert len(whole) == 3 + 2 * 12 + 60
    pages = [point for skip in range(0, 100, 9) for point in shared.points(pane, skip=skip, limit=9)]
    assert tuple(pages) == whole


def test_what_comes_after_the_roll_up_is_added(shared: Worker) -> None:
    """Another host's spool comes days later: to steps that can be computed afresh, and others."""
    pane, values = next(_panes), spread(30)
    early = {at: value for at, value in values.items() if at % 180}
    late = {at: value for at, value in values.items() if not at % 180}
    shared.ingest(records(early, pane))
    end = START + 30 * HOUR
    shared.housekeep(end, raw=10 * HOUR, five=20 * HOUR)
    shared.ingest(records(late, pane))
    shared.housekeep(end, raw=10 * HOUR, five=20 * HOUR)
    check(shared.infos(pane)[0], values)
    # The spool does not know that it arrived, and sends it again.
    shared.ingest(records(late, pane))
    shared.housekeep(end, raw=10 * HOUR, five=20 * HOUR)
    check(shared.infos(pane)[0], values)


@settings(max_examples=15)
@given(
    steps=st.lists(
        st.one_of(
            st.lists(st.tuples(st.integers(0, 12 * 60 - 1), st.integers(-50, 50)), min_size=1, max_size=30),
            st.tuples(
                st.integers(0, 14 * 60),
                st.sampled_from([1.0, 3.0, 100.0]),
                st.sampled_from([3.0, 6.0, 200.0]),
            ),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_any_order_of_storing_and_housekeeping_comes_to_the_same(
    shared: Worker, steps: list[list[tuple[int, int]] | tuple[int, float, float]]
) -> None:
    """Batches of samples anywhere in twelve hours, mixed with housekeeping at any time with any retention."""
    pane = next(_panes)
    values: Values = {}
    for step in steps:
        if isinstance(step, list):
            batch = {START + minute * 60: float(value) for minute, value in step}
            fresh = {at: value for at, value in batch.items() if at not in values}
            shared.ingest(records(fresh | {at: values[at] for at in batch if at in values}, pane))
            values |= fresh
        else:
            minute, raw, five = step
            shared.housekeep(START + minute * 60, raw=raw * HOUR, five=five * HOUR)
    if values:
        # What is late for a step whose samples are gone is told from the next roll-up on.
        shared.housekeep(START + DAY, raw=HOUR, five=2 * HOUR)
        check(shared.infos(pane)[0], values)


@pytest.mark.parametrize("steps", [1, 2, 3, 4])
def test_a_kill_in_the_middle_of_a_roll_up_does_no_harm(start: Callable[..., Worker], steps: int) -> None:
    """kill -9 between the writing of five minutes and of hours, in the first transaction and the second."""
    values = spread(60)
    worker = start(module=str(FAULTY))
    worker.open()
    worker.ingest(records(values, "p"))
    worker.call("die_after", DieAfter(steps), None)
    with pytest.raises(NotAnAnswer):
        worker.housekeep(START + 61 * HOUR)
    assert worker.process.wait() == -9
    again = start()
    again.open()
    check(again.infos()[0], values)
    done = again.housekeep(START + 61 * HOUR).rolled_up
    assert done == (len(values) if steps <= 2 else len(values) - 600 * 5)
    again.housekeep(START + 40 * DAY, raw=0.0, five=0.0)
    check(again.infos()[0], values)


@pytest.mark.parametrize("what", ["_add", "_add_closed", "_move_border"])
def test_a_kill_while_something_late_is_added_adds_it_once(start: Callable[..., Worker], what: str) -> None:
    """kill -9 after a roll-up of purged samples was changed, before the late ones are hidden or after."""
    values = spread(6)
    late = dict(list(values.items())[:5])
    worker = start(module=str(FAULTY))
    worker.open()
    worker.ingest(records({at: value for at, value in values.items() if at not in late}, "p"))
    worker.housekeep(START + 6 * HOUR, raw=0.0, five=4 * HOUR)
    worker.ingest(records(late, "p"))
    worker.call("die_after", DieAfter(1, what), None)
    with pytest.raises(NotAnAnswer):
        worker.housekeep(START + 6 * HOUR, raw=0.0, five=4 * HOUR)
    assert worker.process.wait() == -9
    again = start()
    again.open()
    again.housekeep(START + 6 * HOUR, raw=0.0, five=4 * HOUR)
    check(again.infos()[0], values)


def test_series_whose_last_sample_is_too_old_are_forgotten(worker: Worker) -> None:
    """Nothing is left of an item that has been gone for longer than hours are kept."""
    worker.ingest([number(1_000_000.0, 1.0, "old"), number(START, 2.0, "new")])
    worker.housekeep(START)
    for _ in range(2):
        keep = Housekeep(now=START + 20 * DAY, raw_s=1, five_minutes_s=1, hours_s=21 * DAY, events_s=1)
        worker.call("housekeep", keep, Housekept)
    assert [info.pane for info in worker.infos()] == ["new"]


def test_a_chart_has_gaps_where_nothing_was_read(worker: Worker) -> None:
    """None for a step without samples, for a series that is not known, and outside of what is kept."""
    values = spread(1) | spread(1, since=START + 2 * HOUR)
    worker.ingest(records(values, "p"))
    chart = worker.series("p", since=START - HOUR, until=START + 4 * HOUR, points=5)
    assert [value is None for value in chart] == [True, False, True, False, True]
    assert worker.series("q", since=START, until=START + HOUR, points=3) == (None, None, None)
    assert worker.series("p", since=START, until=START, points=2) == (None, None)
    worker.housekeep(START + 4 * HOUR)
    worker.housekeep(START + 30 * DAY, raw=0.0, five=0.0)
    fine = worker.series("p", since=START, until=START + HOUR, points=60)
    assert len(set(fine)) == 1 and fine[0] is not None, "an hour's mean stands for all of the hour"


@given(
    span=st.tuples(st.integers(0, 400), st.integers(1, 400)),
    step=st.integers(1, 20_000_000),
    borders=st.tuples(st.integers(0, 9), st.integers(0, 120), st.integers(0, 120)),
)
def test_the_parts_of_a_time_join_without_gap_or_overlap(
    span: tuple[int, int], step: int, borders: tuple[int, int, int]
) -> None:
    """From the coarsest to the finest, each within its borders, and borders on whole steps."""
    since, until = span[0] * 97_000, (span[0] + span[1]) * 97_000
    five = borders[0] * Width.HOUR
    raw = five + borders[1] * Width.FIVE_MINUTES
    known = Borders(five, raw, raw + borders[2] * Width.FIVE_MINUTES)
    found = list(parts(since, until, step, known))
    assert [found[0].begin, *(part.end for part in found)] == [*(part.begin for part in found), until]
    assert found[0].begin == since
    assert [part.width for part in found] == sorted((part.width for part in found), reverse=True)
    for part in found:
        inner = [border for border in (part.begin, part.end) if border not in (since, until)]
        assert all(border % max(part.width, Width.FIVE_MINUTES) == 0 for border in inner)
        assert part.width is not Width.SAMPLE or part.begin >= known.raw_from
        assert part.width is not Width.FIVE_MINUTES or five <= part.begin <= part.end <= known.rolled
        assert part.width is not Width.HOUR or part.end <= known.rolled
