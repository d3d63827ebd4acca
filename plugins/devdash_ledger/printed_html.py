"""A report as one HTML file: no script, nothing fetched, light and dark, fit to be printed. Pure."""

from collections.abc import Iterator, Sequence
from html import escape

from devdash_ledger.printed import Covered, Statement
from devdash_ledger.printed_rows import (
    KINDS,
    Row,
    chart_title,
    head_title,
    notes,
    rows,
    shown_text,
    title,
)
from devdash_ledger.printed_svg import svg

_STYLE = """\
:root { color-scheme: light dark; --ink: #1c1f23; --dim: #5c636b; --line: #d4d8dd; --paper: #ffffff;
  --one: #2f6fb5; --two: #c2772b; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e7ea; --dim: #9aa3ad; --line: #3a4149;
  --paper: #15181c; --one: #6aa9ec; --two: #e3a25c; } }
body { font: 15px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
h1 { font-size: 1.3rem; } p { color: var(--dim); margin: .2rem 0; } p.warning { color: var(--two); }
div { overflow-x: auto; } table { border-collapse: collapse; margin: 1rem 0; }
th, td { padding: .15em .6em; text-align: left; font-weight: normal; white-space: nowrap; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
thead th { color: var(--dim); border-bottom: 1px solid var(--line); }
tr.part > * { font-weight: 600; padding-top: .6rem; }
tr.line > * { font-weight: 600; border-top: 1px solid var(--line); }
svg { max-width: 100%; height: auto; } svg text { fill: var(--dim); font: 11px system-ui, sans-serif; }
svg .axis { stroke: var(--line); } svg .one { fill: var(--one); } svg .two { fill: var(--two); }
@page { size: landscape; margin: 1cm; }
@media print { :root { color-scheme: light; --ink: #000; --dim: #444; --line: #bbb; --paper: #fff;
  --one: #2f6fb5; --two: #c2772b; } body { margin: 0; padding: 0; max-width: none; }
  section + section { break-before: page; } tr, svg { break-inside: avoid; }
  thead { display: table-header-group; } div { overflow: visible; }
  table { font-size: min(11px, calc(960px / var(--wide))); }
  svg, .two { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
"""
_LETTER = 0.66
"""Width of a letter in em, at most for the usual: digits, in bold."""
_PAD = 1.2
"""Of a cell, both sides, in em."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def text(reports: Sequence[Covered]) -> str:
    """The whole file."""
    first = reports[0]
    heading = (
        title(first) if len(reports) == 1 else f"{KINDS[first.statement.kind]} · {first.statement.period}"
    )
    parts = (
        "<!DOCTYPE html>",
        '<html lang="en">',
        "<head>",
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{quoted(heading)}</title>",
        f"<style>\n{_STYLE}</style>",
        "</head>",
        "<body>",
        *(line for one in reports for line in _section(one)),
        "</body>",
        "</html>",
    )
    return "\n".join(parts) + "\n"


def quoted(words: str) -> str:
    """`words` from a journal as text of the page, or as an attribute's value."""
    return escape(shown_text(words), quote=True)


def _section(covered: Covered) -> Iterator[str]:
    one = covered.statement
    yield f"<section>\n<h1>{quoted(title(covered))}</h1>"
    for note in notes(covered):
        kind = ' class="warning"' if note == covered.warning else ""
        yield f"<p{kind}>{quoted(note)}</p>"
    yield from _table(one)
    if one.chart is not None:
        yield f"<h2>{quoted(chart_title(one))}</h2>"
        yield svg(one.chart, one.digits.get(one.currency, 2), quoted)
    yield "</section>"


def _table(one: Statement) -> Iterator[str]:
    found = list(rows(one))
    has_currencies = len({row.currency for row in found}) > 1
    corner = "" if has_currencies else quoted(one.currency)
    # On paper nothing can be scrolled: there the letters are as small as all columns need them to be.
    yield f'<div><table style="--wide: {_wide(one, found)}">\n<thead><tr><th scope="col">{corner}</th>'
    if has_currencies:
        yield '<th scope="col"></th>'
    for head in one.heads:
        yield f'<th scope="col" class="n">{quoted(head_title(head, one))}</th>'
    yield "</tr></thead>\n<tbody>"
    for row in found:
        yield _row(row, has_currencies=has_currencies)
    yield "</tbody>\n</table></div>"


def _wide(one: Statement, found: Sequence[Row]) -> int:
    """How wide the table is, in em."""
    names = max((len(row.label) + 2 * row.depth for row in found), default=0)
    currencies = {row.currency for row in found}
    columns = [max(map(len, currencies)) if len(currencies) > 1 else 0, names]
    for place, head in enumerate(one.heads):
        columns.append(
            max([len(head_title(head, one)), *(len(row.texts[place]) for row in found if row.texts)])
        )
    return round(sum(count * _LETTER + _PAD for count in columns)) + 1


def _row(row: Row, *, has_currencies: bool) -> str:
    kind = "" if row.depth or not row.label else ' class="line"' if row.is_line else ' class="part"'
    pad = f' style="padding-left: {0.6 + 1.2 * row.depth:.1f}em"' if row.depth else ""
    currency = f"<td>{quoted(row.currency)}</td>" if has_currencies else ""
    cells = "".join(f'<td class="n">{quoted(one)}</td>' for one in row.texts)
    return f'<tr{kind}><th scope="row"{pad}>{quoted(row.label)}</th>{currency}{cells}</tr>'
