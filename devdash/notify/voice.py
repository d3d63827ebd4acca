"""What the terminal's channel speaks with. The screen lends it; a watch has none."""

from typing import Protocol

from devdash.contract.levels import Level


class Voice(Protocol):
    """The dashboard's terminal. Texts are clean. Nothing here blocks or raises."""

    def toast(self, text: str, level: Level) -> None:
        """Say it in a corner of the screen."""
        ...

    def bell(self) -> None:
        """Ring once."""
        ...

    def osc9(self, text: str) -> None:
        """Let the terminal itself notify (OSC 9)."""
        ...
