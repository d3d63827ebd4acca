"""What a report is written as: text that fits, CSV, JSON and HTML that other programs read without harm."""

import csv
import io
import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from printed_rig import covered, period, price, sheet, statement

from devdash_ledger import printed_csv, printed_html, printed_json, printed_text
from devdash_ledger.printed import Covered, Kind

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOSTILE = '=cmd|" /C calc"!A0,<script>alert(1)</script>&\'"\x1b[2J\u202e\u2028x'


def shop(kind: Kind = Kind.BALANCES, months: int = 3, account: str = "Assets:Bank", **told: str) -> Covered:
    """A report with a currency without a price, a loss, and a name that a journal chose."""
    found = sheet(
        [
            (0, [(account, "EUR", Decimal("1234567.89")), ("Equity:Start", "EUR", Decimal("-1234567.89"))]),
            (1, [("Expenses:Food", "EUR", Decimal("12.50")), ("Assets:Cash", "EUR", Decimal("-12.50"))]),
            (1, [("Expenses:Food:東京", "USD", Decimal(4)), ("Assets:Cash", "USD", Decimal(-4))]),
            (2, [("Assets:Cash", "XYZ", Decimal("0.333333")), ("Income:Work", "XYZ", Decimal("-0.333333"))]),
        ],
        [price(0, "USD", "0.9")],
    )
    return covered(statement(kind, found, period(0, months - 1)), **told)


@pytest.mark.parametrize("kind", list(Kind))
def test_text_keeps_its_width_and_cuts_no_number(kind: Kind) -> None:
    """At 80 columns and others; months go first, then names are cut; every number is whole or not there."""
    for width in (60, 80, 120):
        long = shop(kind, 12, account="Assets:Bank:" + "Long" * 12)
        lines = printed_text.text([long, shop(kind, 12)], width).splitlines()
        assert max(map(printed_text.cells, lines)) <= width
        numbers = re.findall(r"(?<![\w.])−?[\d ]*\d\.\d\d(?!\d)", "\n".join(lines))
        assert numbers and not any("…" in number for number in numbers)
    wide, narrow = (printed_text.text([shop(kind, 12)], width) for width in (400, 60))
    assert "No room" not in wide and "No room for Jan 2026" in narrow
    last = [line.split("  ")[-1] for line in wide.splitlines() if line.startswith(("Net worth  ", "Result"))]
    assert all(number in narrow for number in last)


def test_text_says_what_is_needed_to_read_it() -> None:
    """Whose it is, of when, in what, what stands apart, and what may be wrong."""
    told = printed_text.text([shop(warning="The journal has 1 error: figures may be wrong.")], 80)
    assert told.splitlines()[:4] == [
        "Shop · Balances · Jan 2026 – Mar 2026",
        "In EUR, at the prices of each month's last day.",
        "Apart, for lack of a price: XYZ.",
        "The journal has 1 error: figures may be wrong.",
    ]
    assert "Net worth, EUR, without XYZ" in told


def test_bars_stand_on_both_sides_of_zero() -> None:
    """A loss is drawn to the left of where gains begin, and what is little is still seen."""
    steps = (Decimal(-50), Decimal(150), Decimal("-99.99"), Decimal("-25.01"))
    found = sheet(
        [
            (month, [("Assets:Bank", "EUR", own), ("Income:Work", "EUR", -own)])
            for month, own in enumerate(steps)
        ]
    )
    told = printed_text.text([covered(statement(Kind.BALANCES, found, period(0, 3)))], 60)
    lowest, highest, little, loss = (line[18:] for line in told.splitlines()[-4:])
    zero = highest.index("█")
    assert lowest == "█" * zero and len(highest) - zero > 2 * zero - 2
    assert little == " " * zero + "█"
    assert loss.startswith(" ") and loss.endswith("█") and len(loss) == zero


@pytest.mark.parametrize("kind", list(Kind))
def test_csv_is_read_back_and_adds_up(kind: Kind) -> None:
    """CRLF, a row as wide as the heading, exact decimals; accounts of a part come to its totals."""
    told = printed_csv.text([shop(kind, name="the\r\nbig, one"), shop(kind, name="b.dat")])
    assert told.endswith("\r\n") and '"the\r\nbig, one"' in told
    head, *rows = csv.reader(io.StringIO(told, newline=""), strict=True)
    assert head[:5] == ["journal", "row", "part", "account", "currency"]
    assert {row[0] for row in rows} == {"the\r\nbig, one", "b.dat"}
    parts = {row[2] for row in rows if row[1] == "account"}
    for journal, part in ((row[0], row[2]) for row in rows if row[2] in parts):
        for place in range(5, len(head)):
            sums: dict[str, dict[str, Decimal]] = {"account": {}, "total": {}}
            for row in rows:
                assert len(row) == len(head)
                if (row[0], row[2]) == (journal, part) and Decimal(row[place]):
                    own = sums[row[1]]
                    own[row[4]] = own.get(row[4], Decimal(0)) + Decimal(row[place])
            assert {key: own for key, own in sums["account"].items() if own} == sums["total"]


@given(st.text(), st.sampled_from(("=", "+", "-", "@", "\t", "\r", "\n", "＝", " =")))
def test_no_name_in_csv_is_a_formula(rest: str, sign: str) -> None:
    """An apostrophe before it, which spreadsheets hide; other names stay as they are."""
    assert printed_csv.guarded(sign + rest) == f"'{sign}{rest}"
    assert printed_csv.guarded(f"A{sign}{rest}") == f"A{sign}{rest}"


def test_negative_amounts_in_csv_stay_numbers() -> None:
    """A guard before them would make text of every expense."""
    rows = list(csv.reader(io.StringIO(printed_csv.text([shop(months=2)]), newline="")))
    assert next(row[-1] for row in rows if row[3] == "Assets:Cash") == "-16.10"


def test_json_tells_all_that_the_report_knows() -> None:
    """Decimals as text, with all their digits; what a terminal would obey is escaped."""
    one = shop(account=f"Assets:{HOSTILE}", title=HOSTILE)
    told = printed_json.text([one, shop(name="b")], NOON)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u2028\u202e]", told)
    found = json.loads(told)
    assert list(found) == ["schema", "at", "report", "months", "unfinished", "columns", "journals"]
    assert (found["schema"], found["report"], found["at"]) == (1, "balances", "2026-11-22T12:00:00+00:00")
    assert found["columns"] == ["opening", "2026-01", "2026-02", "change", "closing"]
    first = found["journals"][0]
    assert first["title"] == HOSTILE and first["without_price"] == ["XYZ"] and first["warning"] is None
    assert [part["key"] for part in first["parts"]] == ["assets", "liabilities", "worth", "equity"]
    assert {"currency": "XYZ", "amounts": ["0", "0", "0", "0.333333", "0.333333"]} in first["parts"][2][
        "totals"
    ]
    assert first["parts"][0]["accounts"][0]["account"] == f"Assets:{HOSTILE}"
    assert first["chart"]["curves"][0]["amounts"][-1] == "1234551.79"


class Page(HTMLParser):
    """The tags of a page that are open, and everything that it would fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.words: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.mark.parametrize("kind", list(Kind))
def test_html_is_one_file_in_which_names_are_only_text(kind: Kind) -> None:
    """No script, nothing fetched, tags closed; hostile names as words; made for print, light and dark."""
    one = shop(kind, account=f"Assets:{HOSTILE}", title=HOSTILE, name=HOSTILE, warning=HOSTILE)
    told = printed_html.text([one, shop(kind)])
    page = Page()
    page.feed(told)
    page.close()
    assert page.open == [] and told.startswith("<!DOCTYPE html>")
    assert {"svg", "rect", "table"} <= set(page.seen)
    assert not {"script", "link", "img", "iframe", "a", "object"} & set(page.seen)
    names = {name for name, _ in page.attributes}
    assert not any(name.startswith("on") or name in ("src", "href", "xlink:href") for name in names)
    assert "url(" not in told and "@import" not in told and "default-src 'none'" in told
    assert any("<script>alert(1)</script>&'\"" in words for words in page.words)
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u2028\u202e]", told)
    assert "prefers-color-scheme: dark" in told and "@media print" in told


amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=2)


@settings(max_examples=60)
@given(st.lists(amounts, min_size=1, max_size=8))
def test_every_bar_of_the_page_lies_within_its_chart(gained: list[Decimal]) -> None:
    """Whatever the amounts are; a bar below zero begins where one above ends."""
    legs = [
        (place, [("Assets:Bank", "EUR", own), ("Income:Work", "EUR", -own)])
        for place, own in enumerate(gained)
    ]
    told = printed_html.text([covered(statement(Kind.INCOME, sheet(legs), period(0, 7)))])
    bars = re.findall(
        r'<rect class="\w+" x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)">', told
    )
    assert len(bars) == (16 if any(gained) else 0)
    for x, y, width, height in (map(float, bar) for bar in bars):
        assert 90 <= x <= x + width <= 760
        assert 24 <= y <= y + height <= 216.1


def test_on_paper_no_column_is_cut() -> None:
    """Nothing scrolls there: the letters are as small as the widest table needs them."""
    told = printed_html.text([shop(Kind.BALANCES)])
    [wide] = re.findall(r"--wide: (\d+)", told)
    cells = re.findall(r"<tr[^>]*>(.*?)</tr>", told, re.DOTALL)
    letters = max(len(re.sub(r"<[^>]*>", "", row)) for row in cells)
    assert int(wide) > letters * 0.6
    screen, _, paper = told.partition("@media print")
    assert "overflow-x: auto" in screen and "overflow-x" not in paper
    assert "overflow: visible" in paper and "calc(960px / var(--wide))" in paper
