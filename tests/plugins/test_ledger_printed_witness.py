"""Reports beside hledger's own: the same accounts, months and amounts, also in one currency."""

import json
import subprocess
from collections import defaultdict
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from ledger_journals import MakeContext, pane, real, write

from bench.ledger_journals import journals
from devdash.api import ActionRequest, Outcome, PrintText, Value
from devdash_ledger.printed_desk import REPORT

Cells = Mapping[tuple[str, str, str], Decimal]
"""Amounts by account, commodity and month; those that are not zero."""


async def reported(context: MakeContext, file: Path, today: str, **given: str) -> Outcome:
    """What the action gives."""
    values = {field.name: given.get(field.name, field.default) for field in REPORT.fields}
    request = ActionRequest(REPORT.name, None, tuple(Value(*one) for one in values.items()))
    return await pane(context, file, today, currency="EUR").act(request)


async def cells(context: MakeContext, file: Path, parts: tuple[str, ...], **given: str) -> Cells:
    """The accounts' amounts in some parts of a report, with the sign that hledger's has."""
    outcome = await reported(context, file, "2024-02-01", format="json", **given)
    [effect] = outcome.effects
    assert isinstance(effect, PrintText)
    found = json.loads(effect.text)
    months = found["months"]
    # Of balances the columns are: opening, the months before the last, change, closing.
    places = [*range(1, len(months)), -1] if given["report"] == "balances" else range(len(months))
    return {
        (row["account"], row["currency"], month): Decimal(row["amounts"][place])
        * (-1) ** (part["key"] == "liabilities")
        for part in found["journals"][0]["parts"]
        if part["key"] in parts
        for row in part["accounts"]
        for month, place in zip(months, places, strict=True)
        if Decimal(row["amounts"][place])
    }


def told(command: str, file: Path, year: int, *more: str) -> Cells:
    """hledger's report, from its JSON, which has every digit."""
    span = ("-b", str(year), "-e", str(year + 1))
    argv = ["hledger", "-f", str(file), command, "-M", *span, *more, "-O", "json"]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, timeout=50)
    found: defaultdict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for _, table, _ in json.loads(done.stdout)["cbrSubreports"]:
        starts = [start for start, _ in table["prDates"]]
        for row in table["prRows"]:
            for start, amounts in zip(starts, row["prrAmounts"], strict=True):
                for one in amounts:
                    number = one["aquantity"]
                    amount = Decimal(number["decimalMantissa"]).scaleb(-number["decimalPlaces"])
                    # One commodity that was bought at several prices is several amounts.
                    found[row["prrName"], one["acommodity"], start[:7]] += amount
    return {key: amount for key, amount in found.items() if amount}


REPORTS = (
    ("balances", "bs", ("assets", "liabilities")),
    ("income", "is", ("income", "expenses")),
    ("cashflow", "cf", ("cash",)),
)


@pytest.mark.parametrize(("report", "command", "parts"), REPORTS)
@pytest.mark.parametrize("amounts", ["commodities", "converted"])
async def test_a_large_journal_is_reported_as_by_hledger(
    context: MakeContext,
    needs: Callable[[str], str],
    tmp_path: Path,
    amounts: str,
    report: str,
    command: str,
    parts: tuple[str, ...],
) -> None:
    """Each account in each month of a year, in shares and francs, and in euros through two prices."""
    needs("hledger")
    file = write(tmp_path, journals(600)["hledger"], "j.journal")
    own = await cells(context, file, parts, report=report, month="2023", amounts=amounts)
    valued = ("--value=end,EUR",) if amounts == "converted" else ()
    theirs = told(command, file, 2023, *valued)
    assert len(own) > (50 if report != "cashflow" else 10)
    assert own.keys() == theirs.keys()
    assert all(abs(own[key] - theirs[key]) < Decimal("1e-7") for key in own)


@pytest.mark.parametrize(("report", "command", "parts"), REPORTS)
async def test_hledgers_own_sample_is_reported_as_by_hledger(
    context: MakeContext, needs: Callable[[str], str], report: str, command: str, parts: tuple[str, ...]
) -> None:
    """A journal of theirs."""
    needs("hledger")
    file = real("hledger-sample.journal")
    assert await cells(context, file, parts, report=report, month="2008", amounts="commodities") == told(
        command, file, 2008
    )
