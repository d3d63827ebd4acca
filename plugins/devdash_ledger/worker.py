"""The ledger's helper process: reads a journal with beancount and answers with monthly cells.

beancount is imported here and in `fold` only, and only when a call comes, so that
a missing package is an answer and not a crash. Entries never leave the process.
Failures carry their own words (`Unavailable`): of any other exception, devdash is
told the kind and the place alone.
"""

import gc
import glob
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from devdash.api import Unavailable
from devdash_ledger import months
from devdash_ledger.facts import JournalError
from devdash_ledger.journal import AccountType, CurrencyUse, Journal

if TYPE_CHECKING:
    from beancount.core.data import BeancountError, Directives
    from beancount.loader import OptionsMap

MAX_ERRORS = 50
MAX_NAMED = 20
"""Accounts named by one error."""
MAX_MESSAGE = 600
"""Characters of one error's message; a traceback of a plug-in can be long."""

UNREAD = frozenset({"LexerError", "LoadError", "ParserError", "ParserSyntaxError"})
"""Kinds of errors after which part of the text is missing from the entries."""

_INCLUDE = re.compile(rb'^[ \t]*include[ \t]+"([^"\n]+)"', re.MULTILINE)


def load(file: str, last_month: str, months: int) -> object:
    """Read the journal `file`; see `LoadRequest`. Returns a `Journal` as plain values.

    Raises:
        Unavailable: the package beancount is not installed, or a file of the journal cannot be read.
    """
    try:
        entries, errors, options = _load_uncached(file)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise Unavailable(f"{error.filename or file} cannot be read: {reason}") from error
    return msgspec.to_builtins(_journal(file, last_month, months, entries, errors, options))


def _load_uncached(file: str) -> "tuple[Directives, list[BeancountError], OptionsMap]":
    """Load without beancount's pickle cache, which misses changed plug-ins.

    The cache is switched off in a way that leaves a cache of other programs alone:
    beancount deletes the one whose name it is told, so it is told one that cannot exist.
    """
    os.environ["BEANCOUNT_LOAD_CACHE_FILENAME"] = str(Path(os.devnull) / "{filename}")
    try:
        from beancount import loader
    except ModuleNotFoundError as error:
        raise Unavailable("beancount is not installed", 'pip install "devdash[ledger]"') from error
    loader.initialize(use_cache=False)
    with _without_gc():
        return loader.load_file(file)


@contextmanager
def _without_gc() -> Iterator[None]:
    """Loading makes millions of objects and no garbage; collecting meanwhile is lost time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _journal(
    file: str,
    last_month: str,
    count: int,
    entries: "Directives",
    errors: "Sequence[BeancountError]",
    options: "OptionsMap",
) -> Journal:
    from devdash_ledger import fold

    last = months.parse(last_month)
    changes = fold.monthly_changes(entries, last)
    shown = fold.window(changes.first, last, count)
    roots = {str(options[f"name_{kind}"]): kind for kind in AccountType}
    files = _files(file, options)
    # By message as well: beancount's own order of errors of one line differs from load to load.
    listed = sorted(
        (_error(error, file) for error in errors), key=lambda error: (error.file, error.line, error.message)
    )
    return Journal(
        title="" if options["title"] == "Beancount" else str(options["title"]),
        operating=tuple(options["operating_currency"]),
        currencies=tuple(
            CurrencyUse(name, _digits(options, name), postings)
            for name, postings in sorted(changes.postings.items())
        ),
        files=files,
        watched=_plugin_files(options),
        patterns=_open_patterns(files),
        months=tuple(months.text_of(month) for month in shown),
        series=fold.fold(changes, shown, roots),
        budgets=fold.budgets(entries, changes, shown),
        errors=tuple(listed[:MAX_ERRORS]),
        error_count=len(listed),
        complete=not any(type(error).__name__ in UNREAD for error in errors),
    )


def _files(file: str, options: "OptionsMap") -> tuple[str, ...]:
    return (file, *(name for name in options["include"] if name != file))


def _plugin_files(options: "OptionsMap") -> tuple[str, ...]:
    """The modules named by `plugin`: a change of their code changes the result."""
    found = (getattr(sys.modules.get(name), "__file__", None) for name, _ in options["plugin"])
    return tuple(sorted({path for path in found if path}))


def _open_patterns(files: Sequence[str]) -> tuple[str, ...]:
    """Includes that a new file could match: globs, and names of files that are missing.

    beancount forgets the patterns once it has resolved them, so they are looked
    for in the text.
    """
    found: set[str] = set()
    for name in files:
        path = Path(name)
        if not path.is_file():
            continue
        for match in _INCLUDE.finditer(path.read_bytes()):
            pattern = os.path.join(path.parent, os.fsdecode(match[1]))  # noqa: PTH118  # a glob, not a path
            if glob.has_magic(pattern) or not Path(pattern).exists():
                found.add(pattern)
    return tuple(sorted(found))


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
    return JournalError(named if known else journal, max(line, 0), message, _accounts(error))


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


CALLS = {"load": load}
