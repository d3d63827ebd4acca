"""The action `report`: balances, income or cash flow of some months, as text, CSV, JSON or HTML."""

import asyncio
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from devdash.api import (
    Action,
    ActionRequest,
    Confirmation,
    Desk,
    Field,
    FieldKind,
    Level,
    Outcome,
    PaneContext,
    PaneError,
    PrintText,
    Unavailable,
    Value,
)
from devdash_ledger import months, printed_file
from devdash_ledger.book import Book
from devdash_ledger.cash import cash
from devdash_ledger.journal import Journal, Window
from devdash_ledger.printed import Covered, Kind
from devdash_ledger.printed_kinds import IsCash, build, months_needed
from devdash_ledger.printed_period import FORMS, Period, period_of
from devdash_ledger.report import View

_CONVERTED = "converted"
_SHEET_WIDTH = "66"
"""What a sheet of a screen with 80 columns has room for."""

REPORT = Action(
    name="report",
    key="P",
    title="Report",
    permission="ledger.report.export",
    fields=(
        Field(name="report", label="Report", kind=FieldKind.CHOICE, choices=tuple(Kind), default="balances"),
        Field(name="month", label="Months", required=False, help=f"{FORMS}. Empty: this month."),
        Field(
            name="format",
            label="Format",
            kind=FieldKind.CHOICE,
            choices=("text", "csv", "json", "html"),
            default="text",
        ),
        Field(
            name="amounts",
            label="Amounts",
            kind=FieldKind.CHOICE,
            choices=(_CONVERTED, "commodities"),
            default=_CONVERTED,
            help="converted: in the main currency; commodities: each in its own.",
        ),
        Field(
            name="output",
            label="Into the file",
            required=False,
            help="Empty: it is shown here, or printed by the command.",
        ),
        Field(name="width", label="Width", kind=FieldKind.INTEGER, default="80", help="Of text, in columns."),
    ),
    help="Balances, income statement or cash flow of a month, of several, or of a year.",
)


class ReportDesk(Desk):
    """Reports on all journals of a pane.

    Args:
        books: the journals.
        names: what they are called.
        window: the months that the pane reads.
        named: the accounts that are cash, from the settings.
    """

    actions = (REPORT,)

    def __init__(
        self,
        context: PaneContext,
        books: Sequence[Book],
        names: Sequence[str],
        window: Callable[[], Window],
        named: Sequence[str],
    ) -> None:
        self._context, self._books, self._names, self._window = context, books, names, window
        self._is_cash = cash(named)
        self._may_replace: tuple[ActionRequest, Path] | None = None

    async def fill(self, action: Action, draft: ActionRequest, left: Field | None) -> Sequence[Value]:
        """The width that a sheet has."""
        return (Value("width", _SHEET_WIDTH),) if left is None else ()

    async def confirmation(self, action: Action, request: ActionRequest) -> Confirmation | None:
        """A question before another file is replaced.

        Raises:
            PaneError: the months are none, or the file cannot be written.
        """
        self._may_replace = None
        period_of(request.value("month"), self._context.now().date())
        if not request.value("output"):
            return None
        path = await self._target(request)
        if not await self._context.in_thread(path.exists):
            return None
        self._may_replace = request, path
        return Confirmation(question=f"{path} is there already. Replace it?")

    async def act(self, request: ActionRequest) -> Outcome:
        """Make the report; print it, or write it into a file.

        Raises:
            Unavailable: no journal can be read.
            PaneError: the months are none, or the file cannot be written.
        """
        allowed, self._may_replace = self._may_replace, None
        period = period_of(request.value("month"), self._context.now().date())
        views, warnings = await self._views(period)
        reports, without = await self._context.in_thread(self._reports, views, period, request)
        warnings += without
        text = await self._context.in_thread(self._written, reports, request)
        warnings += [
            f"{one.name}: {one.warning}" if len(self._books) > 1 else one.warning
            for one in reports
            if one.warning
        ]
        level = Level.ATTENTION if warnings else Level.OK
        if not request.value("output"):
            return Outcome(level=level, message=" ".join(warnings), effects=(PrintText(text),), reread=False)
        path = await self._target(request)
        replace = allowed is not None and allowed == (request, path)
        await self._context.in_thread(lambda: printed_file.write(path, text, replace=replace))
        return Outcome(level=level, message=" ".join([f"Written into {path}.", *warnings]), reread=False)

    async def _target(self, request: ActionRequest) -> Path:
        files = [str(one.file) for one in self._books]
        files += [file for one in self._books if one.newest for file in one.newest.journal.files]
        return await self._context.in_thread(printed_file.target_of, request.value("output"), files)

    async def _views(self, period: Period) -> tuple[list[tuple[str, View]], list[str]]:
        """The figures of each journal by its name, and which of them could not be read just now."""
        read = (one.read(self._window()) for one in self._books)
        found = await asyncio.gather(*read, return_exceptions=True)
        views: list[tuple[str, View]] = []
        lost: list[PaneError] = []
        warnings: list[str] = []
        window = Window(months.text_of(period.last), months_needed(period))
        for name, one, outcome in zip(self._names, self._books, found, strict=True):
            if isinstance(outcome, PaneError):
                lost.append(outcome)
                warnings.append(f"{name} is not in it: {outcome.message}.")
            elif isinstance(outcome, BaseException):
                raise outcome
            elif (view := await one.turn(window)) is not None:
                views.append((name, view))
        if not views:
            raise lost[0] if lost else Unavailable("the journal was not read", "try again")
        return views, warnings

    def _reports(
        self, views: Sequence[tuple[str, View]], period: Period, request: ActionRequest
    ) -> tuple[list[Covered], list[str]]:
        """The reports, and why a journal has none; of a single one that is raised."""
        kind, converted = Kind(request.value("report")), request.value("amounts") == _CONVERTED
        found: list[Covered] = []
        without: list[str] = []
        for name, view in views:
            try:
                found.append(_covered(name, view, kind, period, converted, self._is_cash))
            except PaneError as error:
                if len(found) + len(without) == len(views) - 1 and not found:
                    raise
                without.append(f"{name} is not in it: {error.message}.")
        return found, without

    def _written(self, reports: Sequence[Covered], request: ActionRequest) -> str:
        """In a thread, in which a format is imported when it is asked for: most panes never print."""
        match request.value("format"):
            case "csv":
                from devdash_ledger import printed_csv

                return printed_csv.text(reports)
            case "json":
                from devdash_ledger import printed_json

                return printed_json.text(reports, self._context.now())
            case "html":
                from devdash_ledger import printed_html

                return printed_html.text(reports)
            case _:
                from devdash_ledger import printed_text

                width = max(int(request.value("width")), printed_text.LEAST_WIDTH)
                return printed_text.text(reports, min(width, printed_text.MOST_WIDTH))


def _covered(name: str, view: View, kind: Kind, period: Period, converted: bool, is_cash: IsCash) -> Covered:
    journal = view.journal
    if not view.complete and not view.older and not journal.series:
        first = view.errors[0] if view.errors else None
        why = f"{first.file}:{first.line}: {first.message}" if first is not None else "it has an error"
        raise PaneError(f"{name} cannot be read: {why}", "correct it; e opens the editor there")
    has_cash = any(is_cash(one.account, one.type) for one in journal.series)
    if kind is Kind.CASHFLOW and journal.series and not has_cash:
        hint = 'name them: cash = ["Assets:…"] in the pane\'s table of devdash.toml'
        raise PaneError(f"{name} has no accounts in these months that are known as cash", hint)
    return Covered(
        name=_plain(name),
        file=_plain(journal.files[0]),
        title=journal.title,
        as_of=view.as_of,
        error_count=view.error_count,
        warning=_warning(view, journal),
        statement=build(kind, journal, period, converted=converted, is_cash=is_cash),
    )


def _warning(view: View, journal: Journal) -> str:
    if not view.error_count:
        return ""
    count = "1 error" if view.error_count == 1 else f"{view.error_count} errors"
    if view.older:
        return f"The journal has {count} and cannot be read in part; the figures are from before."
    if not journal.complete:
        return f"The journal has {count} and cannot be read in part; the figures lack it."
    return f"The journal has {count}: figures may be wrong."


def _plain(path: str) -> str:
    """A file's name may hold bytes that are no text."""
    return os.fsencode(path).decode("utf-8", "replace")
