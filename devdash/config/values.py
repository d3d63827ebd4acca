"""The three values that TOML does not have: durations, paths, references to secrets."""

import math
import re
from pathlib import Path

from devdash.config.secrets import FORMS, reference
from devdash.contract.settings import Duration, DurationOrZero, LongDuration, Secret, SecretFile

_YEAR_S = 366 * 86400

LONGEST = {Duration: _YEAR_S, DurationOrZero: _YEAR_S, LongDuration: 100 * _YEAR_S}
"""Seconds of the longest duration of each type; beyond it is a slip."""

DURATION_PATTERN = r"\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)?\s*"
_DURATION = re.compile(DURATION_PATTERN)
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}


class BadValue(ValueError):
    """A value of the wrong form; the message is our own and never has the value in it."""


def duration(value: object, kind: type[Duration] = Duration) -> Duration:
    """Seconds from "500ms", "90s", "5m", "2h", "1d" or a number.

    Raises:
        BadValue: it is none of these, below or at zero, or longer than the longest.
    """
    longest = LONGEST[kind]
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise BadValue('expected a duration, such as "90s", "5m" or "2h"')
    if isinstance(value, str):
        match = _DURATION.fullmatch(value)
        if match is None:
            raise BadValue('expected a duration: a number and ms, s, m, h or d, such as "90s" or "5m"')
        seconds = float(match[1]) * _UNITS[match[2] or "s"]
    else:
        seconds = float(value) if abs(value) <= longest else math.inf
    zero = kind is DurationOrZero
    if not (0 < seconds <= longest or (zero and seconds == 0)):  # false for nan as well
        least = "zero or more" if zero else "above zero"
        most = "a hundred years" if kind is LongDuration else "a year"
        raise BadValue(f"a duration must be {least} and at most {most}")
    return kind(seconds)


def written(seconds: float) -> str:
    """Seconds as they are written in devdash.toml: "2m", "90s", "500ms"."""
    milliseconds = round(seconds * 1000)
    for size, unit in ((86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1000, "s")):
        if milliseconds >= size and milliseconds % size == 0:
            return f"{milliseconds // size}{unit}"
    return f"{milliseconds}ms" if milliseconds else "0s"


def path(value: object, folder: Path) -> Path:
    """An absolute path: relative ones start in `folder`, "~" is the home folder.

    Raises:
        BadValue: it is no text, empty, or "~" leads nowhere.
    """
    if not isinstance(value, str):
        raise BadValue("expected a path in quotes")
    if not value.strip() or "\0" in value:
        raise BadValue("expected a path; this is empty or no path")
    try:
        return folder / Path(value).expanduser()
    except RuntimeError:
        raise BadValue("there is no home folder of that name") from None


def secret(value: object, folder: Path) -> Secret:
    """A reference to a secret; `{ file = … }` is relative to `folder`.

    Raises:
        BadValue: it is none of the four forms.
    """
    source = reference(value)
    if source is None:
        raise BadValue(f"expected a reference to a secret, never the secret itself; {FORMS}")
    if isinstance(source, SecretFile):
        source = SecretFile(str(path(source.file, folder)))
    return Secret(source)
