"""Ends from outside, streams that are closed, and text that would steer whoever prints it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_rig import Result
from terminal import Terminal

from devdash.cli.exits import Exit
from devdash.logbook import log_path

Devdash = Callable[..., Result]
Config = Callable[[str], Path]

LEAVE_ALTERNATE_SCREEN = b"\x1b[?1049l"
STEERING = r"\u001b[31mred\u001b]0;owned\u0007"


def dashboard(folder: Path, *, ignoring: str = "") -> Terminal:
    """The dashboard in a terminal; `ignoring` names a signal that it was started with ignored."""
    shell = f"trap '' {ignoring}; " if ignoring else ""
    argv = ["sh", "-c", f'{shell}exec "$0" -m devdash', sys.executable]
    return Terminal(argv, env=dict(os.environ) | {"TERM": "xterm-256color"}, cwd=folder)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_the_dashboard_and_gives_the_terminal_back(
    folder: Path, config: Config, number: signal.Signals
) -> None:
    config("[panes.stub]")
    with dashboard(folder) as terminal:
        terminal.until("half")
        terminal._process.send_signal(number)
        assert terminal.end() == Exit.TERMINATED
        assert LEAVE_ALTERNATE_SCREEN in terminal.raw


def test_without_its_terminal_the_dashboard_ends_even_where_nobody_tells_it(
    folder: Path, config: Config
) -> None:
    config("[panes.stub]")
    with dashboard(folder, ignoring="HUP") as terminal:
        terminal.until("half")
        # The test's own end is the only one that is open: closing it is what a closed window does.
        ours, terminal._ours = terminal._ours, os.open(os.devnull, os.O_RDONLY)
        os.close(ours)
        assert terminal._process.wait(timeout=30) == Exit.TERMINATED
    assert not list(log_path().parent.glob("crash-*"))


@pytest.mark.parametrize("closing", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("command", ["check", "run stub nothing", ""])
def test_closed_streams_are_no_bug(config: Config, closing: str, command: str) -> None:
    config("[panes.stub]")
    line = f'"$0" -m devdash {command} {closing}'
    done = subprocess.run(["sh", "-c", line, sys.executable], capture_output=True, text=True, timeout=50)
    assert done.returncode != Exit.BUG, done.stderr
    assert "bug" not in done.stderr


def test_what_a_pane_says_does_not_steer_the_terminal_through_check(devdash: Devdash, config: Config) -> None:
    config(f'[panes.stub]\nfail = "{STEERING}"')
    assert "red" in devdash("check").calm().out


def test_what_a_pane_says_does_not_steer_who_reads_the_log(devdash: Devdash, config: Config) -> None:
    config(f'[panes.stub]\nfail = "{STEERING}"')
    devdash("check")
    text = log_path().read_text(encoding="utf-8")
    assert "red" in text
    assert "\x1b" not in text


def test_ctrl_c_in_the_editor_is_the_editors(folder: Path, config: Config) -> None:
    config("[panes.doer]")
    editor = folder / "editor"
    editor.write_text(
        "#!/bin/sh\ntrap 'echo interrupted; exit 3' INT\necho edits\nwhile :; do sleep 0.05; done\n"
    )
    editor.chmod(0o700)
    env = {**os.environ, "EDITOR": str(editor)}
    with Terminal([sys.executable, "-m", "devdash"], env=env, cwd=folder) as terminal:
        terminal.until("greet")
        terminal.press("o")
        terminal.until("edits")
        os.killpg(terminal._process.pid, signal.SIGINT)  # as a terminal does it
        terminal.until("ended with 3")
        terminal.press("q")
        assert terminal.end() == Exit.OK
    with Terminal([sys.executable, "-m", "devdash", "run", "doer", "edit"], env=env, cwd=folder) as terminal:
        terminal.until("edits")
        os.killpg(terminal._process.pid, signal.SIGINT)
        terminal.until("ended with 3")
        assert terminal.end() == Exit.CRITICAL


def test_the_screen_comes_back_after_a_program(folder: Path, config: Config) -> None:
    config("[panes.doer]")
    env = {**os.environ, "SECRET": "hunter2"}
    with Terminal([sys.executable, "-m", "devdash"], env=env, cwd=folder) as terminal:
        terminal.until("greet")
        terminal.press("n")
        terminal.until("unset in /")
        terminal.press("m")
        terminal.until("false ended with 1")
        terminal.press("q")
        assert terminal.end() == Exit.OK


def test_the_screen_is_drawn_in_utf_8_whatever_the_locale_says(folder: Path, config: Config) -> None:
    config("[panes.stub]")
    env = {**os.environ, "PYTHONIOENCODING": "ascii"}
    with Terminal([sys.executable, "-m", "devdash"], env=env, cwd=folder) as terminal:
        terminal.until("1 Stub ━━")
        terminal.press("q")
        assert terminal.end() == Exit.OK


@pytest.mark.parametrize("command", ["check", "doctor", "run stubborn nothing", ""])
def test_a_pane_that_will_not_be_cancelled_holds_no_end(folder: Path, config: Config, command: str) -> None:
    config('[panes.stubborn]\ntimeout = "0.2s"')
    env = {**os.environ}
    with Terminal([sys.executable, "-m", "devdash", *command.split()], env=env, cwd=folder) as terminal:
        if not command:
            terminal.until("took longer")
            terminal.press("q")
        assert terminal.end() != Exit.BUG
        assert "Traceback" not in terminal.text


LINGERING = """
import sys, threading, time
from devdash.cli.leave import leave
threading.Thread(target=time.sleep, args=(600,)).start()
print("said")
leave(5)
"""


def test_a_thread_that_goes_on_does_not_hold_the_end() -> None:
    done = subprocess.run([sys.executable, "-c", LINGERING], capture_output=True, text=True, timeout=50)
    assert (done.returncode, done.stdout) == (5, "said\n")
