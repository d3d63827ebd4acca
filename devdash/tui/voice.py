"""The dashboard's terminal, as the channel that speaks through it sees it."""

import os

from textual.app import App

from devdash.contract.levels import Level
from devdash.notify.terminal import osc9_sequence
from devdash.tui.toasts import toast


class ScreenVoice:
    """Implements `devdash.notify.voice.Voice` over an app.

    What is said while an editor has the terminal is lost, but for the toast: that waits.
    """

    def __init__(self, app: App[None]) -> None:
        self._app = app

    def toast(self, text: str, level: Level) -> None:
        """Say it in a corner of the screen."""
        if self._app.is_running:
            toast(self._app, text, level)

    def bell(self) -> None:
        """Ring once."""
        self._write("\a")

    def osc9(self, text: str) -> None:
        """Let the terminal itself notify."""
        self._write(osc9_sequence(text, "TMUX" in os.environ))

    def _write(self, sequence: str) -> None:
        # Through the driver's queue, as Textual writes its own bell: between two frames, never within one.
        driver = self._app._driver
        if driver is not None and not self._app.is_headless and self._app.is_running:
            driver.write(sequence)
