"""Facts as conditions reach into them: by the names that `status --json` shows, element by element.

Only fields are read, never another attribute, so that no code of a plug-in runs here.
"""

import math
import re
from collections.abc import Collection, Iterator, Mapping
from enum import Enum
from functools import cache
from typing import Final, final

import msgspec

NAMING = ("key", "name", "alias", "id", "path")
"""The fields that name an element of a list; the first that is a text and not empty does."""


@final
class Missing:
    """What is not there, or is of no use: not a number, or of a type that facts do not have."""


MISSING: Final = Missing()

_DECIMAL = re.compile(r"[+-]?[0-9]{1,30}(?:\.[0-9]{1,30})?", re.ASCII)


def field(value: object, name: str) -> object:
    """The field `name`; None of None; MISSING where there is no such field."""
    if value is None:
        return None
    if isinstance(value, msgspec.Struct):
        attribute = _attributes(type(value)).get(name)
        return MISSING if attribute is None else getattr(value, attribute, MISSING)
    return value.get(name, MISSING) if isinstance(value, Mapping) else MISSING


@cache
def _attributes(kind: type[msgspec.Struct]) -> dict[str, str]:
    """Names as JSON has them, to attributes."""
    return dict(zip(kind.__struct_encode_fields__, kind.__struct_fields__, strict=True))


def plain(value: object) -> object:
    """A number, text, truth, None, tuple or list; MISSING for all else."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, float):
        return value if math.isfinite(value) else MISSING
    return value if value is None or isinstance(value, bool | int | str | tuple | list) else MISSING


_PLAIN = frozenset((int, str, bool, tuple, list, type(None)))


def number(value: object) -> int | float | None:
    """A number, or the one that a text writes as a decimal: facts have money as text. None: it is none."""
    if isinstance(value, str):
        return float(value) if _DECIMAL.fullmatch(value) else None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def elements(value: object) -> Collection[object] | None:
    """The elements of a list or the values of a mapping; None when it is neither, or not known."""
    if isinstance(value, tuple | list):
        return value
    return value.values() if isinstance(value, Mapping) else None


def keys(value: object) -> Iterator[str]:
    """What the `elements` are called, in their order."""
    if isinstance(value, Mapping):
        yield from map(str, value)
    elif isinstance(value, tuple | list):
        for place, element in enumerate(value, 1):
            yield key_of(element) or str(place)


def key_of(element: object) -> str:
    """By a field of `NAMING`, or by itself when it is a text; "" where neither names it."""
    if isinstance(element, str):
        return str(plain(element))
    names = _naming(type(element)) if isinstance(element, msgspec.Struct) else NAMING
    for name in names:
        found = plain(field(element, name))
        if isinstance(found, str) and found:
            return found
    return ""


@cache
def _naming(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    return tuple(name for name in NAMING if name in kind.__struct_encode_fields__)
