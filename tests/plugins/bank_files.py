"""Banks as hypothesis imagines them, and the files that they would write."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

import msgspec
from hypothesis import strategies as st

from devdash_ledger.bank_config import Bank, Direction

HEADS = {
    "date": ("Date", "Buchungstag", "Fecha", "Date opération", "Unbekannt"),
    "amount": ("Amount", "Betrag (EUR)", "Importe", "Bedrag", "Zahl"),
    "debit": ("Debit", "Soll", "Paid out"),
    "credit": ("Credit", "Haben", "Paid in"),
    "narration": ("Description", "Verwendungszweck", "Libellé", "Irgendwas"),
    "balance": ("Balance", "Saldo"),
}
FORMS = ("%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%d.%m.%y", "%y-%m-%d", "%Y%m%d")


class Imagined(msgspec.Struct, frozen=True):
    """A bank's table, a file that fits it, and the truth."""

    bank: Bank
    data: bytes
    truth: tuple[tuple[str, Decimal], ...]


def written(value: Decimal, bank: Bank, *, tail: bool = False) -> str:
    """`value` as the bank writes it."""
    whole, _, fraction = f"{abs(value):,.2f}".partition(".")
    body = whole.replace(",", bank.thousands) + bank.decimal + fraction
    if value >= 0:
        return body
    return body + "-" if tail else "-" + body


@st.composite
def imagined(draw: st.DrawFn) -> Imagined:
    """Any bank with any rows."""
    halves = draw(st.booleans())
    decimal, thousands = draw(st.sampled_from([(".", ","), (".", ""), (",", "."), (",", ""), (",", " ")]))
    heads = {key: draw(st.sampled_from(names)) for key, names in HEADS.items()}
    bank = Bank(
        account="Assets:Bank",
        currency="EUR",
        date=heads["date"],
        date_format=draw(st.sampled_from(FORMS)),
        decimal=decimal,
        thousands=thousands,
        amount=None if halves else heads["amount"],
        positive=None if halves else draw(st.sampled_from(Direction)),
        debit=heads["debit"] if halves else None,
        credit=heads["credit"] if halves else None,
        debit_minus=halves and draw(st.booleans()),
        narration=heads["narration"],
        balance=heads["balance"] if draw(st.booleans()) else None,
        delimiter=draw(st.sampled_from([",", ";", "\t"])),
        skip=draw(st.sampled_from([0, 2])),
    )
    start = date(2024, 1, 1) + timedelta(days=draw(st.integers(0, 1000)))
    moves = draw(
        st.lists(
            st.tuples(
                st.integers(0, 6),
                st.integers(-400_000, 400_000).filter(bool),
                st.text("abc ,;é\"'", max_size=9),
            ),
            min_size=1,
            max_size=12,
        )
    )
    return _file(bank, start, moves, tail=draw(st.booleans()), columns=draw(st.permutations(range(5))))


def _file(
    bank: Bank, start: date, moves: list[tuple[int, int, str]], *, tail: bool, columns: list[int]
) -> Imagined:
    sink = io.StringIO()
    sink.write("My bank\nexported today\n" if bank.skip else "")
    writer = csv.writer(sink, delimiter=bank.delimiter)
    keys = [
        key for key in ("date", "amount", "debit", "credit", "narration", "balance") if getattr(bank, key)
    ]
    order = [keys[at] for at in columns if at < len(keys)]
    writer.writerow([getattr(bank, key) for key in order])
    truth: list[tuple[str, Decimal]] = []
    total, when = Decimal(1000), start
    for days, cents, text in moves:
        when += timedelta(days=days)
        value = Decimal(cents) / 100
        total += value
        truth.append((when.isoformat(), value))
        cells = {
            "date": when.strftime(bank.date_format),
            "amount": written(-value if bank.positive is Direction.OUT else value, bank, tail=tail),
            "debit": written(value if bank.debit_minus else -value, bank, tail=tail) if value < 0 else "",
            "credit": written(value, bank) if value > 0 else "",
            "narration": f"x{text}",
            "balance": written(total, bank, tail=tail),
        }
        writer.writerow([cells[key] for key in order])
    return Imagined(bank, sink.getvalue().encode(), tuple(truth))
