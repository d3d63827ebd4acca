"""The order in which devdash.toml is looked for."""

import subprocess
import sys
from pathlib import Path

import pytest

from devdash.config.errors import ConfigError
from devdash.config.locate import find, user_folder


@pytest.fixture
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Path]:
    """A config in each of the four places, and the current folder among them."""
    here = tmp_path / "here"
    files = {
        "option": tmp_path / "option.toml",
        "variable": tmp_path / "variable.toml",
        "here": here / "devdash.toml",
        "user": tmp_path / "config/devdash/devdash.toml",
    }
    for file in files.values():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("")
    monkeypatch.chdir(here)
    return files


@pytest.mark.skipif(sys.platform != "linux", reason="XDG is Linux's")
def test_the_order_is_option_variable_here_user(places: dict[str, Path], tmp_path: Path) -> None:
    environ = {"DEVDASH_CONFIG": str(places["variable"]), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    assert find(places["option"], environ) == places["option"]
    assert find(None, environ) == places["variable"]
    environ["DEVDASH_CONFIG"] = ""
    assert find(None, environ) == Path("devdash.toml")
    places["here"].unlink()
    assert find(None, environ) == places["user"]
    places["user"].unlink()
    assert find(None, environ) is None


def test_a_file_that_was_named_and_is_not_there_is_an_error(places: dict[str, Path]) -> None:
    with pytest.raises(ConfigError, match="--config"):
        find("absent.toml", {})
    with pytest.raises(ConfigError, match="DEVDASH_CONFIG") as caught:
        find(None, {"DEVDASH_CONFIG": "~nobody-at-all/x.toml"})
    assert "devdash init" in caught.value.hint


def test_a_dangling_link_is_not_passed_over(places: dict[str, Path]) -> None:
    places["here"].unlink()
    places["here"].symlink_to("nowhere")
    assert find(None, {}) == Path("devdash.toml")


def test_the_named_file_may_start_with_the_home_folder(
    places: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert find("~/option.toml", {}) == places["option"]


@pytest.mark.skipif(sys.platform != "linux", reason="XDG is Linux's")
def test_the_users_folder_follows_xdg(tmp_path: Path) -> None:
    assert user_folder({"XDG_CONFIG_HOME": "/etc/xdg", "HOME": "/home/kim"}) == Path("/etc/xdg/devdash")
    assert user_folder({"HOME": "/home/kim"}) == Path("/home/kim/.config/devdash")
    relative = {"XDG_CONFIG_HOME": "relative", "HOME": "/home/kim"}
    assert user_folder(relative) == Path("/home/kim/.config/devdash"), "the rule: relative ones are ignored"


def test_a_right_config_is_loaded_without_heavy_imports(tmp_path: Path) -> None:
    """The first frame waits for the config."""
    (tmp_path / "devdash.toml").write_text("[panes.battery]\n")
    script = """
import sys
from devdash.config.load import load
from devdash.config.locate import find
from config_rig import Plugins
settings = load(find(), Plugins())
assert settings.panes and not settings.all_problems
heavy = {"textual", "tomlkit", "watchfiles", "platformdirs", "difflib", "devdash.config.lines", "icontract"}
print(*sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={"PYTHONPATH": f"{Path(__file__).parent}:{Path(__file__).parents[2]}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr
