"""From an opened cell to the file: marking, duplicating, the editor; on the pane and by command."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from ledger_journals import SHOP, MakeContext, pane, write
from test_ledger_register import rows_of

from devdash.api import Action, ActionRequest, OpenEditor, Outcome, PaneError, Table, Value
from devdash_ledger.pane import LedgerPane
from devdash_ledger.places import Gone, Spot, key_of, spot_of


async def opened(ledger: LedgerPane, cell: str = "Assets:Cash EUR") -> str:
    """The key of the last transaction of a cell."""
    await ledger.read()
    return rows_of(await ledger.open(cell, "2026-10"))[-1].key


def action(ledger: LedgerPane, name: str) -> Action:
    """One of the pane's."""
    return next(one for one in ledger.actions() if one.name == name)


async def done(ledger: LedgerPane, name: str, item: str, **values: str) -> Outcome:
    """Ask and do, as a person who says yes."""
    request = ActionRequest(name, item, tuple(Value(key, value) for key, value in values.items()))
    await ledger.confirmation(action(ledger, name), request)
    return await ledger.act(request)


async def test_what_was_seen_in_a_cell_is_marked_without_a_question(
    context: MakeContext, tmp_path: Path
) -> None:
    """It was shown; the answer says what stands there now, and the cell opened again has it."""
    file = write(tmp_path, SHOP)
    ledger = pane(context, file, "2026-10-20")
    key = await opened(ledger)
    asked = await ledger.confirmation(action(ledger, "pending"), ActionRequest("pending", key))
    assert asked is None and file.read_text() == SHOP
    answer = await done(ledger, "pending", key)
    assert answer.message == 'main.beancount:9: 2026-10-05 ! "Bread"'
    assert file.read_text() == SHOP.replace('05 * "Bread"', '05 ! "Bread"')
    with pytest.raises(PaneError, match="no longer what was shown"):
        await ledger.act(ActionRequest("clear", key))
    again = await opened(ledger)
    await done(ledger, "clear", again)
    assert file.read_text() == SHOP


async def test_a_place_alone_is_shown_first_and_must_stay_what_was_shown(
    context: MakeContext, tmp_path: Path
) -> None:
    """As a command names it; between question and yes the file may change."""
    file = write(tmp_path, SHOP)
    ledger = pane(context, file, "2026-10-20")
    request = ActionRequest("pending", "main.beancount:9")
    asked = await ledger.confirmation(action(ledger, "pending"), request)
    assert asked is not None and '2026-10-05 ! "Bread"' in str(asked.blocks)
    file.write_text(SHOP.replace("4.00", "5.00"))
    with pytest.raises(PaneError, match="no longer what was shown"):
        await ledger.act(request)
    await ledger.act(request)  # said yes to in advance, as --yes does
    assert '05 ! "Bread"' in file.read_text()


@pytest.mark.parametrize(
    "item", ["Assets:Cash EUR", "before:EUR", "error:main.beancount:3", "/etc/passwd:1", "made:"]
)
async def test_other_rows_are_no_transactions(context: MakeContext, tmp_path: Path, item: str) -> None:
    """Refused before anything is shown, whatever stands there."""
    ledger = pane(context, write(tmp_path, SHOP), "2026-10-20")
    await ledger.read()
    with pytest.raises(PaneError, match=r"no transaction|no part|no file"):
        await ledger.confirmation(action(ledger, "clear"), ActionRequest("clear", item))


async def test_the_chosen_transaction_is_added_with_todays_date(context: MakeContext, tmp_path: Path) -> None:
    """The exact text is shown first, and undo takes it back; a payee still works without a row."""
    file = write(tmp_path, SHOP)
    ledger = pane(context, file, "2026-10-20")
    values = {"payee": "", "date": "2026-10-20", "amount": "", "state": "pending"}
    key = await opened(ledger)
    request = ActionRequest("duplicate", key, tuple(Value(*one) for one in values.items()))
    asked = await ledger.confirmation(action(ledger, "duplicate"), request)
    assert asked is not None and '2026-10-20 ! "Bread"' in str(asked.blocks)
    answer = await ledger.act(request)
    assert answer.message == 'Added to main.beancount: 2026-10-20 ! "Bread"'
    tail = SHOP[SHOP.index("2026-10-05") :].replace("2026-10-05 *", "2026-10-20 !")
    assert file.read_text() == f"{SHOP}\n{tail}"
    await ledger.act(ActionRequest("undo"))
    assert file.read_text() == SHOP
    for item, more in ((None, {}), ("Assets:Cash EUR", {}), (key, {"amount": "3"})):
        bad = ActionRequest("duplicate", item, tuple(Value(*one) for one in {**values, **more}.items()))
        with pytest.raises(PaneError, match=r"no transaction is chosen|as it stands"):
            await ledger.confirmation(action(ledger, "duplicate"), bad)


async def test_the_editor_opens_at_the_transaction(context: MakeContext, tmp_path: Path) -> None:
    """In the file in which it stands; never in one that is no part of the journal."""
    main = write(tmp_path, 'include "sub/oct.beancount"\n')
    part = write(tmp_path, SHOP, "sub/oct.beancount")
    ledger = pane(context, main, "2026-10-20")
    key = await opened(ledger)
    assert key.startswith("entry:sub/oct.beancount:9#")
    answer = await ledger.act(ActionRequest("edit", key))
    assert answer.effects == (OpenEditor(str(part), 9),)
    with pytest.raises(Gone, match="no part"):
        await ledger.act(ActionRequest("edit", "entry:../other:3"))


LONG = """\
2024-01-01 open Assets:Cash
2024-01-01 open Expenses:Food
2024-01-01 open Equity:Start
2024-01-01 price USD 0.50 EUR

2024-03-01 * "Old"
  Assets:Cash   7.00 USD
  Equity:Start

2024-04-02 * "Old bread"
  Expenses:Food  3.00 EUR
  Assets:Cash

2024-05-02 * "More bread"
  Expenses:Food  2.00 EUR
  Assets:Cash
"""


async def test_cells_of_every_view_open(context: MakeContext, tmp_path: Path) -> None:
    """Months long gone, years, sums since January, the converted line of all currencies, the trend."""
    ledger = pane(context, write(tmp_path, LONG), "2026-10-20", months=2)
    await ledger.read()
    for _ in range(29):
        await ledger.act(ActionRequest("earlier"))
        await ledger.read()

    async def ends(item: str, column: str) -> list[list[str]]:
        blocks = await ledger.open(item, column)
        assert blocks is not None and all(isinstance(block, Table) for block in blocks)
        return [[row.cells[-1].text for row in block.rows] for block in blocks if isinstance(block, Table)]

    assert await ends("Expenses:Food EUR", "2024-05") == [["2.00"]]
    assert await ends("Assets:Cash EUR", "2024-05") == [["−3.00", "−5.00"]]
    assert await ends("Assets:Cash EUR", "2024-04:2024-05") == [["0.00", "−3.00", "−5.00"]]
    await ledger.act(ActionRequest("convert"))
    await ledger.read()
    assert await ends("Assets", "2024-05") == [["−3.00", "−5.00"], ["7.00"]]
    await ledger.act(ActionRequest("years"))
    await ledger.read()
    assert await ends("Expenses:Food", "2024") == [["3.00", "5.00"]]


async def test_of_several_journals_the_one_with_the_row_is_marked(
    context: MakeContext, tmp_path: Path
) -> None:
    """Keys begin with the journal's name."""
    files = [write(tmp_path, SHOP, name) for name in ("a.beancount", "b.beancount")]
    ledger = pane(context, None, "2026-10-20", files=tuple(files))
    key = await opened(ledger, "b.beancount/Assets:Cash EUR")
    assert key.startswith("b.beancount/entry:b.beancount:9#")
    await done(ledger, "pending", key)
    assert files[0].read_text() == SHOP and '! "Bread"' in files[1].read_text()
    answer = await ledger.act(ActionRequest("edit", key))
    assert answer.effects == (OpenEditor(str(files[1]), 9),)


def test_the_commands_mark_and_duplicate(home: Path, tmp_path: Path, needs: Callable[[str], str]) -> None:
    """`devdash run ledger clear FILE:LINE`, asked about unless --yes; in ledger's language."""
    needs("ledger")
    text = "2026-10-05 Bread\n    Expenses:Food  4.00 EUR\n    Assets:Cash\n"
    file = write(tmp_path, text, "main.dat")
    config = tmp_path / "devdash.toml"
    config.write_text(f"[panes.ledger]\nfile = {json.dumps(str(file))}\n")

    def devdash(*arguments: str) -> "subprocess.CompletedProcess[str]":
        argv = [sys.executable, "-m", "devdash", "--config", str(config), "run", "ledger", *arguments]
        return subprocess.run(argv, capture_output=True, text=True, env=os.environ.copy(), timeout=50)

    asked = devdash("clear", "main.dat:1")
    assert asked.returncode != 0 and "2026-10-05 * Bread" in asked.stderr and file.read_text() == text
    said = devdash("clear", "main.dat:1", "--yes")
    assert said.returncode == 0 and "main.dat:1: 2026-10-05 * Bread" in said.stdout, said.stderr
    assert file.read_text() == text.replace("05 B", "05 * B")
    again = devdash("clear", "main.dat:1", "--yes")
    assert again.returncode != 0 and "is cleared already" in again.stderr
    copied = devdash("duplicate", "entry:main.dat:1", "--date", "2026-10-09", "--yes")
    assert copied.returncode == 0, copied.stderr
    assert file.read_text().count("Expenses:Food  4.00 EUR") == 2 and "2026-10-09 * Bread" in file.read_text()


@pytest.mark.parametrize("file", ["/j/a.dat", "/j/sub dir/a:3.dat", "/else/a.dat"])
def test_a_key_leads_back_to_its_place(file: str) -> None:
    """Also with a colon in a name, and outside the journal's folder."""
    spot = Spot(file, 12, "0123abcd")
    key = key_of(spot, Path("/j"))
    assert spot_of(key, "/j/main.dat") == spot
    assert spot_of(f"{key}~2", "/j/main.dat") == spot
    assert spot_of("Assets:Cash EUR", "/j/main.dat") is None and spot_of(None, "/j/main.dat") is None
