"""The config in force as TOML: what the file says, what defaults add, no secrets.

References to secrets are shown as references.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from devdash.config.model import PaneSpec, Settings
from devdash.config.plain import plain_fields

if TYPE_CHECKING:
    from tomlkit.items import Item, Table


def show(settings: Settings) -> str:
    """The text. It can be read as a devdash.toml again, apart from panes that are wrong."""
    import tomlkit

    document = tomlkit.document()
    document.add(tomlkit.comment(f"in force: {settings.file or 'defaults, there is no config file'}"))
    document.add(tomlkit.comment(f"relative paths start in {settings.folder}"))
    document.add("devdash", _table(settings.dashboard))
    panes = tomlkit.table(is_super_table=True)
    for pane in settings.panes:
        panes.add(pane.name, _pane(pane))
    document.add("panes", panes)
    keys = tomlkit.table()
    for entry in settings.keys:
        keys.add(entry.id, entry.key)
    document.add("keys", keys)
    document.add("policy", _table(settings.policy))
    document.add("alerts", _nested(plain_fields(settings.alerts), {"rules": 2, "channel": 1}))
    document.add("history", _nested(plain_fields(settings.history), {"databases": 1}))
    return tomlkit.dumps(document)


def _pane(pane: PaneSpec) -> "Table":
    import tomlkit

    if pane.config is not None:
        return _table(msgspec.structs.replace(pane.config, plugin=pane.plugin))
    table = tomlkit.table()
    for problem in pane.problems:
        table.add(tomlkit.comment(str(problem)))
    return table


def _table(value: msgspec.Struct) -> "Table":
    import tomlkit

    table = tomlkit.table()
    for key, item in plain_fields(value).items():
        table.add(key, _item(item))
    return table


def _nested(fields: Mapping[str, object], depths: Mapping[str, int]) -> "Table":
    """Fields as a table in which some have tables of their own, as people write them.

    Args:
        depths: how many levels of names there are before the tables, by the field.
    """
    import tomlkit

    table = tomlkit.table()
    for key, value in fields.items():
        if key not in depths:
            table.add(key, _item(value))
    for key, depth in depths.items():
        value = fields.get(key)
        if isinstance(value, dict) and value:
            table.add(key, _deep(value, depth))
    return table


def _deep(fields: Mapping[str, object], depth: int) -> "Table":
    import tomlkit

    table = tomlkit.table(is_super_table=depth > 0)
    for key, value in fields.items():
        table.add(key, _deep(value, depth - 1) if depth and isinstance(value, dict) else _item(value))
    return table


def _item(value: object) -> "Item":
    """Tables within a table are written inline: nothing after them can fall into them."""
    import tomlkit

    if isinstance(value, dict):
        inline = tomlkit.inline_table()
        for key, inner in value.items():
            inline.append(key, _item(inner))
        return inline
    if isinstance(value, list):
        array = tomlkit.array()
        for inner in value:
            array.append(_item(inner))
        return array.multiline(any(isinstance(inner, dict) for inner in value))
    return tomlkit.item(value)
