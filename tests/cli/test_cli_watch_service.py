"""`devdash watch install` and `uninstall`: what is written is what systemd, desktops and launchd read."""

import os
import plistlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_rig import Result

from devdash.cli.login_items import LABEL, Way, agent, desktop_entry, login_item, unit
from devdash.cli.watch_service import way_of_this_session

ODD = ("/opt/a b/100%/py\"th'on", "-m", "devdash", "--config", "/home/me/$HOME \\ ü.toml", "watch")


@pytest.fixture
def systemctl(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A session whose systemctl writes down what it is asked; a real one needs a booted machine."""
    asked = tmp_path / "asked"
    (home / "run" / "systemd").mkdir(parents=True)
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "systemctl").write_text(f'#!/bin/sh\necho "$@" >> "{asked}"\n[ ! -e "{asked}.refuse" ]\n')
    (tools / "systemctl").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    return asked


def test_systemd_takes_the_unit_as_it_is(tmp_path: Path, needs: Callable[[str], str]) -> None:
    """systemd-analyze finds nothing to complain of, whatever stands in paths."""
    file = tmp_path / "devdash-watch.service"
    program = tmp_path / "%n odd"  # quotes in a program's name systemd refuses, however they are written
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    file.write_text(unit((str(program), *ODD), {"PATH": '/a b:/c%d:/"q"'}))
    argv = [needs("systemd-analyze"), "--user", "verify", "--man=no", str(file)]
    (tmp_path / "run").mkdir()
    environment = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path / "run")}
    done = subprocess.run(argv, capture_output=True, text=True, timeout=30, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert "$$HOME" in file.read_text()


def test_desktops_take_the_autostart_entry_as_it_is(tmp_path: Path, needs: Callable[[str], str]) -> None:
    """Checked by the specification's own tool."""
    file = tmp_path / "devdash-watch.desktop"
    file.write_text(desktop_entry(ODD, {"PATH": "/a b:/c%d"}), encoding="utf-8")
    done = subprocess.run(
        [needs("desktop-file-validate"), str(file)], capture_output=True, text=True, timeout=30
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_launchd_gets_its_words_unchanged() -> None:
    """A property list needs no quoting, so there is nothing to get wrong."""
    value = plistlib.loads(agent(ODD, {"PATH": "/a b"}).encode())
    assert value["ProgramArguments"] == list(ODD)
    assert (value["Label"], value["EnvironmentVariables"]) == (LABEL, {"PATH": "/a b"})


def test_only_what_decides_where_things_are_is_passed_on(tmp_path: Path) -> None:
    """No secret of the environment lands in a file."""
    environment = {"PATH": "/bin", "SHOP_PASSWORD": "hunter2", "XDG_STATE_HOME": "/state"}
    for way in Way:
        text = login_item(way, ("/bin/devdash",), environment, tmp_path, tmp_path).text
        assert "hunter2" not in text and "/state" in text


def test_install_and_uninstall_with_systemd(
    systemctl: Path, home: Path, program: Callable[..., Result], config: Callable[[str], Path]
) -> None:
    """The unit runs this Python's devdash on this devdash.toml; afterwards nothing is left."""
    path = config("[panes.battery]\n")
    done = program("watch", "install").calm()
    file = home / ".config" / "systemd" / "user" / "devdash-watch.service"
    assert done.code == 0, done.err
    assert f'ExecStart="{sys.executable}" "-m" "devdash" "--config" "{path}" "watch"' in file.read_text()
    assert systemctl.read_text().splitlines() == [
        "--user daemon-reload",
        "--user enable devdash-watch.service",
        "--user restart devdash-watch.service",
    ]
    assert f"installed: {file}" in program("watch", "status").out
    assert program("watch", "uninstall").calm().code == 0
    assert not file.exists()
    assert systemctl.read_text().splitlines()[3:] == [
        "--user disable --now devdash-watch.service",
        "--user daemon-reload",
    ]
    assert "not installed" in program("watch", "uninstall").out


def test_a_refusal_of_systemd_is_told_and_leaves_what_was_there(
    systemctl: Path, home: Path, program: Callable[..., Result], config: Callable[[str], Path]
) -> None:
    """Nobody is made to believe that it runs, neither now nor by `watch status`."""
    config("[panes.battery]\n")
    Path(f"{systemctl}.refuse").touch()
    done = program("watch", "install").calm()
    assert done.code != 0 and "daemon-reload ended with 1" in done.err
    assert (done.out, "not installed" in program("watch", "status").out) == ("", True)
    file = home / ".config" / "systemd" / "user" / "devdash-watch.service"
    file.write_text("another devdash's")
    assert program("watch", "install").calm().code != 0
    assert file.read_text() == "another devdash's"


def test_without_systemd_the_desktop_starts_it(
    home: Path, program: Callable[..., Result], config: Callable[[str], Path]
) -> None:
    """And it says how to start it now."""
    config("[panes.battery]\n")
    done = program("watch", "install").calm()
    file = home / ".config" / "autostart" / "devdash-watch.desktop"
    assert (done.code, file.exists()) == (0, True)
    assert "devdash watch &" in done.out
    assert program("watch", "uninstall").calm().code == 0
    assert not file.exists()


def test_the_way_is_told_by_the_session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with systemctl but another init is not one with systemd."""
    assert way_of_this_session({}) is Way.AUTOSTART
    assert way_of_this_session({"XDG_RUNTIME_DIR": str(tmp_path)}) is Way.AUTOSTART
    monkeypatch.setattr(sys, "platform", "darwin")
    assert way_of_this_session({}) is Way.LAUNCHD


def test_status_says_who_is_on_duty_when_nobody_is(program: Callable[..., Result]) -> None:
    """With an exit code for scripts."""
    done = program("watch", "status").calm()
    assert (done.code, "nobody is on duty" in done.out) == (1, True)
