"""The ledger pane notices what changes, and only that makes it load again."""

import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ledger_journals import EXAMPLE, SHOP, MakeContext, cells, facts, pane, plugin, write

from devdash.api import (
    ActionRequest,
    Level,
    Notice,
    OpenEditor,
    Unavailable,
)
from devdash_ledger import stamps
from devdash_ledger.facts import LedgerFacts
from devdash_ledger.pane import LedgerConfig, LedgerPane


@pytest.fixture
def trusting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks are trusted however fresh the files are, so that only the looks themselves can tell a change."""
    monkeypatch.setattr(stamps, "SLACK_NS", -(10**18))


async def test_a_missing_journal_is_unavailable(context: MakeContext, tmp_path: Path) -> None:
    """A journal that is not there is a state with a next step, and is read as soon as it is there."""
    ledger = pane(context, tmp_path / "main.beancount")
    with pytest.raises(Unavailable, match=r"main\.beancount") as caught:
        await ledger.read()
    assert caught.value.hint
    write(tmp_path, SHOP)
    assert (await facts(ledger)).complete


async def test_an_unchanged_journal_is_not_loaded_again(context: MakeContext) -> None:
    """A second reading costs a look at the files: it is the very same report."""
    ledger = pane(context, EXAMPLE)
    first = await ledger.read()
    second = await ledger.read()
    third = await ledger.read()
    assert third is second
    assert second.facts == first.facts


async def test_a_file_saved_just_now_is_looked_at_by_content(context: MakeContext, tmp_path: Path) -> None:
    """A second save within a tick of the clock could look the same, so the bytes are asked; no load."""
    file = write(tmp_path, SHOP)
    now = time.time_ns()
    os.utime(file, ns=(now, now + 10**9))
    ledger = pane(context, file)
    await ledger.read()
    known = await ledger.read()
    os.utime(file, ns=(now, now + 2 * 10**9))
    assert await ledger.read() is known


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
        'File glob "extra.beancount" does not match any files',
        'File glob "years/**/*.beancount" does not match any files',
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


@pytest.mark.usefixtures("trusting")
async def test_a_changed_plug_in_is_noticed(context: MakeContext, tmp_path: Path) -> None:
    """The code of the journal's own plug-ins decides the result, so a change of it is a change."""
    file = plugin(tmp_path, "pass")
    ledger = pane(context, file)
    assert (await facts(ledger)).cells
    assert await ledger.read() is await ledger.read()
    plugin(tmp_path, "entries = []")
    assert (await facts(ledger)).cells == ()


@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize("name", ["shop_tools", "shop_tools.check"])
async def test_a_plug_in_that_is_installed_later_is_noticed(
    context: MakeContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """It was missing, which was an error; no file of the journal changes when it comes, or is mended."""
    place = tmp_path / "installed"
    place.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(place))
    ledger = pane(context, write(tmp_path, f'plugin "{name}"\n{SHOP}'))
    assert (await facts(ledger)).error_count == 1
    good = "__plugins__ = ['run']\ndef run(entries, options):\n    return entries, []\n"
    module = f"installed/{name.replace('.', '/')}.py"
    if "." in name:
        write(tmp_path, "", "installed/shop_tools/__init__.py")
    write(tmp_path, "import shop_supplies", module)
    assert "shop_supplies" in (await facts(ledger)).errors[0].message
    (tmp_path / module).unlink()
    write(tmp_path, good, module)
    found = await facts(ledger)
    assert found.error_count == 0, found.errors
