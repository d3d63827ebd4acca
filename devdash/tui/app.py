"""The app: puts the panes on the screen and passes keys on. What a pane shows and does is not known here."""

import asyncio
from collections.abc import Callable, Iterator
from typing import ClassVar

from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType

from devdash.config.keys import GLOBAL_KEYS, check_pane_keys
from devdash.config.model import Settings
from devdash.contract.levels import Level
from devdash.contract.view import Text, Tone
from devdash.crash import crash_sentence, write_crash_log
from devdash.engine.engine import Engine
from devdash.engine.snapshot import Snapshot
from devdash.render.clean import clean
from devdash.render.rows import find_row
from devdash.tui.bars import Bar, hint_line, title_line
from devdash.tui.deeds import Deed, do
from devdash.tui.filter_bar import FilterBar
from devdash.tui.grid import PaneGrid, Shape
from devdash.tui.help import help_blocks
from devdash.tui.keymap import KeyMap
from devdash.tui.lines_view import LinesView
from devdash.tui.paint import Palette
from devdash.tui.palette import ActionCommands
from devdash.tui.pane_view import PaneView
from devdash.tui.reload import Reloader
from devdash.tui.sheets import BlocksView, DetailSheet
from devdash.tui.triage import Choice, TriageSheet

FRAME_S = 1 / 30
"""Changes of panes are gathered this long and then drawn together."""

TICK_S = 1.0
LEAST_WIDTH, LEAST_HEIGHT = 40, 8

_SEVERITY: dict[Level, str] = {Level.OK: "information", Level.CRITICAL: "error"}


class DevdashApp(App[None]):
    """The dashboard.

    Args:
        settings: what to begin with.
        make_engine: builds the engine, inside the running loop.
        load: reads devdash.toml anew; None: it is not watched.
    """

    TITLE = "devdash"
    CSS = """
    Screen { background: $background; layers: base; }
    #too-small { display: none; }
    Screen.-tiny #too-small { display: block; height: 1fr; }
    Screen.-tiny PaneGrid, Screen.-tiny Bar, Screen.-tiny FilterBar { display: none; }
    Toast { max-width: 80%; }
    """
    COMMANDS = App.COMMANDS | {ActionCommands}
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(key.key, "command_palette" if key.id == "palette" else key.id, key.title, id=key.id)
            for key in GLOBAL_KEYS
        ),
        *(Binding(str(n), f"go({n})", show=False) for n in range(1, 10)),
        Binding("escape", "leave", show=False),
    ]
    ENABLE_COMMAND_PALETTE = True

    def __init__(
        self,
        settings: Settings,
        make_engine: Callable[[Settings], Engine],
        load: Callable[[], Settings] | None = None,
    ) -> None:
        super().__init__()
        self.settings = settings
        self._reloader = Reloader(self, load) if load else None
        self.engine = make_engine(settings)
        self.crash: str = ""
        self._views: dict[str, PaneView] = {}
        self._dirty: dict[str, Snapshot] = {}
        self._zoomed: str | None = None
        self._current = ""
        self._leave = asyncio.Event()
        self._life: asyncio.Task[None] | None = None

    def compose(self) -> ComposeResult:
        self._use_theme()
        self.palette = self._make_palette()
        yield Bar(self.palette, id="title")
        with PaneGrid(id="panes"):
            yield from self._make_views()
        self._filter = FilterBar()
        yield self._filter
        yield Bar(self.palette, id="hints")
        yield BlocksView(self.palette, ())

    def on_mount(self) -> None:
        self.query_one(BlocksView).id = "too-small"
        self.set_keymap(dict(self.key_map.everywhere))
        self._focus_first()
        self._update_title()
        self.theme_changed_signal.subscribe(self, lambda _: self._repaint())
        # The engine starts once the first frame is on its way.
        self.call_after_refresh(self._start)

    def _start(self) -> None:
        self._life = asyncio.create_task(self._live(), name="engine")
        self.set_interval(TICK_S, self._tick)
        if self._reloader:
            self._reloader.start()
        self._tell_problems()

    async def _live(self) -> None:
        """The engine's life: from the first frame to the end of the app."""
        async with self.engine:
            self.engine.subscribe(self._changed)
            self.engine.start()
            self._update_hints()
            await self._leave.wait()

    async def on_unmount(self) -> None:
        if self._reloader:
            self._reloader.stop()
        self._leave.set()
        if self._life is not None:
            await self._life

    # ── what the engine says ────────────────────────────────────────────────

    def _changed(self, snapshot: Snapshot) -> None:
        if not self._dirty:
            asyncio.get_running_loop().call_later(FRAME_S, self._draw_changes)
        self._dirty[snapshot.name] = snapshot

    def _draw_changes(self) -> None:
        changes, self._dirty = self._dirty, {}
        if not self.is_running:
            return
        now = self.engine.clock.elapsed()
        for name, snapshot in changes.items():
            if name in self._views:
                self._views[name].show(snapshot, now)
        self._update_title()

    def _tick(self) -> None:
        now = self.engine.clock.elapsed()
        for view in self._views.values():
            view.tick(now)
        self._update_title()

    def _update_title(self) -> None:
        now = self.engine.clock.now() if self.settings.dashboard.clock else None
        snapshots = self.engine.snapshots
        self.query_one("#title", Bar).show_line(title_line(snapshots, now, max(self.size.width - 2, 1)))

    # ── panes, places, focus ────────────────────────────────────────────────

    def _make_views(self) -> Iterator[PaneView]:
        """A view for each pane that has none yet; all are numbered anew."""
        now = self.engine.clock.elapsed()
        order = [name for row in self.settings.dashboard.layout for name in row]
        for number, name in enumerate(order, 1):
            if name in self._views:
                self._views[name].renumber(number)
            else:
                self._views[name] = PaneView(self.engine.snapshot(name), self.palette, number, now)
                yield self._views[name]

    async def rebuild(self, settings: Settings) -> tuple[str, ...]:
        """Change over to new settings; panes that stay keep their focus, cursor and scroll.

        Returns:
            The names of the panes that were started anew, added or removed.
        """
        theme_before = self.settings.dashboard.theme
        changed = await self.engine.reload(settings)
        self.settings = settings
        names = {pane.name for pane in settings.panes}
        for name in [name for name in self._views if name not in names]:
            await self._views.pop(name).remove()
        grid = self.query_one(PaneGrid)
        fresh = list(self._make_views())
        await grid.mount_all(fresh)
        grid.order([name for row in settings.dashboard.layout for name in row])
        if settings.dashboard.theme != theme_before:
            self._use_theme()
        self.set_keymap(dict(self.key_map.everywhere))
        if self._zoomed not in names:
            self._zoomed = None
        if self._current not in names:
            self._focus_first()
        self._place()
        self._draw_changes()
        self._update_hints()
        return changed

    def _place(self) -> None:
        if not self._views:
            return
        size = self.size
        tiny = size.width < LEAST_WIDTH or size.height < LEAST_HEIGHT
        self.screen_stack[0].set_class(tiny, "-tiny")
        if tiny:
            needs = f"devdash needs {LEAST_WIDTH}×{LEAST_HEIGHT} cells"
            has = f"this terminal has {size.width}×{size.height}."
            self.query_one(BlocksView).show_blocks((Text(f"{needs}; {has}", Tone.WARN),))
        rows = self.settings.dashboard.layout
        shape = Shape(rows, size.width, max(size.height - 2, 1), self._current, self._zoomed)
        self.query_one(PaneGrid).place(self._views.values(), shape)
        self.engine.show([self._zoomed] if self._zoomed else self._views)

    def on_resize(self, event: events.Resize) -> None:
        self._place()
        self._update_title()

    def on_pane_view_focused(self, message: PaneView.Focused) -> None:
        self._current = message.view.pane_name
        self._place()
        self._update_hints()

    def _focus_first(self) -> None:
        first = next((name for row in self.settings.dashboard.layout for name in row), None)
        if first is not None:
            self._current = first
            self._focus(self._views[first])

    def _focus(self, view: PaneView) -> None:
        """Focus at once: `Widget.focus` waits for its turn, and the next key would go to the old pane."""
        view.screen.set_focus(view, scroll_visible=False)

    @property
    def _view(self) -> PaneView | None:
        """The pane that keys are meant for."""
        return self._views.get(self._current)

    @property
    def key_map(self) -> KeyMap:
        """The keys that are in force."""
        return KeyMap(self.settings.keys)

    def _update_hints(self) -> None:
        view = self._view
        if view is None:
            return
        name = view.pane_name
        own = [(self.key_map.of(name, action), action.title) for action in self.engine.actions(name)]
        self.query_one("#hints", Bar).show_line(hint_line([*own, ("enter", "detail"), *self.key_map.hinted]))

    # ── keys ────────────────────────────────────────────────────────────────

    def action_go(self, number: int) -> None:
        """Go to the pane with this number."""
        view = next((view for view in self._views.values() if view.number == number), None)
        if view is not None:
            if self._zoomed:
                self._zoomed = view.pane_name
            self._current = view.pane_name
            self._place()
            self._focus(view)

    def action_next(self) -> None:
        """Go to the next pane."""
        self._step(1)

    def action_previous(self) -> None:
        """Go to the pane before."""
        self._step(-1)

    def _step(self, by: int) -> None:
        view, count = self._view, len(self._views)
        if view is not None:
            self.action_go((view.number - 1 + by) % count + 1)

    def action_read(self) -> None:
        """Read the focused pane again."""
        self.engine.refresh([self._current])

    def action_read_all(self) -> None:
        """Read every pane again."""
        self.engine.refresh()

    def action_pause(self) -> None:
        """Pause the focused pane, or end its pause."""
        self.engine.toggle_pause(self._current)

    def action_zoom(self) -> None:
        """Show only the focused pane, or all again."""
        self._zoomed = None if self._zoomed else self._current
        self._place()

    def action_leave(self) -> None:
        """Leave the filter, then the zoom."""
        view = self._view
        if self._filter.is_open or (view and view.pattern):
            self._leave_filter("")
        elif self._zoomed:
            self.action_zoom()

    def action_filter(self) -> None:
        """Filter the rows of the focused pane."""
        if (view := self._view) is not None:
            self._filter.open(view.pattern)

    def on_filter_bar_typed(self, message: FilterBar.Typed) -> None:
        if (view := self._view) is not None:
            view.filter(message.text)

    def on_filter_bar_left(self) -> None:
        self._leave_filter(self._filter.value)

    def _leave_filter(self, text: str) -> None:
        self._filter.close()
        if (view := self._view) is not None:
            view.filter(text)
            self._focus(view)

    def action_help(self) -> None:
        """Show all keys."""
        panes = [
            (v.pane_name, v.snapshot.title, self.engine.actions(v.pane_name)) for v in self._views.values()
        ]
        self.push_screen(DetailSheet("Keys", help_blocks(self.key_map, panes), self.palette))

    def action_triage(self) -> None:
        """Show what needs a hand."""
        self.push_screen(TriageSheet(self.engine.snapshots, self.palette), self._chosen)

    def _chosen(self, choice: Choice | None) -> None:
        if choice is None or choice.pane not in self._views:
            return
        view = self._views[choice.pane]
        self.action_go(view.number)
        attention = choice.attention
        if attention is not None and attention.item is not None:
            view.select(attention.item)
        if not choice.act:
            return
        if attention is None:
            self.engine.refresh([choice.pane])
        elif attention.action is not None:
            self._act(view, attention.action, attention.item)

    def on_lines_view_opened(self, message: LinesView.Opened) -> None:
        view = message.view
        if isinstance(view, PaneView) and (report := view.snapshot.report) is not None:
            row = find_row(report.blocks, message.item)
            if row is not None and row.detail:
                heading = f"{view.snapshot.title}: {message.item}"
                self.push_screen(DetailSheet(heading, row.detail, self.palette))

    def on_key(self, event: events.Key) -> None:
        """Keys of the pane's actions. They are looked up here, once the event has bubbled up: keys that
        were typed ahead reach the pane that has lost the focus meanwhile.
        """
        view = self.focused
        if not isinstance(view, PaneView):
            return
        action = self.key_map.action(view.pane_name, self.engine.actions(view.pane_name), event.key)
        if action is not None:
            event.prevent_default()
            self.perform(Deed(view.pane_name, view.snapshot.title, action, view.item))

    # ── deeds ───────────────────────────────────────────────────────────────

    def deeds(self) -> Iterator[Deed]:
        """Everything that could be done now, the focused pane first."""
        views = sorted(self._views.values(), key=lambda view: (view.pane_name != self._current, view.number))
        for view in views:
            item = view.item if view.pane_name == self._current else None
            for action in self.engine.actions(view.pane_name):
                yield Deed(view.pane_name, view.snapshot.title, action, item)

    def _act(self, view: PaneView, name: str, item: str | None) -> None:
        for action in self.engine.actions(view.pane_name):
            if action.name == name:
                self.perform(Deed(view.pane_name, view.snapshot.title, action, item))

    def perform(self, deed: Deed) -> None:
        """Do it, beside everything else."""
        self.run_worker(do(self, self.engine, deed, self.palette, self.tell), exit_on_error=False)

    def tell(self, text: str, level: Level = Level.OK) -> None:
        """Say something in passing."""
        severity = _SEVERITY.get(level, "warning")
        self.notify(
            "\n".join(clean(line) for line in text.splitlines()),
            severity=severity,  # type: ignore[arg-type]  # one of Textual's three words
            markup=False,
        )

    def _tell_problems(self) -> None:
        """Problems of the config that belong to no pane."""
        actions = {name: self.engine.actions(name) for name in self._views}
        for problem in (*self.settings.problems, *check_pane_keys(self.settings, actions)):
            self.tell(str(problem), Level.CRITICAL)
        if self.settings.file is None:
            self.tell(
                "There is no devdash.toml: these are defaults. `devdash init` writes one.", Level.ATTENTION
            )

    # ── looks and ends ──────────────────────────────────────────────────────

    def _use_theme(self) -> None:
        theme = self.settings.dashboard.theme
        if theme in self.available_themes:
            self.theme = theme
        else:
            self.tell(f"there is no theme '{theme}'; Ctrl+P lists them", Level.ATTENTION)

    def _make_palette(self) -> Palette:
        return Palette(self.current_theme, self.theme_variables, plain=self.no_color)

    def _repaint(self) -> None:
        self.palette = self._make_palette()
        for view in self.query(LinesView):
            view.repaint(self.palette)
        for bar in self.query(Bar):
            bar.repaint(self.palette)

    def _fatal_error(self) -> None:
        """A bug: a sentence and a log file. Textual would show local variables, and those hold secrets."""
        error = self._exception or RuntimeError("unknown")
        self.crash = crash_sentence(error, write_crash_log(error))
        self._close_messages_no_wait()
