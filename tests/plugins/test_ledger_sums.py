"""Amounts as people type them: exact, never evaluated as code, refused when in doubt."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devdash_ledger.sums import BadSum, typed


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("12.50", "12.50", ""),
        ("12.50+3*2", "18.50", ""),
        ("(1 + 2) * -3", "-9", ""),
        ("12,50", "12.50", ""),
        ("1,234.50 EUR", "1234.50", "EUR"),
        ("$ 12.50", "12.50", "$"),
        ("$12.50-0.50", "12.00", "$"),
        ("EUR -3", "-3", "EUR"),
        ("−3 EUR", "-3", "EUR"),
        ('2 "A1 b"', "2", "A1 b"),
        (".5", "0.5", ""),
        ("5.", "5", ""),
        ("0.1+0.2", "0.3", ""),
    ],
)
def test_a_sum_is_worked_out_exactly(text: str, amount: str, currency: str) -> None:
    """With a currency before or behind it."""
    found = typed(text)
    assert (found.amount, found.currency) == (Decimal(amount), currency)


def test_a_journal_with_commas_reads_points_as_groups() -> None:
    """1.234,50 is a thousand and more; 12.50 can only be twelve and a half."""
    assert typed("1.234,50+0,50", decimal_comma=True).amount == Decimal("1235")
    assert typed("12.50", decimal_comma=True).amount == Decimal("12.50")
    assert typed("1.234", decimal_comma=True).amount == Decimal(1234)
    assert typed("1,234").amount == Decimal(1234)


def test_only_what_was_computed_is_rounded() -> None:
    """Ten by three has two decimals, half goes up; what was typed keeps its own."""
    assert typed("10/3").rounded(2) == Decimal("3.33")
    assert typed("0.01/2").rounded(2) == Decimal("0.01")
    assert typed("1.2345").rounded(2) == Decimal("1.2345")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "EUR",
            "1/0",
            "1+",
            "*2",
            "1 2",
            "()",
            "(1",
            "1)",
            "2**3",
            "1e5",
            "12,3456.7",
            "1.2.3",
            "1,23,4",
        ),
        *("__import__('os')", "$1 EUR", "nan", "9" * 40, "(" * 100 + "1" + ")" * 100, "1;2", "0x10", "1_000"),
    ],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    """Including all that Python would take for one."""
    with pytest.raises(BadSum):
        typed(text)


@given(st.text("0123456789.,+-*/() EUR$", max_size=40))
def test_nothing_typed_does_harm(text: str) -> None:
    """An amount, or the refusal; nothing else is raised."""
    with suppress(BadSum):
        assert typed(text).amount.is_finite()
