"""From what a person typed to an entry: sums worked out, currencies found, the balancing leg filled in."""

from decimal import Decimal

from devdash_ledger.amounts import EXACT
from devdash_ledger.entry import BadEntry, Entry, Posting
from devdash_ledger.orders import Draft
from devdash_ledger.style import Style
from devdash_ledger.sums import typed


def composed(draft: Draft, style: Style, currency: str) -> Entry:
    """The entry that `draft` means; amounts without a currency are in `currency`.

    Raises:
        BadSum: an amount is none.
        BadEntry: more than one amount is missing, what is left over is in several currencies, or
            nothing tells the currency.
    """
    postings: list[Posting | None] = []
    for leg in draft.legs:
        if not leg.amount.strip():
            postings.append(None)
            continue
        given = typed(leg.amount, decimal_comma=style.decimal_comma)
        name = given.currency or currency
        if not name:
            raise BadEntry(f"{leg.amount} has no currency", f"write it as {leg.amount} EUR")
        postings.append(
            Posting(leg.account, _money(given.rounded(style.form(name).digits), style, name), name)
        )
    if postings.count(None) > 1:
        raise BadEntry("more than one amount is missing", "leave out one at the most")
    if None in postings:
        gap = postings.index(None)
        postings[gap] = _rest(draft.legs[gap].account, [one for one in postings if one is not None])
    whole = tuple(one for one in postings if one is not None)
    return Entry(draft.date, draft.payee, draft.narration, whole, draft.flag)


def _money(amount: Decimal, style: Style, currency: str) -> Decimal:
    """With as many decimals as the journal writes, so that 12 becomes 12.00; never with fewer than typed."""
    digits = style.form(currency).digits
    amount = amount if amount else amount.copy_abs()
    exponent = amount.as_tuple().exponent
    return (
        amount
        if isinstance(exponent, int) and -exponent >= digits
        else amount.quantize(Decimal(1).scaleb(-digits), context=EXACT)
    )


def _rest(account: str, others: list[Posting]) -> Posting:
    sums: dict[str, Decimal] = {}
    for one in others:
        sums[one.currency] = EXACT.add(sums.get(one.currency, Decimal()), one.amount)
    left = {name: amount for name, amount in sums.items() if amount}
    if not left and len(sums) == 1:
        left = sums
    if len(left) != 1:
        raise BadEntry("the missing amount cannot be worked out", "give every amount with its currency")
    [(currency, amount)] = left.items()
    return Posting(account, amount.copy_negate() if amount else amount, currency)
