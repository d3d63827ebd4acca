"""Which keys are in force: the defaults, changed by `[keys]` in devdash.toml. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from devdash.config.keys import GLOBAL_KEYS
from devdash.config.model import KeyBinding
from devdash.contract.actions import Action
from devdash.tui.bars import key_label

_HINTED = frozenset({"read", "filter", "zoom", "triage", "help"})


class KeyMap:
    """The keys of the dashboard and of the panes' actions; several keys are joined by ","."""

    def __init__(self, bindings: Iterable[KeyBinding]) -> None:
        self._keys = {binding.id: binding.key for binding in bindings}

    @property
    def everywhere(self) -> Mapping[str, str]:
        """Ids of the dashboard's own keys to keys, as Textual's key map takes them."""
        return {name: key for name, key in self._keys.items() if "." not in name}

    @property
    def hinted(self) -> Sequence[tuple[str, str]]:
        """Those of them that the hint line shows, with their titles."""
        return [(self._keys.get(k.id, k.key), k.title) for k in GLOBAL_KEYS if k.id in _HINTED]

    @property
    def explained(self) -> Sequence[tuple[str, str]]:
        """All of them with what they do."""
        return [(self._keys.get(k.id, k.key), k.help) for k in GLOBAL_KEYS]

    def hints(self, pane: str, actions: Iterable[Action], first: Sequence[str]) -> Sequence[tuple[str, str]]:
        """Keys and titles of the pane's actions, those called `first` before the others."""
        places = {name: place for place, name in enumerate(first)}
        ordered = sorted(actions, key=lambda action: places.get(action.name, len(places)))
        return [(self.of(pane, action), action.title) for action in ordered]

    def of(self, pane: str, action: Action) -> str:
        """The keys of the pane's action."""
        return self._keys.get(f"{pane}.{action.name}", action.key)

    def label(self, pane: str, actions: Iterable[Action], name: str | None) -> str:
        """Key and title of the pane's action `name`; of reading again, when it is None."""
        action = next((action for action in actions if action.name == name), None)
        if action is None:
            return f"{key_label(self._keys.get('read', 'r'))} read again"
        return f"{key_label(self.of(pane, action))} {action.title.lower()}"

    def action(self, pane: str, actions: Iterable[Action], key: str) -> Action | None:
        """The action of the pane that `key` means."""
        return next((action for action in actions if key in self.of(pane, action).split(",")), None)
