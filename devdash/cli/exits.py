"""What the exit codes mean."""

from enum import IntEnum

from devdash.contract.errors import DevdashError
from devdash.contract.levels import Level


class Exit(IntEnum):
    """Exit codes; 0–3 as `devdash check` documents them, the rest from sysexits.h."""

    OK = 0
    ATTENTION = 1
    CRITICAL = 2
    UNKNOWN = 3
    USAGE = 64
    """A wrong command line or a wrong devdash.toml."""
    BUG = 70
    """A bug in devdash; a log file was written."""
    OUTPUT = 74
    """What was to be printed could not be written."""
    INTERRUPTED = 130
    TERMINATED = 143
    """The dashboard was told to go, by SIGTERM or SIGHUP, or its terminal has gone; it left in order."""


BY_LEVEL = {
    Level.OK: Exit.OK,
    Level.ATTENTION: Exit.ATTENTION,
    Level.CRITICAL: Exit.CRITICAL,
    Level.UNKNOWN: Exit.UNKNOWN,
}


_BY_KIND = {"alerts": Exit.UNKNOWN, "install": Exit.CRITICAL, "output": Exit.OUTPUT}


def exit_of(error: DevdashError) -> Exit:
    """How a command ends that raised `error`: a fault of the machine is no wrong usage."""
    return _BY_KIND.get(error.kind, Exit.USAGE)


class UsageError(DevdashError):
    """The command line asks for something that there is not."""

    kind = "usage"


class OutputLost(DevdashError):
    """Standard output takes nothing more, such as a file on a full disk."""

    kind = "output"
