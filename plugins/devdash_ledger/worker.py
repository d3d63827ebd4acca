"""The ledger's helper process: reads a journal and answers with monthly cells.

beancount is imported here and in `beans` only, and only when a call comes, so that
a missing package is an answer and not a crash. Entries never leave the process.
Failures carry their own words (`Unavailable`): of any other exception, devdash is
told the kind and the place alone.
"""

import gc
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING

import msgspec

from devdash_ledger import lasting, scan
from devdash_ledger.assemble import Contents, assemble
from devdash_ledger.elements import ErrorKind, JournalError
from devdash_ledger.encoding import Kind, told
from devdash_ledger.journal import AccountType, Format, LoadRequest
from devdash_ledger.refusal import unavailable
from devdash_ledger.sheet import Sheet
from devdash_ledger.trust import Asked, require

if TYPE_CHECKING:
    from beancount.core.data import BeancountError, Directives
    from beancount.loader import OptionsMap

MAX_NAMED = 20
"""Accounts named by one error."""
MAX_MESSAGE = 600
"""Characters of one error's message; a traceback of a plug-in can be long."""

UNREAD = frozenset({"LexerError", "LoadError", "ParserError", "ParserSyntaxError"})
"""Kinds of errors after which part of the text is missing from the entries."""
_ASSERTION = "BalanceError"
"""The kind of error of a balance that is asserted and another one (beancount/ops/balance.py)."""


@contextmanager
def without_gc() -> Iterator[None]:
    """For as long as the entries of a journal live: millions of objects, and none of them garbage."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@without_gc()
def load(
    file: str,
    last_month: str,
    language: str = Format.BEANCOUNT,
    virtual: bool = True,
    roots: Mapping[str, str] | None = None,
    trusted: str | None = None,
    days: bool = False,
) -> object:
    """Read the journal `file`; see `LoadRequest`. Returns a `Sheet` as plain values.

    Raises:
        Unavailable: the package or program that reads it is not installed, or a file of the journal
            cannot be read, or is no plain file, or all of them are too large; or the journal would run
            code that is not the trusted one. Then nothing of it has been loaded.
    """
    own = {root: AccountType(kind) for root, kind in (roots or {}).items()}
    request = LoadRequest(file, last_month, Format(language), virtual, own, trusted, days)
    found = scan.scan(file, request.language, wary=trusted is not None)
    require(file, found, trusted)
    if request.language is not Format.BEANCOUNT:
        from devdash_ledger import programs

        return msgspec.to_builtins(programs.load(request, found))
    try:
        entries, errors, options = load_uncached("" if found.told(Kind.FOREIGN) else file)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise unavailable(f"{error.filename or file} cannot be read: {reason}") from error
    return msgspec.to_builtins(_sheet(request, found, entries, errors, options))


def ask(file: str, language: str) -> object:
    """What would run code in the journal `file`; see `Asked`. Nothing is loaded.

    Raises:
        Unavailable: as `load`.
    """
    found = scan.scan(file, Format(language), wary=True)
    return msgspec.to_builtins(Asked(found.code, scan.mark(found)))


def load_uncached(file: str) -> "tuple[Directives, list[BeancountError], OptionsMap]":
    """Load without beancount's pickle cache, which misses changed plug-ins; without a file, nothing.

    The cache is switched off in a way that leaves a cache of other programs alone:
    beancount deletes the one whose name it is told, so it is told one that cannot exist.
    """
    os.environ["BEANCOUNT_LOAD_CACHE_FILENAME"] = f"{os.devnull}/{{filename}}"
    try:
        from beancount import loader
    except ModuleNotFoundError as error:
        raise unavailable("beancount is not installed", 'pip install "devdash[ledger]"') from error
    loader.initialize(use_cache=False)
    return loader.load_file(file) if file else loader.load_string("")


def _sheet(
    request: LoadRequest,
    found: scan.Scan,
    entries: "Directives",
    errors: "Sequence[BeancountError]",
    options: "OptionsMap",
) -> Sheet:
    from devdash_ledger import beans

    file = request.file
    kinds = {str(options[f"name_{kind}"]): kind for kind in AccountType if kind is not AccountType.OTHER}

    def kind_of(account: str) -> AccountType:
        """A posting has no other root: the reader lets none through. A budget may name any text."""
        return kinds.get(account.partition(":")[0], AccountType.OTHER)

    foreign, plugins = found.told(Kind.FOREIGN), [name for name, _ in options["plugin"]]
    # By message as well: beancount's own order of errors of one line differs from load to load.
    listed = sorted(
        (*foreign, *told((_error(error, file) for error in errors), found.told(Kind.MARKED))),
        key=lambda error: (error.file, error.line, error.message),
    )
    contents = Contents(
        title="" if options["title"] == "Beancount" else str(options["title"]),
        operating=tuple(options["operating_currency"]),
        bookings=beans.bookings(entries),
        prices=tuple(beans.prices(entries)),
        plans=tuple(beans.plans(entries, kind_of)),
        kind_of=kind_of,
        digits=lambda currency: _digits(options, currency),
        files=found.files if foreign else (file, *(name for name in options["include"] if name != file)),
        watched=tuple(sorted({*beans.plugin_files(plugins)})),
        patterns=(
            *found.patterns,
            *beans.document_patterns(entries, options["documents"], file),
            *beans.plugin_patterns(plugins),
        ),
        errors=tuple(listed),
        complete=not foreign and not any(type(error).__name__ in UNREAD for error in errors),
        lasting=_lasts(request, found, entries, options),
        readers=_readers(),
        ground=beans.ground(entries, options, kind_of),
        days=beans.days(entries, date.fromisoformat(f"{request.last_month}-01")),
    )
    return assemble(request, contents)


def _lasts(request: LoadRequest, found: scan.Scan, entries: "Directives", options: "OptionsMap") -> bool:
    from devdash_ledger import beans

    plugins = [name for name, _ in options["plugin"]]
    has_documents = bool(options["documents"]) or beans.has_documents(entries)
    asked = request.trusted is not None and bool(found.code)
    return not asked and lasting.beancount_lasts(plugins, has_documents=has_documents)


def _readers() -> tuple[str, ...]:
    """beancount's modules, as far as they were needed; the package's own file first."""
    names = [name for name in sys.modules if name.partition(".")[0] == "beancount"]
    found = (
        getattr(sys.modules[name], "__file__", None)
        for name in sorted(names, key=lambda name: (len(name.split(".")), name))
    )
    return tuple(path for path in found if path)


def _digits(options: "OptionsMap", currency: str) -> int:
    """How many decimals the journal usually writes for `currency`; 2 where it never shows."""
    from beancount.core.display_context import Precision

    usual = options["dcontext"].ccontexts[currency].get_fractional(Precision.MOST_COMMON)
    return 2 if usual is None else max(0, int(usual))


def _error(error: "BeancountError", journal: str) -> JournalError:
    source = error.source or {}
    named = str(source.get("filename", ""))
    known = os.path.isabs(named)  # noqa: PTH117  # text such as "<load>" stands for no file
    line = int(source.get("lineno") or 0) if known else 0
    message = _shortened(str(error.message).strip())
    kind = ErrorKind.BALANCE if type(error).__name__ == _ASSERTION else ErrorKind.OTHER
    return JournalError(named if known else journal, max(line, 0), message, _accounts(error), kind)


def _shortened(message: str) -> str:
    """Begin and end of a long message: of a traceback, the last line matters."""
    if len(message) <= MAX_MESSAGE:
        return message
    half = MAX_MESSAGE // 2
    return f"{message[:half]}\n…\n{message[-half:]}"


def _accounts(error: "BeancountError") -> tuple[str, ...]:
    """The accounts of the entry that an error is about; none when it names no entry."""
    entry = error.entry
    names = {posting.account for posting in getattr(entry, "postings", None) or ()}
    own = getattr(entry, "account", None)
    if isinstance(own, str):
        names.add(own)
    return tuple(sorted(names)[:MAX_NAMED])


CALLS = {"ask": ask, "load": load}
