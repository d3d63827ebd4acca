"""What stops a replica of MariaDB or MySQL, by the server's code: in words, and the next step.

The server's own message quotes the row, so it stays where it is. No repair skips an event: who does that has
two servers that differ.
"""

from typing import NamedTuple


class Broken(NamedTuple):
    """One code: what is the matter, after "replication is broken: " or "has stopped: ", and what to do."""

    says: str
    repair: str


_ON = "then START REPLICA."

_WRITTEN = (
    f"Somebody has written on the replica itself. Take that row away there, {_ON} And let it refuse writes."
)

_ALTERED = (
    "Its tables were changed on the replica itself, such as by `migrate --database`. "
    f"Make them as they are on the primary, {_ON}"
)

_REBUILD = "Set the replica up anew from a backup of the primary."

_LOGIN = (
    "Look at the user with which it logs in to its primary: its password, whether it is locked, its rights."
)

_UNREACHED = Broken(
    "it does not reach its primary", "Look whether the primary runs, and at the way to it from the replica."
)

_CODES = {
    "1062": Broken("a row is there already", _WRITTEN),
    "1032": Broken(
        "a row is missing that its primary has changed",
        f"Somebody has deleted it on the replica itself. Put it back there, {_ON} And let it refuse writes.",
    ),
    "1050": Broken(
        "a table is there already",
        "It was made on the replica itself, such as by `migrate --database`. "
        f"When nothing in it is needed, drop it there, {_ON}",
    ),
    "1146": Broken("a table is missing", _ALTERED),
    "1049": Broken("a database is missing", f"Make it on the replica, {_ON}"),
    "1007": Broken("a database is there already", f"When nothing in it is needed, drop it there, {_ON}"),
    "1054": Broken("a column is missing", _ALTERED),
    "1060": Broken("a column is there already", _ALTERED),
    "1091": Broken("a column or an index is missing", _ALTERED),
    "1451": Broken(
        "a row is still referred to",
        f"Somebody has written on the replica itself. Take away there what refers to it, {_ON}",
    ),
    "1452": Broken("a row refers to one that is missing", f"Put the missing row back on the replica, {_ON}"),
    "1950": Broken(
        "its log has an event that its primary's has not",
        f"Somebody has written on the replica itself, and gtid_strict_mode noticed. {_REBUILD}",
    ),
    "1236": Broken("its primary no longer has the log that it needs", _REBUILD),
    "1045": Broken("its primary refuses its login", _LOGIN),
    "4151": Broken("its primary refuses its login", _LOGIN),
    "2002": _UNREACHED,
    "2003": _UNREACHED,
    "2005": Broken(
        "the name of its primary is not known there", "Look at MASTER_HOST, and at the replica's DNS."
    ),
    "2013": _UNREACHED,
    "1593": Broken(
        "it refuses to follow its primary", "Both may have the same server_id: each server needs its own."
    ),
}


def broken(code: str) -> Broken | None:
    """What is known of a code; None when nothing is."""
    return _CODES.get(code)
