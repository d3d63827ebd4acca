"""The action `report`: on standard output, into files, with errors, of several journals, in the pane."""

import csv
import io
import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from ledger_journals import EXAMPLE, SHOP, MakeContext, day, pane, write
from syrupy.assertion import SnapshotAssertion

from devdash.api import ActionRequest, Level, PaneError, PrintText, Unavailable, Value
from devdash.engine.offers import admit_actions
from devdash_ledger import printed_file
from devdash_ledger.config import LedgerConfig
from devdash_ledger.pane import LedgerPane
from devdash_ledger.printed_desk import REPORT

UNBALANCED = '\n2026-10-06 * "Half"\n  Expenses:Food  1.00 EUR\n  Assets:Cash  -2.00 EUR\n'


def request(**given: str) -> ActionRequest:
    """What a form sends: every field, checked."""
    values = (Value(one.name, given.get(one.name, one.default)) for one in REPORT.fields)
    return ActionRequest(REPORT.name, None, tuple(values))


async def printed(ledger: LedgerPane, **given: str) -> str:
    """What is printed."""
    [effect] = (await ledger.act(request(**given))).effects
    assert isinstance(effect, PrintText)
    return effect.text


@pytest.mark.parametrize("report", ["balances", "income", "cashflow"])
async def test_the_household_reads_well(
    context: MakeContext, snapshot: SnapshotAssertion, report: str
) -> None:
    """The text of each report, on one month and on several."""
    ledger = pane(context, EXAMPLE)
    assert await printed(ledger, report=report, month="2026-10") == snapshot
    assert await printed(ledger, report=report, month="2026-01..2026-11") == snapshot


@pytest.fixture
def devdash(home: Path, tmp_path: Path) -> Callable[..., "subprocess.CompletedProcess[bytes]"]:
    """`devdash("report", …)` runs the command on a journal of a shop."""
    config = tmp_path / "devdash.toml"
    config.write_text(f"[panes.ledger]\nfile = {json.dumps(str(write(tmp_path, SHOP)))}\n")

    def run(*arguments: str) -> "subprocess.CompletedProcess[bytes]":
        argv = [sys.executable, "-m", "devdash", "--config", str(config), "run", "ledger", *arguments]
        env = os.environ.copy()
        return subprocess.run(argv, capture_output=True, env=env, timeout=50, cwd=tmp_path, check=False)

    return run


Run = Callable[..., "subprocess.CompletedProcess[bytes]"]


def test_the_command_prints_nothing_but_the_report(devdash: Run) -> None:
    """As the issue has it: the report's name stands alone; what is printed goes on byte for byte."""
    done = devdash("report", "income", "--month", "2026-10", "--format", "csv")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.splitlines(keepends=True)[1:3] == [
        b"main.beancount,total,income,,EUR,0\r\n",
        b"main.beancount,account,expenses,Expenses:Food,EUR,4.00\r\n",
    ]
    wrong = devdash("report", "balances", "--month", "2026-13", "--format", "json")
    assert wrong.returncode == 2 and not wrong.stdout and b'"2026-13" is no month' in wrong.stderr
    unknown = devdash("report", "balance")
    assert unknown.returncode == 64 and b"one of: balances, income, cashflow" in unknown.stderr


def test_a_report_goes_into_a_file(devdash: Run, tmp_path: Path) -> None:
    """Readable by its owner alone; another file is replaced only after a yes, and keeps its mode."""
    asked = ("report", "cashflow", "--month", "2026-10", "--format", "html", "--output", "flow.html")
    done = devdash(*asked)
    file = tmp_path / "flow.html"
    assert done.returncode == 0 and str(file) in done.stdout.decode()
    assert file.read_text().startswith("<!DOCTYPE html>") and stat.S_IMODE(file.stat().st_mode) == 0o600
    file.write_text("precious")
    file.chmod(0o644)
    refused = devdash(*asked)
    assert refused.returncode == 1 and b"is there already" in refused.stderr
    assert file.read_text() == "precious"
    assert devdash(*asked, "--yes").returncode == 0
    assert file.read_text().endswith("</html>\n") and stat.S_IMODE(file.stat().st_mode) == 0o644
    assert sorted(one.name for one in tmp_path.iterdir() if one.is_file()) == [
        "devdash.toml",
        "flow.html",
        "main.beancount",
    ]


NEVER = re.compile("part of a journal|no plain file|no folder|cannot be written")


@pytest.mark.parametrize(
    "output", ["main.beancount", "food.beancount", "link", "folder", "gone/x.csv", "\0", "fifo"]
)
async def test_some_files_are_never_written(context: MakeContext, tmp_path: Path, output: str) -> None:
    """Files of the journal, also by another name; what is no file; a folder that is not there."""
    file = write(tmp_path, 'include "food.beancount"\n' + SHOP)
    food = write(tmp_path, "", "food.beancount")
    (tmp_path / "link").symlink_to(file)
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "fifo")
    ledger = pane(context, file)
    await ledger.read()
    wanted = request(output=str(tmp_path / output))
    with pytest.raises(PaneError, match=NEVER):
        await ledger.confirmation(REPORT, wanted)
    with pytest.raises(PaneError, match=NEVER):
        await ledger.act(wanted)
    assert file.read_text().endswith(SHOP) and food.read_text() == ""


async def test_a_file_that_appears_after_the_question_is_not_replaced(
    context: MakeContext, tmp_path: Path
) -> None:
    """There was none to be asked about."""
    ledger = pane(context, write(tmp_path, SHOP))
    wanted = request(output=str(tmp_path / "report.txt"))
    assert await ledger.confirmation(REPORT, wanted) is None
    write(tmp_path, "precious", "report.txt")
    with pytest.raises(PaneError, match="is there meanwhile"):
        await ledger.act(wanted)
    assert (tmp_path / "report.txt").read_text() == "precious"


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing beside it."""
    file = write(tmp_path, "precious", "report.txt")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(PaneError, match="No space left"):
        printed_file.write(file, "new", replace=True)
    assert [one.name for one in tmp_path.iterdir()] == ["report.txt"] and file.read_text() == "precious"


async def test_errors_of_the_journal_are_said_beside_the_report(context: MakeContext, tmp_path: Path) -> None:
    """In the report, and as a message that makes the command end with 1; CSV has figures alone."""
    file = write(tmp_path, SHOP + UNBALANCED)
    outcome = await pane(context, file).act(request(month="2026-10"))
    assert (outcome.level, outcome.message) == (
        Level.ATTENTION,
        "The journal has 1 error: figures may be wrong.",
    )
    [effect] = outcome.effects
    assert isinstance(effect, PrintText) and outcome.message in effect.text


async def test_what_cannot_be_read_is_no_empty_report(
    context: MakeContext, needs: Callable[[str], str], tmp_path: Path
) -> None:
    """No journal, and one that hledger refuses: the reason, and nothing that looks like figures."""
    needs("hledger")
    with pytest.raises(Unavailable, match="no journal at"):
        await pane(context, tmp_path / "gone.beancount").act(request())
    file = write(tmp_path, "2026-01-01 x\n  a  1 EUR\n  b  1 EUR\n", "a.journal")
    with pytest.raises(PaneError, match="cannot be read"):
        await pane(context, file).act(request())


async def test_a_journal_that_broke_is_reported_as_it_was(context: MakeContext, tmp_path: Path) -> None:
    """The pane keeps the figures from before, and so does a report, which says so."""
    file = write(tmp_path, SHOP)
    ledger = pane(context, file)
    before = await printed(ledger, month="2026-10", format="csv")
    file.write_text(SHOP + "\n2026-10-07 * broken\n  (((\n")
    outcome = await ledger.act(request(month="2026-10", format="csv"))
    assert outcome.effects == (PrintText(before),) and "the figures are from before" in outcome.message


async def test_several_journals_are_in_one_report(
    context: MakeContext, needs: Callable[[str], str], tmp_path: Path
) -> None:
    """Each under its name; one without cash, or that is gone, is named and hides none of the others."""
    needs("ledger")
    shop = write(tmp_path, SHOP)
    work = write(tmp_path, "2026-10-01 x\n  Assets:Tools  5 EUR\n  Income:Job\n", "work.dat")
    config = LedgerConfig(files=(shop, work, tmp_path / "gone.dat"))
    ledger = LedgerPane(config, context(name="ledger", now=day("2026-11-22")))
    outcome = await ledger.act(request(report="income", format="csv", month="2026-10"))
    [effect] = outcome.effects
    assert isinstance(effect, PrintText)
    rows = list(csv.reader(io.StringIO(effect.text, newline="")))
    assert {row[0] for row in rows[1:]} == {"main.beancount", "work.dat"}
    assert outcome.level is Level.ATTENTION and "gone.dat is not in it" in outcome.message
    flow = await ledger.act(request(report="cashflow", month="2026-10"))
    assert "work.dat is not in it: work.dat has no accounts" in flow.message
    named = LedgerPane(
        LedgerConfig(files=(shop, work), cash=("Assets:Tools",)), context(name="b", now=day("2026-11-22"))
    )
    flow = await named.act(request(report="cashflow", month="2026-10"))
    assert "main.beancount is not in it" in flow.message


async def test_a_report_on_other_months_leaves_the_pane_as_it_is(
    context: MakeContext, tmp_path: Path
) -> None:
    """The same figures before and after, whatever months were looked at for the report."""
    ledger = pane(context, write(tmp_path, SHOP))
    admit_actions("ledger", ledger.actions())
    before = await ledger.read()
    told = await printed(ledger, month="2020-01..2026-02", width="200")
    assert "Jan 2020" in told and "100.00" in told
    assert await ledger.read() == before
    assert [one.value for one in await ledger.fill(REPORT, request(), None)] == ["66"]


KILLED = """
import os, signal, sys
from pathlib import Path
from devdash_ledger import printed_file

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

name, file, replace = sys.argv[1:]
setattr(Path if name in ("replace",) else os, name, die)
printed_file.write(Path(file), "new" * 100_000, replace=bool(replace))
"""


NEW = "new" * 100_000


@pytest.mark.parametrize(
    ("step", "before", "after"),
    [("fsync", "old", "old"), ("replace", "old", "old"), ("link", None, None), ("unlink", None, NEW)],
)
def test_a_kill_leaves_the_old_file_or_the_new_one(
    tmp_path: Path, step: str, before: str | None, after: str | None
) -> None:
    """Killed before the step: nothing half, and where there was no file there is none, or the whole."""
    file = tmp_path / "report.txt"
    if before is not None:
        file.write_text(before)
    argv = [sys.executable, "-c", KILLED, step, str(file), before or ""]
    assert subprocess.run(argv, timeout=50, check=False).returncode == -9
    assert (file.read_text() if file.exists() else None) == after
