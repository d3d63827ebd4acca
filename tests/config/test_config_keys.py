"""`[keys]`: what it may say, and what is refused because Textual would pass over it in silence."""

import subprocess
import sys
from pathlib import Path

import pytest
from config_rig import load_text, told

from devdash.api import Action
from devdash.config.keyname import MODIFIERS, PUNCTUATION, canonical, of_character
from devdash.config.keys import DEFAULT_BINDINGS, FIXED_KEYS, GLOBAL_KEYS, check_pane_keys
from devdash.config.model import Settings


def with_keys(folder: Path, *lines: str) -> Settings:
    return load_text(folder, "[panes.git]\n[panes.battery]\n[keys]\n" + "\n".join(lines))


def key_of(settings: Settings, name: str) -> str:
    return next(entry.key for entry in settings.keys if entry.id == name)


def test_without_keys_the_defaults_hold(tmp_path: Path) -> None:
    settings = load_text(tmp_path, "[panes.git]")
    assert settings.keys == DEFAULT_BINDINGS
    assert [(entry.id, entry.key) for entry in GLOBAL_KEYS] == [
        (entry.id, entry.key) for entry in settings.keys
    ]


def test_the_defaults_do_not_clash_with_each_other_or_with_fixed_keys() -> None:
    keys = [key for entry in GLOBAL_KEYS for key in entry.key.split(",")]
    assert len(set(keys)) == len(keys)
    assert not set(keys) & set(FIXED_KEYS)
    assert all(canonical(key) == key for key in keys)


def test_ids_and_pane_actions_get_their_keys(tmp_path: Path) -> None:
    settings = with_keys(
        tmp_path,
        "quit = 'q,ctrl+q'",
        "read = 'F5'",
        "filter = '/'",
        '"git.fetch" = "F"',
        "battery.copy = 'c'",
    )
    assert settings.all_problems == ()
    assert key_of(settings, "quit") == "q,ctrl+q"
    assert key_of(settings, "read") == "f5"
    assert key_of(settings, "filter") == "slash"
    assert key_of(settings, "git.fetch") == "F"
    assert key_of(settings, "battery.copy") == "c"
    assert key_of(settings, "zoom") == "z"


def test_keys_may_be_swapped(tmp_path: Path) -> None:
    settings = with_keys(tmp_path, "read = 'a'", "triage = 'r'")
    assert settings.all_problems == ()
    assert (key_of(settings, "read"), key_of(settings, "triage")) == ("a", "r")


def test_two_panes_may_use_the_same_key(tmp_path: Path) -> None:
    assert with_keys(tmp_path, "git.fetch = 'F'", "battery.copy = 'F'").all_problems == ()


@pytest.mark.parametrize(
    ("line", "key", "message"),
    [
        ("reed = 'x'", "keys.reed", "unknown id; did you mean 'read'?"),
        ("zoom = 'r'", "keys.zoom", "r is the key of read as well"),
        ("zoom = 'j'", "keys.zoom", "j cannot be given away: it moves"),
        ("zoom = 'ctrl+m'", "keys.zoom", "enter cannot be given away: it opens the detail"),
        ("zoom = 'ctrl+q'", "keys.zoom", "ctrl+q cannot be given away: it quits"),
        ("zoom = 3", "keys.zoom", 'expected a key in quotes, such as "F" or "ctrl+o"'),
        ("zoom = ''", "keys.zoom", 'expected a key, such as "F" or "ctrl+o"'),
        ("zoom = 'q,'", "keys.zoom", 'expected a key, such as "F" or "ctrl+o"'),
        ("zoom = 'slsh'", "keys.zoom", None),
        ("zoom = 'strg+o'", "keys.zoom", "before the + stands one of " + ", ".join(MODIFIERS)),
        ("gti.fetch = 'F'", "keys.gti.fetch", "there is no such pane; did you mean 'git'?"),
        ("git.fetch = 'q'", "keys.git.fetch", "q is the key of quit as well"),
        ("'git.' = 'F'", 'keys."git."', "expected PANE.ACTION"),
    ],
)
def test_a_bad_key_map_is_a_problem_at_its_line_and_the_defaults_hold(
    tmp_path: Path, line: str, key: str, message: str | None
) -> None:
    settings = with_keys(tmp_path, "help = 'f1'", line)
    assert [(problem.line, problem.key) for problem in settings.problems] == [(5, key)]
    if message:
        assert told(settings.problems)[0][2] == message
    else:
        assert "did you mean 'slash'?" in settings.problems[0].message
    assert settings.keys == DEFAULT_BINDINGS


def test_every_wrong_entry_is_told(tmp_path: Path) -> None:
    settings = with_keys(tmp_path, "reed = 'x'", "zoom = 'foo'", "read = 'a'", "git.a = 'X'", "git.b = 'X'")
    assert [problem.line for problem in settings.problems] == [4, 5, 6, 7, 8]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("F", "F"),
        ("shift+r", "R"),
        ("?", "question_mark"),
        ("+", "plus"),
        ("ctrl++", "ctrl+plus"),
        (",", "comma"),
        ("Ctrl+O", "ctrl+o"),
        ("shift+ctrl+left", "ctrl+shift+left"),
        ("esc", "escape"),
        ("PgUp", "pageup"),
        (" f5 ", "f5"),
        ("ä", "ä"),
        (" ", "space"),
    ],
)
def test_a_key_is_told_as_textual_names_it(text: str, name: str) -> None:
    assert canonical(text) == name


@pytest.mark.parametrize("text", ["", "f25", "strg+x", "foo", "ctrl+foo", "\x1b", "ctrl+", "x" * 100])
def test_what_is_no_key(text: str) -> None:
    with pytest.raises(ValueError, match=r"key|stands") as caught:
        canonical(text)
    assert len(text) < 6 or text not in str(caught.value)


def test_our_names_of_characters_are_textuals() -> None:
    """Asked of Textual itself, in a process of its own, so that this one stays without it."""
    script = (
        "import string; from textual.keys import _character_to_key\n"
        "print(*sorted(map(_character_to_key, string.punctuation + string.ascii_letters + 'ß ')))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    import string

    ours = sorted(map(of_character, string.punctuation + string.ascii_letters + "ß "))
    assert ours == done.stdout.split()
    assert set(PUNCTUATION) <= set(ours)


def actions(**keys: str) -> tuple[Action, ...]:
    return tuple(
        Action(name=name, key=key, title=name, permission=f"git.repo.{name}") for name, key in keys.items()
    )


def test_the_keys_of_pane_actions_are_checked_against_the_panes(tmp_path: Path) -> None:
    settings = with_keys(tmp_path, "git.fetsch = 'F'", "git.push = 'f'", "read = 'u'")
    assert settings.all_problems == ()
    found = check_pane_keys(settings, {"git": actions(fetch="f", push="p", update="u"), "battery": ()})
    assert told(found) == [
        (4, "keys.git.fetsch", "the pane has no such action; did you mean 'fetch'?"),
        (5, "keys.git.push", "f is the key of fetch as well"),
        (0, "keys.git.update", "u is now the key of read; give one of them another"),
    ]


def test_a_right_key_map_has_no_problem_with_the_panes(tmp_path: Path) -> None:
    settings = with_keys(tmp_path, "git.fetch = 'F'", "git.push = 'f'", "read = 'u'", "git.update = 'U'")
    assert check_pane_keys(settings, {"git": actions(fetch="f", push="p", update="u")}) == ()
