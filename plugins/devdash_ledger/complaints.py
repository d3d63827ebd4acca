"""What ledger and hledger say when they refuse a journal, as errors with file and line. Pure."""

import re

from devdash_ledger.elements import ErrorKind, JournalError

MAX_WORDS = 200_000
"""Bytes of a program's complaints that are looked at."""
MAX_MESSAGE = 600
MAX_NAMED = 20

# ledger: what is wrong comes last, after where it is.
_LEDGER_END = re.compile(r"^Error: .*$", re.MULTILINE)
_LEDGER_ENTRY = re.compile(r'^While balancing transaction from "(.+)", lines? (\d+)', re.MULTILINE)
_LEDGER_LINE = re.compile(r'^While parsing file "(.+)", line (\d+):', re.MULTILINE)
_LEDGER_WHERE = re.compile(r"^(?:While|In file included) .*\n?", re.MULTILINE)

# hledger: where it is comes first; 1.25 and older, and newer forms.
_HLEDGER_ENTRY = re.compile(r'"(/[^"\n]+)" \(lines? (\d+)[^)\n]*\)')
_HLEDGER_LINE = re.compile(r"^(?:hledger: )?(?:Error: )?(/[^\n]*?):(\d+)(?:[:-]\d+)*:?[ \t]*$", re.MULTILINE)

_POSTING = re.compile(r"^>?[ \t]+[(\[]?([^\W\d][^;|\n]*?)[)\]]?(?:[ ]{2}.*|\t.*)?$", re.MULTILINE)

_HLEDGER_ASSERTION = re.compile(
    r"^account: +(\S.*)\ncommodity: +(\S*)\ncalculated: +(\S.*)\nasserted: +(\S.*)$", re.MULTILINE
)
_ASSERTION = re.compile(r"\bbalance assertion(?::| failed| off by)", re.IGNORECASE)


def read(words: str, journal: str) -> tuple[JournalError, ...]:
    """The errors in what a program wrote; at least one, of `journal` where no place is named."""
    text = words.strip()
    if _LEDGER_END.search(text):
        return tuple(_ledger(block, journal) for block in _blocks(text))
    return (_hledger(text, journal),)


def _blocks(text: str) -> list[str]:
    ends = [match.end() for match in _LEDGER_END.finditer(text)]
    return [text[start:end].strip() for start, end in zip([0, *ends], ends, strict=False)]


def _ledger(block: str, journal: str) -> JournalError:
    found = _LEDGER_ENTRY.search(block) or next(reversed(list(_LEDGER_LINE.finditer(block))), None)
    message = block[block.rindex("Error: ") + len("Error: ") :]
    rest = _LEDGER_WHERE.sub("", block[: block.rindex("Error: ")]).strip("\n")
    return _error(found, journal, f"{message}\n{rest}".strip(), rest, block)


def _hledger(text: str, journal: str) -> JournalError:
    found = _HLEDGER_ENTRY.search(text) or next(reversed(list(_HLEDGER_LINE.finditer(text))), None)
    rest = text[found.end() :] if found is not None else text
    lines = [line for line in rest.splitlines() if line.strip()]
    # The excerpt of the file stands first ("1 | …"); what is wrong is said after it.
    said = [line for line in lines if not re.match(r"^\s*\d*\s*\|", line)]
    shown = [line for line in lines if line not in said]
    message = "\n".join([*said, *shown]) or text or "it cannot be read, and no reason was given"
    message = message.removeprefix("hledger: ").removeprefix("Error: ")
    if (failed := _HLEDGER_ASSERTION.search(text)) is not None:
        account, commodity, has, not_ = failed.groups()
        message = f"Balance assertion failed: {account} has {has} {commodity}, not {not_}\n{message}"
    return _error(found, journal, message, rest, text)


def _error(found: re.Match[str] | None, journal: str, message: str, entry: str, said: str) -> JournalError:
    """The error at the place `found`; `entry` is the text that it is about, `said` all that was said."""
    names = tuple(sorted({match[1].strip() for match in _POSTING.finditer(entry) if ":" in match[1]}))
    file, line = (found[1], int(found[2])) if found is not None else (journal, 0)
    kind = ErrorKind.BALANCE if _ASSERTION.search(said) else ErrorKind.OTHER
    return JournalError(file, line, message[:MAX_MESSAGE], names[:MAX_NAMED], kind)
