"""`devdash alerts test`: what would fail at night is told now."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

from cli_rig import Result

TELL = "import sys; open(sys.argv[1], 'w').write(sys.stdin.read())"


def test_a_channel_that_works_and_one_that_does_not(
    program: Callable[..., Result], config: Callable[[str], Path], tmp_path: Path
) -> None:
    """Each is tried, whatever the others do; the exit code tells."""
    told = tmp_path / "told"
    argv = json.dumps([sys.executable, "-c", TELL, str(told)])
    config(
        f"""
[alerts.channel.file]
type = "command"
argv = {argv}
[alerts.channel.broken]
type = "command"
argv = ["/nowhere/at-all"]
"""
    )
    good = program("alerts", "test", "file").calm()
    assert (good.code, good.err) == (0, "file: told\n")
    assert json.loads(told.read_text())["text"] == "This is a test."
    both = program("alerts", "test", "broken", "file").calm()
    assert (both.code, both.err.count("told")) == (1, 1)
    assert "/nowhere/at-all" in both.err
    wrong = program("alerts", "test", "fil").calm()
    assert (wrong.code, "did you mean 'file'?" in wrong.err) == (64, True)


def test_without_a_desktop_it_says_what_to_do(
    program: Callable[..., Result], config: Callable[[str], Path]
) -> None:
    """No session bus is a sentence, not a traceback."""
    config("[panes.battery]\n")
    result = program("alerts", "test", env={"DBUS_SESSION_BUS_ADDRESS": None}).calm()
    assert result.code == 1
    assert result.err.startswith("desktop: ") and "terminal: speaks in the dashboard only" in result.err


def test_a_program_is_not_given_the_secrets_of_others(
    program: Callable[..., Result], config: Callable[[str], Path], tmp_path: Path
) -> None:
    """The token of one channel is in devdash's environment; a program of the person's needs none of it."""
    told = tmp_path / "told"
    tell = "import os, sys; open(sys.argv[1], 'w').write(' '.join(os.environ))"
    config(
        f"""
[alerts.channel.file]
type = "command"
argv = {json.dumps([sys.executable, "-c", tell, str(told)])}
[alerts.channel.phone]
type = "ntfy"
url = "https://localhost:1/topic"
token = {{ env = "PHONE_TOKEN" }}
"""
    )
    result = program("alerts", "test", "file", env={"PHONE_TOKEN": "hunter2", "OTHER": "x"}).calm()
    names = told.read_text().split()
    assert (result.code, "PHONE_TOKEN" in names, "OTHER" in names) == (0, False, True)
