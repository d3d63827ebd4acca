"""docs/json.md names every fact of the built-in plug-ins."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import inspect

PAGE = Path(__file__).parents[2] / "docs" / "json.md"


def field_names(kind: inspect.Type) -> Iterator[str]:
    """The names of all fields in `kind`, however deep."""
    if isinstance(kind, inspect.StructType):
        for field in kind.fields:
            yield field.encode_name
            yield from field_names(field.type)
    elif isinstance(kind, inspect.VarTupleType):
        yield from field_names(kind.item_type)
    elif isinstance(kind, inspect.UnionType):
        for member in kind.types:
            yield from field_names(member)


@pytest.mark.parametrize("plugin", ["battery", "ledger", "git", "databases"])
def test_every_fact_is_documented(plugin: str) -> None:
    facts = getattr(importlib.import_module(f"devdash_{plugin}.facts"), f"{plugin.title()}Facts")
    (line,) = re.findall(rf"^- {plugin}: .*$", PAGE.read_text(), re.MULTILINE)
    documented = set(re.findall(r"`(\w+)`", line))
    assert set(field_names(inspect.type_info(facts))) - documented == set()
