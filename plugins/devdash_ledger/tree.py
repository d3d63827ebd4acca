"""The tree of accounts: every parent with the sum of what is below it, per currency."""

from collections import defaultdict
from collections.abc import Sequence, Set
from decimal import Decimal
from operator import attrgetter

import msgspec

from devdash_ledger.amounts import EXACT
from devdash_ledger.figures import Amounts, Position, add
from devdash_ledger.journal import AccountType, Series


class Line(msgspec.Struct, frozen=True, gc=False):
    """One account in one currency, rolled up.

    Attributes:
        account: full name.
        label: the part of the name that its parent's line does not say.
        depth: 0 for the roots.
        currency: of the amounts.
        amounts: of the account and all below it.
        repeats: the account already has a line above, in another currency.
        apart: the amounts are those without a price, beside a converted line.
        has_children: there are lines below it.
        section: of the cash flow, in which it stands; empty elsewhere.
    """

    account: str
    label: str
    depth: int
    currency: str
    amounts: Amounts
    repeats: bool
    apart: bool = False
    has_children: bool = False
    section: str = ""


class _Node(msgspec.Struct):
    name: str
    type: AccountType
    children: list["_Node"]
    totals: dict[str, Amounts]
    apart: set[str]
    has_own: bool = False


def lines(found: Sequence[Position], main: str, single: Set[str] = frozenset()) -> list[Line]:
    """The lines of the tree, roots in the order of `AccountType`, then by name.

    Amounts of different currencies are never added up: an account has one line
    per currency, the currency `main` first. A parent without amounts of its own
    and with a single child is joined to it ("Bank:Checking"); a root is not, nor is one of `single`.
    """
    order = list(AccountType)
    made: list[Line] = []
    for root in sorted(_grow(found), key=lambda node: (order.index(node.type), node.name)):
        _walk(made, root, root.name, 0, main, single)
    return made


class Held(msgspec.Struct, frozen=True):
    """An amount of one currency."""

    currency: str
    amount: Decimal


def total(series: Sequence[Series], types: Sequence[AccountType]) -> list[Held]:
    """The sum over all accounts of `types` in the last month, by currency; zeros left out."""
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for entry in series:
        if entry.type in types:
            sums[entry.currency] = EXACT.add(sums[entry.currency], Decimal(entry.amounts[-1]))
    return [Held(currency, amount) for currency, amount in sorted(sums.items()) if amount]


def _grow(found: Sequence[Position]) -> list[_Node]:
    nodes: dict[str, _Node] = {}
    roots: list[_Node] = []
    for entry in found:
        parent: _Node | None = None
        for part in entry.account.split(":"):
            name = part if parent is None else f"{parent.name}:{part}"
            node = nodes.get(name)
            if node is None:
                node = nodes[name] = _Node(name, entry.type, [], {}, set())
                (roots if parent is None else parent.children).append(node)
            known = node.totals.get(entry.currency)
            node.totals[entry.currency] = entry.amounts if known is None else add(known, entry.amounts)
            if entry.apart:
                node.apart.add(entry.currency)
            parent = node
        nodes[entry.account].has_own = True
    return roots


def _walk(made: list[Line], node: _Node, label: str, depth: int, main: str, single: Set[str]) -> None:
    """Add the lines of `node` and of all below it to `made`."""
    while depth > 0 and not node.has_own and len(node.children) == 1 and node.name not in single:
        node = node.children[0]
        label = f"{label}:{node.name.rpartition(':')[2]}"
    currencies = sorted(node.totals, key=lambda currency: (currency != main, currency))
    shown = [currency for currency in currencies if any(node.totals[currency])] or currencies[:1]
    for place, currency in enumerate(shown):
        line = Line(
            account=node.name,
            label=label,
            depth=depth,
            currency=currency,
            amounts=node.totals[currency],
            repeats=place > 0,
            apart=currency in node.apart,
            has_children=bool(node.children),
        )
        made.append(line)
    for child in sorted(node.children, key=attrgetter("name")):
        _walk(made, child, child.name.rpartition(":")[2], depth + 1, main, single)
