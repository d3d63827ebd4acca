"""What `tests/conftest.py` promises to every test."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import devdash.engine.places as places

FOLDERS = ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR")


def test_a_test_has_an_empty_home_of_its_own(home: Path) -> None:
    """devdash's own folders lie in it, so no test reads or writes a person's."""
    assert not list(home.iterdir())
    assert all(Path(os.environ[name]).is_relative_to(home) for name in FOLDERS)
    assert Path.home() == home
    assert places.state_root().is_relative_to(home)
    assert places.cache_root().is_relative_to(home)


def test_nothing_of_the_person_s_environment_reaches_a_test() -> None:
    """No colours, no config, no editor, no session bus, no git hook's repository."""
    foreign = ("NO_COLOR", "COLUMNS", "LINES", "EDITOR", "VISUAL", "DBUS_SESSION_BUS_ADDRESS")
    assert not [name for name in foreign if name in os.environ]
    assert not [name for name in os.environ if name.startswith(("TEXTUAL", "DEVDASH_", "GIT_"))]


def test_a_program_that_is_there_is_named(needs: Callable[[str], str]) -> None:
    """`needs` gives the path."""
    assert needs("git") == shutil.which("git")


def test_a_program_that_is_missing_skips_the_test_here(
    needs: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a reason for the summary."""
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no-such-server is not installed"):
        needs("no-such-server")


def test_a_program_that_is_missing_fails_the_test_under_ci(
    needs: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody finds out a year later that a test never ran."""
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no-such-server"):
        needs("no-such-server")
