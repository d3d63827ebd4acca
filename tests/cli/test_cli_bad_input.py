"""Bad input: each gets one clear sentence and an exit code or a pane's state, never a traceback."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_rig import STUBS, Result

Run = Callable[..., Result]
Write = Callable[[str], Path]

FOUR = """
[panes.battery]
sysfs = "supplies"
[panes.ledger]
file = "book.beancount"
[panes.git]
repos = ["."]
[panes.databases]
"""

BLOCKER = """
import sys
from importlib.abc import MetaPathFinder

class Blocker(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "beancount":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None

sys.meta_path.insert(0, Blocker())
"""


@pytest.fixture
def four(config: Write, folder: Path) -> None:
    """The four built-in panes, with something to read for each."""
    config(FOUR)
    (folder / "supplies").mkdir()
    (folder / "book.beancount").write_text("2026-01-01 open Assets:Cash EUR\n")
    subprocess.run(["git", "init", "-q", "."], cwd=folder, check=True, timeout=20)


@pytest.mark.parametrize("command", [["status"], ["check"], ["run", "stub", "touch"], ["config", "show"], []])
def test_a_file_that_is_no_toml_is_told_with_its_line(
    config: Write, devdash: Run, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    """By every command; the dashboard itself says that it has no terminal first."""
    config("[panes.stub]\nlevel = \n")
    result = devdash(*command)
    assert (result.code, result.out) == (64, "")
    if command:
        assert result.err == "devdash: devdash.toml:2: not valid TOML: Invalid value\n"


def test_a_file_that_cannot_be_read_is_told(config: Write, devdash: Run) -> None:
    """Root may read everything, except where the kernel itself refuses: its own memory at zero."""
    if os.geteuid() != 0:
        config("").chmod(0)
        result, why = devdash("status"), "devdash.toml: cannot be read: Permission denied"
    else:
        result, why = devdash("--config", "/proc/self/mem", "status"), "/proc/self/mem: cannot be read: "
    assert (result.code, result.out) == (64, "")
    assert result.err.startswith(f"devdash: {why}")
    assert result.err.count("\n") == 1


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: path.mkdir(), "a folder, not a file"),
        (os.mkfifo, "not a file"),
        (lambda path: path.write_bytes(b"a = 1\nb = \xff\n"), "2: not UTF-8 text: byte 0xff"),
        (lambda path: path.symlink_to("nowhere"), "a link to a file that is not there"),
    ],
)
def test_a_file_that_is_none_is_told(
    folder: Path, devdash: Run, make: Callable[[Path], object], said: str
) -> None:
    make(folder / "devdash.toml")
    result = devdash("status")
    assert (result.code, result.out) == (64, "")
    assert said in result.err


@pytest.mark.parametrize("by", ["--config", "$DEVDASH_CONFIG"])
def test_a_file_that_is_not_there_is_told_with_the_next_step(
    devdash: Run, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    if by == "--config":
        result = devdash("--config", "no.toml", "status")
    else:
        monkeypatch.setenv("DEVDASH_CONFIG", "no.toml")
        result = devdash("status")
    assert result == Result(
        64,
        "",
        f"devdash: no.toml: there is no such file; {by} names it\n         run `devdash init` to write one\n",
    )


def test_without_a_config_the_defaults_are_read(program: Run) -> None:
    """A new user sees four panes, none of them a failure of devdash's own."""
    result = program("check").calm()
    assert result.err == ""
    assert [line.split()[1] for line in result.out.splitlines()] == [
        "battery:",
        "ledger:",
        "git:",
        "databases:",
    ]


def test_a_missing_package_is_told_by_its_pane_and_the_others_work(
    four: None, program: Run, tmp_path: Path
) -> None:
    """Without beancount the ledger pane says what to install."""
    (tmp_path / "blocker").mkdir()
    (tmp_path / "blocker/sitecustomize.py").write_text(BLOCKER)
    result = program("status", env={"PYTHONPATH": f"{tmp_path / 'blocker'}{os.pathsep}{STUBS}"}).calm()
    assert (result.code, result.err) == (0, "")
    ledger = result.out.split("\n\n")[1]
    assert ledger.splitlines() == [
        "? Ledger · no data",
        "  ? beancount is not installed",
        '    → pip install "devdash[ledger]"',
    ]
    assert "● Git — 1 repository" in result.out
    assert "● Databases" in result.out


@pytest.mark.parametrize("kind", ["a file", "read-only"])
def test_a_home_that_cannot_be_written_costs_little(
    four: None, program: Run, tmp_path: Path, kind: str
) -> None:
    """Status works; only what must be stored there says that it cannot."""
    home = Path("/proc") if kind == "read-only" else tmp_path / "home"
    if kind == "a file":
        home.write_text("")
    env = {name: None for name in os.environ if name.startswith("XDG_")} | {"HOME": str(home)}
    result = program("status", env=env).calm()
    assert (result.code, result.err) == (0, "")
    assert "● Git — 1 repository" in result.out
    assert "cannot open" in result.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["stauts"], "invalid choice: 'stauts'"),
        (["status", "--jsno"], "unrecognized arguments: --jsno"),
        (["run", "git"], "the following arguments are required: ACTION"),
        (["--config"], "expected one argument"),
        (["config", "chekc"], "invalid choice: 'chekc'"),
    ],
)
def test_a_wrong_command_line_is_told_with_the_usage(devdash: Run, arguments: list[str], said: str) -> None:
    """With 64: argparse's own 2 would mean "critical"."""
    result = devdash(*arguments)
    assert (result.code, result.out) == (64, "")
    assert result.err.startswith("usage: devdash")
    assert said in result.err


def test_without_a_terminal_the_dashboard_says_what_works_instead(config: Write, program: Run) -> None:
    config("[panes.stub]\n")
    assert program() == Result(
        64,
        "",
        "devdash: the dashboard needs a terminal\n         `devdash status` prints the same as text\n",
    )


def test_a_name_cannot_steer_the_terminal(config: Write, devdash: Run) -> None:
    """What is quoted from the command line or the file is cleaned."""
    config('[panes.stub]\n"\\u001b[31mred" = 1\n')
    devdash("status").calm()
    result = devdash("status", "\x1b]0;title\x07pane").calm()
    assert "there is no pane 'pane'" in result.err


def test_a_full_disk_is_no_bug(config: Write) -> None:
    """Output that cannot be written is told, with an exit code of its own."""
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    config("[panes.stub]\n")
    with Path("/dev/full").open("wb") as full:
        argv = [sys.executable, "-m", "devdash", "status"]
        done = subprocess.run(argv, stdout=full, stderr=subprocess.PIPE, timeout=50, text=True)
    assert (done.returncode, done.stderr) == (
        74,
        "devdash: standard output cannot be written: No space left on device\n",
    )


@pytest.fixture
def bug(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somewhere in devdash itself: one secret in the exception's text, one in a local variable."""

    def broken(arguments: object) -> None:
        password = "tr0ub4dor"
        raise RuntimeError(f"cannot log in with hunter2 {len(password)}")

    monkeypatch.setattr("devdash.cli.status.status", broken)


def test_a_bug_ends_in_one_sentence_and_a_log(bug: None, devdash: Run, home: Path) -> None:
    """The sentence names the file and no secret; the file has the traceback, and no local variables."""
    result = devdash("status")
    (log,) = (home / ".local/state/devdash").glob("crash-*.log")
    assert result == Result(
        70, "", f"devdash: this is a bug in devdash (RuntimeError); the details are in {log}\n"
    )
    text = log.read_text()
    assert "RuntimeError: cannot log in with" in text
    assert "in broken" in text
    assert "tr0ub4dor" not in text
    assert log.stat().st_mode & 0o777 == 0o600


def test_a_bug_finds_a_place_for_its_log_when_home_cannot_be_written(
    bug: None, devdash: Run, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "file"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    result = devdash("status")
    (log,) = tmp_path.glob("crash-*.log")
    assert result.err.endswith(f"the details are in {log}\n")


def test_version_and_help(devdash: Run) -> None:
    """`python -m devdash` and the script are the same program."""
    from devdash import __version__

    assert devdash("--version") == Result(0, f"devdash {__version__}\n", "")
    told = devdash("--help")
    assert (told.code, told.err) == (0, "")
    for command in ("status", "check", "run", "init", "doctor", "config"):
        assert command in told.out
    script = Path(sys.executable).with_name("devdash")
    for argv in ([sys.executable, "-m", "devdash", "--version"], [str(script), "--version"]):
        done = subprocess.run(argv, capture_output=True, text=True, timeout=50)
        assert (done.returncode, done.stdout) == (0, f"devdash {__version__}\n")
