"""The keys of the whole dashboard, and `[keys]`, which changes them.

An entry is `id = "key"` or `id = "key,key"`. An id is one of `GLOBAL_KEYS`, or
PANE.ACTION for an action of a pane. While anything in `[keys]` is wrong the
default keys hold, all of them: half a key map would surprise more.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from devdash.config.convert import Flaw
from devdash.config.keypath import KeyPath
from devdash.config.model import KeyBinding, Problem, Settings
from devdash.config.read import display
from devdash.config.suggest import did_you_mean
from devdash.contract.actions import Action

if TYPE_CHECKING:
    from devdash.config.lines import Lines


class GlobalKey(msgspec.Struct, frozen=True):
    """Something that a key does anywhere.

    Attributes:
        id: what `[keys]` calls it.
        key: the default.
        title: what the hint line calls it.
        help: what the help screen says of it, one sentence.
        action: what the app calls it; "": as the id.
    """

    id: str
    key: str
    title: str
    help: str
    action: str = ""


GLOBAL_KEYS = (
    GlobalKey("quit", "q", "Quit", "Leave devdash."),
    GlobalKey("read", "r", "Read again", "Read the pane again."),
    GlobalKey("read_all", "R", "Read all again", "Read all panes again."),
    GlobalKey("triage", "a", "Triage", "List what needs a hand, worst first."),
    GlobalKey("history", "H", "History", "Show what happened: alerts, actions, panes that came and went."),
    GlobalKey("zoom", "z", "Zoom", "Show this pane alone, and all again."),
    GlobalKey("filter", "slash", "Filter", "Show only the rows that have certain words."),
    GlobalKey("help", "question_mark", "Keys", "Show all keys."),
    GlobalKey("palette", "ctrl+p", "Commands", "Find a command or a theme by its name.", "command_palette"),
    GlobalKey("next", "tab", "Next pane", "Go to the next pane."),
    GlobalKey("previous", "shift+tab", "Previous pane", "Go to the pane before."),
    GlobalKey("pause", "space", "Pause", "Pause the pane, and go on."),
    GlobalKey("mark", "x", "Mark", "Mark the row, or not, where actions take several rows at once."),
    GlobalKey(
        "mark_all", "A", "Mark all", "Mark all rows that are shown of the table; again: none.", "mark('all')"
    ),
    GlobalKey(
        "mark_others", "I", "Mark the others", "Mark those that are not, and no others.", "mark('others')"
    ),
)

FIXED_KEYS: Mapping[str, str] = {
    **{str(number): "goes to a pane" for number in range(1, 10)},
    **dict.fromkeys(("up", "down", "left", "right", "j", "k"), "moves"),
    **dict.fromkeys(("home", "end", "pageup", "pagedown", "g", "G"), "moves"),
    "enter": "opens the detail",
    "escape": "goes back",
    "ctrl+c": "copies or quits",
    "ctrl+q": "quits",
}
"""Keys that cannot be given away, and what they do."""

_DEFAULTS = {entry.id: entry.key for entry in GLOBAL_KEYS}
DEFAULT_BINDINGS = tuple(KeyBinding(entry.id, entry.key) for entry in GLOBAL_KEYS)


def key_map(
    table: Mapping[str, object], panes: Sequence[str], lines: "Lines"
) -> tuple[tuple[KeyBinding, ...], list[Flaw]]:
    """Every global id with its keys and the bindings of pane actions; and what is wrong in `[keys]`.

    Whether an action exists and which keys its pane has is not known here: see `check_pane_keys`.

    Args:
        table: the table as it was read.
        panes: the enabled panes.
    """
    flaws: list[Flaw] = []
    given: dict[str, KeyBinding] = {}
    paths: dict[str, KeyPath] = {}
    for path, name, value in _entries(table):
        flaw = _unknown_id(name, panes) or _key_flaw(value)
        if flaw:
            flaws.append(Flaw(path, flaw))
        else:
            given[name] = KeyBinding(name, _keys(str(value)), lines.line(path))
            paths[name] = path
    merged = {**{entry.id: entry for entry in DEFAULT_BINDINGS}, **given}
    flaws += [Flaw(paths[name], message) for name, message in _clashes(merged, given)]
    return (DEFAULT_BINDINGS if flaws else tuple(merged.values())), flaws


def check_pane_keys(settings: Settings, actions: Mapping[str, Sequence[Action]]) -> tuple[Problem, ...]:
    """What is wrong with the keys of pane actions, once the panes are there to be asked.

    Three things: no such action; a key that another action of the pane has; an
    action whose own key is now a global one and that has not been given another.

    Args:
        actions: each running pane's actions by the pane's name.
    """
    found: list[Problem] = []
    global_keys = {
        key: entry for entry in settings.keys if entry.id in _DEFAULTS for key in entry.key.split(",")
    }
    for pane, offered in actions.items():
        bound = {
            entry.id.partition(".")[2]: entry for entry in settings.keys if entry.id.startswith(pane + ".")
        }
        for name, message in _pane_flaws(bound, offered, global_keys):
            line = bound[name].line if name in bound else 0
            file = display(settings.file) if settings.file else ""
            found.append(Problem(file, line, f"keys.{pane}.{name}", message))
    return tuple(found)


def _pane_flaws(
    bound: Mapping[str, KeyBinding], offered: Sequence[Action], global_keys: Mapping[str, KeyBinding]
) -> Iterator[tuple[str, str]]:
    names = [action.name for action in offered]
    for name in bound:
        if name not in names:
            yield name, "the pane has no such action" + did_you_mean(name, names)
    taken: dict[str, str] = {}
    for action in offered:
        keys = bound[action.name].key if action.name in bound else action.key
        for key in keys.split(","):
            if key in taken:
                yield action.name, f"{key} is the key of {taken[key]} as well"
            elif action.name not in bound and key in global_keys:
                yield action.name, f"{key} is now the key of {global_keys[key].id}; give one of them another"
            taken.setdefault(key, action.name)


def _entries(table: Mapping[str, object]) -> Iterator[tuple[KeyPath, str, object]]:
    """Path, id and value; `git.fetch = "F"` is a table within the table, `"git.fetch" = "F"` is not."""
    for key, value in table.items():
        if isinstance(value, dict):
            for inner, entry in value.items():
                yield ("keys", key, inner), f"{key}.{inner}", entry
        else:
            yield ("keys", key), key, value


def _unknown_id(name: str, panes: Sequence[str]) -> str:
    pane, dot, action = name.partition(".")
    if not dot:
        return "" if name in _DEFAULTS else "unknown id" + did_you_mean(name, _DEFAULTS)
    if pane not in panes:
        return "there is no such pane" + did_you_mean(pane, panes)
    return "" if action else "expected PANE.ACTION"


def _key_flaw(value: object) -> str:
    if not isinstance(value, str):
        return 'expected a key in quotes, such as "F" or "ctrl+o"'
    try:
        _keys(value)
    except ValueError as error:
        return str(error)
    return ""


def _keys(text: str) -> str:
    """`text` with each key as Textual names it.

    Raises:
        devdash.config.keyname.BadKey: one of them is no key. (A ValueError.)
    """
    from devdash.config.keyname import canonical  # most files have no [keys]

    parts = [text] if text == "," else text.split(",")
    return ",".join(dict.fromkeys(canonical(part) for part in parts))


def _clashes(merged: Mapping[str, KeyBinding], given: Mapping[str, KeyBinding]) -> Iterator[tuple[str, str]]:
    """Ids of the file whose key means something else already."""
    owners: dict[str, list[str]] = {}
    for name, entry in merged.items():
        for key in entry.key.split(","):
            if key in FIXED_KEYS and not (key == "ctrl+q" and name == "quit"):
                yield name, f"{key} cannot be given away: it {FIXED_KEYS[key]}"
            owners.setdefault(key, []).append(name)
    for key, names in owners.items():
        for name in names:
            others = [other for other in names if other != name and _meet(name, other)]
            if name in given and others:
                yield name, f"{key} is the key of {others[0]} as well"


def _meet(one: str, other: str) -> bool:
    """Whether two ids can be pressed in the same place: not when they are of two panes."""
    pane, dot, _ = one.partition(".")
    pane_other, dot_other, _ = other.partition(".")
    return not (dot and dot_other) or pane == pane_other
