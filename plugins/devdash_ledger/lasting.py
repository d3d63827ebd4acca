"""Whether a reading may be cached: whether the files, the reader and the settings alone decide it.

What else could decide cannot be known again at the next start, so such a journal is loaded each time:

- plug-ins of beancount other than its own, and Python in ledger: their code may read other files, ask the
  network, or draw lots;
- beancount's documents: whether they are there is part of the answer, and they lie anywhere;
- "today" and "now" in ledger's expressions, and times that are still running: the answer changes by itself;
- tables in hledger: they are read by rules in files of their own.

In the worker only.
"""

import re
from collections.abc import Iterable

OWN_PLUGINS = "beancount.plugins."
"""beancount's own: functions of the entries, changed only with beancount itself."""

_OTHER = (".csv", ".ssv", ".tsv", ".rules", ".timeclock", ".timedot")
_UNSURE = (
    rb"[(=,&|<>+*/-][ \t]*(?:today|now)\b|\b(?:today|now)[ \t]*[)<>=,&|+*/-]"  # the clock, in an expression
    rb"|^[iI] \d"  # a time that begins
    rb"|^[!@]?include[ \t]+[a-z]+:"  # another language
)


def beancount_lasts(plugins: Iterable[str], *, has_documents: bool) -> bool:
    """Of a journal with these plug-ins."""
    return not has_documents and all(name.startswith(OWN_PLUGINS) for name in plugins)


def program_lasts(files: Iterable[str]) -> bool:
    """Of a journal of ledger or hledger that runs no code. Blocks."""
    try:
        return not any(name.lower().endswith(_OTHER) or _is_unsure(name) for name in files)
    except OSError:
        return False


def _is_unsure(file: str) -> bool:
    with open(file, "rb") as text:  # noqa: PTH123  # pathlib is large, and a worker's start counts
        return re.search(_UNSURE, text.read(), re.IGNORECASE | re.MULTILINE) is not None
