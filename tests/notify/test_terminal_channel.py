"""The dashboard's terminal: toast, bell, and a sequence that cannot be broken out of."""

import re

from alert_samples import LOW, message
from hypothesis import given
from hypothesis import strategies as st

from devdash.alerts.model import Occasion
from devdash.config.alerts import TerminalChannel
from devdash.contract.levels import Level
from devdash.notify.terminal import TerminalSpeaker, osc9_sequence


class Heard:
    """Implements `devdash.notify.voice.Voice`."""

    def __init__(self) -> None:
        self.all: list[str] = []

    def toast(self, text: str, level: Level) -> None:
        self.all.append(f"toast {level.value}: {text}")

    def bell(self) -> None:
        self.all.append("bell")

    def osc9(self, text: str) -> None:
        self.all.append(f"osc9 {text}")


async def said(config: TerminalChannel, occasion: Occasion = Occasion.FIRED) -> list[str]:
    heard = Heard()
    channel = TerminalSpeaker(config, heard)
    await channel.send(message("12 %", occasion=occasion))
    await channel.close(LOW)
    await channel.stop()
    return heard.all


async def test_each_way_can_be_switched() -> None:
    """A bell is not for good news."""
    assert await said(TerminalChannel()) == ["toast attention: Battery: 12 %", "bell"]
    assert await said(TerminalChannel(toast=False, bell=False, osc9=True)) == ["osc9 Battery: 12 %"]
    assert await said(TerminalChannel(toast=False), Occasion.RESOLVED) == []


def test_the_sequence_and_its_passage_through_tmux() -> None:
    """iTerm2's OSC 9; tmux hands on what stands in its own wrapping, with each ESC doubled."""
    assert osc9_sequence("low", tmux=False) == "\x1b]9;low\x07"
    assert osc9_sequence("low", tmux=True) == "\x1bPtmux;\x1b\x1b]9;low\x07\x1b\\"


def test_a_text_like_a_progress_command_is_told_as_text() -> None:
    """ConEmu and Windows Terminal take "9;4;1;50" for a progress bar."""
    assert osc9_sequence("4;1;50", tmux=False) == "\x1b]9;devdash: 4;1;50\x07"


@given(st.text(st.characters() | st.sampled_from("\x07\x1b\\\x9c;49")), st.booleans())
def test_nothing_in_a_text_ends_the_sequence(text: str, tmux: bool) -> None:
    """Between its begin and its end there is no control character at all."""
    begin, end = ("\x1bPtmux;\x1b\x1b]9;", "\x07\x1b\\") if tmux else ("\x1b]9;", "\x07")
    sequence = osc9_sequence(text, tmux)
    assert sequence.startswith(begin) and sequence.endswith(end)
    inner = sequence[len(begin) : -len(end)]
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", inner)
    assert not re.match(r"\s*\d+(;|$)", inner)
