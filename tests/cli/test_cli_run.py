"""`devdash run`: what the key does, with the same checks, the same question and the same permission."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_rig import STUBS, Result
from terminal import Terminal

Run = Callable[..., Result]
Write = Callable[[str], Path]

SETTINGS = ("--set", "times=many", "--set", "mood=sad", "--set", "loud=maybe", "--set", "n=1")
"""Every one of them is wrong."""


@pytest.fixture(autouse=True)
def doer(config: Write) -> None:
    """A pane with an action of every sort."""
    config("[panes.doer]\n")


@pytest.fixture
def run(devdash: Run) -> Run:
    """`run("touch", "one")` does that in the pane."""

    def act(*arguments: str) -> Result:
        return devdash("run", "doer", *arguments)

    return act


def test_an_action_runs_after_the_pane_has_been_started(run: Run) -> None:
    """Even one that needs no reading first: the pane relies on its `start`."""
    assert run("either") == Result(0, "either all\n", "")


def test_an_item_is_handed_over(run: Run) -> None:
    assert run("touch", "two") == Result(0, "touch two\n", "")
    assert run("either", "one") == Result(0, "either one\n", "")


def test_an_action_that_takes_several_rows_is_given_all_that_are_named(run: Run) -> None:
    assert run("several", "two", "one", "two") == Result(0, "several two, one\n", "")
    assert run("several", "two") == Result(0, "several two\n", "")
    assert run("several") == Result(0, "several all\n", "")
    assert run("several", "--help").out.startswith("devdash run doer several [ITEM…] [--yes]\n")
    assert run("several", "one", "tow", "thre").code == 64
    assert run("either", "one", "two").err == "devdash: one ITEM at most, not 'one', 'two'\n"


def test_fields_have_their_defaults_and_take_what_is_set(run: Run) -> None:
    assert run("greet", "--set", "name=x").out == "name=x, times=1, mood=calm, loud=no\n"
    given = run("greet", "--set", "name=a=b", "--set", "times= 7", "--set", "mood=wild", "--set", "loud=on")
    assert given.out == "name=a=b, times=7, mood=wild, loud=yes\n"


def test_each_field_is_an_option_in_any_place(run: Run) -> None:
    """Also values that begin with a dash, and flags with and without a value."""
    wanted = "name=-x, times=-3, mood=wild, loud=yes\n"
    assert run("greet", "--name", "-x", "--times=-3", "--loud", "--mood", "wild").out == wanted
    assert (
        run("greet", "--no-loud", "--set", "name=y", "--yes").out == "name=y, times=1, mood=calm, loud=no\n"
    )
    assert run("greet", "--loud=no", "--name", "--loud").out == "name=--loud, times=1, mood=calm, loud=no\n"
    assert run("touch", "--yes", "two") == run("touch", "--", "two") == Result(0, "touch two\n", "")


def test_options_of_the_command_may_stand_before_the_action(devdash: Run) -> None:
    assert devdash("run", "--yes", "doer", "burn") == Result(0, "burn all\n", "")
    assert devdash("run", "doer", "--set", "name=z", "greet").out.startswith("name=z, ")


def test_an_action_lists_its_fields(run: Run) -> None:
    result = run("greet", "--help")
    assert (result.code, result.err) == (0, "")
    assert [line.rstrip() for line in result.out.splitlines()] == [
        "devdash run doer greet [NAME] [--NAME VALUE]… [--yes]",
        "Greet",
        "field    value      default  means",
        "--name   text                Name",
        "--times  number     1        Times",
        "--mood   calm|wild  calm     Mood",
        "--loud   yes|no     no       Loud",
    ]
    assert run("touch", "-h").out == "devdash run doer touch ITEM [--yes]\nTouch\n"


def test_a_word_alone_is_the_first_field_of_an_action_about_the_pane(run: Run) -> None:
    """Wherever it stands; a field that is named as well is not given twice."""
    assert run("greet", "x", "--times", "2").out == run("greet", "--times", "2", "--", "x").out
    assert run("greet", "--times", "2", "x").out == "name=x, times=2, mood=calm, loud=no\n"
    assert "takes no item" in run("greet", "x", "--name", "y").err
    assert run("greet", "x", "y").err == "devdash: one ITEM at most, not 'x', 'y'\n"


def test_text_for_a_file_is_written_byte_for_byte(folder: Path) -> None:
    """Line ends, control characters and a missing end of line as they are; what is said goes elsewhere."""
    with (folder / "out").open("wb") as out:
        argv = [sys.executable, "-m", "devdash", "run", "doer", "print"]
        done = subprocess.run(argv, stdout=out, stderr=subprocess.PIPE, timeout=50)
    assert (folder / "out").read_bytes() == b"a;b\r\n\x1b[1m\tno end"
    assert done.stderr == b"printed\n"


def test_what_comes_next_is_shown_as_the_form_would_show_it(run: Run) -> None:
    """What is known, what is open with its answers, and the command with what was given, quoted."""
    done = run("next")
    assert done.code == 0
    lines = [line.rstrip() for line in done.out.splitlines()]
    assert lines[0] == "go on"
    assert lines[2:6] == ["field    is", "--times  7", "--mood   ? wild", "--loud   no"]
    assert lines[-1] == """  devdash run doer greet --name 'it'"'"'s me' …"""


def test_an_action_without_a_word_says_nothing(run: Run) -> None:
    assert run("fold") == Result(0, "", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["greet", "--nmae", "x"], ["'greet' has no field 'nmae'; did you mean --name?"]),
        (
            ["greet", "--zzz", "--name"],
            ["'greet' has no field 'zzz'; fields: --name, --times, --mood, --loud", "--name needs a value"],
        ),
        (["touch", "one", "--column", "n"], ["the row 'one' has no column 'n'", "columns: none"]),
        (["touch", "one", "two"], ["one ITEM at most, not 'one', 'two'"]),
        (["touch", "--no-loud", "one"], ["'touch' has no field 'no-loud'; fields: it takes none"]),
        (["touch"], ["'Touch' needs a row", "choose one with the arrow keys, or name it"]),
        (["touch", "tow"], ["there is no row 'tow'", "did you mean 'two'?"]),
        (["copy", "one"], ["'copy' is about the whole pane; it takes no item"]),
        (["glance"], ["'glance' only changes what the screen shows", "press its key there; ? shows it"]),
        (
            ["glances"],
            [
                "unknown action 'glances'",
                "actions: greet, touch, either, several, burn, copy, edit, shell, program, hand, refuse, "
                "crash, half, print, fold, next",
            ],
        ),
        (["tuch"], ["unknown action 'tuch'", "did you mean 'touch'?"]),
        (["greet"], ["'Name' is empty"]),
        (
            ["greet", "--set", "x", "--set", "=y"],
            ["--set takes NAME=VALUE, not 'x'", "--set takes NAME=VALUE, not '=y'"],
        ),
        (
            [
                "greet",
                "one",
                "--name=",
                "--set",
                "times=many",
                "--set",
                "mood=sad",
                "--set",
                "loud=maybe",
                "--set",
                "n=1",
            ],
            [
                "'greet' has no field 'n'; fields: name, times, mood, loud",
                "'Name' is empty",
                "'Times' must be a whole number, not 'many'",
                "'Mood' cannot be 'sad'; one of: calm, wild",
                "'Loud' must be yes or no, not 'maybe'",
                "'greet' is about the whole pane; it takes no item",
            ],
        ),
    ],
)
def test_a_wish_that_does_not_fit_is_refused_with_all_that_is_wrong(
    run: Run, arguments: list[str], said: list[str]
) -> None:
    result = run(*arguments)
    assert (result.code, result.out) == (64, "")
    assert [line.removeprefix("devdash: ").strip() for line in result.err.splitlines()] == said


def test_an_unknown_pane_is_refused(devdash: Run) -> None:
    assert devdash("run", "deor", "touch") == Result(
        64, "", "devdash: there is no pane 'deor'; did you mean 'doer'?\n"
    )


def test_a_pane_with_a_wrong_table_does_nothing(config: Write, devdash: Run) -> None:
    config("[panes.doer]\nintreval = 3\n")
    problem = "devdash.toml:2: panes.doer.intreval: unknown key; did you mean 'interval'?\n"
    assert devdash("run", "doer", "hand") == Result(64, "", problem)


def test_the_policy_decides_here_as_well(config: Write, run: Run) -> None:
    config('[panes.doer]\n[policy]\nrole = "viewer"\n')
    assert run("copy").code == 0
    result = run("burn", "--yes")
    assert (result.code, result.out) == (64, "")
    assert "Burn is not permitted: doer.thing.delete is not granted to viewer" in result.err


def test_a_question_without_a_terminal_is_answered_with_no(program: Run) -> None:
    """Question, what will happen, and how to confirm; nothing is done."""
    assert program("run", "doer", "burn") == Result(
        1,
        "",
        "Burn it all?\neverything will be gone\n"
        "there is no terminal to ask on: pass --yes to confirm\nnothing was done\n",
    )


def test_yes_is_given_beforehand(run: Run) -> None:
    assert run("burn", "--yes") == Result(0, "burn all\n", "")


@pytest.mark.parametrize(("answer", "code", "said"), [("yes", 0, "burn all"), ("", 1, "nothing was done")])
def test_a_question_is_asked_on_the_terminal(folder: Path, answer: str, code: int, said: str) -> None:
    """Only yes is yes."""
    env = {**os.environ, "PYTHONPATH": str(STUBS)}
    argv = [sys.executable, "-m", "devdash", "run", "doer", "burn"]
    with Terminal(argv, env=env, cwd=folder) as terminal:
        terminal.until("Burn it all?\neverything will be gone\nyes or no? [no] ")
        terminal.press(f"{answer}\n")
        assert terminal.end() == code
        assert terminal.text.endswith(f"{said}\n")


def test_text_to_be_copied_has_standard_output_to_itself(run: Run) -> None:
    """So that it can be piped on."""
    assert run("copy") == Result(0, "copied text\n", "copied\nwhat it is\n")


def test_blocks_follow_the_message(run: Run) -> None:
    assert run("hand") == Result(0, "done\nand more\nto read\n", "")


def test_a_file_is_opened_in_the_editor_at_its_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "echo with -n")
    assert run("edit") == Result(0, "opening\nwith -n +7 /some/file\n", "")


def test_a_program_runs_in_its_folder_without_what_it_must_not_inherit(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a shell ends with is nobody's failure."""
    monkeypatch.setenv("SECRET", "hunter2")
    assert run("shell") == Result(0, "opening\nunset in /\n", "")


def test_a_program_that_fails_is_told(run: Run) -> None:
    assert run("program") == Result(2, "opening\n", "false ended with 1\n")


@pytest.mark.parametrize(
    ("editor", "said"),
    [
        ("no-such-editor", "no-such-editor cannot be run: No such file or directory; set $VISUAL or $EDITOR"),
        ("false", "false ended with 1"),
        ("no-such-editor 'open quote", "no-such-editor cannot be run: No such file or directory"),
    ],
)
def test_an_editor_that_fails_is_told(
    run: Run, monkeypatch: pytest.MonkeyPatch, editor: str, said: str
) -> None:
    monkeypatch.setenv("EDITOR", editor)
    result = run("edit")
    assert (result.code, result.out) == (2, "opening\n")
    assert said in result.err


@pytest.mark.parametrize(
    ("action", "code", "said"),
    [
        ("half", 1, "half done\n"),
        ("refuse", 2, "not today: come back tomorrow\n"),
        ("crash", 2, "this is a bug in the plug-in; the log tells more\n"),
    ],
)
def test_what_did_not_go_well_is_told_on_standard_error(run: Run, action: str, code: int, said: str) -> None:
    """With an exit code; and of a bug neither traceback nor text, which may be a secret."""
    result = run(action)
    assert (result.code, result.out) == (code, "")
    assert result.err.endswith(said)
    assert "hunter2" not in result.err
    assert "Traceback" not in result.err


def test_a_bug_in_an_action_is_in_the_log(run: Run, home: Path) -> None:
    """As the person is told; readable by its owner only, because it may hold anything."""
    run("crash")
    log = home / ".local/state/devdash/devdash.log"
    assert "doer: crash: failed with KeyError at devdash_stubs.py:" in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600
