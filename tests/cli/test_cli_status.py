"""`devdash status` and `devdash check`: the panes as text, as JSON, as an exit code."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from cli_rig import STUBS, Result
from terminal import Terminal

Run = Callable[..., Result]
Write = Callable[[str], Path]

THREE = """
[panes.calm]
plugin = "stub"
[panes.low]
plugin = "stub"
title = "Low"
level = "attention"
[panes.gone]
plugin = "stub"
fail = "the thing is gone"
"""

TEXT = """\
● Stub — all is ok
  half  ██████████░░░░░░░░░░
  a line of text

▲ Low — all is attention
  half  ██████████░░░░░░░░░░
  a line of text

? Stub · no data
  ? the thing is gone
    → mend it
"""

FACTS = {"count": 2, "ratio": 0.5, "name": "naïve", "nothing": None, "parts": ["a", "b"]}


def table(level: str) -> str:
    return f'[panes.{level}]\nplugin = "stub"\nlevel = "{level}"\n'


def test_status_prints_every_pane_in_the_order_of_the_config(config: Write, devdash: Run) -> None:
    config(THREE)
    assert devdash("status") == Result(0, TEXT, "")


def test_status_of_some_panes_prints_these_only(config: Write, devdash: Run) -> None:
    config(THREE)
    assert devdash("status", "gone", "calm") == Result(
        0, "\n\n".join((TEXT.split("\n\n")[0], TEXT.split("\n\n")[2])), ""
    )


def test_json_has_the_documented_shape_and_order(config: Write, devdash: Run) -> None:
    """Every key of schema 1, in its order, and nothing else."""
    config(THREE)
    result = devdash("status", "--json", "low", "gone")
    assert (result.code, result.err) == (0, "")
    assert result.out.count("\n") == 1
    status = json.loads(result.out)
    times = [status.pop("at"), status["panes"][0].pop("at"), status["panes"][0].pop("took_s")]
    assert all(datetime.fromisoformat(time).tzinfo for time in times[:2])
    assert isinstance(times[2], float)
    low = {
        "name": "low",
        "plugin": "stub",
        "title": "Low",
        "level": "attention",
        "summary": "all is attention",
        "stale": False,
        "error": None,
        "facts": FACTS,
        "attention": [
            {"key": "thing:low", "level": "attention", "text": "the thing is low", "action": "touch"}
        ],
    }
    gone = {
        "name": "gone",
        "plugin": "stub",
        "title": "Stub",
        "level": "unknown",
        "summary": "",
        "at": None,
        "took_s": None,
        "stale": True,
        "error": {"kind": "unavailable", "message": "the thing is gone"},
        "facts": {},
        "attention": [],
    }
    assert status == {"schema": 1, "level": "attention", "panes": [low, gone]}
    keys = re.findall(r'"(\w+)":', result.out.partition('"facts"')[0])
    assert keys == ["schema", "at", "level", "panes", *list(gone)[:9]]
    assert list(json.loads(result.out)["panes"][0]) == list(gone)


@pytest.mark.parametrize(
    ("levels", "code"),
    [
        ((), 0),
        (("ok",), 0),
        (("ok", "attention"), 1),
        (("attention", "critical", "unknown"), 2),
        (("ok", "unknown"), 3),
        (("unknown", "attention"), 1),
    ],
)
def test_check_answers_with_the_worst_level(
    config: Write, devdash: Run, levels: tuple[str, ...], code: int
) -> None:
    """0 ok, 1 attention, 2 critical, 3 unknown; what is unknown hides nothing that needs a hand."""
    config("".join(map(table, levels)) or table("ok") + "enabled = false\n")
    result = devdash("check")
    assert (result.code, result.err) == (code, "")
    signs = {"ok": "●", "attention": "▲", "critical": "✖", "unknown": "?"}
    assert result.out == "".join(f"{signs[level]} {level}: {level} — all is {level}\n" for level in levels)


def test_check_of_some_panes_judges_these_only(config: Write, devdash: Run) -> None:
    config(table("ok") + table("critical"))
    assert devdash("check", "ok").code == 0


def test_a_pane_that_fails_is_unknown_to_check(config: Write, devdash: Run) -> None:
    config(THREE)
    assert devdash("check", "gone") == Result(3, "? gone: unknown — the thing is gone\n", "")


@pytest.mark.parametrize("command", ["status", "check"])
def test_a_wrong_table_costs_its_pane_and_is_told_to_the_exit_code(
    config: Write, devdash: Run, command: str
) -> None:
    """The others are read; every problem is listed on standard error, with file and line."""
    config(
        f'{THREE}[panes.wrong]\nplugin = "stub"\nlevle = "ok"\npercent = 101\n[panes.nope]\nplugin = "stab"\n'
    )
    result = devdash(command)
    assert result.code == 64
    assert "all is ok" in result.out
    assert "the thing is gone" in result.out
    assert result.err.splitlines() == [
        "devdash.toml:13: panes.wrong.levle: unknown key; did you mean 'level'?",
        "devdash.toml:14: panes.wrong.percent: expected a whole number <= 100",
        "devdash.toml:16: panes.nope.plugin: there is no plug-in of this name; did you mean 'stub'?",
    ]


@pytest.mark.parametrize("command", ["status", "check"])
def test_every_pane_that_there_is_not_is_named(config: Write, devdash: Run, command: str) -> None:
    config(THREE)
    assert devdash(command, "clam", "calm", "xyz") == Result(
        64,
        "",
        "devdash: there is no pane 'clam'; did you mean 'calm'?\n"
        "devdash: there is no pane 'xyz'; panes: calm, low, gone\n",
    )


def test_what_a_plug_in_prints_cannot_disturb_the_json(config: Write, program: Run) -> None:
    """Through print, through the descriptor, through a child; while it is imported and while it is read."""
    config("[panes.noisy]\n")
    result = program("status", "--json")
    assert json.loads(result.out)["panes"][0]["summary"] == "said nothing"
    for moment in ("imported", "read"):
        for way in ("noise through print", "noise through the descriptor", "noise of a child"):
            assert f"{way}, {moment}" in result.err


def test_a_plug_in_that_breaks_the_contract_is_named_with_the_clause(config: Write, devdash: Run) -> None:
    """Its pane fails, the others do not."""
    config("[panes.crooked]\n" + table("ok"))
    clause = "an action's key is not one of the dashboard's own ('quit' wants 'q')"
    assert devdash("check") == Result(
        3,
        f"? crooked: unknown — the plug-in 'crooked' broke the contract: {clause}\n● ok: ok — all is ok\n",
        "",
    )


@pytest.mark.parametrize(
    ("changes", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_colour_is_for_terminals_that_want_it(
    config: Write, folder: Path, home: Path, changes: dict[str, str], coloured: bool
) -> None:
    """NO_COLOR and dumb terminals get no escape sequence at all."""

    config(table("critical"))
    env = {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(STUBS), **changes}
    with Terminal([sys.executable, "-m", "devdash", "status"], env=env, cwd=folder) as terminal:
        assert terminal.end() == 0
        assert "✖ Stub — all is critical" in terminal.text
        assert (b"\x1b" in terminal.raw) is coloured


def test_text_is_as_wide_as_it_is_told(config: Write, devdash: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    config(THREE)
    monkeypatch.setenv("COLUMNS", "24")
    assert max(map(len, devdash("status").out.splitlines())) <= 24


@pytest.mark.parametrize(("command", "code"), [("status", 0), ("check", 2)])
def test_a_reader_that_has_gone_is_no_failure(config: Write, program: Run, command: str, code: int) -> None:
    """`devdash check | head -1` neither complains nor claims that all is well."""

    config(table("critical"))
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "devdash", command], stdout=writing, stderr=subprocess.PIPE, timeout=50
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (code, b"")
