"""The config in force as text, and the schema."""

import json
import tomllib
from pathlib import Path

import pytest
from config_rig import Plugins, load_text
from hypothesis import given
from hypothesis import strategies as st

from devdash.config.load import load
from devdash.config.schema import schema
from devdash.config.show import show
from devdash.config.values import duration, written

TEXT = """
[devdash]
layout = [["git", "databases"]]
[panes.git]
title = 'A "title"'
key = { command = ["pass", "show", "x"] }
interval = "90s"
patience = "1500ms"
colour = "green"
places = [{ path = "a" }, { path = "b", depth = 3 }]
[panes.databases.databases.shop]
PASSWORD = { env = "SHOP" }
OPTIONS = { timeout = 5 }
[panes.databases.databases.other]
USER = "kim"
[keys]
git.fetch = "F"
read = "f5"
[policy]
role = "editor"
deny = ["git.*.push"]
"""


def test_what_is_shown_is_a_config_that_means_the_same(tmp_path: Path) -> None:
    settings = load_text(tmp_path, TEXT)
    assert settings.all_problems == ()
    (tmp_path / "again").mkdir()
    again = load_text(tmp_path / "again", show(settings))
    assert again.all_problems == ()
    assert [(pane.name, pane.title) for pane in again.panes] == [
        (pane.name, pane.title) for pane in settings.panes
    ]
    for pane, other in zip(settings.panes, again.panes, strict=True):
        assert (pane.name, pane.title) == (other.name, other.title)
        assert pane.config is not None
        assert other.config is not None
        fields = set(pane.config.__struct_fields__) - {"plugin"}
        assert all(getattr(pane.config, name) == getattr(other.config, name) for name in fields)
    assert again.dashboard == settings.dashboard
    assert again.policy == settings.policy
    assert {(key.id, key.key) for key in again.keys} == {(key.id, key.key) for key in settings.keys}


def test_defaults_are_shown_and_references_stay_references(tmp_path: Path) -> None:
    shown = tomllib.loads(show(load_text(tmp_path, TEXT)))
    git = shown["panes"]["git"]
    assert git["timeout"] == "20s"
    assert git["interval"] == "90s"
    assert git["patience"] == "1500ms"
    assert git["key"] == {"command": ["pass", "show", "x"]}
    assert shown["panes"]["databases"]["databases"]["shop"]["PASSWORD"] == {"env": "SHOP"}


def test_a_wrong_pane_is_shown_with_its_problems(tmp_path: Path) -> None:
    text = show(load_text(tmp_path, "[panes.git]\ncolour = 3\n[panes.battery]"))
    assert "panes.git.colour" in text
    assert tomllib.loads(text)["panes"]["git"] == {}


def test_without_a_file_the_defaults_are_shown() -> None:
    shown = tomllib.loads(show(load(None, Plugins())))
    assert set(shown["panes"]) == {"battery", "ledger", "git", "databases"}


@given(st.integers(1, 366 * 86_400_000))
def test_a_duration_reads_back_as_it_is_written(milliseconds: int) -> None:
    assert round(duration(written(milliseconds / 1000)) * 1000) == milliseconds


def test_the_schema_has_every_table_and_follows_its_references() -> None:
    tree = json.loads(schema(Plugins()))
    definitions = tree["$defs"]
    assert {"devdash", "policy", "pane", "panes.git", "panes.battery"} <= set(definitions)
    assert not {"panes.broken", "panes.untypable"} & set(definitions), "what cannot be loaded is left out"
    wanted = set()
    stack = [tree]
    while stack:
        node = stack.pop()
        stack.extend(node.values() if isinstance(node, dict) else node if isinstance(node, list) else ())
        if isinstance(node, dict) and "$ref" in node:
            wanted.add(node["$ref"].removeprefix("#/$defs/"))
    assert wanted <= set(definitions)


def struct_of(name: str) -> dict[str, object]:
    definitions = json.loads(schema(Plugins()))["$defs"]
    found = definitions[definitions[name]["$ref"].removeprefix("#/$defs/")]
    assert isinstance(found, dict)
    return found


def test_the_schema_knows_durations_paths_secrets_and_defaults() -> None:
    git = struct_of("panes.git")
    assert git["additionalProperties"] is False
    properties = git["properties"]
    assert isinstance(properties, dict)
    assert properties["interval"]["default"] == "1m"
    assert {"type": "number"} in properties["interval"]["anyOf"]
    assert properties["scan"]["default"] == ["src"]
    assert properties["scan"]["items"]["type"] == "string"
    forms = [form for form in properties["key"]["anyOf"] if "oneOf" in form]
    assert [set(form["properties"]) for form in forms[0]["oneOf"]] == [
        {"env"},
        {"file"},
        {"command"},
        {"keyring"},
    ]


def test_the_shipped_config_is_right_with_the_panes_that_are_built_in(
    request: pytest.FixtureRequest,
) -> None:
    registry = pytest.importorskip("devdash.engine.registry")
    settings = load(request.config.rootpath / "devdash.toml", registry.Registry())
    assert [str(problem) for problem in settings.all_problems] == []
    assert [pane.name for pane in settings.panes] == ["battery", "ledger", "git", "databases"]
    show(settings)
    assert json.loads(schema(registry.Registry()))
