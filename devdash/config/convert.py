"""A TOML table to a struct, and every reason why it cannot be one.

msgspec converts the whole table at once, which is fast and is all that a right
table needs. It stops at the first error, though; so after a failure the table
is walked along its type, and each value is converted alone.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Literal, TypeVar, Union, get_args, get_origin

import msgspec

from devdash.config import values
from devdash.config.keypath import KeyPath
from devdash.config.suggest import did_you_mean
from devdash.contract.settings import Duration, Secret

S = TypeVar("S", bound=msgspec.Struct)

_AT = re.compile(r" - at `[^`]*`$")
_NAMES = {
    "str": "text in quotes",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "an array",
    "object": "a table",
    "datetime": "a date and time",
    "date": "a date",
    "time": "a time",
}


class Flaw(msgspec.Struct, frozen=True):
    """What is wrong with the value at `path`."""

    path: KeyPath
    message: str


class Flawed(Exception):
    """A table does not fit its type.

    Args:
        flaws: every one of them; at least one.
    """

    def __init__(self, flaws: list[Flaw]) -> None:
        super().__init__("; ".join(flaw.message for flaw in flaws))
        self.flaws = flaws


def convert(table: Mapping[str, object], kind: type[S], folder: Path, at: KeyPath = ()) -> S:
    """The struct that `table` writes; relative paths in it, default ones too, start in `folder`.

    Args:
        at: where the table is; the start of every flaw's path.

    Raises:
        Flawed: the table does not fit.
    """
    try:
        return anchored(msgspec.convert(table, kind, dec_hook=_hook(folder), strict=True), folder)
    except msgspec.ValidationError as error:
        check(table, kind, folder, at)
        # Each value fits alone: the type's own __post_init__ refuses them together.
        raise Flawed([Flaw(at, _AT.sub("", str(error)))]) from None
    except Exception as error:  # a plug-in's type may be one that msgspec refuses, or raise by itself
        raise _unusable(error, at) from error


def check(table: Mapping[str, object], kind: type[msgspec.Struct], folder: Path, at: KeyPath) -> None:
    """Look at each value of `table` alone; what `kind` says about them together is not asked.

    Raises:
        Flawed: some do not fit.
    """
    try:
        flaws = list(_struct_flaws(table, kind, _hook(folder), at))
    except Exception as error:  # as above
        raise _unusable(error, at) from error
    if flaws:
        raise Flawed(flaws)


def _unusable(error: Exception, at: KeyPath) -> Flawed:
    return Flawed([Flaw(at, f"the plug-in's Config cannot be used ({type(error).__name__})")])


def anchored(value: S, folder: Path) -> S:
    """`value` with the relative paths in its fields made absolute: defaults are not converted."""
    changed: dict[str, object] = {}
    for name in value.__struct_fields__:
        old: object = getattr(value, name)
        new = _anchored(old, folder)
        if new is not old:
            changed[name] = new
    return msgspec.structs.replace(value, **changed) if changed else value


def _anchored(value: object, folder: Path) -> object:
    if isinstance(value, Path):
        return value if value.is_absolute() else folder / value.expanduser()
    if isinstance(value, msgspec.Struct):
        return anchored(value, folder)
    if isinstance(value, tuple):
        new = tuple(_anchored(item, folder) for item in value)
        return new if any(a is not b for a, b in zip(new, value, strict=True)) else value
    if isinstance(value, dict):
        return {key: _anchored(item, folder) for key, item in value.items()}
    return value


Hook = Callable[[type, object], object]


def _hook(folder: Path) -> Hook:
    def decode(kind: type, value: object) -> object:
        if issubclass(kind, Duration):
            return values.duration(value, kind)
        if kind is Secret:
            return values.secret(value, folder)
        if issubclass(kind, Path):
            return values.path(value, folder)
        raise NotImplementedError(f"devdash.toml has no form for {kind.__name__}")

    return decode


def _struct_flaws(
    table: Mapping[str, object], kind: type[msgspec.Struct], hook: Hook, at: KeyPath
) -> Iterator[Flaw]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    if kind.__struct_config__.forbid_unknown_fields:
        tag_field = kind.__struct_config__.tag_field
        for key in table:
            if key not in fields and key != tag_field:
                yield Flaw((*at, key), "unknown key" + (did_you_mean(key, fields) or _known(fields)))
    for name, field in fields.items():
        if name in table:
            yield from _value_flaws(table[name], field.type, hook, (*at, name))
        elif field.required:
            yield Flaw(at, f"the key '{name}' is missing")


def _known(names: Mapping[str, object]) -> str:
    return "; known here: " + ", ".join(names) if names else ""


def _value_flaws(value: object, kind: object, hook: Hook, at: KeyPath) -> Iterator[Flaw]:
    """The flaws of one value; looks into tables and arrays so far as their type is plain to see."""
    inner = _required(kind)
    forms = tagged(inner)
    if forms and isinstance(value, dict):
        chosen = _chosen(value, forms, at)
        if isinstance(chosen, Flaw):
            yield chosen
            return
        inner = chosen
    if isinstance(inner, type) and issubclass(inner, msgspec.Struct) and isinstance(value, dict):
        yield from _struct_flaws(value, inner, hook, at)
        return
    item = _item_type(inner)
    if item is not None and isinstance(value, list):
        for index, entry in enumerate(value):
            yield from _value_flaws(entry, item, hook, (*at, index))
    elif get_origin(inner) is dict and isinstance(value, dict):
        for key, entry in value.items():
            yield from _value_flaws(entry, get_args(inner)[1], hook, (*at, key))
    else:
        yield from _leaf_flaws(value, kind, hook, at)


def tagged(kind: object) -> dict[str, type[msgspec.Struct]]:
    """The structs of a union that a key tells apart, by that key's value; empty for all other types."""
    parts = get_args(kind) if get_origin(kind) in (Union, UnionType) else ()
    structs = [part for part in parts if isinstance(part, type) and issubclass(part, msgspec.Struct)]
    if not structs or any(struct.__struct_config__.tag is None for struct in structs):
        return {}
    return {str(struct.__struct_config__.tag): struct for struct in structs}


def _chosen(
    table: Mapping[str, object], forms: Mapping[str, type[msgspec.Struct]], at: KeyPath
) -> type[msgspec.Struct] | Flaw:
    field = next(iter(forms.values())).__struct_config__.tag_field or ""
    choices = ", ".join(f'"{form}"' for form in forms)
    if field not in table:
        return Flaw(at, f"the key '{field}' is missing: one of {choices}")
    name = table[field]
    if isinstance(name, str) and name in forms:
        return forms[name]
    hint = did_you_mean(name, forms) if isinstance(name, str) else ""
    return Flaw((*at, field), f"expected one of {choices}{hint}")


def _required(kind: object) -> object:
    """`T` of `T | None` and of `Annotated[T, …]`."""
    if get_origin(kind) is Annotated:
        return _required(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        others = [arg for arg in get_args(kind) if arg is not NoneType]
        return _required(others[0]) if len(others) == 1 else kind
    return kind


def _item_type(kind: object) -> object | None:
    """`T` of `tuple[T, ...]`, `list[T]`, `frozenset[T]`."""
    args = get_args(kind)
    if get_origin(kind) is tuple:
        return args[0] if len(args) == 2 and args[1] is Ellipsis else None
    return args[0] if get_origin(kind) in (list, frozenset, set) else None


def _leaf_flaws(value: object, kind: object, hook: Hook, at: KeyPath) -> Iterator[Flaw]:
    try:
        msgspec.convert(value, kind, dec_hook=hook, strict=True)
    except msgspec.ValidationError as error:
        yield Flaw(at, _message(error, kind, value))


def _message(error: msgspec.ValidationError, kind: object, value: object) -> str:
    """msgspec's message in the words of TOML; only those of its messages that repeat no value."""
    if isinstance(error.__cause__, values.BadValue):
        return str(error.__cause__)
    choices = _choices(_required(kind))
    if choices:
        hint = did_you_mean(value, choices) if isinstance(value, str) else ""
        return "expected one of " + ", ".join(f'"{choice}"' for choice in choices) + hint
    text = _AT.sub("", str(error))
    if not text.startswith("Expected "):
        return "this value is not accepted here"
    return re.sub(r"`([^`]+)`", lambda match: _names(match[1]), text).replace("Expected", "expected", 1)


def _choices(kind: object) -> list[str]:
    if isinstance(kind, type) and issubclass(kind, Enum):
        return [str(member.value) for member in kind]
    return [str(arg) for arg in get_args(kind)] if get_origin(kind) is Literal else []


def _names(kinds: str) -> str:
    """ "str | null" as "text in quotes": TOML has no null."""
    told = [_NAMES.get(kind, kind) for kind in kinds.split(" | ") if kind != "null"]
    return " or ".join(told)
