"""Queries of one's own that run on a server: which, and how one is ended. Statements and words only.

Of a statement only its first word is shown: the rest may hold anything.
"""

import msgspec

from devdash_databases.probing import engines
from devdash_databases.questions import MARIADB
from devdash_databases.wire import Answer, Question, Questions

KEY, ENDED = "own", "ended"

_LISTED = (
    "SELECT id, time AS seconds, SUBSTRING_INDEX(TRIM(info), ' ', 1) AS verb, "
    "UNIX_TIMESTAMP() - time AS began, "
)
_OWN = (
    " AS number FROM information_schema.processlist "
    "WHERE user = SUBSTRING_INDEX(USER(), '@', 1) AND id <> CONNECTION_ID() "
    "AND command NOT IN ('Sleep', 'Daemon') AND command NOT LIKE 'Binlog%' ORDER BY time DESC"
)

_MARIADB, _MYSQL = (Question(key=KEY, sql=f"{_LISTED}{number}{_OWN}") for number in ("query_id", "0"))

_POSTGRESQL = Question(
    key=KEY,
    sql="SELECT pid AS id, extract(epoch FROM now() - query_start)::float AS seconds, "
    "split_part(ltrim(query), ' ', 1) AS verb, extract(epoch FROM query_start)::float AS began, "
    "(extract(epoch FROM query_start) * 1000000)::bigint AS number "
    "FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid() "
    "AND state = 'active' AND backend_type = 'client backend' ORDER BY query_start",
)

OWN: Questions = {MARIADB: (_MARIADB,), engines.MYSQL: (_MYSQL,), engines.POSTGRESQL: (_POSTGRESQL,)}


class Query(msgspec.Struct, frozen=True):
    """A query that runs.

    Attributes:
        id: the server's number of its connection.
        seconds: how long it has been running.
        verb: the first word of the statement.
        began: when, in seconds since 1970 of the server's clock.
        number: what no other query of that connection has: MariaDB's number of the query, the microsecond in
            which it began on PostgreSQL; 0 on MySQL, which has neither.
    """

    id: int
    seconds: float
    verb: str
    began: float
    number: int = 0

    @property
    def label(self) -> str:
        """Such as "4711 (UPDATE, 95 s)"."""
        return f"{self.id} ({self.verb}, {self.seconds:.0f} s)"


def queries(answer: Answer | None) -> tuple[Query, ...]:
    """What an answer lists, the longest first."""
    if answer is None or answer.state:
        return ()
    return tuple(
        Query(int(connection), float(seconds or 0), _word(verb), float(began or 0), int(number))
        for connection, seconds, verb, began, number in answer.rows
    )


def number_of(text: str) -> int | None:
    """The number at the beginning of a label, or a number; None when there is none."""
    first = text.strip().partition(" ")[0]
    return int(first) if first.isdigit() else None


def ending(query: Query) -> Questions:
    """What ends it, and only it: the connection stays."""
    mariadb = Question(key=ENDED, sql=f"KILL QUERY ID {query.number:d}")
    mysql = Question(key=ENDED, sql=f"KILL QUERY {query.id:d}")  # it knows connections only
    postgresql = Question(
        key=ENDED,
        sql="SELECT pg_cancel_backend(pid) AS done FROM pg_stat_activity WHERE pid = %s "
        "AND usename = current_user AND (extract(epoch FROM query_start) * 1000000)::bigint = %s",
        params=(query.id, query.number),
    )
    return {MARIADB: (mariadb,), engines.MYSQL: (mysql,), engines.POSTGRESQL: (postgresql,)}


def same(first: Query, then: Query, slack_s: float = 2.0) -> bool:
    """Whether it is still the same query: a connection may have begun another."""
    if first.number or then.number:
        return (first.id, first.number) == (then.id, then.number)
    return first.id == then.id and abs(first.began - then.began) <= slack_s


def _word(text: object) -> str:
    word = str(text or "")[:12].upper()
    return word if word.isalpha() else "?"
