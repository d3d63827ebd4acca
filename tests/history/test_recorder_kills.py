"""kill -9 at any moment: nothing that was acknowledged as stored is lost, nothing is stored twice."""

import random
import subprocess
import sys
from pathlib import Path

from history_rig import STAND_IN, recording, stored

from devdash.history.archive import WORKER
from devdash.history.wire import EventQuery, PointsQuery

VICTIM = Path(__file__).with_name("history_victim.py")

ROUNDS = 6


def acknowledged_until_killed(
    state: Path, names: list[str], chance: random.Random, worker: str = STAND_IN
) -> list[str]:
    """Let a process for each name keep and hand over at once, and kill each at some moment."""
    victims = []
    for name in names:
        argv = [sys.executable, str(VICTIM), str(state), name, worker]
        victims.append(subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True))
    acknowledged = []
    for victim in victims:
        assert victim.stdout is not None
        with victim:
            # By a number of lines, not by time: the more there are, the more moments of the cycle are met.
            acknowledged += [victim.stdout.readline().strip() for _ in range(chance.randrange(1, 60))]
            victim.kill()
            acknowledged += [line.strip() for line in victim.stdout if line.endswith("\n")]
    return acknowledged


async def test_what_was_acknowledged_survives_being_killed(tmp_path: Path) -> None:
    """Two processes at a time, killed while they append, seal, hand over, store and remove."""
    chance = random.Random(3)
    acknowledged = []
    for number in range(ROUNDS):
        acknowledged += acknowledged_until_killed(tmp_path, [f"a{number}", f"b{number}"], chance)
    async with recording(tmp_path) as history:
        await history.flush()
        assert history.spool.size == 0
        assert history.trouble == ""
    kept = stored(tmp_path)
    assert len(acknowledged) > ROUNDS
    assert set(acknowledged) - set(kept) == set()
    assert len(kept) == len(set(kept))
    samples = stored(tmp_path, "sample", "series || '-' || CAST(at AS INT)")
    assert len(samples) == len(set(samples))


async def test_the_same_with_the_real_database(tmp_path: Path) -> None:
    """Django's transactions and unique keys hold what the stand-in's do."""
    async with recording(tmp_path, worker=WORKER) as history:
        await history.events(EventQuery())  # so that the victims do not spend their lives with migrations
    chance = random.Random(4)
    acknowledged = []
    for number in range(2):
        names = [f"a{number}", f"b{number}"]
        acknowledged += acknowledged_until_killed(tmp_path, names, chance, WORKER)
    async with recording(tmp_path, worker=WORKER) as history:
        kept = [event.text for event in await history.events(EventQuery(limit=100_000))]
        assert (history.spool.size, history.trouble) == (0, "")
        points = await history.points(PointsQuery(pane="battery", since=0.0, until=1e6, limit=100_000))
    assert set(acknowledged) - set(kept) == set()
    assert len(kept) == len(set(kept))
    places = [(point.series, point.at) for point in points]
    assert len(places) == len(set(places))
    assert {f"{series}-{at:.0f}" for series, at in places} >= set(acknowledged)
