"""The types of a pane's table: paths, secrets by reference, durations."""

from pathlib import Path

import pytest
from config_rig import Databases, Git, Plugins, load_text

from devdash.api import Secret, SecretCommand, SecretEnv, SecretFile, SecretKeyring
from devdash.config.load import load

NO_DURATION = 'expected a duration: a number and ms, s, m, h or d, such as "90s" or "5m"'


def test_paths_start_in_the_files_folder_and_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/kim")
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    settings = load_text(tmp_path, "[panes.git]\nrepos = ['.', 'a/b', '~/c', '/d', '../e']")
    config = settings.panes[0].config
    assert isinstance(config, Git)
    assert config.repos == (
        tmp_path,
        tmp_path / "a/b",
        Path("/home/kim/c"),
        Path("/d"),
        tmp_path / "../e",
    )
    assert config.scan == (tmp_path / "src",), "a default that is relative starts there too"


def test_a_relative_path_of_a_linked_file_starts_where_the_link_is(tmp_path: Path) -> None:
    (tmp_path / "dotfiles").mkdir()
    (tmp_path / "dotfiles/devdash.toml").write_text("[panes.git]\nrepos = ['x']")
    (tmp_path / "devdash.toml").symlink_to("dotfiles/devdash.toml")
    config = load(tmp_path / "devdash.toml", Plugins()).panes[0].config
    assert isinstance(config, Git)
    assert config.repos == (tmp_path / "x",)


def test_the_four_forms_of_a_reference_to_a_secret(tmp_path: Path) -> None:
    settings = load_text(
        tmp_path,
        """
        [panes.databases.databases]
        a.PASSWORD = { env = "A" }
        b.PASSWORD = { file = "secret/b" }
        c.PASSWORD = { command = ["pass", "show", "c"] }
        d.PASSWORD = { keyring = "service/user" }
        """,
    )
    assert settings.all_problems == ()
    config = settings.panes[0].config
    assert isinstance(config, Databases)
    assert [account.PASSWORD for account in config.databases.values()] == [
        Secret(SecretEnv("A")),
        Secret(SecretFile(str(tmp_path / "secret/b"))),
        Secret(SecretCommand(("pass", "show", "c"))),
        Secret(SecretKeyring("service/user")),
    ]


@pytest.mark.parametrize(
    "value",
    [
        "{ env = '' }",
        "{ env = 'A', file = 'b' }",
        "{ command = [] }",
        "{ command = 'pass show x' }",
        "{ command = ['a', 1] }",
        "{ value = 'x' }",
        "[]",
        "true",
    ],
)
def test_what_is_none_of_the_four_forms_is_refused(tmp_path: Path, value: str) -> None:
    problems = load_text(tmp_path, f"[panes.git]\nkey = {value}").all_problems
    assert [problem.key for problem in problems] == ["panes.git.key"]
    assert "never the secret itself" in problems[0].message


@pytest.mark.parametrize(
    ("text", "seconds"), [("'1500ms'", 1.5), ("'90s'", 90), ("'5 m'", 300), ("'2h'", 7200), ("'1d'", 86400)]
)
def test_durations(tmp_path: Path, text: str, seconds: float) -> None:
    config = load_text(tmp_path, f"[panes.git]\npatience = {text}").panes[0].config
    assert isinstance(config, Git)
    assert config.patience == seconds


@pytest.mark.parametrize("text", ["5", "2.5", "'7'"])
def test_a_bare_number_is_seconds(tmp_path: Path, text: str) -> None:
    config = load_text(tmp_path, f"[panes.git]\npatience = {text}").panes[0].config
    assert isinstance(config, Git)
    assert config.patience == float(text.strip("'"))


@pytest.mark.parametrize(
    "text",
    ["0", "-1", "nan", "inf", "true", "'0s'", "'-5s'", "'5 weeks'", "''", "[]", "1e300", "10" + "0" * 400],
)
def test_what_is_no_duration(tmp_path: Path, text: str) -> None:
    (problem,) = load_text(tmp_path, f"[panes.git]\npatience = {text}").all_problems
    assert problem.key == "panes.git.patience"
    assert "duration" in problem.message


@pytest.mark.parametrize("line", ["interval = '900ms'", "interval = 8e5", "timeout = '2h'"])
def test_interval_and_timeout_have_bounds(tmp_path: Path, line: str) -> None:
    problems = load_text(tmp_path, f"[panes.git]\n{line}\ncolour = 1").all_problems
    assert [problem.key for problem in problems] == [f"panes.git.{line.split()[0]}", "panes.git.colour"]
    assert problems[0].message.startswith("must be between")
