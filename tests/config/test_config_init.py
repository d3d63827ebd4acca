"""`devdash init`: finds what is there, writes a config that is right, touches nothing."""

import os
import tomllib
from pathlib import Path

import pytest

from devdash.config.discover import Finds, Project, has_battery, search
from devdash.config.errors import ConfigError
from devdash.config.init import InitPlan, plan, render_config, write_config
from devdash.config.load import load

registry = pytest.importorskip("devdash.engine.registry")

BEANCOUNT = '2024-01-02 * "Shop" "Food"\n  Assets:Cash  -5 EUR\n  Expenses:Food\n'
LEDGER = "; my money\n\n2024/01/02 * Shop\n    ; a note\n    Expenses:Food   5 EUR\n    Assets:Cash\n"
MANAGE = 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")\n'


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder as a developer's is."""
    home = tmp_path / "home"
    for repo in ("src/api", "src/web", "src/infra", "notes", "src/api/vendor/lib", "src/web/inner"):
        (home / repo / ".git").mkdir(parents=True)
    write(home / "src/worktree/.git", "gitdir: elsewhere")
    write(home / "money/main.beancount", 'include "years/2024.beancount"\n')
    write(home / "money/years/2024.beancount", BEANCOUNT)
    write(home / "old/ledger.dat", LEDGER)
    write(home / "old/binary.dat", "\x00\x01 2024/01/02")
    write(home / "old/system.journal", "no transactions\n")
    write(home / "src/api/manage.py", MANAGE)
    write(home / "src/web/node_modules/x/manage.py", MANAGE)
    write(home / ".cache/x.beancount", BEANCOUNT)
    return home


def test_the_search_finds_what_a_person_would_name(home: Path) -> None:
    found = search((home,))
    assert found.repos == tuple(
        home / name for name in ("notes", "src/api", "src/infra", "src/web", "src/worktree")
    ), "none within another"
    assert found.beancount == (home / "money/main.beancount",), "not what it includes"
    assert found.ledgers == (home / "old/ledger.dat",)
    assert found.projects == (Project(home / "src/api", "shop.settings"),)
    assert found.complete


def test_the_search_has_a_depth_and_an_end(home: Path) -> None:
    assert search((home,), depth=1).repos == (home / "notes",)
    ticks = iter(range(100))
    cut = search((home,), seconds=2, clock=lambda: float(next(ticks)))
    assert not cut.complete
    assert cut.repos != search((home,)).repos


def test_the_search_follows_no_links_and_survives_odd_names(home: Path) -> None:
    (home / "loop").symlink_to(home)
    (home / "elsewhere").symlink_to("/")
    (home / os.fsdecode(b"bad\xff") / ".git").mkdir(parents=True)
    (home / "new\nline/.git").mkdir(parents=True)
    found = search((home, home / "src", home / "absent"))
    assert len(found.repos) == 5


@pytest.mark.parametrize(
    ("supplies", "expected"),
    [
        ({"BAT0/type": "Battery\n"}, True),
        ({"AC/type": "Mains\n"}, False),
        ({"mouse/type": "Battery\n", "mouse/scope": "Device\n"}, False),
        ({}, False),
    ],
)
def test_a_battery_is_the_machines_own(tmp_path: Path, supplies: dict[str, str], expected: bool) -> None:
    (tmp_path / "power").mkdir()
    for name, text in supplies.items():
        write(tmp_path / "power" / name, text)
    assert has_battery(tmp_path / "power") is expected


def test_where_nothing_can_be_asked_a_battery_is_assumed(tmp_path: Path) -> None:
    assert has_battery(tmp_path / "absent")


@pytest.mark.parametrize("battery", [True, False])
def test_the_config_is_right_and_names_the_finds(
    home: Path, tmp_path: Path, battery: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(home))
    text = render_config(plan(home, search((home,)), battery=battery))
    write_config(tmp_path / "new/folder/devdash.toml", text)
    settings = load(tmp_path / "new/folder/devdash.toml", registry.Registry())
    assert [str(problem) for problem in settings.all_problems] == []
    document = tomllib.loads(text)
    assert document["panes"]["git"] == {"repos": ["~/notes"], "scan": ["~/src"]}
    assert document["panes"]["ledger"]["file"] == "~/money/main.beancount"
    assert document["panes"]["battery"].get("enabled", True) is battery
    assert "~/old/ledger.dat" in text
    assert "~/src/api, settings shop.settings" in text


def test_a_folder_within_a_scanned_one_is_not_scanned_again(tmp_path: Path) -> None:
    me = tmp_path / "me"
    for name in ("a", "b", "c", "origins/d", "origins/e", "origins/f"):
        (me / "src" / name / ".git").mkdir(parents=True)
    made = plan(me, search((me,)), battery=False)
    assert made.scan == (me / "src",)
    assert made.repos == ()


def test_where_nothing_is_found_the_config_is_right_too(tmp_path: Path) -> None:
    nothing = plan(tmp_path, Finds(complete=False), battery=False)
    assert nothing == InitPlan(home=tmp_path, battery=False, complete=False)
    write_config(tmp_path / "devdash.toml", render_config(nothing))
    settings = load(tmp_path / "devdash.toml", registry.Registry())
    assert settings.all_problems == ()
    assert [pane.name for pane in settings.panes] == ["databases"]


def test_an_existing_file_is_never_touched(tmp_path: Path) -> None:
    file = write(tmp_path / "devdash.toml", "mine")
    with pytest.raises(ConfigError, match="not touched"):
        write_config(file, "other")
    assert file.read_text() == "mine"
    link = tmp_path / "link.toml"
    link.symlink_to("nowhere")
    with pytest.raises(ConfigError, match="not touched"):
        write_config(link, "other")
    assert not (tmp_path / "nowhere").exists()


def test_a_place_that_cannot_be_written_is_a_config_error(tmp_path: Path) -> None:
    write(tmp_path / "file", "")
    with pytest.raises(ConfigError):
        write_config(tmp_path / "file/devdash.toml", "x")
