"""`.ci/venv`, which `make` calls first: it installs when it must, and names what is missing in a sentence."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from house_imports import ROOT

PYTHON = """#!/bin/sh
echo "$*" >>"$LOG"
case "$*" in
*"import ensurepip"*) [ -z "${NO_ENSUREPIP-}" ] || [ -e "$LOG.mended" ] ;;
*"version_info[:2]"*) echo "$VERSION" ;;
"-m venv --clear "*)
    mkdir -p "$4/bin"
    for name in python pip devdash; do
        { echo "#!/bin/sh"; echo "VERSION=$VERSION"; cat "$0"; } >"$4/bin/$name"
        chmod +x "$4/bin/$name"
    done
    touch "$4/pyvenv.cfg" ;;
"-m pip install "*) [ -z "${NO_NETWORK-}" ] ;;
esac
"""
"""Stands for a Python: it tells what it was asked, and makes environments like itself."""


class SetUp:
    """A checkout with the script, a pretended Python, and pretended system programs."""

    def __init__(self, folder: Path) -> None:
        self.checkout = folder / "checkout"
        (self.checkout / ".ci").mkdir(parents=True)
        shutil.copy(ROOT / ".ci" / "venv", self.checkout / ".ci" / "venv")
        for name in ("pyproject.toml", "constraints.txt"):
            shutil.copy(ROOT / name, self.checkout / name)
        self.programs = folder / "programs"
        self.programs.mkdir()
        self.log = folder / "log"
        self.program("python3", PYTHON)
        self.program("id", "#!/bin/sh\necho 1000\n")

    def program(self, name: str, text: str) -> None:
        (self.programs / name).write_text(text)
        (self.programs / name).chmod(0o755)

    def run(self, kind: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run the script; what the Python was asked meanwhile is in `asked`."""
        self.log.write_text("")
        path = f"{self.programs}{os.pathsep}{os.environ['PATH']}"
        environment = {"PATH": path, "LOG": str(self.log), "VERSION": "3.11", **more}
        return subprocess.run(
            [self.checkout / ".ci" / "venv", kind],
            env=environment,
            capture_output=True,
            text=True,
            timeout=20,
        )

    @property
    def asked(self) -> str:
        return self.log.read_text()


@pytest.fixture
def set_up(tmp_path: Path) -> SetUp:
    """See `SetUp`."""
    return SetUp(tmp_path)


def test_the_first_time_makes_the_environment_and_installs_the_tested_versions(set_up: SetUp) -> None:
    """With the constraints, in editable form, and for the dashboard only what it needs."""
    assert set_up.run("run").returncode == 0
    assert "-m venv --clear .venv" in set_up.asked
    assert "--constraint constraints.txt --editable .[ledger]\n" in set_up.asked


def test_the_second_time_nothing_is_done(set_up: SetUp) -> None:
    """`make run` starts at once."""
    set_up.run("run")
    again = set_up.run("run")
    assert (again.returncode, again.stderr) == (0, "")
    assert "pip install" not in set_up.asked


def test_what_tests_need_includes_what_the_dashboard_needs(set_up: SetUp) -> None:
    """`make run` after `make test` installs nothing; the other way round it does."""
    set_up.run("run")
    set_up.run("dev")
    assert "--editable .[ledger,dev]\n" in set_up.asked
    set_up.run("run")
    assert "pip install" not in set_up.asked


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_a_change_of_what_is_needed_installs_anew(set_up: SetUp, name: str) -> None:
    """Into the same environment."""
    set_up.run("dev")
    with (set_up.checkout / name).open("a") as file:
        file.write("# changed\n")
    set_up.run("dev")
    assert "pip install" in set_up.asked
    assert "-m venv" not in set_up.asked


def test_a_checkout_that_was_moved_gets_a_new_editable_install(set_up: SetUp) -> None:
    """The old one would lead to where it was."""
    set_up.run("run")
    set_up.checkout = set_up.checkout.rename(set_up.checkout.with_name("moved"))
    set_up.run("run")
    assert "pip install" in set_up.asked


def test_an_installation_that_failed_is_tried_again(set_up: SetUp) -> None:
    """A network that goes away leaves nothing that looks finished."""
    assert set_up.run("run", NO_NETWORK="1").returncode != 0
    assert set_up.run("run").returncode == 0
    assert "pip install" in set_up.asked


def test_a_half_done_installation_is_not_taken_for_the_one_before(set_up: SetUp) -> None:
    """Someone who takes a change of versions back, after it failed, gets the old ones again."""
    constraints = set_up.checkout / "constraints.txt"
    before = constraints.read_text()
    set_up.run("run")
    constraints.write_text(before + "# newer\n")
    set_up.run("run", NO_NETWORK="1")
    constraints.write_text(before)
    set_up.run("run")
    assert "pip install" in set_up.asked


def test_another_python_makes_another_environment(set_up: SetUp) -> None:
    """`make PYTHON=python3.12 run` after `make run`."""
    set_up.run("run")
    set_up.program("python3.12", PYTHON)
    set_up.run("run", PYTHON="python3.12", VERSION="3.12")
    assert "-m venv --clear .venv" in set_up.asked


def test_a_python_that_is_too_old_is_refused(set_up: SetUp) -> None:
    """In a sentence that says what to do; nothing is made."""
    done = set_up.run("run", VERSION="3.9")
    assert done.returncode != 0
    assert "python3 is Python 3.9. devdash needs 3.11 or later" in done.stderr
    assert not (set_up.checkout / ".venv").exists()


def test_a_python_that_is_not_there_is_named(set_up: SetUp) -> None:
    """Not a traceback of a shell."""
    done = set_up.run("run", PYTHON="python9")
    assert done.returncode != 0
    assert done.stderr.startswith("There is no python9. devdash needs Python 3.11 or later")


def test_without_ensurepip_the_package_is_named(set_up: SetUp) -> None:
    """Debian splits it off; who is not root gets the command."""
    done = set_up.run("run", NO_ENSUREPIP="1")
    assert done.returncode != 0
    assert "sudo apt-get install python3.11-venv" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_without_ensurepip_root_gets_the_package(set_up: SetUp) -> None:
    """A container runs as root: the one command still does it all."""
    set_up.program("id", "#!/bin/sh\necho 0\n")
    set_up.program("apt-get", '#!/bin/sh\necho "apt-get $*" >>"$LOG"\ntouch "$LOG.mended"\n')
    assert set_up.run("run", NO_ENSUREPIP="1").returncode == 0
    assert "--no-install-recommends python3.11-venv" in set_up.asked
    assert "pip install" in set_up.asked


def test_a_folder_that_is_no_environment_is_left_alone(set_up: SetUp) -> None:
    """VENV=~ by mistake destroys nothing."""
    precious = set_up.checkout / "precious"
    precious.mkdir()
    (precious / "file").write_text("mine")
    done = set_up.run("run", VENV="precious")
    assert done.returncode != 0
    assert "is no virtual environment" in done.stderr
    assert (precious / "file").read_text() == "mine"
