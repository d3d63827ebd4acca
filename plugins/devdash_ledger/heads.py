"""The first line of a transaction: its date and its state changed, and nothing else of it. Pure."""

import datetime
import re

from devdash.api import PaneError
from devdash_ledger.entry import Flag
from devdash_ledger.style import Syntax

# beancount/parser/lexer.l, FLAG and TXN
_BEANCOUNT = re.compile(
    rb"(?P<day>\d{4}[-/]\d{1,2}[-/]\d{1,2})(?P<gap>[ \t]+)(?P<flag>txn|[!&#?%*A-Z])(?=[\s\"]|$)"
)
_LEDGER = re.compile(
    rb"(?P<day>\d{1,4}[-/.]\d{1,2}(?:[-/.]\d{1,2})?)(?P<other>=[\d/.-]+)?(?:(?P<gap>[ \t]+)(?P<flag>[*!]?)|$)"
)


class NoHead(PaneError):
    """That line begins no transaction."""

    kind = "head"


def flag_of(head: bytes, syntax: Syntax) -> str:
    """The state as it is written; empty where it has none.

    Raises:
        NoHead: the line begins no transaction.
    """
    return (_match(head, syntax)["flag"] or b"").decode()


def flagged(head: bytes, flag: Flag, syntax: Syntax) -> bytes:
    """`head` with the state `flag`.

    Raises:
        NoHead: the line begins no transaction.
    """
    found = _match(head, syntax)
    sign = str(flag).encode()
    if found["flag"]:
        return head[: found.start("flag")] + sign + head[found.end("flag") :]
    if found["gap"] is None:
        return head + b" " + sign
    return head[: found.end("gap")] + sign + b" " + head[found.end("gap") :]


def dated(head: bytes, day: datetime.date, syntax: Syntax) -> bytes:
    """`head` with the date `day`, written as its own was; ledger's second date goes.

    Raises:
        NoHead: the line begins no transaction.
    """
    found = _match(head, syntax)
    sign = next((char for char in "-/." if char.encode() in found["day"]), "-")
    text = sign.join((f"{day.year:04d}", f"{day.month:02d}", f"{day.day:02d}")).encode()
    end = found.end("day")
    if syntax is not Syntax.BEANCOUNT and found["other"]:
        end = found.end("other")
    return text + head[end:]


def _match(head: bytes, syntax: Syntax) -> re.Match[bytes]:
    found = (_BEANCOUNT if syntax is Syntax.BEANCOUNT else _LEDGER).match(head)
    if found is None:
        line = head.decode("utf-8", "replace")[:60]
        raise NoHead(f"“{line}” begins no transaction", "choose one, or change it in the editor (e)")
    return found
