"""Panes that behave as told, and engines over them: no file, no plug-in, no world."""

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from devdash.api import (
    Action,
    ActionRequest,
    Cell,
    Column,
    Field,
    Level,
    Outcome,
    Pane,
    PaneConfig,
    PaneError,
    Report,
    Row,
    Scope,
    Table,
    Text,
)
from devdash.config.keys import DEFAULT_BINDINGS
from devdash.config.model import DashboardConfig, PaneSpec, PolicyConfig, Settings
from devdash.config.plugins import PluginProblem
from devdash.engine.engine import Engine, Places


def good(text: str = "good", level: Level = Level.OK) -> Report:
    """A plain report."""
    return Report(level, text, (Text(text),))


class Scripted(Pane[PaneConfig]):
    """Reads by calling `script`, a class attribute that takes the pane."""

    title = "Scripted"
    script: Callable[["Scripted"], Any] = staticmethod(lambda pane: good())

    def __init__(self, config: PaneConfig, context: Any) -> None:
        super().__init__(config, context)
        self.reads = 0
        self.events: list[str] = []

    async def start(self) -> None:
        self.events.append("start")

    async def read(self) -> Report:
        self.reads += 1
        self.events.append("read")
        result = type(self).script(self)
        return await result if asyncio.iscoroutine(result) else result

    async def stop(self) -> None:
        self.events.append("stop")


def scripted(script: Callable[[Scripted], Any], **attributes: Any) -> type[Scripted]:
    """A pane class that reads by `script`."""
    return type("Made", (Scripted,), {"script": staticmethod(script), **attributes})


class Rows(Pane[PaneConfig]):
    """Two rows and an action of every sort."""

    title = "Rows"

    def __init__(self, config: PaneConfig, context: Any) -> None:
        super().__init__(config, context)
        self.requests: list[ActionRequest] = []

    async def read(self) -> Report:
        rows = (
            Row("one", (Cell("one"), Cell("1")), detail=(Text("all about one"),)),
            Row("two", (Cell("two"), Cell("2"))),
        )
        return Report(Level.OK, "two rows", (Table((Column("name"), Column("number")), rows),))

    def actions(self) -> Sequence[Action]:
        return (
            Action(name="touch", key="t", title="Touch", permission="rows.row.show", scope=Scope.ITEM),
            Action(
                name="burn",
                key="b",
                title="Burn",
                permission="rows.row.delete",
                scope=Scope.EITHER,
                confirm="Burn it?",
            ),
            Action(
                name="name",
                key="n",
                title="Name",
                permission="rows.row.write",
                fields=(Field(name="name", label="Name"),),
            ),
            Action(name="crash", key="c", title="Crash", permission="rows.row.show"),
            Action(name="refuse", key="f", title="Refuse", permission="rows.row.show"),
        )

    async def act(self, request: ActionRequest) -> Outcome:
        self.requests.append(request)
        if request.action == "crash":
            raise KeyError("a secret: hunter2")
        if request.action == "refuse":
            raise PaneError("not today", "come back tomorrow")
        return Outcome(message=f"{request.action} {request.item or 'all'}")


async def hang(pane: Scripted) -> Report:
    """Never ends, but can be cancelled."""
    await asyncio.Event().wait()
    raise AssertionError


async def hang_for_good(pane: Scripted) -> Report:
    """Never ends, and swallows every cancellation until `pane.release` is set."""
    release: asyncio.Event = pane.__dict__.setdefault("release", asyncio.Event())
    while not release.is_set():
        try:
            await release.wait()
        except asyncio.CancelledError:
            continue
    return good()


def block(pane: Scripted) -> Report:
    """Holds the thread."""
    time.sleep(30)
    return good()


def spin(pane: Scripted) -> Report:
    """Holds the thread and the processor, catching whatever it can."""
    while True:
        try:
            sum(range(1000))
        except Exception:
            continue


def leave(pane: Scripted) -> Report:
    """Wants to end the program."""
    raise SystemExit(3)


def shout(pane: Scripted) -> Report:
    """Prints, in every way there is."""
    print("noise through print")
    os.write(1, b"noise through the descriptor\n")
    return good()


class Registry:
    """Plug-ins by name, without importing anything. Stands in for the engine's registry."""

    def __init__(self, **classes: type[Pane[Any]]) -> None:
        self.classes = classes

    def names(self) -> tuple[str, ...]:
        return tuple(self.classes)

    def config_type(self, plugin: str) -> type[PaneConfig]:
        return self.pane_type(plugin).Config

    def pane_type(self, plugin: str) -> type[Pane[Any]]:
        if plugin not in self.classes:
            raise PluginProblem(f"unknown plug-in '{plugin}'")
        return self.classes[plugin]

    def title(self, plugin: str) -> str:
        return self.pane_type(plugin).title


def settings_for(registry: Registry, config: PaneConfig | None = None, **more: Any) -> Settings:
    """Settings with one pane for each plug-in of `registry`, two in a row."""
    names = list(registry.names())
    layout = tuple(tuple(names[at : at + 2]) for at in range(0, len(names), 2))
    config = config or PaneConfig()
    return Settings(
        file=Path("devdash.toml"),
        folder=Path.cwd(),
        dashboard=more.pop("dashboard", DashboardConfig(layout=layout)),
        panes=tuple(PaneSpec(name, name, None, config) for name in names),
        keys=more.pop("keys", DEFAULT_BINDINGS),
        policy=more.pop("policy", PolicyConfig()),
        **more,
    )


def engine_for(tmp_path: Path, registry: Registry, settings: Settings | None = None, **more: Any) -> Engine:
    """An engine over `registry`, its folders below `tmp_path`, without jitter."""
    places = Places(tmp_path / "state", tmp_path / "cache")
    more.setdefault("chance", lambda: 0.5)
    return Engine(settings or settings_for(registry), registry, places=places, **more)
