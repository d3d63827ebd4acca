"""A bank's file as rows: strict about money, plain about what it cannot read."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devdash.api import PaneError
from devdash_ledger import bank_text
from devdash_ledger.bank_config import Bank, Direction, Encoding, bank_problems
from devdash_ledger.bank_rows import read
from devdash_ledger.bank_text import decode, lines
from devdash_ledger.bank_values import Money, day, money

PLAIN = Bank(
    account="Assets:Bank",
    currency="EUR",
    date="Date",
    date_format="%Y-%m-%d",
    decimal=".",
    amount="Amount",
    positive=Direction.IN,
    payee="Who",
)


def changed(**values: object) -> Bank:
    """The plain bank with other settings."""
    return msgspec.convert(
        {**msgspec.to_builtins(PLAIN), **values},
        Bank,
    )


@pytest.mark.parametrize(
    ("text", "decimal", "thousands", "amount", "currency"),
    [
        ("1.234,56-", ",", ".", "-1234.56", ""),
        ("−12.50", ".", "", "-12.50", ""),
        ("(12.00)", ".", ",", "-12.00", ""),
        ("12.00 DR", ".", ",", "-12.00", ""),
        ("12.00CR", ".", ",", "12.00", ""),
        ("€ 1 234,50", ",", " ", "1234.50", "EUR"),
        ("1\u202f234,50 EUR", ",", " ", "1234.50", "EUR"),
        ("1'234.50", ".", "'", "1234.50", ""),
        ("-$5", ".", ",", "-5", ""),
        ("$-5", ".", ",", "-5", ""),
        (".50", ".", "", "0.50", ""),
        ("+3", ".", "", "3", ""),
    ],
)
def test_an_amount_is_read(text: str, decimal: str, thousands: str, amount: str, currency: str) -> None:
    """The forms that banks use, to the digit."""
    assert money(text, decimal, thousands) == Money(Decimal(amount), currency)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "1.2.3",
        "12,34",
        "1,23",
        "--5",
        "-5-",
        "(5",
        "-(5)",
        "=5",
        "NaN",
        "1e5",
        "٣",
        "5 6",
        "12abc",
        "5.-",
        "EUR 5 USD",
        "9" * 30,
        "1_000",
        "0x10",
        "+-5",
        "5 %",
    ],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    """Never repaired: a group of two digits, two signs, an exponent, a formula."""
    assert money(text, ".", ",") is None


@given(st.text(max_size=30), st.sampled_from([".", ","]), st.sampled_from(["", ".", ",", " ", "'"]))
def test_any_text_is_an_amount_or_none(text: str, decimal: str, thousands: str) -> None:
    """Nothing raises, and what is read is finite."""
    found = money(text, decimal, thousands)
    assert found is None or found.amount.is_finite()


@pytest.mark.parametrize(
    ("text", "form"),
    [("2026111", "%Y%m%d"), ("30.02.2026", "%d.%m.%Y"), ("1.1.26", "%d.%m.%Y"), ("", "%d.%m.%y")],
)
def test_what_is_no_date_is_refused(text: str, form: str) -> None:
    """Days that there are not, and digits too few."""
    assert day(text, form) is None


def test_rows_that_cannot_be_read_are_told_by_line() -> None:
    """Ragged, without a date, without an amount, in another currency: each with its line, none dropped."""
    data = b"Date,Who,Amount\n2026-01-01,A,1.00\n2026-01-02,B\n\nx,C,2\n2026-01-03,D,1,5\n"
    data += b"2026-01-04,E,five\n2026-01-05,F,USD 3\n"
    found = read(data, PLAIN)
    assert [row.payee for row in found.rows] == ["A"]
    assert [(one.line, one.text) for one in found.complaints] == [
        (3, "has 2 of 3 columns"),
        (5, "has no date of the form in date_format"),
        (6, "has 4 columns instead of 3"),
        (7, "has no amount of that form in amount"),
        (8, "is in another currency than EUR"),
    ]
    assert found.complaint_count == 5


def test_hostile_cells_stay_text() -> None:
    """A formula and control signs are words of one line, nothing more."""
    data = b"Date,Who,Amount\n2026-01-01,\"=cmd|' /C calc'!A0\n2026-01-01 open Assets:Evil \x1b[2J\",1\n"
    [row] = read(data, PLAIN).rows
    assert row.payee == "=cmd|' /C calc'!A0 2026-01-01 open Assets:Evil [2J"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"Date,Who,Amount\n2026-01-01,\0,1\n", "line 2 has a NUL"),
        (b'Date,Who,Amount\n2026-01-01,A,1\n2026-01-02,"B,1\n2026-01-03,C,1\n', "begins at line 3"),
        (b"Date,Who\n2026-01-01,A\n", 'no column is headed "Amount"'),
        (b"Date,Who,Amount,Amount\n2026-01-01,A,1,2\n", '2 columns are headed "Amount"'),
        (b"", "the file has no rows"),
        ("Date,Who,Amount\n2026-01-01,é,1\n".encode() + b"2026-01-02,\xe9,1\n", "mixes encodings: line 3"),
        (b"Date,Who,Amount\n2026-01-01," + b"x" * 200_000 + b",1\n", "begins at line 2"),
    ],
)
def test_a_file_that_cannot_be_trusted_is_refused(data: bytes, message: str) -> None:
    """The sentence names the line or the column."""
    with pytest.raises(PaneError, match=message):
        read(data, PLAIN)


def test_a_file_beyond_all_measure_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither bytes nor rows without end are read."""
    with pytest.raises(PaneError, match="more than 16 MiB"):
        decode(b"x" * (bank_text.MAX_BYTES + 1), None)
    monkeypatch.setattr(bank_text, "MAX_ROWS", 3)
    with pytest.raises(PaneError, match="too many rows"):
        lines("a\n" * 5, ",")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_encodings_are_found(encoding: str) -> None:
    """With a mark or without, and with any line ends."""
    text = "Date,Who,Amount\r\n2026-01-01,Müller €,1\r\n"
    assert read(text.encode(encoding), PLAIN).rows[0].payee == "Müller €"


def test_an_encoding_that_is_set_is_kept_to() -> None:
    """A file that is not of the encoding is refused with the line."""
    with pytest.raises(PaneError, match="line 2 is not utf-8"):
        decode(b"a\n\xe9", Encoding.UTF_8)
    assert decode(b"a\r\xe9", Encoding.LATIN_1) == "a\né"


def test_debit_and_credit() -> None:
    """What went out is negative; both, none, or a minus where none belongs is a complaint."""
    bank = changed(amount=None, positive=None, debit="Out", credit="In", payee=None)
    data = b"Date,Out,In\n2026-01-01,5,\n2026-01-02,,7\n2026-01-03,1,1\n2026-01-04,,\n"
    data += b"2026-01-05,-5,\n2026-01-06,0,8\n"
    found = read(data, bank)
    assert [row.value for row in found.rows] == [-5, 7, 8]
    assert [one.line for one in found.complaints] == [4, 5, 6]


def test_the_balance_is_checked() -> None:
    """In either order; a row that is missing is seen."""
    bank = changed(balance="Sum", payee=None)
    rows = [b"2026-01-01,1,11\n", b"2026-01-02,2,13\n", b"2026-01-03,3,16\n"]
    head = b"Date,Amount,Sum\n"
    assert read(head + b"".join(rows), bank).balance is True
    assert read(head + b"".join(rows[::-1]), bank).balance is True
    assert read(head + rows[0] + rows[2], bank).balance is False


def test_equal_rows_have_ids_of_their_own_and_the_same_each_time() -> None:
    """Two coffees of a day are two movements; the next export gives both the same ids."""
    data = b"Date,Who,Amount\n2026-01-01,Cafe,-2\n2026-01-01,Cafe,-2\n2026-01-01,Cafe,-2.50\n"
    first, again = read(data, PLAIN), read(data.replace(b"-2\n", b"-2.00\n"), PLAIN)
    ids = [row.id for row in first.rows]
    assert len(set(ids)) == 3 and ids == [row.id for row in again.rows]
    assert [row.twin for row in first.rows] == [0, 1, 0]


@pytest.mark.parametrize(
    ("values", "key"),
    [
        ({"account": "Bank"}, "account"),
        ({"currency": "euro"}, "currency"),
        ({"date_format": "%Y-%m"}, "date_format"),
        ({"date_format": "%d.%m.%Y %Z"}, "date_format"),
        ({"date_format": "%d.%m.%Y %y"}, "date_format"),
        ({"decimal": ";"}, "decimal"),
        ({"thousands": "."}, "thousands"),
        ({"delimiter": ""}, "delimiter"),
        ({"skip": -1}, "skip"),
        ({"window": 400}, "window"),
        ({"positive": None}, "positive"),
        ({"amount": None}, "amount"),
        ({"debit": "Out"}, "amount"),
        ({"amount": None, "debit": "Out"}, "debit"),
        ({"direction": "Way"}, "direction"),
        ({"headings": False, "amount": 2, "payee": None}, "date"),
        ({"payee": "Date"}, "payee"),
        ({"payee": 0}, "payee"),
        ({"other": "nowhere"}, "other"),
    ],
)
def test_a_table_that_cannot_be_is_a_problem(values: dict[str, object], key: str) -> None:
    """The problem stands at the setting, below the bank's name."""
    assert [one.key for one in bank_problems(changed(**values), "banks.x")] == [f"banks.x.{key}"]


def test_a_table_that_can_be_is_none() -> None:
    """The plain table, and one by positions, have no problem."""
    assert list(bank_problems(PLAIN, "banks.x")) == []
    assert list(bank_problems(changed(headings=False, date=1, amount=2, payee=3), "banks.x")) == []


def test_a_currency_is_called_as_the_journal_does() -> None:
    """A journal may write € where the file says EUR; another currency stays what it is, or is refused."""
    bank = changed(currency="€", currency_column="C")
    found = read(
        b"Date,Amount,Who,C\n2026-11-03,-1.00,x,EUR\n2026-11-03,EUR -2.00,x,\n2026-11-03,-3.00,x,CHF\n", bank
    )
    assert [(row.amount, row.currency) for row in found.rows] == [
        ("-1.00", "€"),
        ("-2.00", "€"),
        ("-3.00", "CHF"),
    ]
    lone = read(
        "Date,Amount,Who\n2026-11-03,€ -1.00,x\n2026-11-03,£ -1.00,x\n".encode(), changed(currency="€")
    )
    assert [row.currency for row in lone.rows] == ["€"] and lone.complaint_count == 1


@pytest.mark.parametrize(
    ("name", "plain", "good"),
    [
        ("Assets:Giro", True, True),
        ("Assets:Giro Konto", True, False),
        ("Assets:Giro Konto", False, True),
        ("checking", False, True),
        ("Assets:Giro  Konto", False, False),
        ("Assets:Giro ; x", False, False),
        ("Assets:", False, False),
        ("Assets:Giro\n2026", False, False),
    ],
)
def test_accounts_are_named_as_the_language_allows(name: str, plain: bool, good: bool) -> None:
    """What beancount cannot hold is a name in ledger and hledger; what ends a name there never is."""
    found = [one.key for one in bank_problems(changed(account=name), "banks.x", plain=plain)]
    assert found == ([] if good else ["banks.x.account"])
