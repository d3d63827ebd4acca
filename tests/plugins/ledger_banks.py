"""A bank whose files come into the cash of the journals of the tests."""

from devdash_ledger.bank_config import Bank, Direction

BANK = Bank(
    account="Assets:Cash",
    currency="EUR",
    date="Date",
    date_format="%Y-%m-%d",
    decimal=".",
    amount="Amount",
    positive=Direction.IN,
    payee="Who",
    other="Expenses:Food",
)
