"""Draws the screenshot in README.md, and docs/screenshot.svg, from the real app.

    python docs/screenshot.py

The panes of the shipped devdash.toml read the shipped journal and devdash's own
databases, and, so that the picture is the same on every machine, a laptop's
battery and four repositories that are made in a temporary folder. The clock
begins at a fixed time.
"""

import asyncio
import io
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import tomlkit
from rich.console import Console

from devdash.config.load import load
from devdash.engine.clock import SystemClock
from devdash.engine.engine import Engine, Places
from devdash.engine.registry import Registry
from devdash.engine.snapshot import Phase
from devdash.history.place import LatePast, history_file
from devdash.tui.app import DevdashApp

ROOT = Path(__file__).parents[1]
SIZE = (120, 34)
NOW = datetime(2026, 11, 22, 10, 55, tzinfo=UTC)
TIMEOUT_S = 60.0
BEGIN, END = "<!-- screenshot -->", "<!-- /screenshot -->"

SUPPLIES = {
    "BAT0": {
        "type": "Battery",
        "status": "Discharging",
        "present": "1",
        "capacity": "78",
        "energy_now": "35500000",
        "energy_full": "45500000",
        "energy_full_design": "50000000",
        "power_now": "9400000",
        "voltage_now": "11800000",
        "cycle_count": "214",
        "charge_control_end_threshold": "80",
        "manufacturer": "LGC",
        "model_name": "5B10W13930",
        "technology": "Li-poly",
    },
    "AC": {"type": "Mains", "online": "0"},
    "hidpp_battery_0": {
        "type": "Battery",
        "scope": "Device",
        "status": "Discharging",
        "present": "1",
        "capacity": "55",
        "model_name": "MX Master 3",
        "manufacturer": "Logitech",
    },
}
"""Supplies with their attributes, as the kernel's folders have them."""


class ShiftedClock(SystemClock):
    """Time passes as it does, but it is another time."""

    def __init__(self) -> None:
        self._began = self.elapsed()

    def now(self) -> datetime:
        """`NOW` and what has passed since."""
        return NOW + timedelta(seconds=self.elapsed() - self._began)


def main() -> None:
    """Make the world, run the app, write the pictures."""
    with tempfile.TemporaryDirectory(prefix="devdash-screenshot-") as name:
        world = Path(name)
        isolate(world)
        make_supplies(world / "power_supply")
        make_repositories(world / "src")
        text, svg = asyncio.run(draw(world, write_config(world)))
    (ROOT / "docs" / "screenshot.svg").write_text(svg, "utf-8")
    readme = ROOT / "README.md"
    readme.write_text(with_picture(readme.read_text("utf-8"), text), "utf-8")


def isolate(world: Path) -> None:
    """Nothing of the person's who runs this: no home, no git settings, no colours."""
    for variable in [
        v for v in os.environ if v.startswith(("GIT_", "XDG_", "TEXTUAL", "DEVDASH_", "NO_COLOR"))
    ]:
        del os.environ[variable]
    os.environ |= {"HOME": str(world), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8"}
    for role in ("AUTHOR", "COMMITTER"):
        os.environ |= {f"GIT_{role}_NAME": "Ada", f"GIT_{role}_EMAIL": "ada@example.org"}
        os.environ[f"GIT_{role}_DATE"] = (NOW - timedelta(hours=3)).isoformat()


def make_supplies(folder: Path) -> None:
    """A laptop on the train."""
    for name, attributes in SUPPLIES.items():
        (folder / name).mkdir(parents=True)
        for attribute, value in attributes.items():
            (folder / name / attribute).write_text(f"{value}\n")


def make_repositories(folder: Path) -> None:
    """Four repositories in four states, three with an upstream."""
    for name in ("api", "web", "infra"):
        git(folder, "init", "-q", "-b", "main", f"origin/{name}")
        commit(folder / "origin" / name, "README")
        git(folder, "clone", "-q", f"origin/{name}", name)
    api, web, infra, notes = (folder / name for name in ("api", "web", "infra", "notes"))
    commit(api, "orders.py", "prices.py")
    for changed in ("README", "orders.py", "tests.py"):
        (api / changed).write_text("changed\n")
    git(folder / "origin" / "web", "switch", "-q", "-c", "feat/cart")
    commit(folder / "origin" / "web", "cart.ts")
    git(web, "fetch", "-q")
    git(web, "switch", "-q", "feat/cart")
    commit(folder / "origin" / "web", "sum.ts", "tax.ts", "pay.ts")
    git(web, "fetch", "-q")
    commit(folder / "origin" / "infra", "dns.tf", "mail.tf")
    commit(infra, "vpn.tf")
    git(infra, "fetch", "-q")
    git(folder, "init", "-q", "-b", "main", "notes")
    commit(notes, "today.md")
    for fetched, hours in ((api, 3), (web, 1), (infra, 2)):
        mark = fetched / ".git" / "FETCH_HEAD"
        mark.touch()
        moment = (NOW - timedelta(hours=hours)).timestamp()
        os.utime(mark, (moment, moment))


def commit(repository: Path, *names: str) -> None:
    """A commit for each file."""
    for name in names:
        (repository / name).write_text(f"{name}\n")
        git(repository, "add", "--", name)
        git(repository, "commit", "-q", "-m", f"Write {name}")


def git(folder: Path, *arguments: str) -> None:
    """Run git in `folder`, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", *arguments], cwd=folder, check=True)


def write_config(world: Path) -> Path:
    """The shipped devdash.toml, on this world."""
    config = tomlkit.parse((ROOT / "devdash.toml").read_text("utf-8")).unwrap()
    panes = config["panes"]
    panes["battery"]["sysfs"] = str(world / "power_supply")
    panes["ledger"]["file"] = str(ROOT / panes["ledger"]["file"])
    panes["git"]["repos"] = [str(world / "src" / name) for name in ("api", "web", "infra", "notes")]
    path = world / "devdash.toml"
    path.write_text(tomlkit.dumps(config), "utf-8")
    return path


async def draw(world: Path, config: Path) -> tuple[str, str]:
    """The screen as text and as SVG, once every pane has been read."""
    registry = Registry()
    places = Places(world / "state", world / "cache")
    settings = load(config, registry)
    past = LatePast(history_file(settings.history, folder=settings.folder, state=places.state))
    app = DevdashApp(
        settings,
        lambda chosen: Engine(chosen, registry, clock=ShiftedClock(), places=places, past=past),
    )
    async with asyncio.timeout(TIMEOUT_S), app.run_test(size=SIZE, notifications=False) as pilot:
        while not all(snapshot.phase is Phase.FRESH for snapshot in app.engine.snapshots):
            if failed := [s for s in app.engine.snapshots if s.failure is not None]:
                sys.exit(f"{failed[0].name}: {failed[0].failure}")
            await pilot.pause(0.05)
        await pilot.pause(0.5)
        return screen_text(app), app.export_screenshot(title="devdash", simplify=True)


def screen_text(app: DevdashApp) -> str:
    """The characters on the screen, line by line."""
    width, height = app.size
    console = Console(width=width, height=height, file=io.StringIO(), record=True, legacy_windows=False)
    console.print(app.screen._compositor.render_update(full=True))
    return "\n".join(line.rstrip() for line in console.export_text(styles=False).splitlines()).rstrip()


def with_picture(page: str, text: str) -> str:
    """`page` with `text` between the marks."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        sys.exit(f"README.md has no place for the picture: {BEGIN} … {END}")
    return f"{before}{BEGIN}\n```text\n{text}\n```\n{END}{after}"


if __name__ == "__main__":
    main()
