"""What a server said of itself, read out of its answers; what it did not say is None. Pure."""

import calendar
import time
from collections.abc import Mapping

import msgspec

from devdash_databases.wire import Answer, Ping


class Follower(msgspec.Struct, frozen=True, kw_only=True):
    """What a replica says of its following.

    Attributes:
        receiving, applying: whether each half of it runs; None: it may not be told.
        paused: a person has paused the replay.
        code: the driver's code of what stopped it, or "".
        trying: it connects to its primary again and again, and goes on by itself.
        server_lag_s: its own number; None when it gives none.
        delay_s: seconds that it is told to stay behind.
        source: the primary's address, or "".
        source_id: the primary's id, or "".
        permitted: the user may ask for its threads.
    """

    receiving: bool | None = None
    applying: bool | None = None
    paused: bool = False
    code: str = ""
    trying: bool = False
    server_lag_s: float | None = None
    delay_s: float = 0.0
    source: str = ""
    source_id: str = ""
    permitted: bool = True


class Observed(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one server.

    Attributes:
        vendor: as of its ping.
        role: "primary", "replica", "arbiter" or "file"; None when it could not be told.
        read_only: it refuses writes.
        used, allowed: connections.
        tls: the protocol, such as "TLSv1.3"; "" when the connection is not encrypted.
        certificate_end: when its certificate ends, in seconds since 1970.
        size_bytes: of the database.
        oldest_s: how long the oldest transaction has been open, as far as the user may see.
        uptime_s: since the server started.
        written: the position of a primary's log.
        applied: the position up to which a replica has applied.
        system: what all servers of one data set share, or a server's id; "".
        follower: None when it follows nobody.
        topology: of MongoDB, such as "replica set rs0"; "".
        wire_version: of MongoDB.
    """

    vendor: str | None = None
    role: str | None = None
    read_only: bool | None = None
    used: int | None = None
    allowed: int | None = None
    tls: str | None = None
    certificate_end: float | None = None
    size_bytes: int | None = None
    oldest_s: float | None = None
    uptime_s: float | None = None
    written: str | None = None
    applied: str | None = None
    system: str = ""
    follower: Follower | None = None
    topology: str = ""
    wire_version: int | None = None


def observe(ping: Ping) -> Observed:
    """What `ping` and its answers told."""
    answers = ping.answers
    size = _number(_cell(answers, "size", "bytes"))
    if size is None:
        size = _number(_cell(answers, "size", "storageSize"))
    plain = Observed(
        vendor=ping.vendor,
        role=ping.role,
        read_only=ping.read_only,
        size_bytes=None if size is None else int(size),
        oldest_s=_number(_cell(answers, "oldest", "seconds")),
    )
    if ping.vendor in ("mysql", "mariadb"):
        return _mysql(plain, answers)
    if ping.vendor == "postgresql":
        return _postgresql(plain, answers)
    return _mongodb(plain, answers) if ping.vendor == "mongodb" else plain


def _mysql(plain: Observed, answers: Mapping[str, Answer]) -> Observed:
    status, tls = _pairs(answers, "status"), _pairs(answers, "tls")
    follower = _mysql_follower(answers)
    if follower is not None and not follower.permitted and plain.role != "replica":
        follower = None
    read_only = _number(_cell(answers, "server", "read_only"))
    end = tls.get("Ssl_server_not_after", "")
    return msgspec.structs.replace(
        plain,
        role=_mysql_role(plain, follower, answers),
        read_only=plain.read_only if read_only is None else bool(read_only),
        used=_whole(status.get("Threads_connected")),
        uptime_s=_number(status.get("Uptime")),
        allowed=_whole(_cell(answers, "server", "allowed")),
        tls=tls.get("Ssl_version") if tls else None,
        certificate_end=_certificate_end(end),
        written=_text(_cell(answers, "position", "written")),
        applied=_text(_cell(answers, "position", "applied")),
        system=_text(_cell(answers, "server", "system")) or "",
        follower=follower,
    )


def _mysql_role(plain: Observed, follower: Follower | None, answers: Mapping[str, Answer]) -> str | None:
    """Who follows is a replica, writable or not; without the right to ask, what the ping guessed."""
    if follower is not None and follower.permitted:
        return "replica"
    asked = [answers[key] for key in ("follower", "follower-old") if key in answers]
    if follower is None and any(not answer.state for answer in asked):
        return "primary"  # who follows nobody, though it refuses writes
    return plain.role


def _mysql_follower(answers: Mapping[str, Answer]) -> Follower | None:
    answer = answers.get("follower")
    if answer is None or answer.state:
        answer = answers.get("follower-old", answer)
    if answer is None:
        return None
    if answer.state:
        return Follower(permitted=False)
    if not answer.rows:
        return None
    followers = [_mysql_channel(dict(zip(answer.columns, row, strict=True))) for row in answer.rows]
    return min(followers, key=lambda one: bool(one.receiving and one.applying))  # the one that needs a hand


def _mysql_channel(row: Mapping[str, object]) -> Follower:
    def of(name: str) -> object:
        other = name.replace("Master", "Source").replace("Slave", "Replica")
        return row.get(name, row.get(other))

    codes = [str(of(name)) for name in ("Last_SQL_Errno", "Last_IO_Errno") if of(name) not in (None, 0, "0")]
    return Follower(
        receiving=str(of("Slave_IO_Running")) == "Yes",
        applying=str(of("Slave_SQL_Running")) == "Yes",
        code=codes[0] if codes else "",
        trying=str(of("Slave_IO_Running")) == "Connecting" and str(of("Slave_SQL_Running")) == "Yes",
        server_lag_s=_number(of("Seconds_Behind_Master")),
        delay_s=_number(of("SQL_Delay")) or 0.0,
        source=f"{of('Master_Host')}:{of('Master_Port')}",
        source_id=_text(of("Master_Server_Id")) or "",
    )


def _postgresql(plain: Observed, answers: Mapping[str, Answer]) -> Observed:
    tls = answers.get("tls")
    encrypted = bool(_cell(answers, "tls", "ssl"))
    return msgspec.structs.replace(
        plain,
        used=_whole(_cell(answers, "server", "used")),
        allowed=_whole(_cell(answers, "server", "allowed")),
        uptime_s=_number(_cell(answers, "server", "uptime")),
        tls=None if tls is None or tls.state else (_text(_cell(answers, "tls", "version")) or "") * encrypted,
        certificate_end=_number(_cell(answers, "certificate", "end")) if encrypted else None,
        written=_text(_cell(answers, "position", "written")),
        applied=_text(_cell(answers, "position", "applied")),
        system=_text(_cell(answers, "system", "system")) or "",
        follower=_postgresql_follower(answers) if plain.role == "replica" else None,
    )


def _postgresql_follower(answers: Mapping[str, Answer]) -> Follower:
    receiver = answers.get("receiver")
    asked = receiver is not None and not receiver.state
    status = _text(_cell(answers, "receiver", "status"))
    there = asked and receiver is not None and bool(receiver.rows)
    host, port = _cell(answers, "receiver", "sender_host"), _cell(answers, "receiver", "sender_port")
    received, applied = _cell(answers, "position", "received"), _cell(answers, "position", "applied")
    idle = received is not None and received == applied
    return Follower(
        # Without pg_monitor the row is there, and only its process is told.
        receiving=(there and status in (None, "streaming", "catchup")) if asked else None,
        applying=None if applied is None else not _cell(answers, "position", "paused"),
        paused=bool(_cell(answers, "position", "paused")),
        server_lag_s=0.0 if idle else _number(_cell(answers, "position", "since")),
        delay_s=_number(_cell(answers, "position", "delay")) or 0.0,
        source=f"{host}:{port}" if host else "",
        permitted=status is not None or not there,
    )


def _mongodb(plain: Observed, answers: Mapping[str, Answer]) -> Observed:
    connections = _cell(answers, "status", "connections")
    counts: Mapping[str, object] = connections if isinstance(connections, dict) else {}
    used, free = _number(counts.get("current")), _number(counts.get("available"))
    last = _cell(answers, "hello", "lastWrite")
    last_write = _number(last.get("lastWriteDate")) if isinstance(last, dict) else None
    name, primary = _cell(answers, "hello", "setName"), bool(_cell(answers, "hello", "isWritablePrimary"))
    role = "arbiter" if _cell(answers, "hello", "arbiterOnly") else plain.role
    topology = f"replica set {name}" if name else "standalone"
    if _cell(answers, "hello", "msg") == "isdbgrid":
        topology = "sharded"
    if name and not primary and not _cell(answers, "hello", "primary"):
        topology = f"{topology}, without a primary"
    follower = None if primary or not name else Follower(receiving=True, applying=True)
    return msgspec.structs.replace(
        plain,
        role=role,
        used=None if used is None else int(used),
        # No free one at all is what servers say that do not count: this connection would not be there.
        allowed=int(used + free) if used is not None and free else None,
        uptime_s=_number(_cell(answers, "status", "uptime")),
        tls=_mongodb_tls(answers.get("certificate")),
        certificate_end=_number(_cell(answers, "certificate", "end")),
        topology=topology if "hello" in answers else "",
        wire_version=_whole(_cell(answers, "hello", "maxWireVersion")),
        written=None if last_write is None else str(last_write),
        applied=None if last_write is None else str(last_write),
        system=str(name or ""),
        follower=follower,
    )


def _mongodb_tls(look: Answer | None) -> str | None:
    """The protocol, seen beside the certificate: the driver tells neither."""
    if look is None or look.kind == "NoTls":
        return None if look is None else ""
    return str(look.rows[0][look.columns.index("version")]) if look.rows else None


def _cell(answers: Mapping[str, Answer], key: str, column: str) -> object:
    """A cell of the first row of an answer; None where there is none."""
    answer = answers.get(key)
    if answer is None or not answer.rows or column not in answer.columns:
        return None
    cell: object = answer.rows[0][answer.columns.index(column)]
    return cell


def _pairs(answers: Mapping[str, Answer], key: str) -> dict[str, str]:
    """Rows of a name and a value."""
    answer = answers.get(key)
    return {} if answer is None else {str(row[0]): str(row[1]) for row in answer.rows if len(row) == 2}


def _number(value: object) -> float | None:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
    return float(value) if isinstance(value, int | float) else None


def _whole(value: object) -> int | None:
    number = _number(value)
    return None if number is None else int(number)


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _certificate_end(text: str) -> float | None:
    """MySQL's "Nov 22 20:00:00 2027 GMT" in seconds since 1970."""
    try:
        return float(calendar.timegm(time.strptime(text, "%b %d %H:%M:%S %Y GMT")))
    except ValueError:
        return None
