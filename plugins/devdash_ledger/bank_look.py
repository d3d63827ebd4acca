"""What a guess about a bank's file offers to choose from: its columns with samples, forms of its dates."""

from collections.abc import Iterator, Sequence

from devdash_ledger.bank_guess import Guess
from devdash_ledger.bank_orders import Form, Found, Guessed, Kind
from devdash_ledger.bank_rows import clean
from devdash_ledger.bank_table import dates

MAX_SAMPLES = 2
MAX_SAMPLE = 24


def guessed(found: Guess, own: Sequence[str], accounts: Sequence[str]) -> Guessed:
    """`found` as the form and the command show it; the accounts as there."""
    shape = found.shape
    return Guessed(
        found.settings,
        found.questions,
        tuple(_column(found, index) for index in range(shape.width)),
        tuple(_forms(found)),
        tuple(own),
        tuple(accounts),
        shape.rest,
    )


def _column(found: Guess, index: int) -> Found:
    kind = Kind.DATE if index in found.dates else Kind.MONEY if index in found.money else Kind.TEXT
    cells = dict.fromkeys(clean(cell) for cell in found.shape.column(index))
    samples = [cell[:MAX_SAMPLE] for cell in cells if cell][:MAX_SAMPLES]
    return Found(str(found.shape.place(index)), kind, tuple(samples))


def _forms(found: Guess) -> Iterator[Form]:
    """Those that fit the booking date; what they make of the last row, which tells more than the first."""
    asked = (one for question in found.questions for option in question.options for one in option)
    place = next((one.value for one in (*found.settings, *asked) if one.key == "date"), None)
    index = next((one for one in found.dates if found.shape.place(one) == place), None)
    if index is None:
        return
    cells = found.shape.column(index)
    for form, days in dates(cells).items():
        yield Form(form, clean(cells[-1]), days[-1].isoformat())
