"""`devdash doctor`: what is installed, what is missing, what is wrong, what each pane costs."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_rig import Result

from devdash.cli.doctor import _writable
from devdash.cli.inventory import PACKAGES, package_table

Run = Callable[..., Result]
Write = Callable[[str], Path]

ROOT = Path(__file__).parents[2]


def parts(text: str) -> dict[str, str]:
    """The parts of the report by their titles."""
    found = re.findall(r"^(\S.*)\n((?:  .*\n)*)", text, re.MULTILINE)
    return dict(found)


def row(part: str, name: str) -> list[str]:
    """The cells of the line that begins with `name`."""
    (line,) = re.findall(rf"^[ ●▲✖?]*{re.escape(name)}\b.*$", part, re.MULTILINE)
    return re.split(r" {2,}", line.strip())


def test_doctor_tells_everything_in_its_order(config: Write, devdash: Run) -> None:
    config("[panes.stub]\n")
    result = devdash("doctor")
    assert (result.code, result.err) == (0, "")
    assert list(parts(result.out)) == [
        "This machine",
        "Packages",
        "Plug-ins of others",
        "Programs",
        "Places",
        "Config",
        "Alerts and history",
        "Panes, each read once and alone",
    ]


def test_doctor_knows_every_dependency() -> None:
    """One that pyproject.toml adds must be told what it is for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = [*project["dependencies"], *project["optional-dependencies"]["ledger"]]
    names = {re.split(r"[<>=;\[ ]", entry)[0] for entry in declared}
    assert names == {need.name for need in PACKAGES} - {"keyring"}


@pytest.mark.parametrize(
    ("system", "here", "elsewhere"),
    [("linux", "dbus-fast", "desktop-notifier"), ("darwin", "desktop-notifier", "dbus-fast")],
)
def test_doctor_asks_for_nothing_that_another_system_needs(
    monkeypatch: pytest.MonkeyPatch, system: str, here: str, elsewhere: str
) -> None:
    """On Linux a missing desktop-notifier is no lack."""
    monkeypatch.setattr("sys.platform", system)
    told = [row.key for row in package_table().rows]
    assert here in told
    assert elsewhere not in told


def test_what_is_missing_is_told_with_its_purpose_and_remedy(
    config: Write, program: Run, folder: Path
) -> None:
    """A PATH without any program, and an editor that is not there."""
    config("[panes.stub]\n")
    (folder / "bin").mkdir()
    result = program("doctor", env={"PATH": str(folder / "bin"), "EDITOR": "ed-nowhere"}).calm()
    told = parts(result.out)
    assert row(told["Programs"], "git") == ["git", "missing", "the git pane: install git 2.29 or later"]
    assert row(told["Programs"], "editor")[1] == "missing"
    assert "'ed-nowhere' is not there" in told["Programs"]
    assert result.code == 0


def test_plug_ins_of_others_are_listed_with_their_distribution(config: Write, devdash: Run) -> None:
    config("[panes.stub]\n")
    told = parts(devdash("doctor").out)["Plug-ins of others"]
    assert row(told, "doer") == ["doer", "devdash-stubs 1.0", "devdash_stubs:Doer"]


def test_places_that_cannot_be_written_are_told(
    config: Write, devdash: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config("[panes.stub]\n")
    (home / "file").write_text("")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "file"))
    told = parts(devdash("doctor").out)["Places"]
    assert "cannot be written: Not a directory" in row(told, "state")[1]
    assert "cannot be written: Not a directory" in row(told, "log")[1]
    assert row(told, "cache") == ["cache", str(home / ".cache/devdash")]


def test_a_folder_that_is_there_but_takes_no_file_is_told() -> None:
    """Only trying tells: to root every check of rights says yes."""
    if not Path("/proc/self").exists():
        pytest.skip("this system has no /proc")
    assert _writable(Path("/proc")).startswith("cannot be written: ")


def test_every_problem_of_the_config_is_listed(config: Write, devdash: Run) -> None:
    """And the panes that are right are read all the same."""
    config('[panes.stub]\nlevle = "ok"\n[panes.doer]\n[devdash]\ntheme = "nord2"\n')
    result = devdash("doctor")
    assert result.code == 64
    told = parts(result.out)
    assert "devdash.toml:2: panes.stub.levle: unknown key" in told["Config"]
    assert "devdash.toml:5: devdash.theme: no such theme" in told["Config"]
    assert row(told["Panes, each read once and alone"], "doer")[1] == "ok"
    assert row(told["Panes, each read once and alone"], "stub")[1] == "unknown"


def test_a_config_that_is_no_toml_does_not_keep_doctor_from_the_rest(config: Write, devdash: Run) -> None:
    config("[panes.stub\n")
    result = devdash("doctor")
    assert (result.code, result.err) == (64, "")
    assert "not valid TOML" in parts(result.out)["Config"]
    assert "Packages" in parts(result.out)


def test_the_cost_of_a_pane_is_its_reading_its_import_and_the_processes_it_leaves(
    config: Write, devdash: Run
) -> None:
    """The databases pane keeps a worker, a stub does not; one that fails says why."""
    config('[panes.databases]\n[panes.stub]\n[panes.gone]\nplugin = "stub"\nfail = "gone for good"\n')
    told = parts(devdash("doctor").out)["Panes, each read once and alone"]
    _, level, reading, imported, workers, memory, _ = row(told, "databases")
    assert level == "ok"
    assert all(re.fullmatch(r"\d+ ms", cost) for cost in (reading, imported))
    assert int(workers) >= 1
    assert re.fullmatch(r"\d+ MiB", memory)
    assert row(told, "stub")[4] == "0"
    assert row(told, "gone")[-1] == "gone for good"


def test_it_says_who_tells_through_what_and_where_the_history_is(
    program: Callable[..., Result], config: Callable[[str], Path]
) -> None:
    """Whoever was not told at night looks here first."""
    config('[alerts.channel.phone]\ntype = "ntfy"\nurl = "https://ntfy.example/topic"\n')
    out = program("doctor").calm().out
    part = out.partition("Alerts and history")[2]
    assert "nobody is on duty" in part
    assert "desktop, terminal, phone" in part
    assert "not begun yet" in part
