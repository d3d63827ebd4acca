"""The register of any journal ends with the cell's amount: random ones, and one large in three languages."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_journals import journal, write
from test_ledger_fold import LAST, Transfer, transfers
from test_ledger_fold import write as write_beans
from test_ledger_register import disagreeing, listed

from bench.ledger_journals import journals
from devdash_ledger.journal import Format
from devdash_ledger.register_view import Address, cell


@settings(max_examples=20, deadline=None)
@given(booked=st.lists(transfers, max_size=12))
def test_beancount(tmp_path_factory: pytest.TempPathFactory, booked: list[Transfer]) -> None:
    """Sums of many digits, several currencies, parents with amounts of their own."""
    file = tmp_path_factory.mktemp("random") / "main.beancount"
    write_beans(file, booked)
    read = journal(file, LAST, 6)
    assert disagreeing(file, Format.BEANCOUNT, read, 2) == []


ACCOUNTS = (
    "assets:cash",
    "assets:cash:box",
    "liabilities:a b",
    "expenses:food",
    "expenses:food:out",
    "odd:x",
)
AMOUNTS = st.decimals(-999, 999, places=2)
NOTES = ("", "  ; [2026-02-03]", "  ; date:2025-12-30")
booked = st.lists(
    st.tuples(
        st.dates(date(2025, 11, 1), date(2026, 4, 30)),
        st.sampled_from(ACCOUNTS),
        st.sampled_from(ACCOUNTS),
        AMOUNTS,
        st.sampled_from(["EUR", "X"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)
Plain = tuple[date, str, str, Decimal, str, bool]


def text_of(given_: Sequence[Plain], notes: Sequence[str]) -> str:
    """A journal that ledger and hledger read alike; a note gives a posting a date of its own."""
    entries = [
        f"{day} {'*' if number % 2 else ''} entry {number}\n"
        f"    {'(' + target + ')' if virtual else target}  {amount} {unit}{notes[number % len(notes)]}\n"
        + ("" if virtual else f"    {source}  {-amount} {unit}\n")
        for number, (day, target, source, amount, unit, virtual) in enumerate(given_)
    ]
    return "\n".join(entries)


@pytest.mark.parametrize("language", [Format.LEDGER, Format.HLEDGER])
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given_=booked, dated=st.booleans())
def test_ledger_and_hledger(
    needs: Callable[[str], str],
    tmp_path_factory: pytest.TempPathFactory,
    language: Format,
    given_: list[Plain],
    dated: bool,
) -> None:
    """Virtual postings, dates of postings, spaces in names; whatever the file's order."""
    needs(str(language))
    file = write(tmp_path_factory.mktemp("random"), text_of(given_, NOTES if dated else [""]), "a.journal")
    read = journal(file, "2026-03", 4, language)
    assert read.complete
    assert disagreeing(file, language, read, 3) == []


def test_a_thousand_transactions_have_the_same_registers_in_three_languages(
    needs: Callable[[str], str], tmp_path: Path
) -> None:
    """Day by day, amount by amount, and each ends with its cell."""
    needs("ledger")
    needs("hledger")
    told = []
    for name, text in journals(1_000).items():
        file, language = write(tmp_path, text, f"j.{name}"), Format(name)
        read = journal(file, "2023-12", 12, language)
        found: list[list[object]] = []
        for account, currency, first in (
            ("Assets:Bank", "EUR", "2023-10"),
            ("Expenses", "EUR", "2023-12"),
            ("Assets:Broker:Fund", "WRLD", "2023-01"),
        ):
            at = Address(account, currency, first, "2023-12", account.startswith("Assets"))
            [running] = listed(file, language, at).runnings
            assert Decimal(running.closing) == (cell(at, read) or {})[currency]
            moves = [(one.day, Decimal(one.change)) for one in running.entries]
            # The balance assertions of hledger's are transactions that move nothing.
            found.append([Decimal(running.closing), *sorted(move for move in moves if move[1])])
            assert len(moves) > 1 and all(one.mark for one in running.entries)
        told.append(found)
    assert told[0] == told[1] == told[2]
