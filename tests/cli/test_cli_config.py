"""`devdash config check`, `show`, `schema`, and `devdash init`."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_rig import Result

Run = Callable[..., Result]
Write = Callable[[str], Path]

MANY = """
[devdash]
theme = "nord2"
layout = [["stub", "dore"]]
[panes.stub]
levle = "ok"
percent = 101
password = "hunter2"
[panes.doer]
[panes.stab]
[panes.crooked]
[keys]
"doer.tuch" = "T"
"doer.copy" = "b"
[polcy]
"""


def test_check_says_when_nothing_is_wrong(config: Write, devdash: Run) -> None:
    config("[panes.stub]\n[panes.doer]\n")
    assert devdash("config", "check") == Result(0, "no problems in devdash.toml\n", "")
    assert devdash("config") == devdash("config", "check")


def test_check_without_a_file_says_that_these_are_defaults(devdash: Run) -> None:
    result = devdash("config", "check")
    assert (result.code, result.err) == (0, "")
    assert "there is no devdash.toml" in result.out


def test_check_lists_everything_that_is_wrong_at_once(config: Write, devdash: Run) -> None:
    """In the file's order; with what only the screen and the panes know: the theme, the keys of actions."""
    config(MANY)
    result = devdash("config", "check")
    assert (result.code, result.out) == (64, "")
    told = [line.split(": ", 2) for line in result.err.splitlines()]
    assert [(place, key) for place, key, _ in told] == [
        ("devdash.toml:3", "devdash.theme"),
        ("devdash.toml:4", "devdash.layout[0][1]"),
        ("devdash.toml:6", "panes.stub.levle"),
        ("devdash.toml:7", "panes.stub.percent"),
        ("devdash.toml:8", "panes.stub.password"),
        ("devdash.toml:10", "panes.stab"),
        ("devdash.toml:11", "panes.crooked"),
        ("devdash.toml:13", "keys.doer.tuch"),
        ("devdash.toml:14", "keys.doer.copy"),
        ("devdash.toml:15", "polcy"),
    ]
    assert "hunter2" not in result.err
    assert "no such theme; did you mean 'nord'?" in result.err


def test_check_knows_a_plug_in_s_own_objections(config: Write, devdash: Run) -> None:
    config("[panes.stub]\npercent = 13\n")
    said = "devdash.toml:2: panes.stub.percent: 13 brings bad luck\n"
    assert devdash("config", "check") == Result(64, "", said)


def test_check_knows_rules_and_actions_that_a_pane_does_not_have(config: Write, devdash: Run) -> None:
    """Only the built pane knows them; a rule of one's own may have any name."""
    config(
        """[panes.battery]
[alerts.rules.battery.lwo]
level = "critical"
[alerts.rules.battery.mine]
when = "battery.percent < 50"
[alerts.rules.battery.full]
action = "copy-limti"
"""
    )
    assert devdash("config", "check") == Result(
        64,
        "",
        "devdash.toml:2: alerts.rules.battery.lwo: the pane has no such rule; did you mean 'low'?\n"
        "devdash.toml:7: alerts.rules.battery.full.action: "
        "the pane has no such action; did you mean 'copy-limit'?\n",
    )


def test_show_prints_what_is_in_force_as_a_config(config: Write, devdash: Run) -> None:
    """Defaults included; and what it prints is a right devdash.toml itself."""
    config('[devdash]\nclock = false\n[panes.mine]\nplugin = "stub"\nlevel = "attention"\n')
    result = devdash("config", "show")
    assert (result.code, result.err) == (0, "")
    shown = tomllib.loads(result.out)
    assert shown["devdash"]["clock"] is False
    assert shown["panes"]["mine"]["level"] == "attention"
    assert (shown["panes"]["mine"]["interval"], shown["keys"]["quit"]) == ("1m", "q")
    config(result.out)
    assert devdash("config", "check").code == 0
    assert tomllib.loads(devdash("config", "show").out) == shown


def test_show_tells_problems_and_hides_secrets(config: Write, devdash: Run) -> None:
    config(MANY)
    result = devdash("config", "show")
    assert result.code == 64
    assert "panes.stub.levle" in result.err
    assert "hunter2" not in result.out + result.err


def test_schema_is_json_and_knows_the_plug_ins_that_are_installed(devdash: Run) -> None:
    """One that cannot be loaded is left out."""
    result = devdash("config", "schema")
    assert result.code == 0
    schema = json.loads(result.out)
    assert {"panes.stub", "panes.git", "devdash"} <= set(schema["$defs"])
    assert "panes.missing" not in schema["$defs"]


@pytest.fixture
def small_home(home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing but a journal: the search is short."""
    (folder / "book.beancount").write_text("2026-01-01 open Assets:Cash EUR\n")
    monkeypatch.delenv("DEVDASH_CONFIG", raising=False)
    return home


def test_init_writes_a_config_that_is_right_and_says_where(small_home: Path, devdash: Run) -> None:
    path = small_home / ".config/devdash/devdash.toml"
    assert devdash("init") == Result(0, f"wrote {path}\n", "")
    assert "book.beancount" in path.read_text()
    assert devdash("config", "check") == Result(0, f"no problems in {path}\n", "")


def test_init_never_writes_over_a_file(small_home: Path, devdash: Run) -> None:
    path = small_home / ".config/devdash/devdash.toml"
    path.parent.mkdir(parents=True)
    path.write_text("# mine\n")
    result = devdash("init")
    assert (result.code, result.out) == (64, "")
    assert f"{path} is there already; it was not touched" in result.err
    assert path.read_text() == "# mine\n"


def test_init_writes_where_it_is_told(
    small_home: Path, folder: Path, devdash: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert devdash("--config", "a/b.toml", "init").out == "wrote a/b.toml\n"
    monkeypatch.setenv("DEVDASH_CONFIG", str(folder / "c.toml"))
    assert devdash("init").out == f"wrote {folder / 'c.toml'}\n"
    assert (folder / "a/b.toml").read_text() == (folder / "c.toml").read_text()


def test_init_tells_that_a_file_in_this_folder_goes_first(
    small_home: Path, config: Write, devdash: Run
) -> None:
    config("")
    result = devdash("init")
    assert result.code == 0
    assert "in this folder ./devdash.toml goes first" in result.err


def test_init_can_print_instead(small_home: Path, devdash: Run) -> None:
    result = devdash("init", "--print")
    assert (result.code, result.err) == (0, "")
    assert set(tomllib.loads(result.out)["panes"]) == {"battery", "ledger", "git", "databases"}
    assert not (small_home / ".config/devdash").exists()


def test_init_says_when_nothing_can_be_written(
    small_home: Path, devdash: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    (small_home / "file").write_text("")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(small_home / "file"))
    result = devdash("init")
    assert (result.code, result.out) == (64, "")
    assert "cannot be written: Not a directory" in result.err
