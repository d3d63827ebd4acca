"""The terminal belongs to the screen: nothing that a pane writes to it itself gets there."""

import os
import sys
from pathlib import Path

from terminal import Terminal

NOISY = """
import os
from devdash.api import Level, Pane, PaneConfig, Report, Text

class Loud(Pane[PaneConfig]):
    title = "Loud"
    reads = 0

    async def read(self):
        self.reads += 1
        os.write(1, b"NOISE-OUT\\n")
        os.write(2, b"NOISE-ERR\\n")
        os.system("echo NOISE-CHILD")
        print("NOISE-PRINT")
        return Report(Level.OK, f"reading-{self.reads}", (Text("calm"),))
"""


def test_noise_on_every_descriptor_never_reaches_the_screen(tmp_path: Path) -> None:
    (tmp_path / "loud.py").write_text(NOISY)
    dist = tmp_path / "loud-1.0.dist-info"
    dist.mkdir()
    (dist / "METADATA").write_text("Metadata-Version: 2.1\nName: loud\nVersion: 1.0\n")
    (dist / "entry_points.txt").write_text("[devdash.plugins]\nloud = loud:Loud\n")
    (tmp_path / "devdash.toml").write_text('[panes.loud]\ninterval = "1s"\n')
    env = dict(os.environ) | {"TERM": "xterm-256color", "PYTHONPATH": str(tmp_path)}
    with Terminal([sys.executable, "-m", "devdash"], env=env, cwd=tmp_path) as terminal:
        terminal.until("reading-2")
        terminal.press("q")
        assert terminal.end() == 0
        assert b"NOISE" not in terminal.raw
