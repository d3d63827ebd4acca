"""Alerts on the screen: the life of the duty beside the engine, what needs a hand, and the way to mend it."""

import asyncio
from collections.abc import Callable, Collection
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec.structs import replace

from devdash.contract.levels import Level
from devdash.crash import crash_sentence, write_crash_log
from devdash.duty.model import DutyDesk, EventLog, Role
from devdash.engine.engine import Engine
from devdash.engine.snapshot import Snapshot
from devdash.notify.voice import Voice
from devdash.tui.memory import FAILED, Aside, Memory
from devdash.tui.needs import Need, needs

if TYPE_CHECKING:
    from devdash.tui.app import DevdashApp
    from devdash.tui.triage import Leave

MakeDesk = Callable[[Engine, Voice], AbstractAsyncContextManager[DutyDesk]]
"""Makes the duty over a running engine; what it imports is imported by this call, after the first frame."""

_PARTS = {
    Role.ON_DUTY: "",
    Role.BESIDE: "another devdash is on duty and notifies",
    Role.APART: "another devdash, with other settings, notifies",
}


class Alerting:
    """What the screen knows of alerts, with a duty or without one."""

    def __init__(self, app: "DevdashApp", make_desk: MakeDesk | None) -> None:
        self._app = app
        self._make_desk = make_desk
        self._desk: DutyDesk | None = None
        self._memory = Memory()
        self._needs: tuple[Need, ...] = ()
        self._watchers: list[Callable[[], None]] = []
        self._is_due = False
        self._broken = ""

    async def live(self, leave: asyncio.Event) -> None:
        """The duty's life, until `leave` is set. A bug in it costs the alerts, and is told; no more."""
        if self._make_desk is None:
            return
        from devdash.tui.voice import ScreenVoice

        try:
            async with self._make_desk(self._app.engine, ScreenVoice(self._app)) as desk:
                self._desk = desk
                desk.subscribe(self._changed)
                self._changed()
                await leave.wait()
        except Exception as error:  # noqa: BLE001 - whatever it is, panes go on
            self._broken = crash_sentence(error, write_crash_log(error))
            self._app.tell(self._broken, Level.CRITICAL)
        finally:
            self._desk = None

    # ── what is known ───────────────────────────────────────────────────────

    @property
    def needs(self) -> tuple[Need, ...]:
        """All entries, as of the last `review`."""
        return self._needs

    @property
    def troubles(self) -> tuple[str, ...]:
        """What does not work of alerts and history, a sentence each."""
        if self._broken:
            return (self._broken,)
        return self._desk.troubles if self._desk else ()

    @property
    def part(self) -> str:
        """This process's part, where it is not the usual one; "" where it is."""
        if not self._app.settings.alerts.enabled:
            return "alerts are switched off in devdash.toml"
        return _PARTS[self._desk.role] if self._desk else ""

    @property
    def events(self) -> EventLog | None:
        """The history, where there is one."""
        return self._desk.recorder if self._desk else None

    @property
    def panes(self) -> Collection[str]:
        """The names of the panes."""
        return self._app.pane_names

    def now(self) -> datetime:
        """Wall time."""
        return self._app.engine.clock.now()

    def note(self, snapshot: Snapshot) -> None:
        """A pane has changed."""
        self._memory.note(snapshot, self.now())

    def review(self) -> None:
        """Look at everything anew, and let those who watch see it."""
        engine = self._app.engine
        self._memory.keep(snapshot.name for snapshot in engine.snapshots)
        alerts = self._desk.alerts if self._desk else ()
        self._needs = needs(engine.snapshots, alerts, self._memory, engine.clock.elapsed())
        for watcher in tuple(self._watchers):
            watcher()

    def watch(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Call `watcher` after each review. Returns what ends that."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def _changed(self) -> None:
        """Alerts have changed, perhaps many at once: they are looked at together, soon."""
        if not self._is_due:
            self._is_due = True
            asyncio.get_running_loop().call_soon(self._look)

    def _look(self) -> None:
        self._is_due = False
        if self._app.is_running:
            self._app.update_title()

    # ── what can be done ────────────────────────────────────────────────────

    def helper(self, need: Need) -> str:
        """Key and title of what helps with an entry; "" where nothing does from here."""
        if need.pane not in self._app.pane_names:
            return ""
        actions = self._app.engine.actions(need.pane)
        if need.reread or any(action.name == need.action for action in actions):
            return self._app.key_map.label(need.pane, actions, None if need.reread else need.action)
        return ""

    def mend(self, need: Need) -> bool:
        """Do what helps. Returns whether anything does from here."""
        if need.pane not in self._app.pane_names:
            return False
        if need.reread:
            self._app.engine.refresh([need.pane])
            return True
        for deed in self._app.deeds():
            if (deed.pane, deed.action.name) == (need.pane, need.action):
                # What the pane's cursor and marks are about has nothing to do with it.
                self._app.perform(replace(deed, item=need.item, column=None, items=()))
                return True
        return False

    def set_aside(self, need: Need, seconds: float | None) -> None:
        """Snooze it for so long; None: acknowledge it."""
        if need.alert is None:
            self._hide(need, seconds)
        elif self._desk is not None and seconds is None:
            self._desk.acknowledge([need.alert])
        elif self._desk is not None:
            self._desk.snooze([need.alert], seconds or 0.0)
        self._changed()

    def _hide(self, need: Need, seconds: float | None) -> None:
        aside = Aside()
        if seconds is not None:
            end = self._app.engine.clock.elapsed() + seconds
            aside = Aside(self.now() + timedelta(seconds=seconds), end)
        self._memory.set_aside(need.pane, need.attention or FAILED, aside)

    def take_back(self, need: Need) -> bool:
        """End a snooze. Returns whether it could be: an acknowledged alert stays silent until it is over."""
        if need.alert is None:
            self._memory.take_back(need.pane, need.attention or FAILED)
        elif self._desk is None or any(a.id == need.alert and a.acknowledged for a in self._desk.alerts):
            return False
        else:
            self._desk.snooze([need.alert], 0.0)
        self._changed()
        return True

    # ── sheets ──────────────────────────────────────────────────────────────

    def open_triage(self) -> None:
        """Show what needs a hand."""
        from devdash.tui.triage import TriageSheet

        self._app.push_screen(TriageSheet(self, self._app.palette), self._left)

    def _left(self, leave: "Leave | None") -> None:
        if leave is None:
            return
        if leave.need is None:
            self.open_history()
        else:
            self._app.visit(leave.need.pane, leave.need.item)

    def open_history(self) -> None:
        """Show what happened."""
        from devdash.tui.history import HistorySheet

        self._app.push_screen(HistorySheet(self, self._app.palette))
