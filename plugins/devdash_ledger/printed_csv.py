"""A report as CSV (RFC 4180): CRLF, quotes where needed, one heading, amounts with all digits. Pure."""

import csv
import io
from collections.abc import Iterator, Sequence

from devdash_ledger.printed import Amounts, Covered

# OWASP, "CSV Injection": a cell that begins like this is taken for a formula. The wide forms
# are what some spreadsheets fold to the plain ones.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def text(reports: Sequence[Covered]) -> str:
    """All reports in one table; they are about the same months, so they have the same columns.

    Each account stands in its own row, without its sub-accounts; rows of the kind "total" add up a part.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    heads = [head.key for head in reports[0].statement.heads]
    writer.writerow(["journal", "row", "part", "account", "currency", *heads])
    for one in reports:
        writer.writerows(_rows(one))
    return out.getvalue()


def _rows(covered: Covered) -> Iterator[list[str]]:
    name = guarded(covered.name)
    for part in covered.statement.parts:
        for entry in part.entries:
            account, currency = guarded(entry.account), guarded(entry.currency)
            yield [name, "account", part.key, account, currency, *_numbers(entry.amounts)]
        for total in part.totals:
            yield [name, "total", part.key, "", guarded(total.currency), *_numbers(total.amounts)]


def _numbers(amounts: Amounts) -> list[str]:
    return [format(amount, "f") for amount in amounts]


def guarded(words: str) -> str:
    """`words`, with an apostrophe before what a spreadsheet would take for a formula.

    Only for names: an amount such as -4.00 is a number to a spreadsheet, and must stay one.
    """
    return f"'{words}" if words.lstrip(" ").startswith(_FORMULA) else words
