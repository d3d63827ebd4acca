"""Typed values back in the types that TOML has, with nothing in clear that should not be.

References to secrets stay references. A literal under a key that names a secret
is hidden, in case a plug-in's type lets one through.
"""

from collections.abc import Mapping
from enum import Enum
from pathlib import Path

import msgspec

from devdash.config.secrets import is_reference, looks_secret, names_secret
from devdash.config.values import written
from devdash.contract.settings import Duration, Secret

HIDDEN = "(hidden)"


def plain_fields(value: msgspec.Struct) -> dict[str, object]:
    """The fields as TOML has them, without those that are None; first the tag of one of several forms."""
    form = value.__struct_config__
    tag: dict[str, object] = {form.tag_field: form.tag} if form.tag_field else {}
    fields = ((field.encode_name, getattr(value, field.name)) for field in msgspec.structs.fields(value))
    return {**tag, **{key: _guarded(key, item) for key, item in fields if item is not None}}


def _guarded(key: str, value: object) -> object:
    shown = plain(value)
    if names_secret(key) and not is_reference(shown) and shown != "" and not isinstance(shown, bool):
        return HIDDEN
    return shown


def plain(value: object) -> object:
    """`value` in the types of TOML."""
    match value:
        case Duration():
            return written(value)
        case Enum():
            return value.value
        case Path():
            return str(value)
        case Secret(source):
            return {key: plain(item) for key, item in msgspec.structs.asdict(source).items()}
        case msgspec.Struct():
            return plain_fields(value)
        case str():
            return HIDDEN if looks_secret(value) else value
        case Mapping():
            return {str(key): _guarded(str(key), item) for key, item in value.items() if item is not None}
        case tuple() | list() | set() | frozenset():
            return [plain(item) for item in value]
        case _:
            return value
