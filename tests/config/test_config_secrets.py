"""No secret in devdash.toml passes, and none is ever repeated."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import tomlkit
from config_rig import Plugins, load_text
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devdash.config.errors import ConfigError
from devdash.config.load import load
from devdash.config.model import Settings
from devdash.config.secrets import find
from devdash.config.show import show

CANARY = "hunter2-c4n4ry"


def voices(settings: Settings) -> str:
    """Everything that a problem can say."""
    problems = settings.all_problems
    return "\n".join(f"{problem}\n{problem!r}" for problem in problems) + show_problems(settings)


def show_problems(settings: Settings) -> str:
    return "\n".join(repr(pane.problems) for pane in settings.panes)


@pytest.mark.parametrize(
    "line",
    [
        f"password = '{CANARY}'",
        f"db_password = '{CANARY}'",
        f"PASSWORD = '{CANARY}'",
        f"apiKey = '{CANARY}'",
        f"access-token = '{CANARY}'",
        f"passwd = ['{CANARY}']",
        f"secret = {{ value = '{CANARY}' }}",
        f"secret = {{ env = 'A', literal = '{CANARY}' }}",
        "password = 1234567",
        f"key = '{CANARY}'",
        f"repos = ['https://kim:{CANARY}@example.org/x.git']",
        f"title = 'postgres://kim:{CANARY}@host/db'",
        f"title = 'host=x password={CANARY}'",
        f"title = 'mysql://host/db?password={CANARY}'",
        f"colour = '{CANARY}'",
        f"either = '{CANARY}'",
        f"low = '{CANARY}'",
        f"interval = '{CANARY}'",
        "title = 'ghp_" + CANARY.replace("-", "") + "'",
        f"title = '''-----BEGIN RSA PRIVATE KEY-----\n{CANARY}'''",
        f"'postgres://kim:{CANARY}@host/db' = 1",
        f"places = [{{ path = 'x', depth = '{CANARY}' }}]",
        f"databases = {{ a = {{ PASSWORD = '{CANARY}' }} }}",
        f"databases = {{ a = {{ OPTIONS = {{ passwd = '{CANARY}' }} }} }}",
    ],
)
@pytest.mark.parametrize("pane", ["git", "databases"])
def test_a_secret_in_clear_is_a_problem_at_its_line_and_never_repeated(
    tmp_path: Path, line: str, pane: str
) -> None:
    settings = load_text(tmp_path, f"[panes.battery]\n[panes.{pane}]\n\n{line}\n")
    broken = settings.pane(pane)
    assert broken is not None
    assert broken.config is None
    assert 4 in {problem.line for problem in broken.problems}
    assert CANARY not in voices(settings)
    assert CANARY not in show(settings)


def test_only_the_four_forms_stand_under_a_key_that_names_a_secret() -> None:
    document = {"a": {"token": {"value": CANARY}, "password": {"env": "A"}, "secret": {"env": "A", "x": 1}}}
    assert {path for path, _ in find(document)} == {
        ("a", "token", "value"),
        ("a", "secret", "env"),
        ("a", "secret", "x"),
    }


@pytest.mark.parametrize(
    "line",
    [
        "password = ''",
        "password_file = '/run/x'",
        "passwordless = 'x'",
        "key = { env = 'SHOP_PASSWORD' }",
        "title = 'https://example.org:8080/@kim'",
        "title = 'ssh://git@example.org/x.git'",
        "title = 'git@example.org:kim/x.git'",
        "title = 'password=$SHOP'",
        "title = 'my password: see the wiki'",
        "keyboard = 'x'",
    ],
)
def test_what_only_resembles_a_secret_is_let_through(tmp_path: Path, line: str) -> None:
    problems = load_text(tmp_path, f"[panes.git]\n{line}").all_problems
    assert not [problem for problem in problems if "secret" in problem.message or "token" in problem.message]


def test_a_secret_outside_the_panes_is_found_too(tmp_path: Path) -> None:
    settings = load_text(tmp_path, f"[devdash]\ntheme = 'x://a:{CANARY}@b'\n[more]\ntoken = '{CANARY}'")
    assert {(problem.line, problem.key) for problem in settings.problems} >= {
        (2, "devdash.theme"),
        (4, "more.token"),
    }
    assert CANARY not in voices(settings)
    assert CANARY not in show(settings)


def test_a_secret_in_a_disabled_pane_is_found_too(tmp_path: Path) -> None:
    settings = load_text(tmp_path, f"[panes.git]\nenabled = false\npassword = '{CANARY}'")
    assert [(problem.line, problem.key) for problem in settings.problems] == [(3, "panes.git.password")]


def test_toml_that_is_wrong_does_not_bring_its_text_out(tmp_path: Path) -> None:
    for text in (f"password = {CANARY}", f"{CANARY}", f"a = '{CANARY}", f"['x://a:{CANARY}@b']\n" * 2):
        with pytest.raises(ConfigError) as caught:
            load_text(tmp_path, text)
        assert CANARY not in str(caught.value) + repr(caught.value.problems)


WORDS = """
    devdash panes keys policy git battery databases picky buggy broken layout theme clock repos places path
    depth key colour either low interval enabled title role deny quit read password token PASSWORD OPTIONS
    a.b env
"""
NAMES = st.sampled_from(WORDS.split())
CANARIES = st.sampled_from(
    [CANARY, f"x://kim:{CANARY}@h/d", f"~{CANARY}", f"{CANARY}.*.x", f"a,{CANARY}", "5m"]
)
SCALARS = CANARIES | st.booleans() | st.integers() | st.floats() | st.datetimes() | st.text(max_size=5)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=14,
)
PANES = st.dictionaries(NAMES, st.dictionaries(NAMES, VALUES, max_size=5) | VALUES, max_size=4)
DOCUMENTS = st.builds(
    lambda top, panes: {**top, "panes": panes}, st.dictionaries(NAMES, VALUES, max_size=4), PANES
) | st.dictionaries(NAMES, VALUES, max_size=5)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(DOCUMENTS)
def test_no_document_crashes_loading_and_no_problem_repeats_a_text(document: dict[str, object]) -> None:
    """Whatever TOML says: settings or a ConfigError, and the canary stays in the file."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "devdash.toml"
        try:
            file.write_text(tomlkit.dumps(document), encoding="utf-8", newline="")
        except (ValueError, UnicodeError):
            return  # the writer cannot
        try:
            loaded = load(file, Plugins())
        except ConfigError as error:
            assert CANARY not in str(error) + repr(error.problems)
            return
    assert CANARY not in voices(loaded)
    names = [pane.name for pane in loaded.panes]
    placed = [name for row in loaded.dashboard.layout for name in row]
    assert sorted(placed) == sorted(names), "every pane has exactly one place"
    assert all((pane.config is None) == bool(pane.problems) for pane in loaded.panes)
    show(loaded)
