"""What people read: rolled-up sums, amounts, the table of accounts, the notices."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devdash.api import Level, Notice, Table
from devdash.engine.boundary import admit_report
from devdash_ledger import errors, months, report, tree
from devdash_ledger import worth as worths
from devdash_ledger.amounts import digits_for, readable
from devdash_ledger.assemble import main_currency
from devdash_ledger.editing import EDIT
from devdash_ledger.facts import BudgetMonth, JournalError, LedgerFacts
from devdash_ledger.figures import Position
from devdash_ledger.fold import Cells
from devdash_ledger.journal import AccountType, CurrencyUse, Journal, Series
from devdash_ledger.prices import PriceBook

amounts = st.decimals(min_value=-(10**12), max_value=10**12, allow_nan=False, places=3)
names = st.lists(st.sampled_from(("A", "B", "C")), min_size=0, max_size=4).map(
    lambda parts: ":".join(["Assets", *parts])
)


@st.composite
def position_sets(draw: st.DrawFn) -> tuple[Position, ...]:
    """Positions of three months, each account and currency once."""
    found = draw(st.sets(st.tuples(names, st.sampled_from(("EUR", "CHF"))), min_size=1, max_size=12))
    return tuple(
        Position(account, AccountType.ASSETS, currency, tuple(draw(amounts) for _ in range(3)))
        for account, currency in sorted(found)
    )


@settings(max_examples=40)
@given(position_sets())
def test_every_line_is_the_sum_of_what_is_below_it(found: tuple[Position, ...]) -> None:
    """A line's amounts are those of the account and all below it, in its own currency alone."""
    lines = list(tree.lines(found, "EUR"))
    assert len({(line.account, line.currency) for line in lines}) == len(lines)
    for line in lines:
        below = [
            entry
            for entry in found
            if entry.currency == line.currency
            and (entry.account == line.account or entry.account.startswith(line.account + ":"))
        ]
        for month, amount in enumerate(line.amounts):
            assert amount == sum(entry.amounts[month] for entry in below)
    shown = {(line.account, line.currency) for line in lines}
    moving = {(entry.account, entry.currency) for entry in found if any(entry.amounts)}
    assert moving <= shown


@settings(max_examples=40)
@given(position_sets())
def test_labels_spell_the_account(found: tuple[Position, ...]) -> None:
    """Going down the tree, the labels joined by colons are the account's name; depth grows by one."""
    path: list[str] = []
    for line in tree.lines(found, "EUR"):
        assert line.depth <= len(path)
        del path[line.depth :]
        path.append(line.label)
        assert ":".join(path) == line.account


def test_the_main_currency_stands_first() -> None:
    """An account with several currencies has one line for each, the main one first, the others marked."""
    found = [
        Position("Assets:Purse", AccountType.ASSETS, currency, (Decimal(1),))
        for currency in ("CHF", "EUR", "GBP")
    ]
    lines = [
        (line.account, line.currency, line.repeats) for line in tree.lines(found, "EUR") if line.depth == 1
    ]
    assert lines == [
        ("Assets:Purse", "EUR", False),
        ("Assets:Purse", "CHF", True),
        ("Assets:Purse", "GBP", True),
    ]


@given(amounts)
def test_readable_amounts_keep_their_digits(amount: Decimal) -> None:
    """Grouping and sign are all that is added."""
    text = readable(amount)
    assert Decimal(text.replace(" ", "").replace("−", "-")) == amount
    assert all(len(group) == 3 for group in text.partition(".")[0].lstrip("−").split(" ")[1:])


@pytest.mark.parametrize(
    ("amount", "digits", "text"),
    [
        ("18240.1", 2, "18 240.10"),
        ("-1234567.895", 2, "−1 234 567.90"),
        ("-0.001", 2, "0.00"),
        ("0.125", 2, "0.12"),
        ("-999.999", 0, "−1 000"),
        ("41.346", 3, "41.346"),
    ],
)
def test_readable(amount: str, digits: int, text: str) -> None:
    """Thousands apart, a true minus, half to even, no minus zero."""
    assert readable(Decimal(amount), digits) == text


def test_a_fraction_of_a_share_is_seen() -> None:
    """A commodity usually written without decimals shows those its amounts need; money its usual."""
    assert digits_for(0, [Decimal("12"), Decimal("0.25")]) == 2
    assert digits_for(0, [Decimal("500"), Decimal("1E+3")]) == 0
    assert digits_for(2, [Decimal("0.333333")]) == 2
    assert digits_for(0, [Decimal(1) / Decimal(3)]) == 6


def test_error_keys_are_places() -> None:
    """An error's key is its place below the journal's folder; two at one place are told apart."""
    found = [
        JournalError("/j/main.beancount", 3, "a"),
        JournalError("/j/main.beancount", 3, "b"),
        JournalError("/j/sub/x.beancount", 7, "c"),
        JournalError("/other/y.beancount", 0, "d"),
    ]
    assert tuple(one.key for one in errors.listed(found, "/j/main.beancount")) == (
        "error:main.beancount:3",
        "error:main.beancount:3#2",
        "error:sub/x.beancount:7",
        "error:/other/y.beancount",
    )


def test_a_tracebacks_headline_is_its_last_line() -> None:
    """One line that says what went wrong."""
    trace = 'Error importing "a.b": Traceback (most recent call last):\n  File "x"\nImportError: no a\n  '
    assert errors.headline(trace) == 'Error importing "a.b": ImportError: no a'
    assert errors.headline("Invalid token\n  more") == "Invalid token"
    assert errors.headline(" \n ") == "error without a message"


def _journal(accounts: int, months: int) -> Journal:
    amounts = tuple("123456.78" for _ in range(months))
    return Journal(
        title="",
        operating=(),
        currencies=(CurrencyUse("CHF", 2, 5), CurrencyUse("EUR", 2, 9)),
        files=("/j/main.beancount",),
        watched=(),
        patterns=(),
        months=tuple(f"{2000 + index // 12}-{index % 12 + 1:02d}" for index in range(months)),
        series=tuple(
            Series(
                f"Assets:TheBank{index % 97}:AnAccountWithAVeryLongName{index}",
                AccountType.ASSETS,
                "EUR",
                amounts,
            )
            for index in range(accounts)
        ),
        budgets=tuple(
            BudgetMonth(
                f"Expenses:Food{index}",
                f"{2000 + month // 12}-{month % 12 + 1:02d}",
                "EUR",
                "490.00",
                "412.30",
            )
            for month in range(months)
            for index in range(accounts // 10)
        ),
        errors=tuple(JournalError("/j/main.beancount", line, "m" * 600) for line in range(50)),
        error_count=5000,
        complete=True,
    )


def _view(journal: Journal, **changes: object) -> report.View:
    """A journal without prices whose main currency is the euro."""
    first = months.parse(journal.months[0])
    shown = range(first, first + len(journal.months))
    cells = [
        Cells(one.account, one.type, one.currency, tuple(map(Decimal, one.amounts))) for one in journal.series
    ]
    worth = worths.worth(worths.valued(cells, shown, "EUR", PriceBook(())), shown, "EUR")
    journal = msgspec.structs.replace(journal, currency="EUR", worth=worth)
    view = report.View(journal, "2026-11-22T10:42:00+01:00", journal.errors, journal.error_count, True, False)
    return msgspec.structs.replace(view, **changes)


@pytest.mark.parametrize(("accounts", "months"), [(5000, 6), (100, 600), (3, 1), (0, 6)])
def test_the_largest_journals_pass_the_boundary(accounts: int, months: int) -> None:
    """Whatever the size, the report is admitted; what is left out is said, and the newest stays."""
    built = admit_report("ledger", report.build(_view(_journal(accounts, months))), (EDIT,))
    found = built.facts
    assert isinstance(found, LedgerFacts)
    assert found.months[-1] == _journal(accounts, months).months[-1]
    assert len(found.cells) == accounts * len(found.months)
    notices = [block.text for block in built.blocks if isinstance(block, Notice)]
    assert any("The facts hold the last" in text for text in notices) == (len(found.months) < months)
    table = next(block for block in built.blocks if isinstance(block, Table))
    assert table.heading == ("The first 400 of 5098 lines" if accounts == 5000 else "")
    [attention] = built.attention
    assert attention.text.endswith(" · 4999 more errors") and attention.key == "errors"


def test_older_months_are_dropped_first() -> None:
    """The newest month never goes, then the month before it, then trend and average, then older ones."""
    table = next(block for block in report.build(_view(_journal(3, 6))).blocks if isinstance(block, Table))
    assert [(column.title, column.priority) for column in table.columns] == [
        ("EUR", 0),
        *(("Jan", 8), ("Feb", 7), ("Mar", 6), ("Apr", 4), ("May", 1), ("Jun", 0)),
        *(("6 months", 2), ("vs avg", 3)),
    ]


def test_months_of_other_years_name_their_year() -> None:
    """A heading is a month's name, with the year unless it is the last month's own."""
    journal = msgspec.structs.replace(_journal(1, 3), months=("2025-11", "2025-12", "2026-01"))
    table = next(block for block in report.build(_view(journal)).blocks if isinstance(block, Table))
    assert [column.title for column in table.columns[:-1]] == [
        "EUR",
        *("Nov 2025", "Dec 2025", "Jan"),
        "3 months",
    ]


def test_the_summary_names_what_it_cannot_add_up() -> None:
    """Other currencies are named beside the main one's sum, never added to it."""
    more = [
        Series("Liabilities:Card", AccountType.LIABILITIES, "EUR", ("-56.78",)),
        *(Series("Assets:X", AccountType.ASSETS, name, ("1",)) for name in ("A1", "B1", "C1", "D1", "E1")),
        Series("Equity:Start", AccountType.EQUITY, "JPY", ("7",)),
    ]
    journal = _journal(1, 1)
    uses = tuple(CurrencyUse(series.currency, 2, 1) for series in (*journal.series, *more))
    series = (*journal.series, *more)
    journal = msgspec.structs.replace(journal, series=series, currencies=uses, error_count=1)
    assert report.build(_view(journal)).summary == (
        "net worth 123 400.00 EUR + A1 + B1 + C1 + D1 + 1 more · 1 error"
    )


def test_notices_say_what_the_figures_are_worth() -> None:
    """Errors alone, a part that could not be read, and figures kept from before are told apart."""
    journal = msgspec.structs.replace(_journal(1, 1), error_count=2)
    texts = [
        next(block.text for block in report.build(view).blocks if isinstance(block, Notice))
        for view in (
            _view(journal),
            _view(journal, complete=False),
            _view(journal, complete=False, older=True),
        )
    ]
    assert texts == [
        "2 errors: figures may be wrong.",
        "2 errors: part of the journal cannot be read, and the figures lack it.",
        "2 errors: part of the journal cannot be read. The figures are those of 10:42.",
    ]


def test_rows_of_doubtful_accounts_have_the_sign() -> None:
    """An account named by an erroneous entry, and its parents, carry a level; the others do not."""
    journal = msgspec.structs.replace(
        _journal(3, 1),
        errors=(JournalError("/j/main.beancount", 1, "x", ("Assets:TheBank1:AnAccountWithAVeryLongName1",)),),
        error_count=1,
    )
    table = next(block for block in report.build(_view(journal)).blocks if isinstance(block, Table))
    assert {row.key for row in table.rows if row.level is Level.ATTENTION} == {
        "Assets EUR",
        "Assets:TheBank1:AnAccountWithAVeryLongName1 EUR",
    }


def test_the_main_currency() -> None:
    """The configured one, else the first operating one, else the most used, else none."""
    used = (CurrencyUse("CHF", 2, 5), CurrencyUse("EUR", 2, 9))
    assert main_currency("GBP", ("CHF",), used) == "GBP"
    assert main_currency(None, ("CHF",), used) == "CHF"
    assert main_currency(None, (), used) == "EUR"
    assert main_currency(None, (), ()) == ""
