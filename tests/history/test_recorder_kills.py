"""kill -9 at any moment: nothing that was acknowledged as stored is lost, nothing is stored twice."""

import random
import subprocess
import sys
from pathlib import Path

from history_rig import STAND_IN, recording, stored

VICTIM = Path(__file__).with_name("history_victim.py")

ROUNDS = 6


def acknowledged_until_killed(state: Path, names: list[str], chance: random.Random) -> list[str]:
    """Let a process for each name keep and hand over at once, and kill each at some moment."""
    victims = []
    for name in names:
        argv = [sys.executable, str(VICTIM), str(state), name, STAND_IN]
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
