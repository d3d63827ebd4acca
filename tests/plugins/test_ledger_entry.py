"""What is written means what was meant: the real parsers read the text back to the same entry."""

import datetime
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from ledger_programs import meaning, posting, read_by

from devdash_ledger.entry import BadEntry, Entry, Flag, Posting, fitted, opening_of, text_of
from devdash_ledger.style import Form, Style, Syntax, style_of

DAY = datetime.date(2026, 11, 22)
EVIL = (
    'Joe"s\n2026-01-01 open Assets:Evil',
    "a\r\n2026/01/01 x\n    A  1\n    B",
    'back\\slash "quoted" \\',
    "tab\there; a comment  ; another | bar",
    "(100) * ! = ; code",
    "* starred",
    "! banged",
    "=2026-01-01",
    "\x1b[31mred\x00\x85\u2028\u2029\u202eevil",
    "end\\",
    "; all comment",
    "| bar first",
    "%(payee) $(id) `id`",
    "naïve café 東京 Ω €",
)
TEXTS = st.one_of(st.sampled_from(EVIL), st.text(max_size=30), st.text('"\\\n\r\t;|()*!= ab', max_size=12))
AMOUNTS = st.decimals(Decimal("-99999.99"), Decimal("99999.99"), places=2)
CURRENCIES = {
    Syntax.BEANCOUNT: ("EUR", "VAN.GUARD_1", "X"),
    Syntax.LEDGER: ("EUR", "$", "€", "A1 b"),
    Syntax.HLEDGER: ("EUR", "$", "€", "A1 b"),
}
PROGRAMS = {Syntax.LEDGER: "ledger", Syntax.HLEDGER: "hledger"}


def style(syntax: Syntax) -> Style:
    """A style with a currency that stands before its numbers."""
    forms = (Form("$", before=True, spaced=False), Form("A1 b", before=True))
    return Style(syntax, indent="    ", forms=forms)


@st.composite
def entries(draw: st.DrawFn, syntax: Syntax) -> Entry:
    currency = draw(st.sampled_from(CURRENCIES[syntax]))
    amounts = draw(st.lists(AMOUNTS, min_size=1, max_size=3))
    legs = tuple(Posting(f"Assets:Part-{place}", one, currency) for place, one in enumerate(amounts))
    rest = Posting("Income:Rest", -sum(amounts, Decimal()), currency)
    day = draw(st.dates(datetime.date(1950, 1, 1), datetime.date(2100, 1, 1)))
    payee = draw(TEXTS.filter(lambda text: any(char.isalnum() and char.isascii() for char in text)))
    return Entry(day, payee, draw(TEXTS), (*legs, rest), draw(st.sampled_from(Flag)))


@given(st.data())
@settings(max_examples=300)
def test_beancount_reads_back_what_was_meant(data: st.DataObject) -> None:
    """Whatever payee and narration hold: one transaction, the same."""
    entry = data.draw(entries(Syntax.BEANCOUNT))
    text = text_of(entry, style(Syntax.BEANCOUNT))
    assert read_by(Syntax.BEANCOUNT, text, Path()) == [
        meaning(fitted(entry, Syntax.BEANCOUNT), Syntax.BEANCOUNT)
    ]


@pytest.mark.parametrize("syntax", PROGRAMS)
@settings(
    max_examples=10,
    phases=(Phase.explicit, Phase.generate),  # shrinking would start programs by the hundred
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_the_programs_read_back_what_was_meant(
    syntax: Syntax, data: st.DataObject, needs: Callable[[str], str], tmp_path: Path
) -> None:
    """Five entries in one text: five transactions, the same."""
    needs(PROGRAMS[syntax])
    some = data.draw(st.lists(entries(syntax), min_size=5, max_size=5))
    text = "\n".join(text_of(one, style(syntax)) for one in some)
    read = sorted(read_by(syntax, text, tmp_path), key=repr)
    assert read == sorted((meaning(fitted(one, syntax), syntax) for one in some), key=repr)


@pytest.mark.parametrize("syntax", Syntax)
@pytest.mark.parametrize("evil", EVIL)
def test_no_text_becomes_a_directive(
    syntax: Syntax, evil: str, needs: Callable[[str], str], tmp_path: Path
) -> None:
    """Each of the known attacks, as payee and as narration: one transaction with the two legs."""
    if syntax in PROGRAMS:
        needs(PROGRAMS[syntax])
    legs = (posting("Expenses:Food", "12.50"), posting("Assets:Cash", "-12.50"))
    entry = Entry(DAY, evil, evil, legs)
    read = read_by(syntax, text_of(entry, style(syntax)), tmp_path)
    assert read == [meaning(fitted(entry, syntax), syntax)]
    assert "\n2026" not in text_of(entry, style(syntax))


def test_an_entry_is_aligned_as_the_journal_does() -> None:
    """Numbers end where those of the journal end; the exact text."""
    journal = (
        '2026-01-01 * "x"\n'
        "    Expenses:Food:Groceries                       46.03 EUR\n"
        "    Assets:Bank                                  -46.03 EUR\n"
    )
    legs = (posting("Expenses:Food", "12.50"), posting("Assets:Cash", "-12.50"))
    assert text_of(Entry(DAY, "Bäckerei", "Bread", legs), style_of(journal, Syntax.BEANCOUNT)) == (
        '2026-11-22 * "Bäckerei" "Bread"\n'
        "    Expenses:Food                                 12.50 EUR\n"
        "    Assets:Cash                                  -12.50 EUR\n"
    )


def test_a_ledger_journal_gives_date_marks_commodities_and_commas() -> None:
    """Slashes, a decimal comma and the currency before the number are taken over."""
    journal = "2026/01/01 * x\n  Food            $ 46,03\n  Cash           $ -46,03\n"
    found = style_of(journal, Syntax.HLEDGER)
    legs = (posting("Food", "12.50", "$"), posting("Cash", "-12.50", "$"))
    assert text_of(Entry(DAY, "Bakery", "", legs, Flag.PENDING), found) == (
        "2026/11/22 ! Bakery\n  Food            $ 12,50\n  Cash           $ -12,50\n"
    )


@pytest.mark.parametrize(
    ("syntax", "account"),
    [
        (Syntax.BEANCOUNT, "Food"),
        (Syntax.BEANCOUNT, "Expenses:Food  2 EUR"),
        (Syntax.BEANCOUNT, ""),
        (Syntax.LEDGER, "(Virtual)"),
        (Syntax.LEDGER, "a ; comment"),
        (Syntax.HLEDGER, "[Virtual]"),
        (Syntax.HLEDGER, "* cleared"),
        (Syntax.HLEDGER, ""),
    ],
)
def test_an_account_that_cannot_be_is_refused(syntax: Syntax, account: str) -> None:
    """Nothing that would be read as something else gets in as an account."""
    legs = (posting(account, "1"), posting("Assets:Cash", "-1"))
    with pytest.raises(BadEntry, match="cannot be an account"):
        text_of(Entry(DAY, "x", "", legs), style(syntax))
    with pytest.raises(BadEntry):
        opening_of(account, DAY, syntax)


def test_an_entry_that_does_not_balance_is_refused() -> None:
    """To the cent, in each currency by itself."""
    legs = (posting("Assets:A", "1.00"), posting("Assets:B", "-0.99"))
    with pytest.raises(BadEntry, match=r"0\.01 EUR"):
        text_of(Entry(DAY, "x", "", legs), style(Syntax.BEANCOUNT))
    other = (posting("Assets:A", "1.00"), posting("Assets:B", "-1.00", "USD"))
    with pytest.raises(BadEntry, match="left over"):
        text_of(Entry(DAY, "x", "", other), style(Syntax.BEANCOUNT))
