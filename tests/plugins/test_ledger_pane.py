"""The ledger pane on journals as they are: read in its worker, changed, broken, missing."""

import asyncio
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ledger_journals import EXAMPLE, ROOT, SHOP, MakeContext, cells, facts, pane, real
from syrupy.assertion import SnapshotAssertion

from devdash.api import (
    ActionRequest,
    Duration,
    Level,
    Notice,
    OpenEditor,
    PaneError,
    Report,
    Table,
    Unavailable,
    WorkerDied,
    WorkerFailed,
    WorkerTimeout,
)
from devdash.engine.boundary import admit_actions, admit_report, admit_rules
from devdash.render.status import PaneStatus
from devdash.render.text import status_text
from devdash_ledger import stamps
from devdash_ledger.facts import LedgerFacts
from devdash_ledger.pane import LedgerConfig, LedgerPane


def row_keys(report: Report) -> list[str]:
    """The keys of all rows, in order."""
    return [row.key for block in report.blocks if isinstance(block, Table) for row in block.rows]


def write(folder: Path, text: str, name: str = "main.beancount") -> Path:
    """A file of a journal."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


async def test_the_household_looks(context: MakeContext, snapshot: SnapshotAssertion) -> None:
    """The example at three widths: older months go first, numbers are never cut."""
    report = admit_report("ledger", await pane(context, EXAMPLE).read())
    status = PaneStatus(
        name="ledger",
        plugin="ledger",
        title="Ledger",
        level=report.level,
        summary=report.summary,
        report=report,
    )
    for width in (120, 80, 40):
        assert status_text([status], width) == snapshot(name=f"{width} columns")


async def test_the_household_is_sound(context: MakeContext) -> None:
    """The example has no errors, money abroad, shares, budgets, and ends in the current month."""
    found = await facts(pane(context, EXAMPLE))
    assert found.errors == () and found.complete
    assert (found.title, found.currency) == ("Linden household", "EUR")
    assert found.months == ("2026-06", "2026-07", "2026-08", "2026-09", "2026-10", "2026-11")
    assert {cell.currency for cell in found.cells} == {"EUR", "CHF", "GBP", "WRLD"}
    assert {budget.account for budget in found.budgets} == {
        "Expenses:Food",
        "Expenses:Leisure",
        "Expenses:Clothing",
    }


def test_the_household_is_what_its_script_writes(tmp_path: Path) -> None:
    """The example can be made again, to the letter."""
    target = tmp_path / "household.beancount"
    subprocess.run([sys.executable, EXAMPLE.with_name("make_household.py"), target], check=True)
    assert target.read_text(encoding="utf-8") == EXAMPLE.read_text(encoding="utf-8")


@pytest.fixture
def trusting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks are trusted however fresh the files are, so that only the looks themselves can tell a change."""
    monkeypatch.setattr(stamps, "SLACK_NS", -(10**18))


READ_AND_LIST = """
import asyncio, sys, time
from pathlib import Path
import devdash_ledger.worker
from devdash.engine.context import Context
from ledger_journals import EXAMPLE, pane

def make(**rest):
    here = Path(".")
    return Context(folder=here, state_dir=here, cache_dir=here, monotonic=time.monotonic,
                   on_wake=lambda: None, on_progress=lambda text: None, **rest)

async def main():
    ledger = pane(make, EXAMPLE)
    report = await ledger.read()
    print(len(report.facts.cells) > 100)
    print([name for name in ("beancount", "textual", "django", "git", "psutil") if name in sys.modules])

asyncio.run(main())
"""


def test_the_dashboards_process_never_imports_beancount() -> None:
    """A whole reading leaves this process without the loader, or anything else heavy."""
    done = subprocess.run(
        [sys.executable, "-c", READ_AND_LIST],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "tests" / "plugins")},
    )
    assert done.stdout.splitlines() == ["True", "[]"]


async def test_no_journal_set_is_calm(context: MakeContext) -> None:
    """Without `file` the pane says how to set it, and needs no hand; there is nothing to edit."""
    ledger = pane(context, None)
    report = admit_report("ledger", await ledger.read())
    assert report.level is Level.OK and report.facts is None
    assert "[panes.ledger]" in str(report.blocks)
    with pytest.raises(Unavailable):
        await ledger.act(ActionRequest("edit"))


async def test_a_missing_journal_is_unavailable(context: MakeContext, tmp_path: Path) -> None:
    """A journal that is not there is a state with a next step, and is read as soon as it is there."""
    ledger = pane(context, tmp_path / "main.beancount")
    with pytest.raises(Unavailable, match=r"main\.beancount") as caught:
        await ledger.read()
    assert caught.value.hint
    write(tmp_path, SHOP)
    assert (await facts(ledger)).complete


async def test_a_relative_path_is_below_the_config_file(context: MakeContext, tmp_path: Path) -> None:
    """`file` is relative to the config file's folder, never to the current one."""
    write(tmp_path, SHOP)
    assert (await facts(pane(context, Path("x/../main.beancount")))).files == (
        str(tmp_path / "main.beancount"),
    )


async def test_a_folder_as_journal_is_said(context: MakeContext, tmp_path: Path) -> None:
    """What cannot be read is named with the reason."""
    with pytest.raises(Unavailable, match="cannot be read: Is a directory"):
        await pane(context, tmp_path).read()


def test_without_the_package_the_hint_installs_it(tmp_path: Path) -> None:
    """Without beancount the answer is a sentence with the command that installs it."""
    file = write(tmp_path, SHOP)
    code = f"""
import sys
sys.modules["beancount"] = None
from devdash.api import Unavailable
from devdash_ledger import worker
try:
    worker.load({str(file)!r}, "2026-11", 6)
except Unavailable as error:
    print(error.message, "|", error.hint)
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == 'beancount is not installed | pip install "devdash[ledger]"'


async def test_months_run_to_the_current_one(context: MakeContext, tmp_path: Path) -> None:
    """A journal whose last entry is older still reaches to now; entries of later months do not count."""
    later = SHOP + '\n2026-12-24 * "Gift"\n  Expenses:Food  50.00 EUR\n  Assets:Cash\n'
    file = write(tmp_path, later)
    found = await facts(pane(context, file, months=2))
    assert found.months == ("2026-10", "2026-11")
    assert cells(found) == {
        ("Assets:Cash", "EUR", "2026-10"): "96.00",
        ("Assets:Cash", "EUR", "2026-11"): "96.00",
        ("Expenses:Food", "EUR", "2026-10"): "4.00",
        ("Expenses:Food", "EUR", "2026-11"): "0",
        ("Equity:Start", "EUR", "2026-10"): "-100.00",
        ("Equity:Start", "EUR", "2026-11"): "-100.00",
    }


async def test_a_journal_without_recent_entries(context: MakeContext, tmp_path: Path) -> None:
    """An empty journal, and one whose entries all lie ahead, are calm."""
    report = await pane(context, write(tmp_path, "")).read()
    assert (report.level, report.summary) == (Level.OK, "no balances")
    report = await pane(context, write(tmp_path, SHOP), today="2020-01-01").read()
    assert isinstance(report.facts, LedgerFacts) and report.facts.cells == ()


async def test_an_unchanged_journal_is_not_loaded_again(context: MakeContext) -> None:
    """A second reading costs a look at the files: it is the very same report."""
    ledger = pane(context, EXAMPLE)
    first = await ledger.read()
    second = await ledger.read()
    third = await ledger.read()
    assert third is second
    assert second.facts == first.facts


async def test_a_file_saved_just_now_is_read_twice(context: MakeContext, tmp_path: Path) -> None:
    """A second save within a tick of the clock could look the same: the first look is not trusted."""
    file = write(tmp_path, SHOP)
    now = time.time_ns()
    os.utime(file, ns=(now, now + 10**9))
    ledger = pane(context, file)
    first = await ledger.read()
    assert await ledger.read() is not first


async def test_a_new_month_is_a_new_report(context: MakeContext) -> None:
    """At the turn of the month the journal is read anew although no file changed."""
    today = [datetime(2026, 10, 31, 23, 59, tzinfo=UTC)]
    ledger = LedgerPane(LedgerConfig(file=EXAMPLE), context(name="ledger", now=lambda: today[0]))
    assert (await facts(ledger)).months[-1] == "2026-10"
    today[0] = datetime(2026, 11, 1, 0, 1, tzinfo=UTC)
    assert (await facts(ledger)).months[-1] == "2026-11"


async def test_an_edit_of_the_same_size_within_one_tick_is_noticed(
    context: MakeContext, tmp_path: Path
) -> None:
    """Same size, same inode, same time of content: the next reading still shows the new figures."""
    file = write(tmp_path, SHOP)
    ledger = pane(context, file)
    assert cells(await facts(ledger))["Expenses:Food", "EUR", "2026-10"] == "4.00"
    before = file.stat()
    with file.open("r+", encoding="utf-8") as stream:
        stream.write(SHOP.replace("  4.00", "  5.00").replace(" -4.00", " -5.00"))
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert file.stat().st_size == before.st_size
    assert cells(await facts(ledger))["Expenses:Food", "EUR", "2026-10"] == "5.00"


@pytest.mark.usefixtures("trusting")
async def test_a_new_file_of_a_glob_is_noticed(context: MakeContext, tmp_path: Path) -> None:
    """Files that an include comes to match later are read, in sub-folders too; so is one that was missing."""
    file = write(tmp_path, SHOP + 'include "years/**/*.beancount"\ninclude "extra.beancount"\n')
    ledger = pane(context, file)
    found = await facts(ledger)
    assert [error.message for error in found.errors] == [
        'File glob "years/**/*.beancount" does not match any files',
        'File glob "extra.beancount" does not match any files',
    ]
    assert not found.complete
    booked = '2026-11-0{0} * "x"\n  Expenses:Food  {0}.00 EUR\n  Assets:Cash\n'
    deep = write(tmp_path, booked.format(1), "years/2026/nov.beancount")
    extra = write(tmp_path, booked.format(2), "extra.beancount")
    found = await facts(ledger)
    assert found.complete and set(found.files) == {str(file), str(deep), str(extra)}
    assert cells(found)["Expenses:Food", "EUR", "2026-11"] == "3.00"
    extra.unlink()
    assert [error.message for error in (await facts(ledger)).errors] == [
        'File glob "extra.beancount" does not match any files'
    ]


async def test_pads_change_old_months(context: MakeContext, tmp_path: Path) -> None:
    """A balance written today moves the pad of an earlier month, and with it that month's figures."""
    pad = SHOP + "\n2026-09-01 pad Assets:Cash Equity:Start\n"
    file = write(tmp_path, pad + "2026-11-01 balance Assets:Cash  90.00 EUR\n")
    ledger = pane(context, file)
    assert cells(await facts(ledger))["Assets:Cash", "EUR", "2026-09"] == "94.00"
    write(tmp_path, pad + "2026-11-01 balance Assets:Cash  50.00 EUR\n")
    assert cells(await facts(ledger))["Assets:Cash", "EUR", "2026-09"] == "54.00"


async def test_nothing_is_converted(context: MakeContext, tmp_path: Path) -> None:
    """With a price at hand, two currencies of an account still stay two amounts."""
    file = write(
        tmp_path,
        SHOP + '2026-11-01 price CHF 1.10 EUR\n2026-11-02 * "x"\n  Assets:Cash  10 CHF @ 1.10 EUR\n'
        "  Assets:Cash  -11.00 EUR\n",
    )
    report = await pane(context, file, months=1).read()
    assert isinstance(report.facts, LedgerFacts)
    assert cells(report.facts)["Assets:Cash", "EUR", "2026-11"] == "85.00"
    assert cells(report.facts)["Assets:Cash", "CHF", "2026-11"] == "10"
    assert [key for key in row_keys(report) if key.startswith("Assets")] == [
        "Assets EUR",
        "Assets CHF",
        "Assets:Cash EUR",
        "Assets:Cash CHF",
    ]


UNBALANCED = SHOP + '\n2026-11-03 * "Typo"\n  Expenses:Food  3.00 EUR\n  Assets:Cash  -30.00 EUR\n'


async def test_an_unbalanced_transaction_is_flagged_with_its_place(
    context: MakeContext, tmp_path: Path
) -> None:
    """It needs a hand, names file and line, marks its accounts, and editing starts there."""
    file = write(tmp_path, UNBALANCED)
    ledger = pane(context, file)
    report = admit_report("ledger", await ledger.read(), ledger.actions())
    assert report.level is Level.ATTENTION
    assert report.summary == "net worth 66.00 EUR · 1 error"
    [attention] = report.attention
    assert attention.action == "edit" and attention.item == "error:main.beancount:13"
    assert attention.text.startswith("main.beancount:13: Transaction does not balance")
    rows = [row for block in report.blocks if isinstance(block, Table) for row in block.rows]
    assert {row.key for row in rows if row.level is Level.ATTENTION} == {
        "Assets EUR",
        "Assets:Cash EUR",
        "Expenses EUR",
        "Expenses:Food EUR",
        "error:main.beancount:13",
    }
    for item in (None, "error:main.beancount:13", "Assets:Cash EUR"):
        outcome = await ledger.act(ActionRequest("edit", item))
        assert outcome.effects == (OpenEditor(str(file), 13),)


async def test_editing_without_errors_opens_the_end(context: MakeContext, tmp_path: Path) -> None:
    """Without errors the editor opens where the next entry goes, be it before the first reading."""
    file = write(tmp_path, SHOP)
    outcome = await pane(context, file).act(ActionRequest("edit"))
    assert outcome.effects == (OpenEditor(str(file), len(SHOP.splitlines())),)


async def test_editing_an_error_that_is_gone(context: MakeContext, tmp_path: Path) -> None:
    """A row that is no longer there is said, not guessed."""
    with pytest.raises(PaneError, match="no longer"):
        await pane(context, write(tmp_path, SHOP)).act(ActionRequest("edit", "error:main.beancount:99"))


async def test_a_syntax_error_keeps_the_last_figures(context: MakeContext, tmp_path: Path) -> None:
    """A journal broken while it is edited shows the figures from before, says so, and recovers."""
    file = write(tmp_path, SHOP)
    ledger = pane(context, file)
    whole = await facts(ledger)
    write(tmp_path, SHOP.replace('"Bread"', '"Bread'))
    report = await ledger.read()
    broken = report.facts
    assert isinstance(broken, LedgerFacts)
    assert broken.cells == whole.cells and not broken.complete and broken.error_count > 0
    assert report.level is Level.ATTENTION
    assert "The figures are those of 12:00." in next(
        block.text for block in report.blocks if isinstance(block, Notice)
    )
    outcome = await ledger.act(ActionRequest("edit"))
    assert outcome.effects == (OpenEditor(str(file), 9),)
    write(tmp_path, SHOP.replace("4.00", "7.00"))
    mended = await facts(ledger)
    assert mended.complete and cells(mended)["Expenses:Food", "EUR", "2026-10"] == "7.00"


async def test_a_syntax_error_from_the_start_shows_what_there_is(
    context: MakeContext, tmp_path: Path
) -> None:
    """With nothing from before, the figures are shown with the warning that they lack something."""
    found = await facts(pane(context, write(tmp_path, SHOP + "\nthis is no directive\n")))
    assert not found.complete and cells(found)["Assets:Cash", "EUR", "2026-11"] == "96.00"
    assert {error.line for error in found.errors} == {13}


async def test_bytes_that_are_no_text_are_an_error_with_a_line(context: MakeContext, tmp_path: Path) -> None:
    """A journal in another encoding is an error of the journal, not of the pane."""
    file = tmp_path / "main.beancount"
    file.write_bytes(SHOP.encode().replace(b"Bread", b"Caf\xe9"))
    found = await facts(pane(context, file))
    assert [error.line for error in found.errors] == [9]


def plugin(folder: Path, body: str) -> Path:
    """A journal with a plug-in of its own."""
    code = (
        "import os, signal, sys, time\n__plugins__ = ['run']\n"
        f"def run(entries, options):\n    {body}\n    return entries, []\n"
    )
    write(folder, code, "shop_plugin.py")
    return write(folder, 'option "insert_pythonpath" "true"\nplugin "shop_plugin"\n' + SHOP, "main.beancount")


async def test_a_worker_killed_while_loading_is_a_state(context: MakeContext, tmp_path: Path) -> None:
    """A load that dies becomes the pane's state; the next reading starts anew."""
    file = plugin(tmp_path, "os.kill(os.getpid(), signal.SIGKILL)")
    ledger = pane(context, file)
    with pytest.raises(WorkerDied):
        await ledger.read()
    with pytest.raises(WorkerDied):
        await ledger.read()
    plugin(tmp_path, "pass")
    assert (await facts(ledger)).complete


async def test_a_journal_that_cannot_be_loaded_can_be_edited(context: MakeContext, tmp_path: Path) -> None:
    """When the load dies, the editor still opens; without a file there is nothing to open."""
    file = plugin(tmp_path, "os.kill(os.getpid(), signal.SIGKILL)")
    outcome = await pane(context, file).act(ActionRequest("edit"))
    assert outcome.effects == (OpenEditor(str(file), 13),)
    with pytest.raises(Unavailable, match="cannot be read"):
        await pane(context, tmp_path / "none.beancount").act(ActionRequest("edit"))


async def test_a_load_that_hangs_is_killed(context: MakeContext, tmp_path: Path) -> None:
    """A journal that takes longer than the timeout leaves no process behind."""
    mark = tmp_path / "pid"
    file = plugin(tmp_path, f"open({str(mark)!r}, 'w').write(str(os.getpid())); time.sleep(600)")
    with pytest.raises(WorkerTimeout):
        await pane(context, file, timeout=Duration(1)).read()
    if mark.exists():
        with pytest.raises(ProcessLookupError):
            os.kill(int(mark.read_text()), 0)


async def test_cancelling_a_load_ends_it(context: MakeContext, tmp_path: Path) -> None:
    """A reading that is cancelled takes its worker with it."""
    mark = tmp_path / "pid"
    file = plugin(tmp_path, f"open({str(mark)!r}, 'w').write(str(os.getpid())); time.sleep(600)")
    reading = asyncio.create_task(pane(context, file).read())
    while not mark.exists() or not mark.read_text():
        await asyncio.sleep(0.01)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)


async def test_a_noisy_plug_in_disturbs_nothing(context: MakeContext, tmp_path: Path) -> None:
    """What a plug-in prints, at any level, does not reach the answer; its exceptions are errors."""
    noise = "print('{}'); os.write(1, b'[]\\n'); raise RuntimeError('broken')"
    found = await facts(pane(context, plugin(tmp_path, noise)))
    assert [error.message.splitlines()[-1].strip() for error in found.errors] == ["RuntimeError: broken"]
    assert not found.complete


async def test_a_plug_in_that_exits_is_contained(context: MakeContext, tmp_path: Path) -> None:
    """`sys.exit` in a plug-in fails the reading, not the dashboard."""
    with pytest.raises((WorkerDied, WorkerFailed)):
        await pane(context, plugin(tmp_path, "sys.exit(3)")).read()


@pytest.mark.usefixtures("trusting")
async def test_a_changed_plug_in_is_noticed(context: MakeContext, tmp_path: Path) -> None:
    """The code of the journal's own plug-ins decides the result, so a change of it is a change."""
    file = plugin(tmp_path, "pass")
    ledger = pane(context, file)
    assert (await facts(ledger)).cells
    assert await ledger.read() is await ledger.read()
    plugin(tmp_path, "entries = []")
    assert (await facts(ledger)).cells == ()


async def test_favas_errors_are_listed_with_their_lines(context: MakeContext) -> None:
    """On fava's own file of errors: every complaint of beancount, at its place."""
    file = real("fava-errors.beancount")
    found = await facts(pane(context, file, today="2020-02-01", months=0))
    assert [(error.file, error.line) for error in found.errors] == [
        (str(file), 11),
        (str(file), 16),
        (str(file), 16),
    ]
    assert "Not enough lots" in found.errors[0].message
    assert found.months[0] == "2018-07"
    assert cells(found)["Assets:Cash", "USD", "2020-02"] == "-22.000"


async def test_beancounts_example_reads_without_errors(context: MakeContext) -> None:
    """On beancount's own example: no errors, nine commodities apart, the balance of the checking account."""
    report = admit_report(
        "ledger", await pane(context, real("beancount-example.beancount"), today="2015-12-31").read()
    )
    assert report.level is Level.OK
    found = report.facts
    assert isinstance(found, LedgerFacts)
    assert cells(found)["Assets:US:BofA:Checking", "USD", "2015-12"] == "3043.23"
    assert cells(found)["Assets:US:ETrade:VHT", "VHT", "2015-12"] == "185"
    assert report.summary.startswith("net worth 5 626.64 USD + GLD + ITOT + RGAGX + VACHR")


async def test_actions_and_rules_pass_the_boundary(context: MakeContext, tmp_path: Path) -> None:
    """What the pane offers is admitted; the rule fires with errors and is over without."""
    ledger = pane(context, write(tmp_path, UNBALANCED))
    admit_actions("ledger", ledger.actions())
    [rule] = admit_rules("ledger", ledger.rules())
    wrong = await facts(ledger)
    assert (rule.enter(wrong), rule.clear(wrong)) == ({""}, set())
    write(tmp_path, SHOP)
    right = await facts(ledger)
    assert (rule.enter(right), rule.clear(right)) == (set(), {""})


@pytest.mark.parametrize("text", ["eur", "", "EUR CHF", "€"])
def test_a_currency_that_cannot_be_is_a_problem(text: str) -> None:
    """A currency that no journal could hold is said at once."""
    assert [problem.key for problem in LedgerConfig(currency=text).problems()] == ["currency"]
    assert list(LedgerConfig(currency="VANGUARD.IDX_1").problems()) == []
