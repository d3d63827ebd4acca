"""A real `devdash watch` over a battery made of files; what it tells goes to a file."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

TELLER = """
import os, sys
line = sys.stdin.read()
with open(os.environ["TOLD"], "ab", buffering=0) as file:
    file.write(line.encode() + b"\\n")
"""


class World:
    """A battery, a config and the list of what was told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told_file = folder / "told"
        self.tree = folder / "power"
        teller = folder / "teller.py"
        teller.write_text(TELLER)
        self.config = folder / "devdash.toml"
        self.config.write_text(
            f"""
[panes.battery]
interval = "1s"
sysfs = "{self.tree}"
[history]
enabled = false
[alerts]
channels = ["file"]
[alerts.channel.file]
type = "command"
argv = [{json.dumps(sys.executable)}, {json.dumps(str(teller))}]
"""
        )
        self.set(percent=50, plugged=False)

    def set(self, *, percent: int, plugged: bool) -> None:
        """What the battery tells from now on."""
        status = "Charging" if plugged else "Discharging"
        self._supply("BAT0", type="Battery", present="1", capacity=str(percent), status=status)
        self._supply("AC", type="Mains", online=str(int(plugged)))

    def _supply(self, name: str, **attributes: str) -> None:
        for key, value in attributes.items():
            file = self.tree / name / key
            file.parent.mkdir(parents=True, exist_ok=True)
            # As the kernel does: never half a value.
            new = file.with_name(f".{key}")
            new.write_text(value + "\n")
            new.replace(file)

    @property
    def told(self) -> list[dict[str, object]]:
        """Every message, oldest first."""
        if not self.told_file.exists():
            return []
        return [json.loads(line) for line in self.told_file.read_text().splitlines() if line]

    def start(self, *arguments: str) -> "Process":
        """Start a watch."""
        return Process(self, arguments)


class Process:
    """One `devdash watch`."""

    def __init__(self, world: World, arguments: tuple[str, ...] = ()) -> None:
        argv = [sys.executable, "-m", "devdash", "--config", str(world.config), "watch", *arguments]
        self.log = world.folder / f"log{time.monotonic_ns()}"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "TOLD": str(world.told_file)},
                start_new_session=True,
            )

    def says(self, text: str) -> bool:
        """Whether it has said `text`."""
        return text in self.log.read_text(errors="replace")

    def kill(self) -> None:
        """End it without a word."""
        self.process.kill()
        self.process.wait()

    def end(self) -> int:
        """Tell it to go. Returns its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=20)


def until(condition: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
    """Wait until it is so. Fails, saying `what`, when it never is."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)
