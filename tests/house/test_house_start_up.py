"""Pay for what you show: what is loaded in the processes of devdash, looked at from outside."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "django",
    "beancount",
    "git",
    "psutil",
    "tomlkit",
    "asyncinotify",
    "watchfiles",
    "keyring",
    "sqlite3",
}
"""Libraries that only some pane or some moment needs."""

CONFIG = """
[devdash]
layout = [["battery", "ledger"], ["git", "databases"]]
[panes.battery]
sysfs = "supplies"
[panes.ledger]
file = "book.beancount"
[panes.git]
repos = ["."]
[panes.databases]
"""

COMMAND = """
import json, os, sys
from devdash.cli.main import main
code = main(sys.argv[1:])
sys.stdout.flush()
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""

FIRST_FRAME = """
import asyncio, json, sys
from pathlib import Path
from devdash.config.load import load
from devdash.engine.engine import Engine
from devdash.engine.registry import Registry
from devdash.tui.app import DevdashApp

seen = []

class Watched(DevdashApp):
    def _start(self):  # the app calls it once its first frame is on its way
        seen.append(sorted(sys.modules))
        super()._start()

async def show():
    registry = Registry()
    settings = load(Path(sys.argv[1]), registry)
    app = Watched(settings, lambda chosen: Engine(chosen, registry))
    async with app.run_test(size=(120, 40)) as pilot:
        while not seen:
            await pilot.pause(0.01)

asyncio.run(show())
print(json.dumps(seen[0]), file=sys.stderr)
"""

AT_REST = """
import asyncio, json, sys
from pathlib import Path
from devdash.cli.watch import Watch
from devdash.config.load import load
from devdash.engine.engine import Engine
from devdash.engine.registry import Registry

engines = []
start = Engine.start

def started(engine):
    engines.append(engine)
    start(engine)

Engine.start = started

async def rest():
    registry = Registry()
    watch = Watch(load(Path(sys.argv[1]), registry), registry, Path(sys.argv[2]))
    life = asyncio.create_task(watch.live())
    while "asyncinotify" not in sys.modules or not all(one.report for one in engines[0].snapshots):
        await asyncio.sleep(0.02)
    watch._leave.set()
    await life

asyncio.run(rest())
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A devdash.toml with all four panes."""
    (tmp_path / "supplies").mkdir()
    (tmp_path / "book.beancount").write_text("2026-01-01 open Assets:Cash EUR\n")
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True, timeout=20)
    path = tmp_path / "devdash.toml"
    path.write_text(CONFIG)
    return path


def loaded(source: str, *arguments: str) -> set[str]:
    """The modules that `source` has loaded; it prints them as JSON in the last line of standard error."""
    done = subprocess.run(
        [sys.executable, "-c", source, *arguments], capture_output=True, text=True, timeout=50
    )
    try:
        names: list[str] = json.loads(done.stderr.splitlines()[-1])
    except (IndexError, ValueError):
        pytest.fail(f"exit code {done.returncode}\n{done.stdout}{done.stderr}")
    return set(names)


def packages(names: set[str]) -> set[str]:
    """Their top-level packages."""
    return {name.partition(".")[0] for name in names}


@pytest.mark.parametrize("command", [["status"], ["status", "--json"], ["check"]])
def test_status_never_imports_the_screen(config: Path, command: list[str]) -> None:
    """Nor Django, nor beancount: the panes are read, in their workers."""
    names = loaded(COMMAND, "--config", str(config), *command)
    assert "devdash.engine.engine" in names
    assert not packages(names) & {"textual", "django", "beancount"}
    assert "devdash.tui" not in names


def test_the_first_frame_loads_nothing_that_it_does_not_show(config: Path) -> None:
    """All four panes stand on the screen; of theirs, only what their tables mean has been imported."""
    names = loaded(FIRST_FRAME, str(config))
    assert {f"devdash_{pane}.config" for pane in ("battery", "ledger", "git", "databases")} <= names
    assert not [name for name in names if name.startswith("devdash_") and name.endswith(".pane")]
    assert not names & {"devdash.workers", "devdash.engine.boundary", "devdash.config.watch"}
    assert not packages(names) & {"icontract", *HEAVY}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere watchfiles tells what was saved")
def test_a_watch_at_rest_holds_nothing_that_only_others_need(
    config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is there all day. Everything has been read once, devdash.toml is followed, and nobody was told."""
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    names = loaded(AT_REST, str(config), str(tmp_path / "state"))
    assert {"devdash_ledger.pane", "devdash.news.inotify"} <= names
    assert not packages(names) & {"textual", "watchfiles", "html", "django", "beancount", "tomlkit"}


def test_naming_the_version_imports_neither_the_engine_nor_the_screen() -> None:
    """`devdash --version` answers at once."""
    source = COMMAND.replace("code = main(sys.argv[1:])", "try: main(sys.argv[1:])\nexcept SystemExit: pass")
    names = loaded(source, "--version")
    assert not packages(names) & {"textual", "msgspec", *HEAVY}
    assert "devdash.engine" not in names
