"""Queries of one's own that run on a server: which, and how one is ended. Statements and words only.

Of a statement only its first word is shown: the rest may hold anything.
"""

from collections.abc import Sequence

import msgspec

from devdash_databases.probing import engines
from devdash_databases.questions import MARIADB
from devdash_databases.wire import Answer, Question, Questions

KEY, ENDED = "own", "ended"

_MYSQL = Question(
    key=KEY,
    sql="SELECT id, time AS seconds, SUBSTRING_INDEX(TRIM(info), ' ', 1) AS verb, "
    "UNIX_TIMESTAMP() - time AS began FROM information_schema.processlist "
    "WHERE user = SUBSTRING_INDEX(USER(), '@', 1) AND id <> CONNECTION_ID() "
    "AND command NOT IN ('Sleep', 'Daemon') AND command NOT LIKE 'Binlog%' ORDER BY time DESC",
)

_POSTGRESQL = Question(
    key=KEY,
    sql="SELECT pid AS id, extract(epoch FROM now() - query_start)::float AS seconds, "
    "split_part(ltrim(query), ' ', 1) AS verb, extract(epoch FROM query_start)::float AS began "
    "FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid() "
    "AND state = 'active' AND backend_type = 'client backend' ORDER BY query_start",
)

OWN: Questions = {MARIADB: (_MYSQL,), engines.MYSQL: (_MYSQL,), engines.POSTGRESQL: (_POSTGRESQL,)}


class Query(msgspec.Struct, frozen=True):
    """A query that runs.

    Attributes:
        id: the server's number of its connection.
        seconds: how long it has been running.
        verb: the first word of the statement.
        began: when, in seconds since 1970 of the server's clock.
    """

    id: int
    seconds: float
    verb: str
    began: float

    @property
    def label(self) -> str:
        """Such as "4711 (UPDATE, 95 s)"."""
        return f"{self.id} ({self.verb}, {self.seconds:.0f} s)"


def queries(answer: Answer | None) -> tuple[Query, ...]:
    """What an answer lists, the longest first."""
    if answer is None or answer.state:
        return ()
    return tuple(
        Query(int(number), float(seconds or 0), _word(verb), float(began or 0))
        for number, seconds, verb, began in answer.rows
    )


def number_of(text: str) -> int | None:
    """The number at the beginning of a label, or a number; None when there is none."""
    first = text.strip().partition(" ")[0]
    return int(first) if first.isdigit() else None


def ending(query: Query) -> Questions:
    """What ends it, and only it: the connection stays."""
    mysql = Question(key=ENDED, sql=f"KILL QUERY {query.id:d}")
    postgresql = Question(
        key=ENDED,
        sql="SELECT pg_cancel_backend(pid) AS done FROM pg_stat_activity WHERE pid = %s "
        "AND usename = current_user AND abs(extract(epoch FROM query_start)::float - %s::float) < 0.01",
        params=(query.id, repr(query.began)),
    )
    return {MARIADB: (mysql,), engines.MYSQL: (mysql,), engines.POSTGRESQL: (postgresql,)}


def same(first: Query, then: Query, slack_s: float = 2.0) -> bool:
    """Whether it is still the same query: a connection may have begun another."""
    return first.id == then.id and abs(first.began - then.began) <= slack_s


def longest(running: Sequence[Query]) -> Query | None:
    """The one that runs longest."""
    return max(running, key=lambda query: query.seconds, default=None)


def _word(text: object) -> str:
    word = str(text or "")[:12].upper()
    return word if word.isalpha() else "?"
