"""Journals of ledger and hledger: the same cells as these programs print, and their complaints."""

import csv
import io
import os
import subprocess
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ledger_journals import MakeContext, cells, facts, pane, real, write
from ledger_journals import journal as read

from devdash.api import Notice, Unavailable
from devdash_ledger.facts import LedgerFacts
from devdash_ledger.journal import AccountType, Format, Journal

Needs = Callable[[str], str]

LEDGER = """\
P 2026/01/05 EUR $1.10
P 2026/02/05 "W.1" 12.5 EUR
= /^Expenses:Books/
    (Liabilities:Taxes)            -0.10
~ Monthly
    Expenses:Food                  $100
    Assets:Cash
2026/01/02 * "Start" it
  Assets:Cash    $1,000.00
  Equity:Start
2026/01/03 Shop | x
  Expenses:Books   $20.1234
  Assets:Cash
2026/01/04 Buy
  Assets:Fund   3.5 "W.1" {10 EUR} [2026/01/04] @ 11 EUR
  Assets:Euro
2026/02/06=2026/03/07 Envelope
  [Assets:Envelope]  $10
  [Assets:Cash]  $-10
  (Assets:Free)  $5
"""

HLEDGER = """\
commodity EUR 1.000,00
account Vermoegen:Bar  ; type:A
P 2026-01-05 CHF EUR 1,10
P 2026-02-05 "W.1" 12.5 CHF
= expenses:books
    (liabilities:taxes)           *-0.10
~ monthly
    expenses:food  EUR 100
    assets:cash
2026-01-02 * Start
  assets:cash    EUR 1.000,1234
  equity:start
2026-01-03 Shop | x
  expenses:books   EUR 20
  assets:cash
2026-01-04 Buy
  assets:fund   3.5 "W.1" @ EUR 11
  assets:fund   3.5 "W.1" @ EUR 12
  Vermoegen:Bar
2026-02-06 Envelope
  [assets:envelope]  EUR 10
  [assets:cash]  EUR -10
  (assets:free)  EUR 5
"""


def load(
    file: Path,
    language: Format,
    last: str = "2026-02",
    months: int = 2,
    *,
    currency: str | None = None,
    virtual: bool = True,
) -> Journal:
    """The journal as the pane would get it."""
    return read(file, last, months, language, currency, virtual)


def amounts(journal: Journal) -> dict[tuple[str, str], tuple[str, ...]]:
    """The amounts by account and currency."""
    return {(one.account, one.currency): one.amounts for one in journal.series}


def test_ledgers_own_things_count_as_ledger_counts_them(needs: Needs, tmp_path: Path) -> None:
    """Automated and virtual postings count, plans do not, lots are units, every digit stays."""
    needs("ledger")
    file = write(tmp_path, LEDGER, "a.dat")
    journal = load(file, Format.LEDGER)
    assert amounts(journal) == {
        ("Assets:Cash", "$"): ("979.8766", "969.8766"),
        ("Assets:Envelope", "$"): ("0", "10"),
        ("Assets:Euro", "EUR"): ("-35", "-35"),
        ("Assets:Free", "$"): ("0", "5"),
        ("Assets:Fund", "W.1"): ("3.5", "3.5"),
        ("Liabilities:Taxes", "$"): ("-2.01234", "-2.01234"),
        ("Expenses:Books", "$"): ("20.1234", "0"),
        ("Equity:Start", "$"): ("-1000", "-1000"),
    }
    fund = next(one for one in journal.series if one.currency == "W.1")
    assert [Decimal(value or 0) for value in fund.converted] == [Decimal("42.35"), Decimal("48.125")]
    real_only = amounts(load(file, Format.LEDGER, virtual=False))
    assert {"Assets:Envelope", "Assets:Free", "Liabilities:Taxes"}.isdisjoint(one for one, _ in real_only)


def test_hledgers_own_things_count(needs: Needs, tmp_path: Path) -> None:
    """Decimal commas, declared kinds, rules, lots with different costs, prices through another currency."""
    needs("hledger")
    file = write(tmp_path, HLEDGER, "a.journal")
    journal = load(file, Format.HLEDGER)
    assert amounts(journal) == {
        ("Vermoegen:Bar", "EUR"): ("-80.5", "-80.5"),
        ("assets:cash", "EUR"): ("980.1234", "970.1234"),
        ("assets:envelope", "EUR"): ("0", "10"),
        ("assets:free", "EUR"): ("0", "5"),
        ("assets:fund", "W.1"): ("7.0", "7.0"),
        ("liabilities:taxes", "EUR"): ("-2", "-2"),
        ("expenses:books", "EUR"): ("20", "0"),
        ("equity:start", "EUR"): ("-1000.1234", "-1000.1234"),
    }
    assert next(one.type for one in journal.series) is AccountType.ASSETS
    fund = next(one for one in journal.series if one.currency == "W.1")
    assert fund.converted[0] is None and Decimal(fund.converted[1] or 0) == Decimal("96.25")
    assert [held.currency for held in journal.worth[0].unconverted] == ["W.1"]
    assert "assets:envelope" not in {one for one, _ in amounts(load(file, Format.HLEDGER, virtual=False))}


@pytest.mark.parametrize("name", ["ledger-sample.dat", "ledger-drewr3.dat"])
def test_cells_are_ledgers_own(needs: Needs, name: str) -> None:
    """On ledger's own samples, every balance is the one that `ledger balance` prints for that day."""
    program, file = needs("ledger"), real(name)
    journal = load(file, Format.LEDGER, "2011-12", 0)
    for place, month in enumerate(journal.months):
        end = f"{int(month[:4]) + month.endswith('12')}-{int(month[5:]) % 12 + 1:02d}-01"
        form = r"%(account)\t%(quantity(scrub(amount)))\t%(commodity(scrub(amount)))\n"
        argv = [program, "--args-only", "-f", str(file), "reg", "-e", end, "--format", form]
        told: dict[tuple[str, str], Decimal] = {}
        for line in subprocess.run(argv, check=True, capture_output=True, text=True).stdout.splitlines():
            account, number, unit = line.split("\t")
            told[account, unit] = told.get((account, unit), Decimal(0)) + Decimal(number)
        ours = {
            (one.account, one.currency): Decimal(one.amounts[place])
            for one in journal.series
            if one.type.is_balance and Decimal(one.amounts[place])
        }
        kinds = {one.account: one.type for one in journal.series}
        assert ours == {key: amount for key, amount in told.items() if amount and kinds[key[0]].is_balance}, (
            month
        )


def test_cells_are_hledgers_own(needs: Needs) -> None:
    """On hledger's own sample, each change is the one that `hledger balance -M` prints."""
    program, file = needs("hledger"), real("hledger-sample.journal")
    journal = load(file, Format.HLEDGER, "2008-12", 0)
    argv = [program, "-f", str(file), "balance", "-M", "--flat", "-E", "-N", "-O", "csv", "--layout=bare"]
    printed = subprocess.run(argv, check=True, capture_output=True, text=True).stdout
    for row in csv.DictReader(io.StringIO(printed)):
        found = next((one for one in journal.series if one.account == row["account"]), None)
        own = [Decimal(text) for text in found.amounts] if found else [Decimal(0)] * len(journal.months)
        if found is not None and found.type.is_balance:
            own = [own[0], *(b - a for a, b in pairwise(own))]
        assert own == [Decimal(row[month]) for month in journal.months], row["account"]


ACCOUNTS = (
    "Assets:Cash",
    "Assets:Bank:Giro",
    "Liabilities:Card",
    "Equity:Start",
    "Income:Job",
    "Expenses:Food",
)
transfers = st.tuples(
    st.integers(0, 200).map(lambda days: date(2025, 9, 1) + timedelta(days=days)),
    st.sampled_from(ACCOUNTS),
    st.sampled_from(ACCOUNTS),
    st.sampled_from(("EUR", "CHF", "WRLD")),
    st.decimals(min_value=-(10**6), max_value=10**6, allow_nan=False, places=3),
)
days = st.integers(0, 200).map(lambda days: date(2025, 9, 1) + timedelta(days=days))
quotes = st.dictionaries(
    st.tuples(days, st.sampled_from((("CHF", "EUR"), ("WRLD", "CHF")))),
    st.decimals(min_value=Decimal("0.1"), max_value=100, allow_nan=False, places=3),
    max_size=6,
)
Transfer = tuple[date, str, str, str, Decimal]
Quotes = dict[tuple[date, tuple[str, str]], Decimal]


def rendered(booked: list[Transfer], priced: Quotes) -> dict[Format, str]:
    """One journal in three languages."""
    beans = [f"2020-01-01 open {account}" for account in ACCOUNTS]
    plain: list[str] = []
    for (day, (base, quote)), rate in sorted(priced.items()):
        beans.append(f"{day} price {base} {rate} {quote}")
        plain.append(f"P {day} {base} {rate} {quote}")
    for day, source, target, unit, number in booked:
        legs = [f"  {target}  {number:f} {unit}", f"  {source}  {number.copy_negate():f} {unit}"]
        beans += [f'{day} * "x"', *legs]
        plain += [f"{day} * x", *legs]
    text = "\n".join(plain) + "\n"
    return {Format.BEANCOUNT: "\n".join(beans) + "\n", Format.LEDGER: text, Format.HLEDGER: text}


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(booked=st.lists(transfers, max_size=12), priced=quotes)
def test_three_languages_one_answer(
    needs: Needs, tmp_path: Path, booked: list[Transfer], priced: Quotes
) -> None:
    """A journal says the same in all three languages: cells, converted cells, worth."""
    needs("ledger")
    needs("hledger")
    told = []
    for language, text in rendered(booked, priced).items():
        journal = load(write(tmp_path, text, f"j.{language}"), language, "2026-03", 7, currency="EUR")
        assert not journal.errors
        told.append(
            (
                {
                    (one.account, one.currency): [
                        (Decimal(amount), None if value is None else Decimal(value))
                        for amount, value in zip(one.amounts, one.converted, strict=True)
                    ]
                    for one in journal.series
                },
                [(Decimal(one.net_worth), one.savings_rate) for one in journal.worth],
            )
        )
    assert told[0] == told[1] == told[2]


@pytest.mark.parametrize("name", ["a.dat", "a.journal"])
async def test_a_bad_transaction_keeps_the_last_figures(
    needs: Needs, context: MakeContext, tmp_path: Path, name: str
) -> None:
    """The program then gives no rows at all: those from before stay, with file, line and accounts."""
    needs("ledger")
    needs("hledger")
    good = "2026-11-02 * Start\n  Assets:Cash   10 EUR\n  Equity:Start\n"
    file = write(tmp_path, good, name)
    ledger = pane(context, file, months=1)
    whole = await facts(ledger)
    write(tmp_path, good + "\n2026-11-03 * Bread\n  Expenses:Food   4 EUR\n  Assets:Cash   -5 EUR\n", name)
    report = await ledger.read()
    broken = report.facts
    assert isinstance(broken, LedgerFacts)
    assert broken.cells == whole.cells and not broken.complete
    assert [(error.file, error.line) for error in broken.errors] == [(str(file), 5)]
    assert broken.errors[0].accounts == ("Assets:Cash", "Expenses:Food")
    assert "The figures are those of 12:00." in str([one for one in report.blocks if isinstance(one, Notice)])
    write(tmp_path, good.replace("10", "12"), name)
    assert cells(await facts(ledger))["Assets:Cash", "EUR", "2026-11"] == "12"


@pytest.mark.parametrize("name", ["a.dat", "a.journal"])
def test_includes_go_round_and_are_missing(needs: Needs, tmp_path: Path, name: str) -> None:
    """A circle is an error at its place, and no program meets it; what is missing is said with its line."""
    needs("ledger")
    needs("hledger")
    language = Format.LEDGER if name == "a.dat" else Format.HLEDGER
    file = write(tmp_path, f"\ninclude b/{name}\n", name)
    other = write(tmp_path, f"include ../{name}\n", f"b/{name}")
    [error] = load(file, language).errors
    assert (error.file, error.line) == (str(other), 1) and "circle" in error.message
    write(tmp_path, "; c\ninclude no/where.dat\n", name)
    journal = load(file, language)
    assert (journal.errors[0].file, journal.errors[0].line) == (str(file), 2)
    assert str(tmp_path / "no" / "where.dat") in journal.patterns


@pytest.mark.parametrize("language", list(Format))
def test_a_pipe_that_is_included_is_never_opened(tmp_path: Path, language: Format) -> None:
    """It would hang for ever: it is refused with the place of the include."""
    os.mkfifo(tmp_path / "pipe")
    file = write(tmp_path, 'include "pipe"\n' if language is Format.BEANCOUNT else "include pipe\n", "a.txt")
    with pytest.raises(Unavailable, match=r"pipe, included by .*a\.txt:1, cannot be read"):
        load(file, language)


@pytest.mark.parametrize("language", list(Format))
def test_too_large_a_journal_is_said(tmp_path: Path, language: Format) -> None:
    """200 MB are not loaded, and the sentence says what to do."""
    file = write(tmp_path, "", "a.txt")
    os.truncate(file, 200_000_000)
    with pytest.raises(Unavailable, match="larger than 64 MiB") as caught:
        load(file, language)
    assert caught.value.hint


@pytest.mark.parametrize("language", [Format.LEDGER, Format.HLEDGER])
def test_bytes_that_are_no_text_have_a_line(needs: Needs, tmp_path: Path, language: Format) -> None:
    """A file in another encoding is an error at its first bad byte."""
    needs(str(language))
    file = tmp_path / "a.txt"
    file.write_bytes(b"2026/01/01 caf\xe9\n  Assets:B  1 EUR\n  Equity:C\n")
    [error] = load(file, language).errors
    assert (error.file, error.line) == (str(file), 1) and "UTF-8" in error.message


@pytest.mark.parametrize("language", [Format.LEDGER, Format.HLEDGER])
def test_without_the_program_the_hint_installs_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: Format
) -> None:
    """The program is optional: its absence is a sentence and the next step."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Unavailable, match=f"program {language} is not installed") as caught:
        load(write(tmp_path, "", "a.txt"), language)
    assert f"apt install {language}" in caught.value.hint


def test_the_persons_own_settings_are_not_used(
    needs: Needs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """~/.ledgerrc and LEDGER_FILE change what a person types, not what the pane shows."""
    needs("ledger")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LEDGER_BEGIN", "2030-01-01")
    write(tmp_path, "--begin 2030-01-01\n", ".ledgerrc")
    file = write(tmp_path, LEDGER, "a.dat")
    assert amounts(load(file, Format.LEDGER))["Equity:Start", "$"] == ("-1000", "-1000")
