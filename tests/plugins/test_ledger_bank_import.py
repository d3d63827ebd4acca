"""Bank files through an importer of the person's own, and predictions of smart_importer."""

import importlib.util
from pathlib import Path

import pytest
from ledger_journals import SHOP, MakeContext, pane, write

from devdash.api import ActionRequest, Outcome, PaneError, Table, Value
from devdash_ledger.bank_config import Bank, Direction
from devdash_ledger.config import LedgerConfig, Trust
from devdash_ledger.pane import LedgerPane

IMPORTER = """\
import datetime
import beangulp
from beancount.core import amount, data
from beancount.core.number import D

def leg(account, number):
    units = amount.Amount(D(number), "EUR") if number else None
    return data.Posting(account, units, None, None, None, None)

class Importer(beangulp.Importer):
    def identify(self, filepath):
        return filepath.endswith(".txt")

    def account(self, filepath):
        return "Assets:Cash"

    def extract(self, filepath, existing):
        print("noise")
        found = [data.Balance({}, datetime.date(2026, 11, 9), "Assets:Cash", None, None, None)]
        for number, line in enumerate(open(filepath), 1):
            day, payee, *legs = line.rstrip().split("|")
            pairs = [part.split() for part in legs]
            meta = data.new_metadata(filepath, number)
            postings = [leg(*pair) if len(pair) == 2 else leg(pair[0], "") for pair in pairs]
            words = f"{payee} {len(existing)}"
            found.append(data.Transaction(meta, datetime.date.fromisoformat(day), "*", payee, words,
                                          frozenset(), frozenset(), postings))
        return found

class Other(Importer):
    def identify(self, filepath):
        return False

class Both:
    pass

one = Importer()
several = [Other(), Importer()]
twice = [Importer(), Importer()]
"""
FILE = """\
2026-11-03|Rewe|Assets:Cash -7.00
2026-11-04|Power|Assets:Cash -9.00|Expenses:Food
2026-11-05|Split|Assets:Cash -9.00|Expenses:Food 4.00|Equity:Start 5.00
2026-11-06|Wrong|Assets:Cash -9.00|Expenses:Food 4.00
2026-11-07|Other|Expenses:Food -9.00
2026-10-05|Bread|Assets:Cash -4.00
"""


def made(context: MakeContext, folder: Path, importer: str, **config: object) -> LedgerPane:
    """A pane with a bank "giro" that is read by `importer`; its module and s.txt lie in the pane's folder."""
    write(folder, IMPORTER, "giro_importer.py")
    write(folder, FILE, "s.txt")
    lent: MakeContext = lambda **rest: context(folder=folder, **rest)  # noqa: E731
    banks = {"giro": Bank(importer=importer, other="Expenses:Food")}
    return pane(lent, write(folder, SHOP), banks=banks, **config)


PREDICTED = Bank(
    account="Assets:Cash",
    currency="EUR",
    date="Date",
    date_format="%Y-%m-%d",
    decimal=".",
    amount="Amount",
    positive=Direction.IN,
    narration="For",
    other="Expenses:Food",
    predict=True,
)


def learnt(folder: Path) -> Path:
    """A journal that knows electricity, and a statement s.csv with a row about it in other words."""
    rows = "".join(
        f'\n2026-09-{day:02} * "{payee}" "{words}"\n  Assets:Cash  -1.00 EUR\n  {account}\n'
        for day in range(1, 9)
        for payee, words, account in (
            ("Baker", "bread rolls", "Expenses:Food"),
            ("Utility", "electric current", "Expenses:Power"),
        )
    )
    write(folder, "Date,For,Amount\n2026-11-03,electric company and its bill,-7.00\n", "s.csv")
    names = ("Assets:Cash", "Expenses:Food", "Expenses:Power")
    return write(folder, "".join(f"2026-01-01 open {name}\n" for name in names) + rows)


async def imported(ledger: LedgerPane, file: Path, accept: str = "review") -> Outcome:
    """Ask, and do it."""
    asked = ActionRequest(
        "import", None, (Value("path", str(file)), Value("bank", ""), Value("accept", accept))
    )
    await ledger.confirmation(next(one for one in ledger.actions() if one.name == "import"), asked)
    return await ledger.act(asked)


@pytest.mark.parametrize("attribute", ["Importer", "one", "several"])
async def test_an_importers_transactions_are_rows(
    context: MakeContext, tmp_path: Path, attribute: str
) -> None:
    """Its other account is suggested; what no row can hold is told; it gets the entries."""
    ledger = made(context, tmp_path, f"giro_importer:{attribute}")
    outcome = await imported(ledger, tmp_path / "s.txt")
    [table] = [block for block in outcome.blocks if isinstance(block, Table)]
    assert [(row.cells[1].text, row.cells[2].text) for row in table.rows] == [
        ("-7.00 EUR", "Rewe"),
        ("-9.00 EUR", "Power"),
        ("-4.00 EUR", "Bread"),
    ]
    assert table.rows[1].cells[4].text == "Expenses:Food"
    assert table.rows[0].cells[3].text == "Rewe 5"  # the entries of SHOP
    assert table.rows[2].cells[5].text == "duplicate of main.beancount:9"
    told = str(outcome.blocks[0])
    assert "3 rows cannot be read: line 3 has 3 postings" in told and "line 4 does not balance" in told
    await imported(ledger, tmp_path / "s.txt", "suggested")
    text = (tmp_path / "main.beancount").read_text()
    assert '"Power"' in text and '"Rewe"' not in text  # `other` is no suggestion


async def test_an_importer_beside_a_journal_whose_code_asks_is_not_run(
    context: MakeContext, tmp_path: Path
) -> None:
    """Nobody was shown its code: only what is installed runs."""
    ledger = made(context, tmp_path, "giro_importer:Importer", trust=Trust.ASK)
    with pytest.raises(PaneError, match="no module giro_importer"):
        await imported(ledger, tmp_path / "s.txt")


@pytest.mark.parametrize(
    ("importer", "message"),
    [
        ("giro_importer:Other", "does not know this file"),
        ("giro_importer:twice", "2 importers"),
        ("giro_importer:Both", "is no importer"),
        ("giro_importer:Gone", "has no Gone"),
        ("gone_importer:Gone", "no module gone_importer"),
        ("needy_importer:Importer", "needs the module nowhere_at_all"),
        ("raising_importer:Importer", r"ValueError at raising_importer\.py:1"),
    ],
)
async def test_an_importer_that_cannot_be_used_is_said(
    context: MakeContext, tmp_path: Path, importer: str, message: str
) -> None:
    """In a sentence, without what an exception says; nothing is under review."""
    write(tmp_path, "import nowhere_at_all\n", "needy_importer.py")
    write(tmp_path, "raise ValueError('secret')\n", "raising_importer.py")
    ledger = made(context, tmp_path, importer)
    with pytest.raises(PaneError, match=message) as caught:
        await imported(ledger, tmp_path / "s.txt")
    assert "secret" not in caught.value.message
    assert not (await ledger.read()).blocks[0:1] or "To review" not in str((await ledger.read()).blocks[0])


async def test_the_librarys_own_modules_come_first(context: MakeContext, tmp_path: Path) -> None:
    """A csv.py beside the settings is not taken for the standard library's."""
    write(tmp_path, "raise SystemExit(3)\n", "csv.py")
    ledger = made(context, tmp_path, "giro_importer:Importer")
    assert (await imported(ledger, tmp_path / "s.txt")).message.startswith("s.txt: ")


def test_an_importer_says_all_about_columns() -> None:
    """Settings that it would not use are a problem, and so is a name that cannot be."""

    def wrong(bank: Bank) -> list[str]:
        return [one.key for one in LedgerConfig(banks={"giro": bank}).problems()]

    assert wrong(Bank(importer="a.b:C", other="Expenses:Food", window=5)) == []
    assert wrong(Bank(importer="a.b:C", account="Assets:Cash", decimal=",")) == [
        "banks.giro.account",
        "banks.giro.decimal",
    ]
    for name in ("a.b", "a/b.py:C", "a:", ":C", "a..b:C"):
        assert wrong(Bank(importer=name)) == ["banks.giro.importer"]
    assert {"banks.giro.account", "banks.giro.date", "banks.giro.decimal"} <= set(wrong(Bank()))


async def test_predictions_need_the_package(context: MakeContext, tmp_path: Path) -> None:
    """Who asks for them is told what to install, rather than given other accounts."""
    if importlib.util.find_spec("smart_importer") is not None:
        pytest.skip("smart_importer is installed")
    ledger = pane(context, learnt(tmp_path), banks={"giro": PREDICTED})
    with pytest.raises(PaneError, match="smart_importer is not installed"):
        await imported(ledger, tmp_path / "s.csv")


async def test_predictions_are_to_be_looked_at(context: MakeContext, tmp_path: Path) -> None:
    """What smart_importer says of a row that history does not know is there to be accepted, by a person."""
    pytest.importorskip("smart_importer")
    file = learnt(tmp_path)
    ledger = pane(context, file, banks={"giro": PREDICTED})
    outcome = await imported(ledger, tmp_path / "s.csv")
    [table] = [block for block in outcome.blocks if isinstance(block, Table)]
    assert [row.cells[4].text for row in table.rows] == ["Expenses:Power"]
    assert (await imported(ledger, tmp_path / "s.csv", "suggested")).message == "s.csv: 1 open"
