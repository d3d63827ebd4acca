"""The failure of a whole config file."""

from collections.abc import Sequence

from devdash.config.model import Problem
from devdash.contract.errors import DevdashError


class ConfigError(DevdashError):
    """The config file cannot be read at all: missing, unreadable, not TOML.

    Args:
        problems: at least one.
        hint: the next step.
    """

    kind = "config"

    def __init__(self, problems: Sequence[Problem], hint: str = "") -> None:
        super().__init__("\n".join(str(problem) for problem in problems), hint)
        self.problems = tuple(problems)
