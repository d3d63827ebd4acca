"""Adding, duplicating and taking back through the pane: what is shown is what is written."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from ledger_journals import SHOP, MakeContext, pane, write

from devdash.api import Action, ActionRequest, Field, PaneError, Value
from devdash.engine.offers import admit_actions
from devdash_ledger.deeds import ADD, DUPLICATE, UNDO
from devdash_ledger.guess import fuzzy
from devdash_ledger.pane import LedgerPane

BREAD = {"payee": 'Bak"ery', "narration": "Bread", "account": "Expenses:Food", "amount": "2.50+1.50"}
TEXT = '2026-11-22 * "Bak\\"ery" "Bread"\n  Expenses:Food    4.00 EUR\n  Assets:Cash     -4.00 EUR'


def request(action: Action, **given: str) -> ActionRequest:
    """What a form sends: every field, checked."""
    values = {"date": "2026-11-22", "state": "cleared", "open-new": "no", "from": "Assets:Cash", **given}
    return ActionRequest(
        action.name, None, tuple(Value(one.name, values.get(one.name, "")) for one in action.fields)
    )


def field(name: str) -> Field:
    """A field of the form for a new entry."""
    return next(one for one in ADD.fields if one.name == name)


async def shown(ledger: LedgerPane, action: Action, **given: str) -> str:
    """The text that the confirmation shows."""
    found = await ledger.confirmation(action, request(action, **given))
    assert found is not None
    return "\n".join(getattr(block, "text", "") for block in found.blocks)


async def test_an_entry_is_shown_written_and_taken_back(context: MakeContext, tmp_path: Path) -> None:
    """The exact text and the file are shown before; the undo shows what it takes out."""
    file = write(tmp_path, SHOP)
    ledger = pane(context, file)
    admit_actions("ledger", ledger.actions())
    question = await ledger.confirmation(ADD, request(ADD, **BREAD))
    assert question is not None and str(file) in question.question
    assert await shown(ledger, ADD, **BREAD) == TEXT
    assert file.read_text() == SHOP
    outcome = await ledger.act(request(ADD, **BREAD))
    assert outcome.message == 'Added to main.beancount: 2026-11-22 * "Bak\\"ery" "Bread"'
    assert file.read_text() == f"{SHOP}\n{TEXT}\n"
    assert await shown(ledger, UNDO) == TEXT
    await ledger.act(ActionRequest(UNDO.name))
    assert file.read_text() == SHOP


async def test_a_payees_last_entry_is_a_template_and_can_be_duplicated(
    context: MakeContext, tmp_path: Path
) -> None:
    """Two entries of the payee: the later one counts, with its words, accounts and amount."""
    older = SHOP.replace('"Bread"', '"Bakery" "Rolls"')
    file = write(
        tmp_path, f'{older}\n2026-10-09 * "Bakery" "Cake"\n  Expenses:Food  7.00 EUR\n  Assets:Cash\n'
    )
    ledger = pane(context, file)
    draft = request(ADD, payee="Bakery")
    filled = {one.name: one.value for one in await ledger.fill(ADD, draft, field("payee"))}
    assert filled == {
        "narration": "Cake",
        "account": "Expenses:Food",
        "amount": "7.00 EUR",
        "from": "Assets:Cash",
    }
    assert await ledger.complete(ADD, field("account"), "exfo", draft) == ("Expenses:Food",)
    assert list(await ledger.complete(ADD, field("narration"), "", draft)) == ["Cake", "Rolls", "Start"]
    text = await shown(ledger, DUPLICATE, payee="bakery")
    assert text.splitlines()[0] == '2026-11-22 * "Bakery" "Cake"'
    assert text.splitlines()[2].split() == ["Assets:Cash", "-7.00", "EUR"]
    assert "9.00 EUR" in await shown(ledger, DUPLICATE, payee="Bakery", amount="9")
    with pytest.raises(PaneError, match="no entry of that payee"):
        await ledger.confirmation(DUPLICATE, request(DUPLICATE, payee="Nobody"))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"amount": "1/0"}, "no amount"),
        ({"account": "Expenses:Oops"}, "not opened Expenses:Oops"),
        ({"payee": "", "narration": "\n"}, "neither payee nor narration"),
        ({"second": "Equity:Start"}, "needs an amount"),
        ({"amount": "1 EUR", "second": "Equity:Start", "second-amount": "1 USD"}, "cannot be worked out"),
    ],
)
async def test_what_cannot_be_written_is_said_before(
    context: MakeContext, tmp_path: Path, given: dict[str, str], message: str
) -> None:
    """The form comes back with the reason, and the file is as it was."""
    file = write(tmp_path, SHOP)
    with pytest.raises(PaneError, match=message):
        await pane(context, file).confirmation(ADD, request(ADD, **{**BREAD, **given}))
    assert file.read_text() == SHOP


def test_the_command_adds_and_takes_back(home: Path, tmp_path: Path) -> None:
    """`devdash run ledger add --set … --yes`, without a screen; the undo is another process."""
    file = write(tmp_path, SHOP)
    config = tmp_path / "devdash.toml"
    config.write_text(f"[panes.ledger]\nfile = {json.dumps(str(file))}\n")

    def devdash(*arguments: str) -> "subprocess.CompletedProcess[str]":
        argv = [sys.executable, "-m", "devdash", "--config", str(config), "run", "ledger", *arguments]
        return subprocess.run(argv, capture_output=True, text=True, env=os.environ.copy(), timeout=50)

    values = {**BREAD, "from": "Assets:Cash", "date": "2026-11-22"}
    sets = [part for name, value in values.items() for part in ("--set", f"{name}={value}")]
    asked = devdash("add", *sets)
    assert asked.returncode != 0 and '2026-11-22 * "Bak' in asked.stderr and file.read_text() == SHOP
    done = devdash("add", *sets, "--yes")
    assert done.returncode == 0, done.stderr
    assert file.read_text() == f"{SHOP}\n{TEXT}\n"
    assert devdash("undo", "--yes").returncode == 0
    assert file.read_text() == SHOP


def test_a_few_letters_find_the_best_first() -> None:
    """Beginnings, words that begin so, letters in a word, beginnings of several words, then letters apart."""
    names = ("Assets:Food", "Food:Bread", "Expenses:Seafood", "Fo:o:d", "Nothing")
    assert fuzzy("food", names) == ("Food:Bread", "Assets:Food", "Expenses:Seafood", "Fo:o:d")
    assert fuzzy("", names) == names
    names = ("Expenses:Relief", "Exotic:Agro", "Expenses:Life")
    assert fuzzy("exli", names) == ("Expenses:Life", "Expenses:Relief")
