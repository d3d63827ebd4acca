"""The table of a bank guessed from one of its files, or the questions that the file does not answer.

A guess that is not certain is a question with its answers, never the likeliest answer: a day taken for a
month, or money spent taken for money earned, would be read without complaint.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from types import MappingProxyType

import msgspec

from devdash.api import PaneError
from devdash_ledger.bank_answers import Question, Setting, Value
from devdash_ledger.bank_config import Bank, Direction
from devdash_ledger.bank_headings import INCOMING, OUTGOING, Role, currency_in, role
from devdash_ledger.bank_table import Shape, dates, readings, shapes
from devdash_ledger.bank_text import decode
from devdash_ledger.bank_values import SIGNS, money

MIN_PROOF = 3
"""Rows with an amount from which a balance column proves which way amounts go."""


class Guess(msgspec.Struct, frozen=True):
    """What a file says about its bank's table.

    Attributes:
        settings: what is certain.
        questions: what a person must say.
        shape: how the file was taken apart.
        dates: the columns of dates, from 0.
        money: the columns of amounts, from 0.
    """

    settings: tuple[Setting, ...]
    questions: tuple[Question, ...]
    shape: Shape
    dates: tuple[int, ...] = ()
    money: tuple[int, ...] = ()

    def bank(self, answers: Sequence[int] = ()) -> Bank | None:
        """The table, with one answer per question; None while there are unanswered questions."""
        if len(answers) != len(self.questions):
            return None
        chosen = [
            one for at, question in zip(answers, self.questions, strict=True) for one in question.options[at]
        ]
        return msgspec.convert({one.key: one.value for one in (*self.settings, *chosen)}, Bank, strict=True)


USUAL = ("EUR", "USD", "GBP", "CHF")
NONE = "-"
"""Said of a column that there is none."""


def guess(
    data: bytes,
    account: str,
    currency: str = "",
    beside: Sequence[str] = (),
    told: Mapping[Role, str] = MappingProxyType({}),
    usual: Sequence[str] = USUAL,
) -> Guess:
    """Look at a whole file. Seconds for a large one: run it in a worker or a thread.

    Args:
        account: the journal's account that it is a statement of.
        currency: of the amounts where the file names none; empty: one of `usual`.
        beside: accounts that it may be a statement of as well; with them, that is a question.
        told: columns that a person has named, by heading or position, or as `NONE`; instead of the guess.
        usual: currencies as the journal writes them, the most used first.

    Raises:
        PaneError: it has no column of dates beside one of amounts, or several delimiters would do; a
            column that was named is not there, or is none of dates or of amounts.
    """
    found = shapes(decode(data, None))
    if not found:
        raise PaneError(
            "no column of dates beside one of amounts was found",
            "write the bank's table by hand; see the docs",
        )
    first, *others = found
    if others:
        signs = " and ".join(f'"{one.delimiter}"' for one in found)
        raise PaneError(
            f"the columns could be parted by {signs}", "write the bank's table by hand; see the docs"
        )
    return _Guesser(first, (account, *beside), [currency] if currency else usual, told).guess()


class _Guesser:
    """One guess: columns are given away one role after the other."""

    def __init__(
        self, shape: Shape, accounts: Sequence[str], usual: Sequence[str], told: Mapping[Role, str]
    ) -> None:
        self._shape = shape
        self._accounts = accounts
        self._usual = usual
        self._settings: list[Setting] = []
        self._questions: list[Question] = []
        columns = {index: shape.column(index) for index in range(shape.width)}
        self._dates = {index: found for index, cells in columns.items() if (found := dates(cells))}
        self._money = [
            index for index, cells in columns.items() if index not in self._dates and readings(cells)
        ]
        self._taken = {*self._dates, *(index for index, cells in columns.items() if not any(cells))}
        self._told = {one: self._named(one, place) for one, place in told.items()}
        if self._told.get(Role.AMOUNT) is not None:
            self._told |= {Role.DEBIT: None, Role.CREDIT: None}
        elif {self._told.get(Role.DEBIT), self._told.get(Role.CREDIT)} != {None}:
            self._told[Role.AMOUNT] = None

    def guess(self) -> Guess:
        """Everything, in the order of a bank's table."""
        shape = self._shape
        self._decide(
            "Whose statement is it?",
            [(Setting("account", one),) for one in self._accounts],
        )
        self._currencies()
        self._date()
        self._amounts()
        self._texts()
        self._set("delimiter", shape.delimiter)
        if shape.skip:
            self._set("skip", shape.skip)
        if not shape.headings:
            self._set("headings", False)
        return Guess(
            tuple(self._settings), tuple(self._questions), shape, tuple(self._dates), tuple(self._money)
        )

    def _set(self, key: str, value: Value) -> None:
        self._settings.append(Setting(key, value))

    def _decide(self, text: str, options: Sequence[tuple[Setting, ...]]) -> None:
        """The one answer that there is, else the question."""
        if len(options) == 1:
            self._settings += options[0]
        else:
            self._questions.append(Question(text, tuple(options)))

    def _named(self, one: Role, place: str) -> int | None:
        """The column that a person has named; None: they said that there is none."""
        if place == NONE:
            return None
        index = self._shape.index(place)
        fits = {Role.DATE: self._dates, Role.PAYEE: None, Role.NARRATION: None}.get(one, self._money)
        if fits is not None and index not in fits:
            kind = "dates" if one is Role.DATE else "amounts"
            raise PaneError(f'"{place}" is no column of {kind}', "choose another one")
        return index

    def _headed(self, wanted: Role, among: Iterable[int]) -> list[int]:
        if wanted in self._told:
            index = self._told[wanted]
            return [] if index is None else [index]
        return [index for index in among if role(self._shape.heading(index)) is wanted]

    def _date(self) -> None:
        columns = self._headed(Role.DATE, self._dates) or self._headed(Role.VALUE_DATE, self._dates)
        columns = columns or list(self._dates)
        options = [
            (Setting("date", self._shape.place(index)), Setting("date_format", form))
            for index in columns
            for form in sorted(self._dates[index], key=lambda form: _span(self._dates[index][form]))
        ]
        sample = self._shape.body[0].cells[columns[0]].strip()
        self._decide(f'Which is the booking date, and how is "{sample}" to be read?', options)

    def _amounts(self) -> None:
        """The columns of money, how their numbers are written, and which way amounts go."""
        amount, debit, credit, balance = (
            self._headed(one, self._money) for one in (Role.AMOUNT, Role.DEBIT, Role.CREDIT, Role.BALANCE)
        )
        balance = [index for index in balance if index not in self._told.values()]
        halves = {self._told.get(Role.DEBIT), self._told.get(Role.CREDIT)} != {None}
        if halves and not (debit and credit):
            raise PaneError("debit and credit are two columns", "name both")
        sums = balance[:1] if len(balance) == 1 else []
        if sums:
            self._set("balance", self._shape.place(sums[0]))
        self._taken.update((*amount, *debit, *credit, *balance))
        if len(amount) == 1 and not debit and not credit:
            self._set("amount", self._shape.place(amount[0]))
            signs = self._signs((*amount, *sums))
            self._direction(amount[0], sums, signs)
        elif len(debit) == len(credit) == 1 and not amount:
            self._halves(debit[0], credit[0], sums)
        else:
            self._unknown(amount or [i for i in self._money if i not in balance] or self._money, sums)

    def _unknown(self, columns: Sequence[int], sums: Sequence[int]) -> None:
        """No heading tells the amount: all about it is asked. A balance is written as the amount is."""
        self._taken.update(columns)
        options = [(Setting("amount", self._shape.place(index)), _BOTH[0]) for index in columns]
        options += [(Setting("amount", self._shape.place(index)), _BOTH[1]) for index in columns]
        self._questions.append(
            Question("Which column is the amount, and which way does a positive one go?", tuple(options))
        )
        beside = [cell for index in sums for cell in self._shape.column(index)]
        fitting = {
            signs: None for index in columns for signs in readings([*self._shape.column(index), *beside])
        }
        if not fitting:
            raise PaneError("the columns of money are not written in the same way", _BY_HAND)
        sample = self._longest((*columns, *sums))
        self._decide(f'How is "{sample}" written?', [_written(signs) for signs in fitting])

    def _halves(self, debit: int, credit: int, sums: Sequence[int]) -> None:
        self._set("debit", self._shape.place(debit))
        self._set("credit", self._shape.place(credit))
        self._signs((debit, credit, *sums))
        spent = [cell.strip() for cell in self._shape.column(debit) if re.search(r"[1-9]", cell)]
        if spent and all(_has_minus(cell) for cell in spent):
            self._set("debit_minus", True)

    def _signs(self, columns: Sequence[int]) -> list[tuple[str, str]]:
        """How numbers are written, the same in all `columns`."""
        fitting = list(readings([cell for index in columns for cell in self._shape.column(index)]))
        if not fitting:  # a balance that is written in another way is left out
            raise PaneError("the columns of money are not written in the same way", _BY_HAND)
        sample = self._longest(columns)
        self._decide(f'How is "{sample}" written?', [_written(signs) for signs in fitting])
        return fitting

    def _longest(self, columns: Sequence[int]) -> str:
        return max((cell.strip() for index in columns for cell in self._shape.column(index)), key=len)

    def _direction(self, amount: int, sums: Sequence[int], signs: Sequence[tuple[str, str]]) -> None:
        """Which way a positive amount goes: by a column of words, by the balance, else a question."""
        cells = self._shape.column(amount)
        if not any(_has_minus(cell) for cell in cells) and (words := self._words()) is not None:
            said = sorted({cell.strip() for cell in self._shape.column(words)})
            self._taken.add(words)
            self._set("direction", self._shape.place(words))
            self._set("incoming", tuple(word for word in said if word.casefold() in INCOMING) or ("Credit",))
            self._set("outgoing", tuple(word for word in said if word.casefold() in OUTGOING) or ("Debit",))
            return
        proven = self._proven(amount, sums[0], signs[0]) if sums and len(signs) == 1 else None
        options = [_BOTH[0], _BOTH[1]] if proven is None else [proven]
        sample = next((cell.strip() for cell in cells if _has_minus(cell)), cells[0].strip())
        was, else_was = ("spent", "earned") if _has_minus(sample) else ("earned", "spent")
        self._decide(f'Was "{sample}" {was} (in) or {else_was} (out)?', [(one,) for one in options])

    def _words(self) -> int | None:
        """The one column that says in and out in words."""
        known = INCOMING | OUTGOING
        found = [
            index
            for index in range(self._shape.width)
            if all(cell.strip().casefold() in known for cell in self._shape.column(index))
        ]
        return found[0] if len(found) == 1 else None

    def _proven(self, amount: int, balance: int, signs: tuple[str, str]) -> Setting | None:
        """By the balance, of which a positive one is money that one has only for an account of assets."""
        if not all(one.casefold().startswith("assets:") for one in self._accounts):
            return None
        pairs = list(zip(self._values(amount, signs), self._values(balance, signs), strict=True))
        if sum(1 for value, _ in pairs if value) < MIN_PROOF:
            return None
        found = {
            one
            for one, sign in ((_BOTH[0], 1), (_BOTH[1], -1))
            if _adds_up(pairs, sign) or _adds_up(pairs[::-1], sign)
        }
        return found.pop() if len(found) == 1 else None

    def _values(self, index: int, signs: tuple[str, str]) -> list[Decimal | None]:
        cells = ((money(cell, *signs) if cell.strip() else None) for cell in self._shape.column(index))
        return [one.amount if one is not None else None for one in cells]

    def _texts(self) -> None:
        told = {self._told.get(Role.PAYEE), self._told.get(Role.NARRATION)}
        rest = [index for index in range(self._shape.width) if index not in {*self._taken, *told}]
        payee, narration = self._headed(Role.PAYEE, rest), self._headed(Role.NARRATION, rest)
        if len(payee) == 1:
            self._set("payee", self._shape.place(payee[0]))
        if len(narration) == 1:
            self._set("narration", self._shape.place(narration[0]))
        if len(payee) == 1 or len(narration) == 1 or not rest or Role.NARRATION in self._told:
            return
        columns = payee or narration or rest
        self._decide(
            "Which column says what it was for?",
            [(Setting("narration", self._shape.place(index)),) for index in columns],
        )

    def _currencies(self) -> None:
        codes = [
            index
            for index in self._headed(Role.CURRENCY, range(self._shape.width))
            if all(re.fullmatch(r"[A-Z]{3}", cell.strip()) for cell in self._shape.column(index))
        ]
        self._taken.update(codes)
        options = [(Setting("currency_column", self._shape.place(index)),) for index in codes]
        if options:
            self._decide("Which column is the currency of the amount?", options)
        found = {cell.strip() for index in codes for cell in self._shape.column(index)}
        found |= {code for index in self._money if (code := currency_in(self._shape.heading(index)))}
        found |= self._beside()
        # A bank says EUR where a journal may write €.
        named = [next((one for one in self._usual if SIGNS.get(one) == code), code) for code in sorted(found)]
        options = [(Setting("currency", code),) for code in named or self._usual]
        self._decide("Which currency is the account's?", options)

    def _beside(self) -> set[str]:
        """Currencies that stand beside the amounts themselves."""
        said = (next(iter(readings(self._shape.column(index)).values())) for index in self._money)
        return {one.currency for values in said for one in values if one is not None and one.currency}


_BOTH = (Setting("positive", Direction.IN.value), Setting("positive", Direction.OUT.value))
_BY_HAND = "write the bank's table by hand; see the docs"


def _written(signs: tuple[str, str]) -> tuple[Setting, ...]:
    return Setting("decimal", signs[0]), Setting("thousands", signs[1])


def _has_minus(cell: str) -> bool:
    return any(sign in cell for sign in "-−–(") or cell.strip().endswith("DR")


def _span(days: Sequence[date]) -> int:
    """Days between the first and the last: a wrong way round makes a file of a month one of years."""
    return (max(days) - min(days)).days


def _adds_up(pairs: Sequence[tuple[Decimal | None, Decimal | None]], sign: int) -> bool:
    return all(
        before is not None and after is not None and value is not None and before + sign * value == after
        for (_, before), (value, after) in pairwise(pairs)
    )
