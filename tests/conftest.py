"""What holds for every test: a home of its own, no word from outside, and servers that are there or named.

The environment is cleaned as this file is imported, before any test module is:
Textual reads its variables when it is imported.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from ground import located
from hypothesis import settings

pytest_plugins = ("beds",)

ROOT = Path(__file__).parents[1]

_FOREIGN = (
    "NO_COLOR",
    "FORCE_COLOR",
    "UNICODE_VERSION",
    "COLUMNS",
    "LINES",
    "EDITOR",
    "VISUAL",
    "DBUS_SESSION_BUS_ADDRESS",
)
_FOREIGN_PREFIXES = ("TEXTUAL", "DEVDASH_", "GIT_")
_FOLDERS = {
    "HOME": "",
    "XDG_CONFIG_HOME": ".config",
    "XDG_STATE_HOME": ".local/state",
    "XDG_DATA_HOME": ".local/share",
    "XDG_CACHE_HOME": ".cache",
    "XDG_RUNTIME_DIR": "run",
}

_homes = Path(tempfile.mkdtemp(prefix="devdash-tests-"))
_numbers = count()


def _move_into(home: Path) -> dict[str, str]:
    return {name: str(home / below) for name, below in _FOLDERS.items()}


def _under_ci() -> bool:
    return os.environ.get("CI", "") not in ("", "0", "false")


def _clean_environment() -> None:
    """Nothing that the person who runs the tests has set may reach them, nor may they reach that person."""
    for name in [n for n in os.environ if n in _FOREIGN or n.startswith(_FOREIGN_PREFIXES)]:
        del os.environ[name]
    os.environ.update(_move_into(_homes / "session"))
    (_homes / "session").mkdir()


_clean_environment()

settings.register_profile("devdash", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, database=None, print_blob=True)
settings.load_profile("ci" if _under_ci() else "devdash")


def pytest_unconfigure() -> None:
    """Remove every home."""
    shutil.rmtree(_homes, ignore_errors=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object | None:
    """With `--dist loadgroup` files that are marked stay together; see `scheduling.py`."""
    if config.getoption("dist") != "loadgroup":
        return None
    from scheduling import ByFileWhereMarked

    return ByFileWhereMarked(config, log)


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty home folder, with config, state and cache folders below it; HOME and XDG_* name them."""
    folder = _homes / str(next(_numbers))
    folder.mkdir()
    for name, value in _move_into(folder).items():
        monkeypatch.setenv(name, value)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def needs() -> Callable[[str], str]:
    """`needs("mariadbd")` is the path of that program.

    Where it is missing the test is skipped, and the summary says why; under CI
    it fails, because .ci/run installs what tests need.
    """

    def find(program: str) -> str:
        found = located(program)
        if found is not None:
            return found
        if _under_ci():
            pytest.fail(f"{program} is not installed; under CI that is a failure (.ci/run installs it)")
        pytest.skip(f"{program} is not installed")

    return find


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of measured data beside the checkout, ../shared/data; skips where it is not there."""
    folder = ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the measured data (../shared/data) are not beside this checkout")
    return folder
