"""The triage list: everything that needs a hand, across panes, worst first."""

from collections.abc import Callable, Iterable
from typing import ClassVar

import msgspec
from textual.binding import Binding, BindingType

from devdash.contract.levels import Level
from devdash.contract.report import Attention
from devdash.contract.view import Block, Cell, Column, Row, Table, Text, Tone
from devdash.engine.snapshot import Phase, Snapshot
from devdash.render.lines import level_tone
from devdash.tui.lines_view import LinesView
from devdash.tui.paint import Palette
from devdash.tui.sheets import Sheet


class Choice(msgspec.Struct, frozen=True):
    """Where to go from the triage list.

    Attributes:
        pane: the pane's name.
        attention: the entry; None for a pane that has failed.
        act: run the entry's action instead of only going there.
    """

    pane: str
    attention: Attention | None
    act: bool = False


class Entry(msgspec.Struct, frozen=True):
    """One line of the list."""

    level: Level
    pane: str
    title: str
    text: str
    attention: Attention | None

    @property
    def action(self) -> str | None:
        """The action that helps; None: reading the pane again does, or nothing from here."""
        return self.attention.action if self.attention else None

    @property
    def can_be_helped(self) -> bool:
        """Whether one key helps from here."""
        return self.attention is None or self.action is not None

    @property
    def key(self) -> str:
        """Unique in the list."""
        return f"{self.pane}\0{self.attention.key if self.attention else ''}"


def entries(snapshots: Iterable[Snapshot]) -> tuple[Entry, ...]:
    """What needs a hand, worst first, otherwise in the order of the panes."""
    found: list[Entry] = []
    for snapshot in snapshots:
        if snapshot.phase in (Phase.FAILED, Phase.BROKEN) and snapshot.failure:
            text = snapshot.failure.message
            found.append(Entry(Level.CRITICAL, snapshot.name, snapshot.title, text, None))
        found += [
            Entry(attention.level, snapshot.name, snapshot.title, attention.text, attention)
            for attention in (snapshot.report.attention if snapshot.report else ())
        ]
    return tuple(sorted(found, key=lambda entry: -entry.level.weight))


Helper = Callable[[str, str | None], str]
"""A pane's name and the name of the action that helps, None for a new reading, to its key and title."""


def triage_blocks(found: tuple[Entry, ...], helper: Helper) -> tuple[Block, ...]:
    """The list as a table; a calm sentence when it is empty."""
    if not found:
        return (Text("Nothing needs a hand.", Tone.GOOD),)
    columns = (Column("pane", priority=1), Column("what", shrink=True), Column("helps", priority=2))
    rows = tuple(
        Row(
            entry.key,
            (
                Cell(entry.title, level_tone(entry.level)),
                Cell(entry.text),
                Cell(helper(entry.pane, entry.action) if entry.can_be_helped else "", Tone.ACCENT),
            ),
            level=entry.level,
        )
        for entry in found
    )
    return (Table(columns, rows),)


class TriageSheet(Sheet[Choice | None]):
    """Enter goes to the entry; x does at once what helps with it, where anything does from here."""

    HINTS = (("enter", "go there"), ("x", "do what helps"), ("escape", "close"))
    BINDINGS: ClassVar[list[BindingType]] = [Binding("x", "help", show=False)]

    def __init__(self, snapshots: Iterable[Snapshot], helper: Helper, palette: Palette) -> None:
        self._entries = entries(snapshots)
        super().__init__("What needs a hand", triage_blocks(self._entries, helper), palette)

    def on_lines_view_opened(self, message: LinesView.Opened) -> None:
        message.stop()
        self._choose(message.item, act=False)

    def action_help(self) -> None:
        """Run what helps with the entry under the cursor."""
        if self.view.item is not None:
            self._choose(self.view.item, act=True)

    def _choose(self, key: str, *, act: bool) -> None:
        entry = next(entry for entry in self._entries if entry.key == key)
        if act and not entry.can_be_helped:
            self.notify(
                "Nothing helps with this from here: Enter goes to it.", severity="warning", markup=False
            )
            return
        self.dismiss(Choice(entry.pane, entry.attention, act))
