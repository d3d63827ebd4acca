"""Plug-ins by name; one that cannot be loaded costs only its own panes."""

import pytest

from devdash.config.plugins import PluginProblem
from devdash.engine.registry import BUILT_IN, Registry, _load


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_built_in_plugin_loads(name: str) -> None:
    found = Registry().pane_type(name)
    assert found.title
    assert Registry().config_type(name) is found.Config


def test_an_unknown_plugin_is_refused_with_a_suggestion() -> None:
    with pytest.raises(PluginProblem) as caught:
        Registry().pane_type("batery")
    assert "did you mean 'battery'?" in caught.value.hint


@pytest.mark.parametrize("target", ["no.such.module:Pane", "devdash.api:NoSuchPane", "devdash.api:Level"])
def test_what_is_no_pane_is_a_problem_not_a_crash(target: str) -> None:
    with pytest.raises(PluginProblem):
        _load("third", target)
