"""A home of its own for everything that is measured, and the configs that are measured with."""

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import tomlkit

from bench.terminal import Terminal

ROOT = Path(__file__).parents[1]
SHIPPED = ROOT / "devdash.toml"
PANES = ("battery", "ledger", "git", "databases")
HANGS = ("coroutine", "thread", "program", "worker")
"""The ways to hang in which a pane of `bench.hung_panes` does."""

_ENTRIES = "".join(f"hung-{kind} = bench.hung_panes:{kind.capitalize()}Hangs\n" for kind in HANGS)


class Sandbox:
    """An empty home, in which the plug-ins that hang are installed. Removed at the end."""

    def __enter__(self) -> "Sandbox":
        self._folder = tempfile.TemporaryDirectory(prefix="devdash-bench-")
        self.home = Path(self._folder.name).resolve()
        info = self.home / "site" / "hung_panes-1.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: hung-panes\nVersion: 1\n")
        (info / "entry_points.txt").write_text(f"[devdash.plugins]\n{_ENTRIES}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._folder.cleanup()

    @property
    def env(self) -> dict[str, str]:
        """The environment: nothing of the person's but PATH."""
        return {
            "HOME": str(self.home),
            "PATH": os.environ.get("PATH", os.defpath),
            "PYTHONPATH": os.pathsep.join((str(ROOT), str(self.home / "site"))),
            "LANG": "C.UTF-8",
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
        }

    def devdash(self, config: Path) -> Terminal:
        """The dashboard in a terminal, started as a person starts it."""
        return self._terminal([devdash_program(), "--config", str(config)])

    def bare(self) -> Terminal:
        """The bare app in a terminal."""
        return self._terminal([sys.executable, str(ROOT / "bench" / "bare.py")])

    def _terminal(self, argv: Sequence[str]) -> Terminal:
        return Terminal(argv, self.env, ROOT)

    def shipped(self, name: str, *, interval: str = "", clock: bool = True, hung: str = "") -> Path:
        """The shipped devdash.toml with changes.

        Args:
            name: of the file.
            interval: for every pane; empty: the shipped ones.
            hung: a pane that hangs in this way is added below the others.
        """
        config = tomlkit.parse(SHIPPED.read_text("utf-8")).unwrap()
        panes = config["panes"]
        panes["ledger"]["file"] = str(ROOT / panes["ledger"]["file"])
        panes["git"]["repos"] = [str(ROOT / repo) for repo in panes["git"]["repos"]]
        config["devdash"]["clock"] = clock
        for pane in panes.values() if interval else ():
            pane["interval"] = interval
        if hung:
            panes["hung"] = {"plugin": f"hung-{hung}", "interval": "1s", "timeout": "2s"}
            config["devdash"]["layout"].append(["hung"])
        return self._write(name, config)

    def all_hung(self, name: str) -> Path:
        """Four panes, each of which hangs in its own way, and would for an hour."""
        panes = {kind: {"plugin": f"hung-{kind}", "timeout": "1h"} for kind in HANGS}
        return self._write(name, {"devdash": {"layout": [HANGS[:2], HANGS[2:]]}, "panes": panes})

    def _write(self, name: str, config: object) -> Path:
        path = self.home / f"{name}.toml"
        path.write_text(tomlkit.dumps(config), "utf-8")  # type: ignore[arg-type]  # a plain dict of dicts
        return path


def devdash_program() -> str:
    """The command `devdash` of this environment."""
    return str(Path(sys.executable).with_name("devdash"))
