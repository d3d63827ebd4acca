"""What is handed out: sdist, wheel, and a devdash that was installed away from the checkout."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from email.parser import HeaderParser
from importlib.metadata import distribution
from pathlib import Path
from typing import NamedTuple

import pytest
from fresh_venv import FreshVenv, followed
from house_files import tracked
from house_imports import OWN, ROOT, modules
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import devdash

pytestmark = pytest.mark.xdist_group("packaging")

CONFIG = """
[devdash]
layout = [["battery", "ledger"], ["git", "databases"]]
[panes.battery]
sysfs = "supplies"
[panes.ledger]
file = "book.beancount"
months = 2
[panes.git]
repos = ["."]
[panes.databases]
"""

JOURNAL = """
option "operating_currency" "EUR"
2026-01-01 open Assets:Cash EUR
2026-01-01 open Equity:Opening EUR
2026-01-02 * "Opening"
  Assets:Cash  12.50 EUR
  Equity:Opening
"""


class Built(NamedTuple):
    """What `python -m build` made of a copy of the tracked files."""

    checkout: Path
    sdist: Path
    wheel: Path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The sdist and, from it, the wheel, as `python -m build` makes them."""
    checkout = tmp_path_factory.mktemp("checkout") / "devdash"
    for path in tracked():
        (checkout / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, checkout / path)
    build = [sys.executable, "-m", "build", "--no-isolation", str(checkout)]
    done = subprocess.run(build, capture_output=True, text=True, timeout=50)
    assert done.returncode == 0, done.stdout + done.stderr
    (sdist,) = (checkout / "dist").glob("*.tar.gz")
    (wheel,) = (checkout / "dist").glob("*.whl")
    return Built(checkout, sdist, wheel)


@pytest.fixture(scope="module")
def fresh(built: Built, tmp_path_factory: pytest.TempPathFactory) -> FreshVenv:
    """The wheel with its extra `ledger`, installed where nothing of the checkout can be reached."""
    made = FreshVenv.create(tmp_path_factory.mktemp("away") / "venv")
    made.install(built.wheel, extras=("ledger",))
    return made


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder with a small devdash.toml and all that it names."""
    (tmp_path / "supplies").mkdir()
    (tmp_path / "book.beancount").write_text(JOURNAL)
    (tmp_path / "devdash.toml").write_text(CONFIG)
    subprocess.run(["git", "init", "-q", "-b", "main", str(tmp_path)], check=True, timeout=20)
    return tmp_path


def test_the_wheel_contains_the_five_packages_and_nothing_else(built: Built) -> None:
    """Every module of theirs, py.typed, the licence; no tests, no examples, no config."""
    with zipfile.ZipFile(built.wheel) as wheel:
        names = {name for name in wheel.namelist() if not name.endswith("/")}
    info = f"devdash-{devdash.__version__}.dist-info"
    ours = {name for name in names if not name.startswith(info)}
    sources = set()
    for path in modules().values():
        base = ROOT if path.is_relative_to(ROOT / "devdash") else ROOT / "plugins"
        if (built.checkout / path.relative_to(ROOT)).exists():
            sources.add(str(path.relative_to(base)))
    assert ours == sources | {f"{package}/py.typed" for package in OWN}
    parts = {"METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"}
    assert names - ours == {f"{info}/{part}" for part in parts}


def test_the_wheel_says_what_it_is(built: Built) -> None:
    """Version, licence, Python and the GPL package as an extra only."""
    with zipfile.ZipFile(built.wheel) as wheel:
        text = wheel.read(f"devdash-{devdash.__version__}.dist-info/METADATA").decode()
    told = HeaderParser().parsestr(text)
    assert (told["Version"], told["License-Expression"]) == (devdash.__version__, "MIT")
    assert told["Requires-Python"] == ">=3.11"
    beancount = [entry for entry in told.get_all("Requires-Dist", []) if entry.startswith("beancount")]
    assert beancount and all("extra == 'ledger'" in entry for entry in beancount)
    assert "make run" in text, "the README is the description"


def test_the_sdist_holds_what_a_packager_needs(built: Built) -> None:
    """Sources, tests and documents; nothing that git does not know."""
    with tarfile.open(built.sdist) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert {"pyproject.toml", "LICENSE", "README.md", "CHANGELOG.md", "devdash.toml"} <= names
    assert {"tests/conftest.py", "docs/architecture.md", "constraints.txt", "Makefile", ".ci/venv"} <= names
    known = {str(path.relative_to(built.checkout)) for path in built.checkout.rglob("*")}
    assert names <= known | {"PKG-INFO", ""}


def test_the_wheel_from_the_checkout_is_the_wheel_from_the_sdist(built: Built, tmp_path: Path) -> None:
    """Whoever builds from the sdist gets the same."""
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(tmp_path)]
    subprocess.run([*build, str(built.checkout)], check=True, capture_output=True, timeout=50)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as direct, zipfile.ZipFile(built.wheel) as wheel:
        sums = [
            {i.filename: i.CRC for i in one.infolist() if "RECORD" not in i.filename}
            for one in (direct, wheel)
        ]
    assert sums[0] == sums[1]


def test_the_installed_devdash_is_not_the_checkout(fresh: FreshVenv, elsewhere: Path) -> None:
    """What the next tests run is what the wheel brought."""
    source = "import devdash, devdash_git; print(devdash.__file__, devdash_git.__file__)"
    done = fresh.run("python", "-c", source, cwd=elsewhere)
    assert all(path.startswith(str(fresh.site_packages)) for path in done.stdout.split()), done.stderr


def test_the_installed_devdash_tells_its_version(fresh: FreshVenv, elsewhere: Path) -> None:
    """`devdash --version` and `python -m devdash --version`."""
    for argv in (["devdash", "--version"], ["python", "-m", "devdash", "--version"]):
        done = fresh.run(*argv, cwd=elsewhere)
        assert (done.returncode, done.stdout) == (0, f"devdash {devdash.__version__}\n"), done.stderr


def test_the_installed_devdash_reads_all_four_panes(fresh: FreshVenv, elsewhere: Path) -> None:
    """`devdash status --json`: real data from every pane, its workers included."""
    done = fresh.run("devdash", "status", "--json", cwd=elsewhere)
    assert done.returncode == 0, done.stderr
    panes = {pane["name"]: pane for pane in json.loads(done.stdout)["panes"]}
    assert {name: pane["error"] for name, pane in panes.items()} == dict.fromkeys(panes)
    assert panes["battery"]["facts"]["present"] is False
    cash = [cell["amount"] for cell in panes["ledger"]["facts"]["cells"] if cell["account"] == "Assets:Cash"]
    assert cash[-1:] == ["12.50"]
    assert panes["git"]["facts"]["repos"][0]["branch"] == "main"
    aliases = panes["databases"]["facts"]["projects"][0]["aliases"]
    assert [alias["alias"] for alias in aliases][:2] == ["default", "replica"]


def test_the_installed_devdash_answers_with_an_exit_code(fresh: FreshVenv, elsewhere: Path) -> None:
    """`devdash check battery`: no battery is a calm state; a wrong name is 64."""
    assert fresh.run("devdash", "check", "battery", cwd=elsewhere).returncode == 0
    wrong = fresh.run("devdash", "check", "batery", cwd=elsewhere)
    assert wrong.returncode == 64
    assert "battery" in wrong.stderr and "Traceback" not in wrong.stderr


def test_without_the_extra_the_ledger_pane_says_what_to_install(
    fresh: FreshVenv, elsewhere: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """beancount is never required; the other panes run without it."""
    bare = fresh.without("ledger", tmp_path_factory.mktemp("bare") / "venv")
    done = bare.run("python", "-m", "devdash", "status", "--json", cwd=elsewhere)
    errors = {pane["name"]: pane["error"] for pane in json.loads(done.stdout)["panes"]}
    assert "beancount" in errors.pop("ledger")["message"]
    assert errors == dict.fromkeys(errors)


def test_the_editable_install_is_a_plain_path() -> None:
    """Type checkers and editors follow it: two folders in a .pth file, no import hook."""
    own = distribution("devdash")
    if '"editable": true' not in (own.read_text("direct_url.json") or ""):
        pytest.skip("devdash is not installed in editable form here")
    (pth,) = [Path(str(own.locate_file(file))) for file in own.files or () if file.suffix == ".pth"]
    assert set(pth.read_text().split()) == {str(ROOT), str(ROOT / "plugins")}


def test_the_constraints_pin_all_that_is_installed() -> None:
    """Whatever devdash and its tests require, directly or not, has its tested version.

    Nothing else has one; but that depends on system and Python, and is looked at on one of each.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    declared = [Requirement(text) for text in (*project["dependencies"], *extras["ledger"], *extras["dev"])]
    needed = {canonicalize_name(one.metadata["Name"]): one.version for one in followed(declared, ())}
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pins = [line.split("==") for line in lines if not line.startswith("#")]
    pinned = {canonicalize_name(name): number for name, number in pins}
    assert {name: pinned.get(name) for name in needed} == needed
    if sys.platform == "linux" and sys.version_info[:2] == (3, 11):
        assert set(pinned) == set(needed)


def test_nothing_reaches_the_environment_of_the_tests(fresh: FreshVenv, elsewhere: Path) -> None:
    """pytest is not required by devdash, so it is not there: the environment is as bare as it says."""
    done = fresh.run("python", "-c", "import pytest", cwd=elsewhere, env={"PYTHONPATH": ""})
    assert "ModuleNotFoundError" in done.stderr, os.fspath(fresh.folder)
