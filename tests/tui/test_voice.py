"""What the terminal's channel says through the screen reaches the terminal, whole and between frames."""

import sys
from pathlib import Path

from terminal import Terminal

PROGRAM = """
import asyncio, sys
from pathlib import Path
sys.path[:0] = [{support!r}]
from desks import PlainDesk
from panes import Registry, engine_for, good, scripted, settings_for
from devdash.api import Level
from devdash.tui.app import DevdashApp


class Speaking(PlainDesk):
    async def __aenter__(self):
        self.voice.bell()
        self.voice.osc9("battery \\x1b[2J low\\x07")
        self.voice.toast("battery [b]low[/b]", Level.CRITICAL)
        return self


registry = Registry(one=scripted(lambda pane: good()))
app = DevdashApp(
    settings_for(registry),
    lambda settings: engine_for(Path({folder!r}), registry, settings),
    make_desk=Speaking(),
)
app.run()
"""


def test_bell_osc_9_and_toast_reach_the_terminal(tmp_path: Path) -> None:
    program = PROGRAM.format(support=str(Path(__file__).parents[1] / "support"), folder=str(tmp_path))
    with Terminal([sys.executable, "-c", program], env={}, cwd=tmp_path) as terminal:
        terminal.until("battery [b]low[/b]")
        terminal.press("q")
        assert terminal.end() == 0
    assert b"\x07\x1b]9;battery  low\x07" in terminal.raw
