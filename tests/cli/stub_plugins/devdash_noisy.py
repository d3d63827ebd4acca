"""A plug-in that prints wherever it can: while it is imported, built and read, in every way."""

import os
import subprocess
import sys

from devdash.api import Level, Pane, PaneConfig, Report


def shout(moment: str) -> None:
    print(f"noise through print, {moment}")
    sys.stdout.flush()
    os.write(1, f"noise through the descriptor, {moment}\n".encode())
    subprocess.run(["echo", f"noise of a child, {moment}"], check=True)


shout("imported")


class Noisy(Pane[PaneConfig]):
    """Shouts."""

    title = "Noisy"

    async def read(self) -> Report:
        shout("read")
        return Report(Level.OK, "said nothing")
