"""Accounts as smart_importer predicts them, for banks with `predict`. Runs in the worker only.

A prediction is never sure: rows get it as an account to look at, and wait for a person.
"""

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from devdash.api import Unavailable
from devdash_ledger.bank_rows import BankRow

if TYPE_CHECKING:
    from beancount.core.data import Directives

MAX_LEARNT = 3_000
"""Transactions of the account that are learnt from, the newest: the time grows with their square."""
_MARK = "devdash-row"


def predicted(rows: Sequence[BankRow], account: str, existing: "Directives") -> Mapping[str, str]:
    """The other account by the row's id; nothing where there is nothing to learn from.

    Raises:
        Unavailable: smart_importer is not installed.
    """
    if not rows:
        return {}
    try:
        from smart_importer import PredictPostings  # type: ignore[import-not-found,unused-ignore]
    except ModuleNotFoundError as error:
        hint = "pip install smart_importer, or take predict out of the bank's table"
        raise Unavailable("smart_importer is not installed", hint) from error
    from beancount.core.amount import Amount
    from beancount.core.data import Close, Open, Posting, Transaction

    learnt = [
        one
        for one in existing
        if isinstance(one, Transaction) and any(leg.account == account for leg in one.postings)
    ][-MAX_LEARNT:]
    if not learnt:
        return {}
    accounts = [one for one in existing if isinstance(one, Open | Close)]
    asked = [
        Transaction(
            {_MARK: row.id},
            datetime.date.fromisoformat(row.date),
            "*",
            row.payee,
            row.narration,
            frozenset(),
            frozenset(),
            [Posting(account, Amount(row.value, row.currency), None, None, None, None)],
        )
        for row in rows
    ]
    [(_, answered, *_)] = PredictPostings().hook([("", asked, account, None)], [*accounts, *learnt])
    found: dict[str, str] = {}
    for one in answered:
        others = {leg.account for leg in one.postings} - {account}
        if len(others) == 1:
            found[one.meta[_MARK]] = others.pop()
    return found
