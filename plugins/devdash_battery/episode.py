"""One stay of the battery at `critical`, and what becomes of the command that is run there. Pure.

Several devdash processes may see the same battery. They share one `Episode` in a file
(`episode_file.py`); each of them may cancel the command, and exactly one runs it.
"""

from enum import Enum, auto

import msgspec

from devdash_battery.config import BatteryConfig
from devdash_battery.facts import BatteryFacts, Stage
from devdash_battery.judge import is_critical, is_low_over

LATE_S = 15.0
"""A deadline that passed longer ago than this passed while nobody looked: the countdown begins anew."""

JUMP_S = 5.0
"""Wall time that ran further than the monotonic clock: the machine slept, or its date was set."""

OLDEST_S = 6 * 3600.0
"""No battery stays at `critical` for so long: what is older is of another day."""

_STEP_S = 10.0
_MINUTE_S = 60.0


class Verdict(Enum):
    """What the facts say of a battery that may be at `critical`."""

    CRITICAL = auto()
    OVER = auto()
    """Plugged in, or well above."""
    GONE = auto()
    """There is no battery, for the moment."""
    OPEN = auto()
    """Neither, or not told."""


class Moment(msgspec.Struct, frozen=True):
    """Now.

    Attributes:
        wall: seconds since 1970; may jump.
        monotonic: seconds; the same in all processes of this boot; stands still during a suspend.
        boot: names this boot.
    """

    wall: float
    monotonic: float
    boot: str


class Episode(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one stay.

    Attributes:
        stage: how far the command is.
        boot: the boot in which it was seen.
        began: wall time of the last change of stage.
        deadline: on the monotonic clock.
        drift: wall minus monotonic when the countdown began.
        message: why it failed; one line.
    """

    stage: Stage
    boot: str
    began: float
    deadline: float
    drift: float
    message: str = ""


def verdict_of(facts: BatteryFacts | None, config: BatteryConfig) -> Verdict:
    """What `facts` say; None: they could not be read, or are old."""
    if facts is None:
        return Verdict.OPEN
    if is_critical(facts, config):
        return Verdict.CRITICAL
    if not facts.present:
        return Verdict.GONE
    return Verdict.OVER if is_low_over(facts, config.critical) else Verdict.OPEN


def counting(moment: Moment, countdown_s: float) -> Episode:
    """A new countdown."""
    return Episode(
        stage=Stage.COUNTING,
        boot=moment.boot,
        began=moment.wall,
        deadline=moment.monotonic + countdown_s,
        drift=moment.wall - moment.monotonic,
    )


def become(episode: Episode, stage: Stage, moment: Moment, message: str = "") -> Episode:
    """`episode` at another stage."""
    return msgspec.structs.replace(episode, stage=stage, began=moment.wall, message=message)


def follow(episode: Episode | None, verdict: Verdict, moment: Moment, countdown_s: float) -> Episode | None:
    """What `episode` is now. None: there is none.

    A countdown that slept, was left alone past its deadline or is of another boot begins anew, so
    that nobody opens the lid on a command that runs at once.
    """
    if episode is not None and _is_of_another_day(episode, moment):
        episode = None
    if verdict is Verdict.OVER:
        return None
    if episode is None:
        return counting(moment, countdown_s) if verdict is Verdict.CRITICAL else None
    if episode.stage is not Stage.COUNTING:
        return episode
    if verdict is Verdict.GONE:
        return None
    if verdict is Verdict.CRITICAL and _was_left_alone(episode, moment, countdown_s):
        return counting(moment, countdown_s)
    return episode


def is_due(episode: Episode | None, verdict: Verdict, moment: Moment) -> bool:
    """Whether the command is to run now."""
    return (
        episode is not None
        and episode.stage is Stage.COUNTING
        and verdict is Verdict.CRITICAL
        and moment.monotonic >= episode.deadline
    )


def next_look_s(episode: Episode | None, moment: Moment) -> float | None:
    """Seconds until something changes by time alone: the next step of the shown time, or the deadline."""
    if episode is None or episode.stage is not Stage.COUNTING:
        return None
    left = episode.deadline - moment.monotonic
    if left <= 0:
        return _STEP_S / 2  # it could not be run; look again
    step = _STEP_S if left <= 2 * _MINUTE_S + _STEP_S else _MINUTE_S
    return left % step or step


def _is_of_another_day(episode: Episode, moment: Moment) -> bool:
    return episode.boot != moment.boot or abs(moment.wall - episode.began) > OLDEST_S


def _was_left_alone(episode: Episode, moment: Moment, countdown_s: float) -> bool:
    left = episode.deadline - moment.monotonic
    drifted = abs(moment.wall - moment.monotonic - episode.drift) > JUMP_S
    return drifted or left < -LATE_S or left > countdown_s
