"""Facts as conditions reach into them: by the names that `status --json` shows, element by element.

Only fields are read, never another attribute, so that no code of a plug-in runs here.
"""

import math
import re
from collections.abc import Iterator, Mapping
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
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, float):
        return value if math.isfinite(value) else MISSING
    return value if value is None or isinstance(value, bool | int | str | tuple | list) else MISSING


def number(value: object) -> int | float | None:
    """A number, or the one that a text writes as a decimal: facts have money as text. None: it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    return float(value) if isinstance(value, str) and _DECIMAL.fullmatch(value) else None


def elements(value: object) -> Iterator[tuple[str, object]] | None:
    """Keys and elements of a list; None when it is no list, or not known."""
    if isinstance(value, tuple | list):
        return ((key_of(element, place), element) for place, element in enumerate(value, 1))
    if isinstance(value, Mapping):
        return ((str(key), element) for key, element in value.items())
    return None


def key_of(element: object, place: int) -> str:
    """What an element is called: by a field of `NAMING`, by itself when it is a text, else by its place."""
    if isinstance(element, str):
        return str(plain(element)) or str(place)
    for name in NAMING:
        found = plain(field(element, name))
        if isinstance(found, str) and found:
            return found
    return str(place)
