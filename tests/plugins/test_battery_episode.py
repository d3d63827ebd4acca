"""The rules of a countdown, for all that may happen to it, and the file that keeps it."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from devdash_battery.episode import Episode, Moment, Verdict, counting, follow, is_due
from devdash_battery.episode_file import EpisodeFile
from devdash_battery.facts import Stage


def test_a_lock_that_nobody_took_over_is_let_go(tmp_path: Path) -> None:
    """A caller that was cancelled while a thread got the lock."""
    file = EpisodeFile(tmp_path)
    file.lock()
    with file.lock():
        pass


MOMENTS = st.builds(
    Moment, st.floats(0, 1e6), st.floats(0, 1e6), st.sampled_from(["this boot", "another boot"])
)
EPISODES = st.none() | st.builds(
    Episode,
    stage=st.sampled_from(Stage),
    boot=st.just("this boot"),
    began=st.floats(0, 1e6),
    deadline=st.floats(0, 1e6),
    drift=st.floats(-1e6, 1e6),
)


@given(EPISODES, st.sampled_from(Verdict), MOMENTS)
def test_following_never_makes_a_command_due(
    episode: Episode | None, verdict: Verdict, moment: Moment
) -> None:
    """For all episodes: what is due was counting, in this boot, without a jump, not long past."""
    after = follow(episode, verdict, moment, 60.0)
    assert follow(after, verdict, moment, 60.0) == after, "following twice is following once"
    if is_due(after, verdict, moment):
        assert after == episode
        assert after is not None
        assert (after.stage, after.boot, verdict) == (Stage.COUNTING, moment.boot, Verdict.CRITICAL)
        assert 0 <= moment.monotonic - after.deadline <= 15
        assert abs(moment.wall - moment.monotonic - after.drift) <= 5
    if verdict is Verdict.OVER:
        assert after is None


def test_a_new_countdown_is_never_due() -> None:
    """Not even where the countdown is the shortest."""
    moment = Moment(1e6, 1e3, "b")
    assert not is_due(counting(moment, 10.0), Verdict.CRITICAL, moment)
