"""Fetching by itself: what is due and only that, once for all devdash, and never where it had better wait."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from git_builder import Builder, pane, read
from hypothesis import given
from hypothesis import strategies as st

from devdash.api import Conditions, DurationOrZero
from devdash.engine.context import Context
from devdash_git import schedule as scheduling
from devdash_git.contact import FetchBook, Record
from devdash_git.pane import GitPane
from devdash_git.problems import FetchFailure
from devdash_git.schedule import Schedule, _take
from devdash_git.timetable import LONGEST_S, wait_s

Make = Callable[..., Context]

HOUR = 3600.0
BEGIN = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Hands:
    """The clock, and what the machine lives on."""

    def __init__(self) -> None:
        self.passed = 0.0
        self.conditions = Conditions()

    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return 1000.0 + self.passed


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    return Builder.installed(tmp_path, monkeypatch)


@pytest.fixture
def hands() -> Hands:
    return Hands()


class Living(Context):
    """A context whose machine lives on what a test says."""

    hands: Hands

    async def conditions(self) -> Conditions:
        return self.hands.conditions


Start = Callable[..., GitPane]


@pytest.fixture
def start(context: Make, hands: Hands) -> Start:
    """`start(folder, …)`: a pane that fetches every hour."""

    def make(*repos: Path, **settings: object) -> GitPane:
        lent = context(now=hands.now, monotonic=hands.monotonic)
        lent.__class__ = Living
        assert isinstance(lent, Living)
        lent.hands = hands
        return pane(lent, *repos, fetch_every=DurationOrZero(HOUR), **settings)

    return make


def schedule(made: GitPane) -> Schedule:
    assert made.schedule is not None
    return made.schedule


async def fetched(made: GitPane) -> list[str]:
    """What one round of the schedule has fetched, after a reading."""
    await read(made)
    return [result.target.name for result in await schedule(made).round()]


def clones(builder: Builder, count: int) -> list[Path]:
    seed = builder.repository("seed")
    return [builder.clone(builder.clone(seed, f"origin{n}.git", "--bare"), f"clone{n}") for n in range(count)]


async def test_each_is_fetched_when_its_time_has_come(builder: Builder, start: Start, hands: Hands) -> None:
    """A clone has been heard when it was made, at a fixed date long ago."""
    made = start(*clones(builder, 3))
    assert sorted(await fetched(made)) == ["clone0", "clone1", "clone2"]
    assert await fetched(made) == []
    hands.passed = HOUR - 1
    assert await fetched(made) == []
    hands.passed = HOUR
    assert sorted(await fetched(made)) == ["clone0", "clone1", "clone2"]


async def test_what_was_fetched_in_a_terminal_is_not_due(
    builder: Builder, start: Start, hands: Hands
) -> None:
    first, second = clones(builder, 2)
    hands.passed = (datetime.now(UTC) - BEGIN).total_seconds()
    builder.git(first, "fetch", "-q")
    assert await fetched(start(first, second)) == ["clone1"]


async def test_worktrees_of_one_repository_are_fetched_once(builder: Builder, start: Start) -> None:
    (clone,) = clones(builder, 1)
    builder.git(clone, "worktree", "add", "-q", "-b", "two", str(builder.root / "two"))
    assert await fetched(start(clone, builder.root / "two")) == ["clone0"]


async def test_what_fails_is_tried_ever_more_seldom(builder: Builder, start: Start, hands: Hands) -> None:
    """And as often as ever, once it has answered."""
    good, bad = clones(builder, 2)
    builder.git(bad, "remote", "set-url", "origin", str(builder.root / "nowhere.git"))
    made = start(good, bad)
    tried = []
    for hour in range(16):
        hands.passed = hour * HOUR
        if "clone1" in await fetched(made):
            tried.append(hour)
    assert tried == [0, 2, 6, 14]
    builder.git(bad, "remote", "set-url", "origin", str(builder.root / "origin1.git"))
    after = []
    for hour in range(16, 34):
        hands.passed = hour * HOUR
        if "clone1" in await fetched(made):
            after.append(hour)
    assert after == [30, 31, 32, 33]


@pytest.mark.parametrize(
    ("conditions", "why"),
    [
        (Conditions(on_battery=True), "on battery"),
        (Conditions(metered=True), "the network is metered"),
        (Conditions(online=False), "there is no network"),
    ],
)
async def test_it_rests_and_goes_on(
    conditions: Conditions, why: str, builder: Builder, start: Start, hands: Hands
) -> None:
    """It says so, and what a person asks for is done all the same."""
    made = start(*clones(builder, 1))
    hands.conditions = conditions
    assert await fetched(made) == []
    assert schedule(made).rest == why
    assert f"Fetching every 60 min rests: {why}." in str((await read(made)).blocks)
    hands.conditions = Conditions(on_battery=False, metered=None, online=None)
    assert await fetched(made) == ["clone0"]
    assert schedule(made).rest == ""


async def test_who_wants_it_has_it_on_battery_too(builder: Builder, start: Start, hands: Hands) -> None:
    hands.conditions = Conditions(on_battery=True, metered=True)
    made = start(*clones(builder, 1), fetch_on_battery=True, fetch_on_metered=True)
    assert await fetched(made) == ["clone0"]


async def test_of_two_devdash_one_fetches(builder: Builder, start: Start, context: Make) -> None:
    """At the same time, and one after the other; and a killed one leaves no lock behind."""
    folders = clones(builder, 3)
    one, other = start(*folders), start(*folders)
    await read(one)
    await read(other)
    both = await asyncio.gather(schedule(one).round(), schedule(other).round())
    assert sorted(result.target.name for results in both for result in results) == [
        "clone0",
        "clone1",
        "clone2",
    ]
    assert await fetched(other) == []


async def test_the_lock_is_another_s_until_that_has_ended(builder: Builder, start: Start) -> None:
    import os

    made = start(*clones(builder, 1))
    path = made.context.state_dir / "fetching.lock"
    held = _take(path)
    assert held is not None
    assert await fetched(made) == []
    os.close(held)
    assert await fetched(made) == ["clone0"]


async def test_where_nothing_can_be_noted_nothing_is_fetched(builder: Builder, start: Start) -> None:
    """Two devdash would fetch the same; it says why it rests."""
    made = start(*clones(builder, 1))
    made.context.state_dir.parent.mkdir(parents=True, exist_ok=True)
    made.context.state_dir.write_text("in the way")
    assert await fetched(made) == []
    assert "cannot be written" in schedule(made).rest


async def test_what_would_be_refused_is_not_tried(builder: Builder, start: Start) -> None:
    """It would be told every hour; a person who fetches is told."""
    first, second, third = clones(builder, 3)
    builder.git(first, "config", "core.sshCommand", "touch ran")
    builder.git(second, "config", "remote.origin.fetch", "+refs/heads/*:refs/heads/*")
    lonely = builder.repository("lonely")
    assert await fetched(start(first, second, third, lonely)) == ["clone2"]


async def test_where_nobody_answers_it_stops_and_waits(builder: Builder, start: Start, hands: Hands) -> None:
    """On a laptop without a network, of fifty repositories four are tried, then none."""
    folders = clones(builder, 8)
    for folder in folders:
        builder.git(folder, "remote", "set-url", "origin", "http://127.0.0.1:1/x.git")
    made = start(*folders)
    assert len(await fetched(made)) == 4
    hands.passed = HOUR - 60
    assert await fetched(made) == []
    assert schedule(made).rest == "no remote answers"
    hands.passed = HOUR
    assert len(await fetched(made)) == 2
    for folder in folders:
        builder.git(folder, "remote", "set-url", "origin", str(builder.root / "origin0.git"))
    hands.passed = 30 * HOUR
    assert len(await fetched(made)) == 8


async def test_a_status_never_fetches(builder: Builder, context: Make) -> None:
    """Nor does anything where it was not asked for."""
    (clone,) = clones(builder, 1)
    begun: list[str] = []
    for stays, every in ((False, HOUR), (True, 0.0), (True, HOUR)):
        lent = context()
        lent._stays = partial(bool, stays)
        case = f"{stays} {every:g}"

        def begin(name: str, work: object, case: str = case) -> None:
            begun.append(case)

        lent.task = begin  # type: ignore[method-assign]  # listens
        made = pane(lent, clone, fetch_every=DurationOrZero(every))
        await made.start()
        await read(made)
    assert begun == ["True 3600"]


@given(st.integers(0, 10_000), st.floats(300, 10 * LONGEST_S))
def test_a_wait_never_shrinks_and_ends(failures: int, every_s: float) -> None:
    assert every_s <= wait_s(failures, every_s) <= wait_s(failures + 1, every_s) <= max(LONGEST_S, every_s)


def test_failures_in_a_row_are_counted_across_processes(tmp_path: Path) -> None:
    """Each has its own book over one file; a success begins anew."""
    books = FetchBook(tmp_path), FetchBook(tmp_path)
    counts = []
    for number, failure in enumerate([FetchFailure.TIMEOUT] * 3 + [None, FetchFailure.TIMEOUT]):
        at = BEGIN + timedelta(hours=number)
        record = Record(repository="/r", remote="origin", attempt=at, failure=failure)
        books[number % 2].add(record)
        known = books[number % 2].of(Path("/r"), "origin")
        assert known is not None
        counts.append(known.failures)
    assert counts == [1, 2, 3, 0, 1]


async def test_it_goes_on_until_the_pane_stops(
    builder: Builder, start: Start, hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Round after round, without anybody who asks."""
    monkeypatch.setattr(scheduling, "FIRST_S", 0.0)
    monkeypatch.setattr(scheduling, "TICK_S", 0.01)
    (clone,) = clones(builder, 1)
    made = start(clone)
    await read(made)
    going = asyncio.create_task(schedule(made).keep())
    try:
        for _ in range(2):
            builder.commit(builder.root / "seed", "news", str(hands.passed))
            builder.git(builder.root / "seed", "push", "-q", str(builder.root / "origin0.git"), "HEAD:main")
            head = builder.head(builder.root / "seed")
            hands.passed += HOUR
            async with asyncio.timeout(20):
                while builder.git(clone, "rev-parse", "origin/main") != head:
                    await asyncio.sleep(0.01)
    finally:
        going.cancel()
        await asyncio.wait({going})
