"""Questions to one database after its ping, each answered or failed by itself.

What is asked is decided on the other side of the pipe; here it is only asked. A question that the user
may not ask, or that the server does not know, costs nothing but its own answer. Texts are cut, and of a
statement that tells more than it should only the columns that are wanted leave.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from devdash_databases.probing.failures import classify
from devdash_databases.states import State

if TYPE_CHECKING:
    from devdash_databases.probing.certificates import Seen

MOST_ROWS = 200
LONGEST = 300
"""Characters of one text."""

CERTIFICATE_S = 1.0
"""Seconds for a handshake that is only made to look at a certificate."""

ENDED = (State.TIMEOUT, State.DROPPED, State.REFUSED)
"""After one of these the connection is of no use."""


def ask_all(connection: Any, questions: Sequence[Mapping[str, Any]], until: float) -> dict[str, object]:
    """The answers by the questions' keys.

    Args:
        connection: Django's, or one like it; open.
        questions: `key`, and `sql` with `params`, or `command`, a document for MongoDB, or `certificate`
            (true); `columns`: which of them are kept, none for all.
        until: of `time.monotonic`; what is not begun by then is not asked, and has no answer.

    Returns:
        For each `columns` and `rows`, or `state`, `kind` and `code` of its failure.
    """
    answers: dict[str, object] = {}
    for question in questions:
        if time.monotonic() >= until:
            break
        try:
            answers[question["key"]] = _answer(connection, question)
        except Exception as error:  # noqa: BLE001  # drivers raise what they like
            failure = classify(error)
            answers[question["key"]] = {
                "state": failure.state.value,
                "kind": failure.kind,
                "code": failure.code,
            }
            if failure.state in ENDED and not question.get("certificate"):
                connection.close()
                break
    return answers


def _answer(connection: Any, question: Mapping[str, Any]) -> dict[str, object]:
    kept = question.get("columns") or ()
    if question.get("certificate"):
        seen = _certificate(connection)
        return {"columns": ["end", "version"], "rows": [[seen.end, seen.version]]}
    if question.get("command"):
        document = connection.database.command(question["command"])
        columns = [name for name in (kept or document) if name in document]
        return {"columns": columns, "rows": [[plain(document[name]) for name in columns]]}
    with connection.cursor() as cursor:
        # Without parameters none are given: SQLite's own cursor refuses None, and "%" stays as it is.
        cursor.execute(question["sql"], *filter(None, (tuple(question.get("params") or ()),)))
        columns = [str(column[0]) for column in cursor.description or ()]
        rows = cursor.fetchmany(MOST_ROWS) if columns else []
    places = [place for place, name in enumerate(columns) if not kept or name in kept]
    return {
        "columns": [columns[place] for place in places],
        "rows": [[plain(row[place]) for place in places] for row in rows],
    }


def _certificate(connection: Any) -> Seen:
    """What the server's handshake shows; one behind a socket has no certificate that matters."""
    from devdash_databases.probing import certificates

    wish = b""
    if "mongo" in connection.vendor:
        from devdash_databases.probing import mongo

        host, port = mongo.encrypted_at(connection.connection)
    else:
        parameters = connection.get_connection_params()
        host, port = str(parameters.get("host") or ""), int(parameters.get("port") or 5432)
        wish = certificates.POSTGRESQL_TLS
    if not host or host.startswith("/"):
        raise certificates.NoTls
    return certificates.look(host, port, CERTIFICATE_S, wish)


def plain(value: object) -> object:
    """`value` as JSON can write it: times in seconds since 1970, numbers as numbers, texts cut."""
    if value is None or isinstance(value, (bool, int)):
        return value
    kind = type(value).__name__  # by name: importing decimal and datetime would be dear for files
    if kind in ("float", "Decimal"):
        number = float(cast("float", value))
        return number if abs(number) < float("inf") else None
    if kind == "datetime":
        return _seconds(value)
    if kind == "timedelta":
        return cast("Any", value).total_seconds()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")[:LONGEST]
    if isinstance(value, Mapping):
        items = cast("Mapping[object, object]", value)
        return {str(name)[:LONGEST]: plain(part) for name, part in items.items()}
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in cast("Sequence[object]", value)[:MOST_ROWS]]
    return str(value)[:LONGEST]


def _seconds(moment: Any) -> float:
    import datetime

    aware = moment if moment.tzinfo else moment.replace(tzinfo=datetime.timezone.utc)  # noqa: UP017
    return float(aware.timestamp())
