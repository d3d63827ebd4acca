"""What is wrong with aliases that answer: the same for screen and alerts, and nothing flaps."""

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest

from devdash.api import Level, Rule
from devdash.engine.context import Context
from devdash_databases import wire
from devdash_databases.alias_rules import alias_rules
from devdash_databases.chronicle import Chronicle, percentile, share
from devdash_databases.config import DatabasesConfig
from devdash_databases.facts import AliasFacts, DatabasesFacts, ProjectFacts
from devdash_databases.judging import JUDGES, concerns
from devdash_databases.observed import Follower, Observed
from devdash_databases.replication import Followers, Following, ReplicationFacts, missing, parse
from devdash_databases.routes.facts import FindingFacts
from devdash_databases.states import State
from devdash_databases.words import duration, size

Make = Callable[..., Context]

CONFIG = DatabasesConfig()


def following(
    state: Following = Following.FOLLOWS, lag_s: float | None = 0.0, code: str = "", delay_s: float = 0.0
) -> ReplicationFacts:
    """How a replica follows."""
    return ReplicationFacts(
        state=state,
        lag_s=lag_s,
        lag_by="position",
        behind=0,
        receiving=True,
        applying=True,
        code=code,
        source="p",
        delay_s=delay_s,
    )


def alias(state: State = State.OK, **changes: object) -> AliasFacts:
    """An alias of the project shop."""
    replication = changes.get("replication")
    lag = replication.lag_s if isinstance(replication, ReplicationFacts) else None
    return AliasFacts(
        "shop/a", "mariadb", state, 1.0, None, changes.pop("read_only", None), lag, None, **changes
    )  # type: ignore[arg-type]  # by name


def facts(*aliases: AliasFacts, findings: tuple[FindingFacts, ...] = ()) -> DatabasesFacts:
    """The facts of one project."""
    return DatabasesFacts((ProjectFacts("shop", aliases, (), findings),))


def rule(name: str) -> Rule[DatabasesFacts]:
    """A rule of the pane."""
    return next(one for one in alias_rules(CONFIG, ping="ping", migrations="migrations") if one.name == name)


WRONG: Sequence[tuple[str, AliasFacts, AliasFacts, AliasFacts]] = [
    # the rule, an alias of which it holds, one in between, one of which it is over
    (
        "replication",
        alias(replication=following(Following.BROKEN, None, "1062")),
        alias(replication=following(Following.UNKNOWN, None)),
        alias(replication=following()),
    ),
    (
        "replay-paused",
        alias(replication=following(Following.PAUSED)),
        alias(),
        alias(replication=following()),
    ),
    (
        "lag",
        alias(replication=following(lag_s=31.0)),
        alias(replication=following(lag_s=20.0)),
        alias(replication=following(lag_s=15.0)),
    ),
    (
        "lag",  # beyond what it is told to stay
        alias(replication=following(lag_s=3631.0, delay_s=3600.0)),
        alias(replication=following(lag_s=3620.0, delay_s=3600.0)),
        alias(replication=following(lag_s=3615.0, delay_s=3600.0)),
    ),
    (
        "replica-writable",
        alias(replication=following(), read_only=False),
        alias(replication=following(), read_only=None),
        alias(replication=following(), read_only=True),
    ),
    (
        "connections",
        alias(connections_used=81, connections_allowed=100),
        alias(connections_used=75, connections_allowed=100),
        alias(connections_used=72, connections_allowed=100),
    ),
    ("certificate", alias(certificate_days=13.9), alias(), alias(certificate_days=14.0)),
]


@pytest.mark.parametrize(("name", "bad", "between", "good"), WRONG, ids=[one[0] for one in WRONG])
def test_what_is_wrong_is_alerted_and_what_is_not_known_changes_nothing(
    name: str, bad: AliasFacts, between: AliasFacts, good: AliasFacts
) -> None:
    """A value between the limits, or none at all, neither begins an alert nor ends one."""
    one = rule(name)
    assert [judge.rule for judge in concerns(bad, CONFIG)][:1] == [name]
    assert (one.enter(facts(bad)), one.clear(facts(bad))) == ({"shop/a"}, frozenset())
    assert (one.enter(facts(between)), one.clear(facts(between))) == (frozenset(), frozenset())
    assert (one.enter(facts(good)), one.clear(facts(good))) == (frozenset(), {"shop/a"})
    assert one.say is not None
    assert one.say(facts(bad), "shop/a").startswith("database shop/a: ")
    assert one.inhibited_by[0] == "down"


@pytest.mark.parametrize(
    ("state", "cause"), [(Following.BROKEN, "replication"), (Following.PAUSED, "replay-paused")]
)
def test_one_cause_is_one_alert(state: Following, cause: str) -> None:
    """Who does not apply falls behind: that is no second thing to look at, and its advice would mislead."""
    both = alias(replication=following(state, CONFIG.max_lag + 1.0, "1062"))
    assert [judge.rule for judge in concerns(both, CONFIG)] == [cause]
    assert cause in rule("lag").inhibited_by
    assert rule("lag").enter(facts(both)) == {"shop/a"}, "it is held back, not over"
    late = alias(replication=following(lag_s=CONFIG.max_lag + 1.0))
    assert [judge.rule for judge in concerns(late, CONFIG)] == ["lag"]


def test_what_broke_a_replica_is_said_in_words_with_its_repair() -> None:
    """A code that is not known is told as it is."""
    known, other = (alias(replication=following(Following.BROKEN, None, code)) for code in ("1062", "1999"))
    (judge,) = concerns(known, CONFIG)
    assert judge.says(known) == "replication is broken: a row is there already (error 1062)"
    assert judge.advises(known).startswith("Somebody has written on the replica itself.")
    assert judge.says(other) == "replication is broken (error 1999)"
    assert "Look at the replica's status" in judge.advises(other)
    stopped = alias(replication=following(Following.STOPPED, None, "4151"))
    assert judge.says(stopped) == "replication has stopped: its primary refuses its login (error 4151)"
    assert "the user with which it logs in" in judge.advises(stopped)


def test_every_judgement_is_a_rule() -> None:
    """And the other way round, but for being down and migrations, which are no judgement of one alias."""
    names = [one.name for one in alias_rules(CONFIG, ping="ping", migrations="migrations")]
    assert sorted(names) == sorted(["down", "migrations", *(judge.rule for judge in JUDGES)])


@pytest.mark.parametrize("state", [State.TIMEOUT, State.PAUSED, State.PROBE_FAILED])
def test_nothing_is_judged_of_an_alias_that_does_not_answer(state: State) -> None:
    """What was known before says nothing of now."""
    gone = alias(
        state, replication=following(Following.BROKEN, None), connections_used=9, connections_allowed=9
    )
    assert concerns(gone, CONFIG) == ()
    for judge in JUDGES:
        one = rule(judge.rule)
        assert one.enter(facts(gone)) | one.clear(facts(gone)) == frozenset()


def test_down_is_after_three_failures_and_over_after_two_answers() -> None:
    """Counted in intervals between the first and the last of them."""
    one = rule("down")
    assert (one.for_s, one.keep_s, one.level) == (2 * CONFIG.interval, CONFIG.interval, Level.CRITICAL)


def test_an_alert_is_not_over_because_a_project_could_not_be_loaded_yet() -> None:
    """Which aliases it has is not known then; of one that was loaded before it is."""
    shop, lost = ProjectFacts("shop", (alias(),), (), ()), ProjectFacts("blog", (), (), (), "hang")
    known = ProjectFacts("blog", (alias(State.PROBE_FAILED),), (), (), "hang")
    for one in alias_rules(CONFIG, ping="ping", migrations="migrations"):
        assert one.present is not None
        assert one.present(DatabasesFacts((shop, lost))) is None
        assert one.present(DatabasesFacts((shop, known))) == {"shop/a"}
        assert one.present(DatabasesFacts((shop,))) == {"shop/a"}


def test_the_migrations_rule_is_about_the_alias_that_the_survey_names() -> None:
    """Which calls it as the project does."""
    finding = FindingFacts("migration-pending", "attention", "a", None, "2 wait")
    one = rule("migrations")
    assert one.inhibited_by == ("down",)
    assert one.enter(facts(alias(), findings=(finding,))) == {"shop/a"}
    assert one.clear(facts(alias(), findings=(finding,))) == frozenset()
    assert one.clear(facts(alias())) == {"shop/a"}


@pytest.mark.parametrize(
    ("applied", "written", "lacking"),
    [
        ("0-1-15", "0-1-15", 0),
        ("0-1-15,2-7-3", "0-1-18,2-9-3", 3),
        ("0/3000148", "0/3000148", 0),
        ("0/FFFFFFFF", "1/0", 1),
        ("aaaa:1-5", "aaaa:1-7,bbbb:1-2", 4),
        ("1700000000.5", "1700000003.0", 3),
    ],
)
def test_positions_of_every_vendor_are_compared(applied: str, written: str, lacking: int) -> None:
    """MariaDB, PostgreSQL, MySQL, MongoDB."""
    first, second = parse(applied), parse(written)
    assert first is not None
    assert second is not None
    assert missing(first, second) == lacking


@pytest.mark.parametrize("text", ["", None, "x", "0-1", "a:b", "/"])
def test_what_is_no_position_is_none(text: str | None) -> None:
    """And nothing raises."""
    assert parse(text) is None


def test_percentiles_and_shares() -> None:
    """By nearest rank; steps without a sample do not count."""
    assert percentile([], 0.5) is None
    assert [percentile([1.0, 2.0, 3.0, 100.0], part) for part in (0.5, 0.95)] == [2.0, 100.0]
    assert share([None, None]) is None
    assert share([1.0, None, 0.5]) == 75.0


class Shelf:
    """A history with an alias that was up half of the time."""

    file: Path | None = None

    def __init__(self) -> None:
        self.asked = 0

    async def series(
        self, pane: str, series: str, item: str, *, span_s: float, points: int
    ) -> tuple[float | None, ...]:
        """Means of steps."""
        self.asked += 1
        return (None, 4.0, 2.0) if series == "latency-ms" else (None, 1.0, 0.0)


async def test_the_past_is_asked_for_now_and_then_only(context: Make) -> None:
    """It fills trend, percentiles and uptime at once, and what is read here comes after it."""
    now, shelf = [0.0], Shelf()
    kept = Chronicle(context(past=shelf, monotonic=lambda: now[0]))
    kept.note([wire.Ping(alias="a", state=State.OK, latency_ms=3.0)], whole=True)
    for _ in range(3):
        await kept.look_back()
    assert shelf.asked == 3
    assert kept.trend("a") == (4.0, 2.0, 3.0)
    pace = kept.pace("a")
    assert (pace.p50_ms, pace.p95_ms, pace.up_day, pace.up_month) == (3.0, 4.0, 50.0, 50.0)
    now[0] += 1801
    await kept.look_back()
    assert shelf.asked == 5


def test_what_is_kept_is_a_minute_of_readings(context: Make) -> None:
    """The share that answered and the median; nothing of what could not be asked or need not be."""
    now = [0.0]
    kept = Chronicle(context(monotonic=lambda: now[0]))

    def told(*pings: wire.Ping) -> dict[tuple[str, str], float]:
        kept.note(pings, whole=True)
        now[0] += 15
        return {(one.item, one.series): one.value for one in kept.samples}

    up, down = wire.Ping(alias="a", state=State.OK, latency_ms=3.0), wire.Ping(alias="a", state=State.REFUSED)
    untold = wire.Ping(alias="b", state=State.PROBE_FAILED)
    resting = wire.Ping(alias="c", state=State.PAUSED)
    assert told(up, untold, resting) == {("a", "up"): 1.0, ("a", "latency-ms"): 3.0}
    slow = wire.Ping(alias="a", state=State.OK, latency_ms=50.0)
    assert [told(one) for one in (up, down, slow)] == [{}, {}, {}]
    assert told(up) == {("a", "up"): 0.75, ("a", "latency-ms"): 3.0}


def test_what_a_server_was_is_still_known_while_it_is_down(context: Make) -> None:
    """Its vendor and version; not those of another one that stands in its place since."""
    kept = Chronicle(context())
    up = wire.Ping(alias="a", state=State.OK, latency_ms=1.0, vendor="mariadb", version="10.11.6")
    told: list[tuple[str | None, str]] = []
    for vendor in ("mysql", "postgresql"):
        down = wire.Ping(alias="a", state=State.REFUSED, vendor=vendor)
        kept.note([up], whole=True)
        kept.note([down], whole=True)
        told.append((kept.pings["a"].vendor, kept.pings["a"].version))
    assert told == [("mariadb", "10.11.6"), ("postgresql", "")]


def test_a_position_counts_at_its_moment_only(context: Make) -> None:
    """Where there was no time to ask for it, nothing is claimed; what changes slowly is still known."""
    now = [0.0]
    kept = Chronicle(context(monotonic=lambda: now[0]))

    def server(alias: str, role: str, **answers: wire.Answer) -> wire.Ping:
        return wire.Ping(
            alias=alias, state=State.OK, latency_ms=1.0, vendor="postgresql", role=role, answers=answers
        )

    system = wire.Answer(columns=("system",), rows=(("7",),))
    written = wire.Answer(columns=("written",), rows=(("0/5",),))
    applied = wire.Answer(columns=("received", "applied", "paused"), rows=(("0/5", "0/5", False),))
    kept.note(
        [
            server("a", "primary", system=system, position=written),
            server("b", "replica", system=system, position=applied),
        ],
        whole=True,
    )
    assert (kept.following["b"].lag_s, kept.following["b"].source) == (0.0, "a")
    now[0] += 15
    later = wire.Answer(columns=("written",), rows=(("0/9",),))
    kept.note([server("a", "primary", position=later), server("b", "replica")], whole=True)
    assert (kept.following["b"].lag_s, kept.following["b"].state) == (None, Following.UNKNOWN)
    assert kept.observed("b").system == "7"


def test_times_and_sizes_are_said_coarsely() -> None:
    """In their largest unit."""
    assert [duration(one) for one in (None, 12.4, 119, 200, 8000, 2e5)] == [
        "",
        "12 s",
        "119 s",
        "3 min",
        "2 h",
        "2 days",
    ]
    assert [size(one) for one in (None, 812, 4_200_000, 55_000_000_000)] == [
        "",
        "812 bytes",
        "4.2 MB",
        "55 GB",
    ]


def mongo(primary: bool, written: float) -> Observed:
    """A member of a replica set, that last wrote at a second."""
    return Observed(
        vendor="mongodb",
        role="primary" if primary else "replica",
        written=str(written),
        applied=str(written),
        system="rs0",
        follower=None if primary else Follower(receiving=True, applying=True),
    )


def test_members_of_a_replica_set_are_compared_by_their_last_write() -> None:
    """MongoDB's primary writes something every ten seconds, so that this does not grow while it is idle."""
    told = Followers().follow({"a": mongo(True, 1000.0), "b": mongo(False, 988.0)}, 0.0)
    assert list(told) == ["b"]
    assert (told["b"].lag_s, told["b"].source, told["b"].behind) == (12.0, "a", None)


def test_a_replica_whose_primary_is_no_alias_is_believed_while_it_runs() -> None:
    """And what does not run tells nothing of how far behind it is."""
    own = Follower(receiving=True, applying=True, server_lag_s=7.0, source="10.0.0.1:5432")
    alone = Observed(vendor="postgresql", role="replica", applied="0/5", follower=own)
    told = Followers().follow({"b": alone}, 0.0)["b"]
    assert (told.lag_s, told.lag_by, told.source) == (7.0, "server", "10.0.0.1:5432")
    still = msgspec.structs.replace(own, applying=False)
    told = Followers().follow({"b": msgspec.structs.replace(alone, follower=still)}, 0.0)["b"]
    assert (told.state, told.lag_s) == (Following.STOPPED, None)


def test_its_own_number_counts_within_the_bounds_of_the_positions() -> None:
    """It says 0 while its primary is ahead since 30 s, and 3600 since nothing was written for an hour."""
    followers, replica = Followers(), Follower(receiving=True, applying=True, source_id="1")
    numbers = []
    for now, written, applied, own in (
        (0.0, "0-1-5", "0-1-5", 3600.0),
        (15.0, "0-1-9", "0-1-5", 0.0),
        (30.0, "0-1-9", "0-1-5", 0.0),
        (45.0, "0-1-9", "0-1-5", 40.0),
        (60.0, "0-1-9", "0-1-5", 4000.0),
        (75.0, "0-1-9", "0-1-9", 4000.0),
    ):
        seen = {
            "a": Observed(vendor="mariadb", role="primary", written=written, system="1"),
            "b": Observed(
                vendor="mariadb",
                role="replica",
                applied=applied,
                follower=msgspec.structs.replace(replica, server_lag_s=own),
            ),
        }
        numbers.append(followers.follow(seen, now)["b"].lag_s)
    assert numbers == [0.0, 0.0, 15.0, 40.0, 60.0, 0.0]
