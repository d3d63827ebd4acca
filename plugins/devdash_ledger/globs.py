"""What the programs take for patterns in an include, as the patterns of `glob`, which differ a little.

A file that a program reads and that is not known here would change unnoticed.
"""

import glob
import os
import re
from collections.abc import Iterator

from devdash_ledger.journal import Format

_RANGE = r"<\d*-\d*>"
"""hledger's (Glob): a number within bounds."""
_CHAR = r"\[(\^?)([^]]+)\]|(.)"
_SPECIAL = r"[\[*?+(){}|^$\\]"


def patterns_of(name: str, language: Format) -> tuple[str, ...]:
    """The patterns of `glob` that match whatever the include of `name`, an absolute path, means.

    They may match more, such as any number where hledger wants one of some. ledger takes a plain name for a
    pattern as well, and reads beside that file those whose names differ in case.
    """
    match language:
        case Format.BEANCOUNT:  # it uses `glob` itself
            return (name,)
        case Format.HLEDGER:
            return (re.sub(_RANGE, "*", name).replace("[^", "[!"),)
        case Format.LEDGER:
            folder, own = os.path.split(name)
            found = tuple(os.path.join(glob.escape(folder), one) for one in _of_ledger(own))  # noqa: PTH118
            return found if re.search(_SPECIAL, own) else (name, *found)


def is_meant(name: str, file: str) -> bool:
    """Whether ledger takes `file` for one of those that the include of `name` means; both are absolute."""
    folder, own = os.path.split(name)
    pattern = own.replace("?", ".").replace("*", ".*")
    try:
        return os.path.split(file) == (folder, os.path.basename(file)) and bool(  # noqa: PTH119
            re.fullmatch(pattern, os.path.basename(file), re.IGNORECASE)  # noqa: PTH119
        )
    except re.error:
        return False


def _of_ledger(own: str) -> Iterator[str]:
    """ledger's are regular expressions in any case (mask_t::assign_glob), and match hidden files as well."""
    if re.search(r"[+(){}|^$\\]", re.sub(r"\[[^]]*\]", "", own)):
        yield from ("*", ".*")
        return
    parts = list(map(_part, re.finditer(_CHAR, own, re.DOTALL)))
    yield "".join(parts)
    if own[0] in "*?[.":
        yield "." + "".join(parts if own[0] == "*" else parts[1:])


def _part(token: re.Match[str]) -> str:
    if token[2]:
        both = f"{token[2]}{token[2].swapcase()}".removeprefix("!")
        return f"[{'!' if token[1] else ''}{both}{'!' if token[2].startswith('!') else ''}]"
    one = token[3]
    if one in "*?.":
        return "?" if one == "." else one
    return f"[{one.lower()}{one.upper()}]" if one.lower() != one.upper() else glob.escape(one)
