"""The account of the other posting, suggested from what the journal did with the like before."""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence

from devdash_ledger.bank_match import Booked
from devdash_ledger.bank_rows import BankRow
from devdash_ledger.bank_words import ALIKE, words
from devdash_ledger.journal import AccountType
from devdash_ledger.orders import Habit

_PAIR = 2
_FLOWS = (AccountType.INCOME, AccountType.EXPENSES)
MAX_COMMON = 500
"""A word that stands in more entries than this tells nothing."""


class History:
    """What was booked on an account before, and where it went."""

    def __init__(self, booked: Sequence[Booked]) -> None:
        """`booked` in any order; entries with several other postings teach nothing."""
        self._known = sorted((one for one in booked if one.other), key=lambda one: one.date)
        self._by_payee = {_plain(one.payee): one.other for one in self._known if one.payee.strip()}
        self._words = [words(f"{one.payee} {one.narration}") for one in self._known]
        self._counts: Counter[str] = Counter(word for entry in self._words for word in entry)
        self._where: defaultdict[str, list[int]] = defaultdict(list)
        for index, entry in enumerate(self._words):
            for word in entry:
                if self._counts[word] <= MAX_COMMON:
                    self._where[word].append(index)
        self._found: dict[frozenset[str], str] = {}

    def suggest(self, row: BankRow) -> str:
        """The account that the newest entry of the same payee had, else that of the likest; "" for none.

        Of equally like entries the newest decides.
        """
        exact = self._by_payee.get(_plain(row.payee)) if row.payee else None
        if exact is not None:
            return exact
        asked = words(f"{row.payee} {row.narration}")
        if asked not in self._found:
            self._found[asked] = self._likest(asked)
        return self._found[asked]

    def _likest(self, asked: frozenset[str]) -> str:
        near = {index for word in asked for index in self._where.get(word, ())}
        best = max(((self._score(asked, self._words[index]), index) for index in near), default=(0.0, -1))
        return self._known[best[1]].other if best[0] >= ALIKE else ""

    def _score(self, asked: frozenset[str], entry: frozenset[str]) -> float:
        """The weight of the common words in that of the lesser text; rare words weigh more."""
        common = sum(map(self._weight, asked & entry))
        return common / min(sum(map(self._weight, asked)), sum(map(self._weight, entry)))

    def _weight(self, word: str) -> float:
        return math.log(1 + (len(self._known) + 1) / (self._counts[word] + 1))


class Elsewhere:
    """What was earned or spent with payees on any account: for those that `History` never saw.

    Args:
        habits: the newest entry of each payee.
        kind_of: what kind an account is.
    """

    def __init__(self, habits: Iterable[Habit], kind_of: Callable[[str], AccountType]) -> None:
        self._by_payee: dict[str, str] = {}
        for habit in habits:
            flows = {one for one in habit.accounts if kind_of(one) in _FLOWS}
            if len(flows) == 1 and len(set(habit.accounts)) == _PAIR:
                self._by_payee.setdefault(_plain(habit.payee), flows.pop())

    def suggest(self, row: BankRow) -> str:
        """What the payee's newest entry earned or spent, where it has two accounts; "" for none."""
        return self._by_payee.get(_plain(row.payee), "") if row.payee else ""


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())
