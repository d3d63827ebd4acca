"""The table, for the terminal and for docs/performance.md."""

import os
import platform
import sys
from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import version

from bench.figures import Row, Unit

HEADINGS = ("what", "devdash", "reference", "ratio", "aim", "")

BEGIN, END = "<!-- bench -->", "<!-- /bench -->"

_DIGITS = {
    Unit.SECONDS: 2,
    Unit.MILLISECONDS: 1,
    Unit.MICROSECONDS: 1,
    Unit.PERCENT: 2,
    Unit.BYTES: 0,
    Unit.MIB: 1,
    Unit.PROCESSES: 0,
    Unit.CONNECTIONS: 0,
}


def as_text(rows: Sequence[Row]) -> str:
    """Columns for a terminal."""
    cells = [HEADINGS, *map(_cells, rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADINGS))]
    return "\n".join(_line(line, widths) for line in cells)


def as_markdown(rows: Sequence[Row]) -> str:
    """A table for a page, with machine and day above it."""
    lines = [
        f"{machine()} · {datetime.now().astimezone():%Y-%m-%d}",
        "",
        f"| {' | '.join(HEADINGS)} |",
        "|---|---:|---:|---:|---:|---|",
    ]
    return "\n".join([*lines, *(f"| {' | '.join(_cells(row))} |" for row in rows)]) + "\n"


def with_table(page: str, rows: Sequence[Row]) -> str:
    """`page` with the table between its marks; the table alone when it has none."""
    before, _, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    return f"{before}{BEGIN}\n{as_markdown(rows)}{END}{after}" if end else as_markdown(rows)


def machine() -> str:
    """What was measured on: nothing that names a machine or a person."""
    parts = (
        f"{os.cpu_count()} cores",
        f"{platform.system()} {platform.release().partition('-')[0]} {platform.machine()}",
        f"Python {platform.python_version()}",
        f"Textual {version('textual')}",
        f"load {os.getloadavg()[0]:.1f}",
    )
    return " · ".join(parts)


def _cells(row: Row) -> tuple[str, ...]:
    ratio = "" if row.ratio is None else f"{row.ratio:.{2 if row.ratio >= 0.1 else 3}f}×"
    verdict = {None: "", True: "met", False: "missed"}[row.met]
    return (row.name, _value(row.figure, row), _value(row.reference, row), ratio, _aim(row), verdict)


def _value(value: float | None, row: Row) -> str:
    return "" if value is None else f"{value:.{_DIGITS[row.unit]}f} {row.unit}"


def _aim(row: Row) -> str:
    if row.aim is None:
        return ""
    return f"≤ {row.aim.limit:g}×" if row.aim.ratio else f"≤ {row.aim.limit:g} {row.unit}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *rest = zip(cells, widths, strict=True)
    right = [cell.rjust(width) for cell, width in rest[:-1]]
    return "  ".join([first[0].ljust(first[1]), *right, rest[-1][0]]).rstrip()


def progress(text: str) -> None:
    """Say what is being measured, where it does not disturb the table."""
    print(f"… {text}", file=sys.stderr, flush=True)
