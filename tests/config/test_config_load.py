"""What devdash.toml becomes, right and wrong."""

import os
import sys
from pathlib import Path

import pytest
from config_rig import Battery, Colour, Git, Plugins, load_text, told

from devdash.config.errors import ConfigError
from devdash.config.keys import DEFAULT_BINDINGS
from devdash.config.load import load
from devdash.config.model import Problem
from devdash.policy import Role

NO_DURATION = 'expected a duration: a number and ms, s, m, h or d, such as "90s" or "5m"'


def test_a_right_file_gives_typed_values_and_no_problem(tmp_path: Path) -> None:
    settings = load_text(
        tmp_path,
        """
        [devdash]
        layout = [["git"], ["battery"]]
        theme = "nord"
        clock = false
        [panes.battery]
        interval = "2m"
        low = 10
        [panes.git]
        title = "Mine"
        repos = ["."]
        colour = "green"
        patience = "500ms"
        weights = [1, 2.5]
        [[panes.git.places]]
        path = "sub"
        [keys]
        quit = "q,ctrl+w"
        [policy]
        role = "editor"
        deny = ["git.*.push"]
        """,
    )
    assert settings.all_problems == ()
    assert settings.dashboard.layout == (("git",), ("battery",))
    assert settings.dashboard.theme == "nord"
    assert not settings.dashboard.clock
    battery = settings.pane("battery")
    assert battery is not None
    assert battery.config == Battery(interval=120.0, low=10)
    git = settings.pane("git")
    assert git is not None
    assert git.title == "Mine"
    assert isinstance(git.config, Git)
    assert git.config.colour is Colour.GREEN
    assert git.config.patience == 0.5
    assert git.config.weights == (1.0, 2.5)
    assert git.config.places[0].path == tmp_path / "sub"
    assert settings.policy.role is Role.EDITOR
    assert not settings.policy.policy().allows("git.repo.push")


def test_every_problem_is_told_at_once_each_with_its_line(tmp_path: Path) -> None:
    settings = load_text(
        tmp_path,
        """[devdash]
layout = [["battery", "gti"], ["git", "git"]]
them = "nord"
[panes.battery]
low = 900
full = "full"
[panes.git]
intervall = "5s"
interval = "5x"
repos = ["a", 3]
colour = "gren"
[[panes.git.places]]
path = "x"
[[panes.git.places]]
depth = true
[panes.work]
plugin = "gitt"
[pains]
[keys]
reed = "x"
zoom = "foo"
[policy]
role = "boss"
deny = ["git.push"]
""",
    )
    assert told(settings.all_problems) == [
        (2, "devdash.layout[0][1]", "there is no pane of this name; did you mean 'git'?"),
        (2, "devdash.layout[1][1]", "this pane is in the layout twice"),
        (3, "devdash.them", "unknown key; did you mean 'theme'?"),
        (5, "panes.battery.low", "expected a whole number <= 100"),
        (6, "panes.battery.full", "expected a whole number, got text in quotes"),
        (8, "panes.git.intervall", "unknown key; did you mean 'interval'?"),
        (
            9,
            "panes.git.interval",
            'expected a duration: a number and ms, s, m, h or d, such as "90s" or "5m"',
        ),
        (10, "panes.git.repos[1]", "expected a path in quotes"),
        (11, "panes.git.colour", 'expected one of "red", "green"; did you mean \'green\'?'),
        (14, "panes.git.places[1]", "the key 'path' is missing"),
        (15, "panes.git.places[1].depth", "expected a whole number, got true or false"),
        (17, "panes.work.plugin", "there is no plug-in of this name; did you mean 'git'?"),
        (18, "pains", "unknown table; did you mean 'panes'?"),
        (20, "keys.reed", "unknown id; did you mean 'read'?"),
        (21, "keys.zoom", "this is no key; write one character or a name such as f5"),
        (23, "policy.role", 'expected one of "viewer", "editor", "owner"'),
        (24, "policy.deny[0]", "a pattern has three parts, pane.resource.verb, such as git.*.push"),
    ]


@pytest.mark.parametrize("line", ["low = '30'", "low = 30.0", "enabled = 'yes'", "enabled = 1", "title = 3"])
def test_a_value_of_another_type_is_not_made_to_fit(tmp_path: Path, line: str) -> None:
    assert len(load_text(tmp_path, f"[panes.battery]\n{line}").all_problems) == 1


def test_a_problem_reads_as_file_line_key_and_message() -> None:
    problem = Problem(
        "devdash.toml", 3, "panes.git.intervall", "unknown key; did you mean 'interval'?", "git"
    )
    assert str(problem) == "devdash.toml:3: panes.git.intervall: unknown key; did you mean 'interval'?"
    assert str(Problem("devdash.toml", 0, "", "not a file")) == "devdash.toml: not a file"


def test_the_file_is_told_as_a_person_in_its_folder_would_write_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert load_text(tmp_path, "[x]").problems[0].file == "devdash.toml"


def test_a_wrong_pane_has_its_own_problems_and_the_others_run(tmp_path: Path) -> None:
    settings = load_text(
        tmp_path, "[panes.battery]\nlow = 'x'\n[panes.git]\n[panes.broken]\n[panes.buggy]\n[panes.untypable]"
    )
    assert settings.problems == ()
    ready = {pane.name: pane.config is not None for pane in settings.panes}
    assert ready == {"battery": False, "git": True, "broken": False, "buggy": False, "untypable": False}
    for pane in settings.panes:
        assert (pane.config is None) == bool(pane.problems)
        assert {problem.pane for problem in pane.problems} <= {pane.name}
    assert settings.dashboard.layout == (("battery", "git", "broken"), ("buggy", "untypable"))


def test_a_plug_in_that_cannot_be_loaded_says_why_at_its_table(tmp_path: Path) -> None:
    (problem,) = load_text(tmp_path, "[panes.git]\n[panes.broken]").all_problems
    assert told([problem]) == [
        (2, "panes.broken", "the plug-in 'broken' cannot be loaded: no module 'numpy'; install it")
    ]


def test_a_plug_ins_own_check_is_heard_only_when_the_types_are_right(tmp_path: Path) -> None:
    assert told(load_text(tmp_path, "[panes.battery]\nfull = 9\nlow = 90").all_problems) == [
        (3, "panes.battery.low", "must be below full")
    ]
    (problem,) = load_text(tmp_path, "[panes.battery]\nfull = 'x'\nlow = 90").all_problems
    assert problem.key == "panes.battery.full"


def test_what_a_struct_itself_refuses_is_a_problem_of_its_table(tmp_path: Path) -> None:
    assert told(load_text(tmp_path, "\n[panes.picky]\nlow = 20").all_problems) == [
        (2, "panes.picky", "low is above high")
    ]


def test_a_plug_ins_check_that_raises_costs_its_pane_and_repeats_nothing(tmp_path: Path) -> None:
    (problem,) = load_text(tmp_path, "[panes.buggy]\nword = 'canary-7731'").all_problems
    assert problem.message == "the plug-in failed to check this table (RuntimeError)"


def test_a_type_that_msgspec_refuses_costs_its_pane_only(tmp_path: Path) -> None:
    settings = load_text(tmp_path, "[panes.untypable]\nstrange = 3\n[panes.battery]")
    assert [problem.pane for problem in settings.all_problems] == ["untypable"]


def test_two_panes_of_one_plug_in(tmp_path: Path) -> None:
    settings = load_text(
        tmp_path, "[panes.work]\nplugin = 'git'\n[panes.home]\nplugin = 'git'\ntitle = 'Home'"
    )
    assert [(pane.name, pane.plugin, pane.title) for pane in settings.panes] == [
        ("work", "git", None),
        ("home", "git", "Home"),
    ]
    assert settings.all_problems == ()


def test_a_disabled_pane_is_left_out_and_its_plug_in_is_not_loaded(tmp_path: Path) -> None:
    file = tmp_path / "devdash.toml"
    file.write_text(
        "[devdash]\nlayout=[['git','broken']]\n[panes.git]\n[panes.broken]\nenabled = false\nx = 1"
    )
    plugins = Plugins()
    settings = load(file, plugins)
    assert [pane.name for pane in settings.panes] == ["git"]
    assert settings.all_problems == ()
    assert plugins.asked == ["git"]


@pytest.mark.parametrize("name", ["../../etc", "a.b", "", "ä", "x" * 41, "-x", "a/b"])
def test_a_name_that_is_no_file_name_makes_no_pane(tmp_path: Path, name: str) -> None:
    settings = load_text(tmp_path, f'[panes."{name}"]\nplugin = "git"\n[panes.git]')
    assert [pane.name for pane in settings.panes] == ["git"]
    (problem,) = settings.problems
    assert "letters, digits" in problem.message


def test_without_a_file_four_panes_stand_two_by_two(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load(None, Plugins())
    assert settings.all_problems == ()
    assert settings.file is None
    assert settings.folder == tmp_path
    assert settings.dashboard.layout == (("battery", "ledger"), ("git", "databases"))
    git = settings.pane("git")
    assert git is not None
    assert isinstance(git.config, Git)
    assert git.config.repos == (tmp_path,)


def test_a_file_without_panes_has_the_four_too(tmp_path: Path) -> None:
    settings = load_text(tmp_path, "[devdash]\ntheme = 'nord'")
    assert [pane.name for pane in settings.panes] == ["battery", "ledger", "git", "databases"]
    assert settings.dashboard.theme == "nord"


def test_a_wrong_field_of_devdash_leaves_the_right_ones(tmp_path: Path) -> None:
    settings = load_text(
        tmp_path, "[devdash]\nclock = 'no'\ntheme = 'nord'\nlayout = [['git', 3]]\n[panes.git]"
    )
    assert settings.dashboard.theme == "nord"
    assert settings.dashboard.clock
    assert settings.dashboard.layout == (("git",),)
    assert [problem.key for problem in settings.problems] == ["devdash.clock", "devdash.layout[0][1]"]


@pytest.mark.parametrize(
    "table",
    [
        "[policy]\nrole = 'veiwer'",
        "[policy]\ndeny = ['git.push']",
        "[policy]\nroll = 'owner'",
        "policy = 'viewer'",
        "policy = []",
        "[policy]\ndeny = [3]",
    ],
)
def test_a_policy_that_cannot_be_read_leaves_a_viewers_rights(tmp_path: Path, table: str) -> None:
    settings = load_text(tmp_path, table)
    assert settings.problems
    assert settings.policy.role is Role.VIEWER
    assert settings.policy.allow == ()


@pytest.mark.parametrize("name", ["devdash", "panes", "keys", "policy"])
def test_a_value_where_a_table_should_be(tmp_path: Path, name: str) -> None:
    settings = load_text(tmp_path, f"{name} = 3")
    assert told(settings.problems) == [(1, name, f"expected a table, [{name}]")]
    assert settings.keys == DEFAULT_BINDINGS


def test_a_pane_that_is_no_table(tmp_path: Path) -> None:
    settings = load_text(tmp_path, "[panes]\ngit = 3\n[panes.battery]")
    assert told(settings.all_problems) == [(2, "panes.git", "expected a table, [panes.git]")]
    assert [pane.name for pane in settings.panes] == ["git", "battery"]


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"[devdash]\ntheme = \n", 2, "not valid TOML: Invalid value"),
        (b"[devdash]\n\ntheme = 'a'\ntheme = 'b'\n", 3, "not valid TOML: Cannot overwrite a value"),
        (b"[a.b]\n[a.b]\n", 2, "not valid TOML: Cannot declare a.b twice"),
        (b"[devdash]\ntheme = '", 2, "not valid TOML: "),
        (b"a = 1\nb = '\xff'\n", 2, "not UTF-8 text: byte 0xff"),
        (b"a = " + b"[" * 5000, 0, "nested too deeply"),
        (b"a = " + b"1" * 5000, 0, "a value in it is out of every range"),
        (b"#" * (1024 * 1024 + 1), 0, "larger than 1024 KiB: this is no config"),
    ],
)
def test_a_file_that_is_no_toml_is_one_problem_with_its_line(
    tmp_path: Path, content: bytes, line: int, message: str
) -> None:
    file = tmp_path / "devdash.toml"
    file.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load(file, Plugins())
    (problem,) = caught.value.problems
    assert problem.message.startswith(message)
    assert abs(problem.line - line) <= (1 if "overwrite" in message or message.endswith(": ") else 0)


def test_a_file_with_a_byte_order_mark_and_windows_newlines(tmp_path: Path) -> None:
    file = tmp_path / "devdash.toml"
    file.write_bytes(b"\xef\xbb\xbf[devdash]\r\ntheme = 'nord'\r\nx = 1\r\n")
    settings = load(file, Plugins())
    assert settings.dashboard.theme == "nord"
    assert told(settings.problems)[0][:2] == (3, "devdash.x")


def test_a_file_that_is_not_there_a_folder_and_a_pipe(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "dangling").symlink_to("nowhere")
    for name, message in {
        "absent": "there is no such file",
        "folder": "a folder, not a file",
        "pipe": "not a file",
        "dangling": "a link to a file that is not there",
    }.items():
        with pytest.raises(ConfigError) as caught:
            load(tmp_path / name, Plugins())
        assert caught.value.problems[0].message == message


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_a_file_that_cannot_be_read() -> None:
    with pytest.raises(ConfigError, match=r"cannot be read: Input/output error"):
        load(Path("/proc/self/mem"), Plugins())


def test_a_current_folder_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(ConfigError, match="current folder"):
        load(None, Plugins())


def test_keys_nested_a_thousand_deep_do_not_exhaust_the_stack(tmp_path: Path) -> None:
    path = ".".join(["a"] * 3000)
    settings = load_text(tmp_path, f"[panes.git]\n{path} = 'postgres://u:pw@h/x'")
    assert all(len(str(problem)) < 400 for problem in settings.all_problems)
    assert settings.all_problems


def test_loading_again_gives_equal_settings(tmp_path: Path) -> None:
    """A reload compares: only what has changed is restarted."""
    text = "[panes.git]\nkey = { env = 'A' }\nrepos = ['.']\n[keys]\nread = 'f5'"
    assert load_text(tmp_path, text) == load_text(tmp_path, text)
    assert load_text(tmp_path, text) != load_text(tmp_path, text.replace("'A'", "'B'"))
