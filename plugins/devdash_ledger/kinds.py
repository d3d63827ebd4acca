"""What kind of account a name of ledger or hledger is. Pure."""

import re
from collections.abc import Callable, Mapping

from devdash_ledger.journal import AccountType

# hledger's manual, "Account types": the English names that it knows; ledger's users write the same.
_NAMES = (
    (r"assets?", AccountType.ASSETS),
    (r"debts?|liabilit(?:y|ies)", AccountType.LIABILITIES),
    (r"equity", AccountType.EQUITY),
    (r"income|revenues?", AccountType.INCOME),
    (r"expenses?", AccountType.EXPENSES),
)
_TYPES = {
    "a": AccountType.ASSETS,
    "c": AccountType.ASSETS,
    "l": AccountType.LIABILITIES,
    "e": AccountType.EQUITY,
    "v": AccountType.EQUITY,
    "r": AccountType.INCOME,
    "x": AccountType.EXPENSES,
    "asset": AccountType.ASSETS,
    "cash": AccountType.ASSETS,
    "liability": AccountType.LIABILITIES,
    "equity": AccountType.EQUITY,
    "conversion": AccountType.EQUITY,
    "revenue": AccountType.INCOME,
    "expense": AccountType.EXPENSES,
}


def declared(letter: str) -> AccountType | None:
    """The kind that hledger's `type:` tag means; None when it means none."""
    return _TYPES.get(letter.strip().lower())


def kinds(
    roots: Mapping[str, AccountType], accounts: Mapping[str, AccountType]
) -> Callable[[str], AccountType]:
    """A function from an account to its kind.

    Args:
        roots: kinds of first parts of names, from the settings; they win.
        accounts: kinds that the journal declares, for an account and those below it.
    """

    def kind_of(account: str) -> AccountType:
        parts = account.split(":")
        if parts[0] in roots:
            return roots[parts[0]]
        for depth in range(len(parts), 0, -1):
            kind = accounts.get(":".join(parts[:depth]))
            if kind is not None:
                return kind
        return next(
            (kind for name, kind in _NAMES if re.fullmatch(name, parts[0], re.IGNORECASE)), AccountType.OTHER
        )

    return kind_of
