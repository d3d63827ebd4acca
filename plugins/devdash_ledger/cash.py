"""Which accounts are cash, for the cash flow. Pure."""

import re
from collections.abc import Callable, Sequence

from devdash_ledger.journal import AccountType

# hledger's manual, "Account types": the names that make an account one of its type Cash.
_NAMES = re.compile(r"cash|bank|che(?:ck|que?)(?:ing)?|savings?|current", re.IGNORECASE)


def cash(named: Sequence[str]) -> Callable[[str, AccountType], bool]:
    """A function that tells of an account and its kind whether it is cash.

    Args:
        named: the accounts that are, with all below them, from the settings. Empty: Assets with a part
            of their name, after the first, that hledger takes for cash: `Assets:Bank:Checking`.
    """
    if named:
        chosen = tuple(named)
        return lambda account, kind: kind.is_balance and _is_below(account, chosen)

    def is_cash(account: str, kind: AccountType) -> bool:
        return kind is AccountType.ASSETS and any(map(_NAMES.fullmatch, account.split(":")[1:]))

    return is_cash


def _is_below(account: str, chosen: Sequence[str]) -> bool:
    return any(account == one or account.startswith(f"{one}:") for one in chosen)
