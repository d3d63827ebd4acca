"""Which environment variables hold secrets: programs that need none of them are not given them."""

from collections.abc import Iterator, Mapping

import msgspec

from devdash.config.model import Settings
from devdash.contract.settings import Secret, SecretEnv


def secret_variables(settings: Settings) -> frozenset[str]:
    """The variables that `{ env = … }` names anywhere in devdash.toml."""
    tables = (settings.alerts, settings.history, *(pane.config for pane in settings.panes))
    return frozenset(name for table in tables for name in _names(table))


def others_secret_variables(settings: Settings, pane: str) -> frozenset[str]:
    """Those that devdash.toml names, but not in the table of `pane`: none is for its programs."""
    own = settings.pane(pane)
    return secret_variables(settings).difference(() if own is None else _names(own.config))


def _names(value: object) -> Iterator[str]:
    match value:
        case Secret(source=SecretEnv(env=name)):
            yield name
        case msgspec.Struct():
            for field in value.__struct_fields__:
                yield from _names(getattr(value, field))
        case Mapping():
            for one in value.values():
                yield from _names(one)
        case tuple() | list():
            for one in value:
                yield from _names(one)
