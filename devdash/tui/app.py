"""The app: puts the panes on the screen and passes keys on. What a pane shows and does is not known here.

What the first frame does not show is imported when it is first needed.
"""

import asyncio
from collections.abc import Callable, Collection, Iterator
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.worker import Worker, WorkerState

from devdash.config.keys import GLOBAL_KEYS
from devdash.config.model import Settings
from devdash.contract.levels import Level
from devdash.crash import crash_sentence, write_crash_log
from devdash.engine.engine import Engine
from devdash.engine.snapshot import Snapshot
from devdash.tui.bars import Bar, HintBar, title_line
from devdash.tui.board import Board
from devdash.tui.deeds import Deed, Then, begin
from devdash.tui.grid import PaneGrid, Rows
from devdash.tui.keymap import KeyMap
from devdash.tui.lines_view import LinesView
from devdash.tui.offering import action_commands, deed_of, deeds, hints, takes_many
from devdash.tui.paint import Palette
from devdash.tui.pane_view import PaneView, Which

if TYPE_CHECKING:
    from devdash.tui.alerting import Alerting, MakeDesk
    from devdash.tui.filter_bar import FilterBar
    from devdash.tui.reload import Reloader

FRAME_S = 1 / 30
"""Changes of panes are gathered this long and then drawn together."""

TICK_S = 1.0


class DevdashApp(App[None]):
    """The dashboard.

    Args:
        settings: what to begin with.
        make_engine: builds the engine, inside the running loop.
        load: reads devdash.toml anew; None: it is not watched.
        drawn: called once the first frame is on its way.
        make_desk: makes the duty, after the first frame; None: there are no alerts.
    """

    TITLE = "devdash"
    CSS = """
    Screen { background: $background; }
    ModalScreen { background: $background 60%; }
    Toast { max-width: 80%; }
    """
    COMMANDS = App.COMMANDS | {action_commands}
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key.key, key.action or key.id, key.title, id=key.id) for key in GLOBAL_KEYS),
        *(Binding(str(n), f"go({n})", show=False) for n in range(1, 10)),
        Binding("escape", "leave", show=False),
    ]
    ENABLE_COMMAND_PALETTE = True

    def __init__(
        self,
        settings: Settings,
        make_engine: Callable[[Settings], Engine],
        load: Callable[[], Settings] | None = None,
        drawn: Callable[[], None] = lambda: None,
        make_desk: "MakeDesk | None" = None,
    ) -> None:
        super().__init__()
        self.settings = settings
        self._load = load
        self._drawn = drawn
        self._make_desk = make_desk
        self._reloader: Reloader | None = None
        self.engine = make_engine(settings)
        self.crash: str = ""
        self._dirty: dict[str, Snapshot] = {}
        self._board, self._grid = Board(id="_default"), PaneGrid()
        self._filter: FilterBar | None = None
        self._alerting: Alerting | None = None
        self._leave = asyncio.Event()
        self._life: asyncio.Task[None] | None = None

    def get_default_screen(self) -> Board:
        """Where the panes stand."""
        return self._board

    def compose(self) -> ComposeResult:
        self._use_theme()
        self.palette = self._make_palette()
        self._title_bar, self._hint_bar = Bar(self.palette), HintBar(self.palette)
        yield self._title_bar
        with self._grid:
            yield from self._grid.make_views(*self._arrangement())
        yield self._hint_bar

    def _arrangement(self) -> tuple[Rows, dict[str, Snapshot], Palette, float]:
        """What the grid has to show."""
        snapshots = {snapshot.name: snapshot for snapshot in self.engine.snapshots}
        return self.settings.dashboard.layout, snapshots, self.palette, self.engine.clock.elapsed()

    def on_mount(self) -> None:
        self.set_keymap(dict(self.key_map.everywhere))
        self._grid.focus_first()
        self.update_title()
        self.theme_changed_signal.subscribe(self, lambda _: self._repaint())
        # After a stop (SIGTSTP) and a go on, the terminal shows nothing of what Textual takes it to show.
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))
        # The engine starts once the first frame is on its way.
        self.call_after_refresh(self._start)

    def _start(self) -> None:
        self._drawn()
        from devdash.tui.alerting import Alerting

        self._alerting = Alerting(self, self._make_desk)
        self._life = asyncio.create_task(self._live(), name="engine")
        self.set_interval(TICK_S, self._tick)
        if self._load is not None:
            from devdash.tui.reload import Reloader

            self._reloader = Reloader(self, self._load)
            self._reloader.start()
        from devdash.tui.greeting import greetings

        for text, level in greetings(self.settings, self.engine):
            self.tell(text, level)

    async def _live(self) -> None:
        """The engine's life: from the first frame to the end of the app."""
        async with self.engine:
            self.engine.subscribe(self._changed)
            await self.engine.warm()
            self.engine.start()
            self._update_hints()
            if self._alerting is not None:
                await self._alerting.live(self._leave)
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
        if self._alerting is not None:
            self._alerting.note(snapshot)

    def _draw_changes(self) -> None:
        changes, self._dirty = self._dirty, {}
        if not self.is_running:
            return
        now = self.engine.clock.elapsed()
        for name, snapshot in changes.items():
            if name in self._grid.views:
                self._grid.views[name].show(snapshot, now)
        self._grid.settle()
        self.update_title()
        self._update_hints()

    def _tick(self) -> None:
        now = self.engine.clock.elapsed()
        for view in self._grid.views.values():
            view.tick(now)
        self.update_title()

    def update_title(self) -> None:
        """Say in the title line what needs a hand now."""
        now = self.engine.clock.now() if self.settings.dashboard.clock else None
        if self._alerting is not None:
            self._alerting.review()
        needs = self._alerting.needs if self._alerting else ()
        troubled = self._alerting is not None and bool(self._alerting.troubles)
        width = max(self.size.width - 2, 1)
        self._title_bar.show_line(title_line(self.engine.snapshots, needs, troubled, now, width))

    # ── settings, places ────────────────────────────────────────────────────

    async def rebuild(self, settings: Settings) -> tuple[str, ...]:
        """Change over to new settings; panes that stay keep their focus, cursor and scroll.

        Returns:
            The names of the panes that were started anew, added or removed.
        """
        theme_before = self.settings.dashboard.theme
        changed = await self.engine.reload(settings)
        self.settings = settings
        if settings.dashboard.theme != theme_before:
            self._use_theme()
        self.set_keymap(dict(self.key_map.everywhere))
        await self._grid.change(*self._arrangement())
        self._draw_changes()
        return changed

    def on_resize(self, event: events.Resize) -> None:
        width, height = event.size
        self._board.fit(width, height, self.palette)
        self.update_title()

    def on_pane_grid_changed(self) -> None:
        self.engine.show(self._grid.shown)
        if self._filter is not None and self._filter.is_open and isinstance(self.focused, PaneView):
            self._filter.close()  # it was left by going to a pane; that pane's rows are not what it says
        self._update_hints()

    @property
    def pane_names(self) -> Collection[str]:
        """The panes that are on the screen."""
        return self._grid.views

    @property
    def key_map(self) -> KeyMap:
        """The keys that are in force."""
        return KeyMap(self.settings.keys)

    def _update_hints(self) -> None:
        # Asking for its actions builds the pane: not before the first frame.
        actions = self.engine.actions if self._life is not None else lambda name: ()
        self._hint_bar.show_keys([*hints(self.key_map, self._grid.view, actions), *self.key_map.hinted])

    # ── keys ────────────────────────────────────────────────────────────────

    def action_go(self, number: int) -> None:
        """Go to the pane with this number."""
        self._grid.go(number)

    def action_next(self) -> None:
        """Go to the next pane."""
        self._grid.step(1)

    def action_previous(self) -> None:
        """Go to the pane before."""
        self._grid.step(-1)

    def action_read(self) -> None:
        """Read the focused pane again."""
        if (view := self._grid.view) is not None:
            self.engine.refresh([view.pane_name])

    def action_read_all(self) -> None:
        """Read every pane again."""
        self.engine.refresh()

    def action_pause(self) -> None:
        """Pause the focused pane, or end its pause."""
        if (view := self._grid.view) is not None:
            self.engine.toggle_pause(view.pane_name)

    def action_zoom(self) -> None:
        """Show only the focused pane, or all again."""
        self._grid.toggle_zoom()

    def action_leave(self) -> None:
        """Leave the filter, then the marks, then the zoom."""
        view = self._grid.view
        if self._filter is not None and (self._filter.is_open or (view and view.pattern)):
            self._filter.leave("")
        elif view is not None and view.marked:
            view.mark(())
            self._update_hints()
        elif self._grid.is_zoomed:
            self.action_zoom()

    def action_mark(self, which: Which = "row") -> None:
        """Mark rows of the focused pane, if any of its actions takes several."""
        if (view := self._grid.view) is not None and takes_many(self.engine.actions(view.pane_name)):
            view.mark_rows(which)
            self._update_hints()
        else:
            self.tell("Nothing here takes several rows at once.")

    async def action_filter(self) -> None:
        """Filter the rows of the focused pane."""
        if self._grid.view is None:
            return
        if self._filter is None:
            from devdash.tui.filter_bar import FilterBar

            self._filter = FilterBar(self._grid)
            await self._board.mount(self._filter, before=self._hint_bar)
        self._filter.open()

    def action_help(self) -> None:
        """Show all keys."""
        from devdash.tui.help import help_blocks
        from devdash.tui.sheets import DetailSheet

        views = self._grid.views.items()
        panes = [(name, view.snapshot.title, self.engine.actions(name)) for name, view in views]
        self.push_screen(DetailSheet("Keys", help_blocks(self.key_map, panes), self.palette))

    def action_triage(self) -> None:
        """Show what needs a hand."""
        if self._alerting is not None:
            self._alerting.open_triage()

    def action_history(self) -> None:
        """Show what happened."""
        if self._alerting is not None:
            self._alerting.open_history()

    def visit(self, pane: str, item: str | None) -> None:
        """Go to a pane, and to its row `item`, as far as they are there."""
        if (view := self._grid.views.get(pane)) is not None:
            self._grid.go_to(pane)
            if item is not None:
                view.select(item)

    def on_lines_view_opened(self, message: LinesView.Opened) -> None:
        view = message.view
        if isinstance(view, PaneView):
            from devdash.tui.opening import open_row

            open_row(self, view.snapshot, message.item, message.column)

    def on_pane_view_moved(self) -> None:
        """Another row: something else may help it."""
        self._update_hints()

    def on_pane_view_rested(self, message: PaneView.Rested) -> None:
        if message.view.pane_name in self._grid.views:
            self.engine.dwell(message.view.pane_name, message.item)

    def on_key(self, event: events.Key) -> None:
        """Keys of the pane's actions. They are looked up here, once the event has bubbled up: keys that
        were typed ahead reach what has lost the focus meanwhile, or a cursor that is yet to move.
        """
        view = self.focused
        if isinstance(view, LinesView) and view.press(event.key):
            event.prevent_default()
            return
        if view is not None and view.check_consume_key(event.key, event.character):
            view.post_message(events.Key(event.key, event.character))  # what is typed is for the line
        if not isinstance(view, PaneView) or view.pane_name not in self._grid.views:
            return
        action = self.key_map.action(view.pane_name, self.engine.actions(view.pane_name), event.key)
        if action is not None:
            event.prevent_default()
            self.perform(deed_of(view, action))

    # ── deeds ───────────────────────────────────────────────────────────────

    def deeds(self) -> Iterator[Deed]:
        """Everything that could be done now, the focused pane first."""
        return deeds(self._grid, self.engine.actions)

    def perform(self, deed: Deed, then: Then = lambda: None) -> None:
        """Do it, beside everything else; `then` when it was done."""
        begin(self, self.engine, deed, self.palette, self.tell, then)

    def tell(self, text: str, level: Level = Level.OK) -> None:
        """Say something in passing."""
        from devdash.tui.toasts import toast

        toast(self, text, level)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A bug in what was done beside everything else costs the deed, and is told."""
        error = event.worker.error
        if event.state is WorkerState.ERROR and error is not None:
            self.tell(crash_sentence(error, write_crash_log(error)), Level.CRITICAL)

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
        for screen in self.screen_stack:
            for widget in screen.query("LinesView, Bar"):
                if isinstance(widget, LinesView | Bar):
                    widget.repaint(self.palette)

    def _fatal_error(self) -> None:
        """A bug: a sentence and a log file. Textual would show local variables, and those hold secrets."""
        error = self._exception or RuntimeError("unknown")
        self.crash = crash_sentence(error, write_crash_log(error))
        self._close_messages_no_wait()
