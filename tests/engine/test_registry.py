"""Plug-ins by name; one that cannot be loaded costs only its own panes."""

import subprocess
import sys

import pytest

from devdash.config.plugins import PluginProblem
from devdash.engine.registry import BUILT_IN, Registry, _pane_class


@pytest.mark.parametrize("name", BUILT_IN)
def test_every_built_in_plugin_loads(name: str) -> None:
    found = Registry().pane_type(name)
    assert Registry().title(name) == found.title
    assert Registry().config_type(name) is found.Config


def test_the_config_of_built_in_panes_is_read_without_importing_them() -> None:
    """The first frame does not wait for what only readings need."""
    code = (
        "import sys\n"
        "from devdash.engine.registry import BUILT_IN, Registry\n"
        "for name in BUILT_IN: Registry().config_type(name); Registry().title(name)\n"
        "print([m for m in sys.modules if m.endswith('.pane') and m != 'devdash.contract.pane'])\n"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert printed.stdout == "[]\n"


def test_an_unknown_plugin_is_refused_with_a_suggestion() -> None:
    with pytest.raises(PluginProblem) as caught:
        Registry().pane_type("batery")
    assert "did you mean 'battery'?" in caught.value.hint


@pytest.mark.parametrize("target", ["no.such.module:Pane", "devdash.api:NoSuchPane", "devdash.api:Level"])
def test_what_is_no_pane_is_a_problem_not_a_crash(target: str) -> None:
    with pytest.raises(PluginProblem):
        _pane_class("third", target)
