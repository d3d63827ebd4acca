"""A bank's table guessed from its file: right, or a question; never silently wrong."""

import tomllib
from decimal import Decimal
from itertools import product

import msgspec
import pytest
from bank_files import Imagined, imagined
from hypothesis import given, settings

from devdash.api import PaneError
from devdash_ledger.bank_answers import Setting
from devdash_ledger.bank_config import Bank, bank_problems
from devdash_ledger.bank_guess import Guess, guess
from devdash_ledger.bank_headings import Role
from devdash_ledger.bank_rows import read
from devdash_ledger.bank_toml import toml


def said(data: bytes, bank: Bank) -> tuple[tuple[str, Decimal], ...]:
    """Date and amount of each row."""
    statement = read(data, bank)
    assert statement.complaint_count == 0, statement.complaints
    return tuple((row.date, row.value) for row in statement.rows)


@settings(max_examples=100, deadline=None)
@given(imagined())
def test_a_file_of_its_own_table_is_read_back(file: Imagined) -> None:
    """What a bank writes by its table, the table reads: to the cent, to the day."""
    assert list(bank_problems(file.bank, "banks.x")) == []
    assert said(file.data, file.bank) == file.truth


@settings(max_examples=120, deadline=None)
@given(imagined())
def test_a_guess_is_right_or_a_question(file: Imagined) -> None:
    """Without questions the guessed table reads the truth; with them, some answers do."""
    try:
        found = guess(file.data, "Assets:Bank", "EUR")
    except PaneError:
        return
    whole = found.bank()
    if whole is not None:
        assert said(file.data, whole) == file.truth
        return
    answers = product(*(range(len(question.options)) for question in found.questions))
    assert any(is_true(file, found, chosen) for chosen in answers)


def is_true(file: Imagined, found: Guess, answers: tuple[int, ...]) -> bool:
    """Whether these answers make a table that reads the truth."""
    bank = found.bank(answers)
    assert bank is not None
    try:
        statement = read(file.data, bank)
    except PaneError:
        return False
    return tuple((row.date, row.value) for row in statement.rows) == file.truth


GERMAN = (
    "Konto;DE02\n\n"
    '"Buchungstag";"Valuta";"Auftraggeber/Empfänger";"Verwendungszweck";"Betrag (EUR)";"Saldo"\n'
    '"13.11.2026";"14.11.2026";"REWE";"Karte 4711";"-12,50";"1.087,50"\n'
    '"14.11.2026";"14.11.2026";"Arbeit GmbH";"Gehalt";"2.000,00";"3.087,50"\n'
    '"20.11.2026";"20.11.2026";"Stadtwerke";"=cmd|calc";"-87,50";"3.000,00"\n'
)


def test_a_german_file_is_certain() -> None:
    """Headings, preamble, decimal comma and a balance that proves the sign: no question is left."""
    data = GERMAN.encode("cp1252")
    found = guess(data, "Assets:Bank")
    assert found.questions == ()
    bank = found.bank()
    assert bank is not None
    assert (bank.date, bank.payee, bank.narration) == (
        "Buchungstag",
        "Auftraggeber/Empfänger",
        "Verwendungszweck",
    )
    statement = read(data, bank)
    assert [(row.date, row.amount, row.payee) for row in statement.rows] == [
        ("2026-11-13", "-12.50", "REWE"),
        ("2026-11-14", "2000.00", "Arbeit GmbH"),
        ("2026-11-20", "-87.50", "Stadtwerke"),
    ]
    assert statement.balance is True
    table = tomllib.loads(toml(bank))
    assert (table["decimal"], table["positive"], table["currency"]) == (",", "in", "EUR")
    assert msgspec.convert(table, Bank) == bank


@pytest.mark.parametrize(
    ("rows", "about"),
    [
        ("Date,Amount\n01/02/2026,-5.25\n", "Date"),
        ("Date,Amount\n05/05/2026,-5.25\n", "Date"),
        ("Date,Amount\n2026-02-01,-1.500\n", "decimal"),
        ("Date,Amount\n2026-02-01,-15\n", "decimal"),
        ("Date,Amount\n2026-02-01,-15.00\n", "positive"),
        ("Date,Amount,Balance\n2026-02-01,-15.00,85.00\n", "positive"),
        ("2026-02-01,15.00,85.00\n", "amount"),
        ("Date,Datum,Amount\n2026-02-01,2026-02-03,15.00\n", "date"),
    ],
)
def test_what_fits_two_ways_is_asked(rows: str, about: str) -> None:
    """A date, a number, a sign or a column that could be two things is a question."""
    found = guess(rows.encode(), "Assets:Bank", "EUR")
    asked = {setting.key for question in found.questions for setting in question.options[0]}
    assert (about.lower() if about != "Date" else "date_format") in asked
    assert found.bank() is None


def test_a_column_of_words_gives_the_direction() -> None:
    """Amounts without a sign beside "Af" and "Bij" go where the word says."""
    data = b'Datum,Naam / Omschrijving,Af Bij,Bedrag\n20261113,AH,Af,"12,50"\n20261114,Werk,Bij,"100,00"\n'
    found = guess(data, "Assets:Bank", "EUR")
    bank = found.bank()
    assert bank is not None, found.questions
    assert said(data, bank) == (("2026-11-13", Decimal("-12.50")), ("2026-11-14", Decimal(100)))


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"hello", b"a,b\n1,2\n", b"Date\n2026-01-01\n", b"\0\0", b'"']
)
def test_what_is_no_statement_is_refused(data: bytes) -> None:
    """Without dates and amounts there is nothing to guess, and a sentence says so."""
    with pytest.raises(PaneError):
        guess(data, "Assets:Bank", "EUR")


def test_whose_statement_it_is_is_asked() -> None:
    """Nothing in a file tells it; and of a liability, a balance proves nothing about the way money went."""
    rows = "Date,Amount,Balance\n" + "".join(
        f"2026-11-{day},{amount}.00,{balance}.00\n"
        for day, amount, balance in ((13, -1, 99), (14, -5, 94), (15, -2, 92), (16, -7, 85), (17, -3, 82))
    )
    alone = guess(rows.encode(), "Assets:Bank", "EUR")
    both = guess(rows.encode(), "Assets:Bank", "EUR", ["Liabilities:Card"])
    assert Setting("account", "Assets:Bank") in alone.settings
    options = [question.options for question in both.questions if "Whose" in question.text]
    assert options == [((Setting("account", "Assets:Bank"),), (Setting("account", "Liabilities:Card"),))]
    assert Setting("positive", "in") in alone.settings
    assert "positive" in {option[0].key for question in both.questions for option in question.options}


COLUMNS = (
    "Date,Booked,Amount,Fee,Paid out,Paid in,Text,Who\n2026-11-14,2026-11-13,-12.50,0.10,12.50,,shop,REWE\n"
)


def test_a_column_that_a_person_names_comes_before_the_guess() -> None:
    """And what follows from it is guessed anew, or asked."""

    def table(**told: str) -> dict[str, object]:
        roles = {Role(name): place for name, place in told.items()}
        found = guess(COLUMNS.encode(), "Assets:Bank", "EUR", (), roles)
        return {one.key: one.value for one in found.settings}

    assert table(amount="Fee", date="2")["date"] == "Booked"
    assert table(amount="Fee", date="2")["amount"] == "Fee"
    halves = table(debit="5", credit="-", amount="Amount")
    assert halves["amount"] == "Amount" and "debit" not in halves
    texts = table(amount="Amount", payee="Text", narration="-")
    assert texts["payee"] == "Text" and "narration" not in texts
    with pytest.raises(PaneError, match='no column "Nowhere"'):
        table(payee="Nowhere")
    with pytest.raises(PaneError, match='"Who" is no column of amounts'):
        table(amount="Who")
    with pytest.raises(PaneError, match="two columns"):
        table(debit="Paid out", credit="-")
