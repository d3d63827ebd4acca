"""The channel that speaks through the dashboard's own terminal: a toast, the bell, OSC 9."""

import re

from devdash.alerts.model import AlertId
from devdash.config.alerts import TerminalChannel
from devdash.notify.message import Message
from devdash.notify.voice import Voice
from devdash.render.clean import clean

_PROGRESS = re.compile(r"\s*\d+(;|$)")
"""ConEmu's numbered commands share OSC 9: "9;4;1;50" draws a progress bar and notifies nobody."""


class TerminalSpeaker:
    """Implements `devdash.notify.message.Channel`. What it says cannot fail, and is not taken back."""

    def __init__(self, config: TerminalChannel, voice: Voice) -> None:
        self._config = config
        self._voice = voice

    async def send(self, message: Message) -> None:
        text = f"{message.title}: {message.text}"
        if self._config.toast:
            self._voice.toast(text, message.level)
        if self._config.bell and not message.parting:
            self._voice.bell()
        if self._config.osc9:
            self._voice.osc9(text)

    async def close(self, alert: AlertId) -> None:
        """A toast goes by itself; what the terminal has shown cannot be recalled."""

    async def stop(self) -> None:
        """There is nothing to let go of."""


def osc9_sequence(text: str, tmux: bool) -> str:
    """What makes a terminal that knows OSC 9 notify; others ignore it.

    Args:
        text: anything; it is cleaned here, since a control character in it would end the sequence.
        tmux: wrap it so that tmux hands it on to the terminal around it. tmux does so where
            `allow-passthrough` is on (tmux(1)), and drops it elsewhere.
    """
    said = clean(text)
    if _PROGRESS.match(said):
        said = f"devdash: {said}"
    sequence = f"\x1b]9;{said}\x07"
    if not tmux:
        return sequence
    return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
