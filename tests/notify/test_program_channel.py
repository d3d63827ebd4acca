"""A program of the person's own is told by its environment and its input, never by its arguments."""

import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alert_samples import message

from devdash.alerts.model import AlertId
from devdash.config.alerts import CommandChannel
from devdash.contract.settings import Duration
from devdash.notify.means import ChannelMeans
from devdash.notify.message import ChannelFailed
from devdash.notify.program import ProgramRunner

DUMP = """
import json, os, sys
told = {name: value for name, value in os.environ.items() if name.startswith("DEVDASH_")}
print(json.dumps([sys.argv[1:], told, json.load(sys.stdin)]), file=open("told.json", "w"))
"""


@pytest.fixture
async def means(tmp_path: Path) -> AsyncIterator[ChannelMeans]:
    one = ChannelMeans(tmp_path)
    yield one
    await one.close()


def running(means: ChannelMeans, *argv: str, timeout: float = 30) -> ProgramRunner:
    return ProgramRunner(CommandChannel(argv=argv, timeout=Duration(timeout)), means)


async def refused(channel: ProgramRunner) -> ChannelFailed:
    with pytest.raises(ChannelFailed) as raised:
        await channel.send(message())
    return raised.value


async def test_what_a_program_is_told(means: ChannelMeans, tmp_path: Path) -> None:
    """It runs in the folder of devdash.toml; an alert's text and key cannot become options or commands."""
    hostile = AlertId("git", "diverged", "$(touch owned)\0--help\udcff")
    await running(means, sys.executable, "-c", DUMP, "mine").send(message("; touch owned #", alert=hostile))
    arguments, told, face = json.loads((tmp_path / "told.json").read_text())
    assert arguments == ["mine"]
    assert told == {
        "DEVDASH_OCCASION": "fired",
        "DEVDASH_LEVEL": "attention",
        "DEVDASH_TITLE": "Battery",
        "DEVDASH_TEXT": "; touch owned #",
        "DEVDASH_ALERT": "git.diverged:$(touch owned)?--help?",
        "DEVDASH_PANE": "git",
        "DEVDASH_RULE": "diverged",
        "DEVDASH_ITEM": "$(touch owned)?--help?",
    }
    assert (face["text"], face["alert"]["item"]) == ("; touch owned #", "$(touch owned)?--help?")
    assert [path.name for path in tmp_path.iterdir()] == ["told.json"]


async def test_a_summary_names_no_alert(means: ChannelMeans, tmp_path: Path) -> None:
    """Empty variables, and null."""
    await running(means, sys.executable, "-c", DUMP).send(message(alert=None))
    _, told, face = json.loads((tmp_path / "told.json").read_text())
    assert (told["DEVDASH_ALERT"], told["DEVDASH_ITEM"], face["alert"]) == ("", "", None)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("raise SystemExit(3)", "failed with exit code 3"),
        ("import os; os.kill(os.getpid(), 9)", "was ended by SIGKILL"),
        ("print('hunter2' * 99_999)", "wrote more than"),
        ("import time; time.sleep(60)", "did not end within"),
    ],
)
async def test_a_program_that_fails_is_a_sentence(code: str, said: str, means: ChannelMeans) -> None:
    """Its output and its arguments are not quoted: they may hold a secret."""
    timeout = 1.0 if "sleep" in code else 30.0
    failure = await refused(running(means, sys.executable, "-c", code, "tk_canary", timeout=timeout))
    assert said in failure.message
    assert "hunter2" not in failure.message + failure.hint
    assert "tk_canary" not in failure.message + failure.hint


@pytest.mark.parametrize("argv", [("no-such-program-of-mine",), ()])
async def test_a_program_that_is_not_there(argv: tuple[str, ...], means: ChannelMeans) -> None:
    """Trying again soon is in vain; the hint says what to do."""
    failure = await refused(running(means, *argv))
    assert failure.lasting and failure.hint
