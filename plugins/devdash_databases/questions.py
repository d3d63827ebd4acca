"""What is asked of a server after its ping, by vendor. Statements only: nothing here connects.

All of them only read, and cost a server next to nothing; what costs more is asked now and then. Some need a
right that an app's user may not have: then there is no answer, and the rest stands.
"""

from devdash_databases.probing import engines
from devdash_databases.wire import Question, Questions

MARIADB = "mariadb"

_THREADS = ("Threads_connected", "Uptime")
_SSL = ("Ssl_version", "Ssl_server_not_after")

_FOLLOWER = (
    "Master_Host",
    "Master_Port",
    "Master_Server_Id",
    "Slave_IO_Running",
    "Slave_SQL_Running",
    "Seconds_Behind_Master",
    "Last_IO_Errno",
    "Last_SQL_Errno",
    "SQL_Delay",
    "Source_Host",
    "Source_Port",
    "Source_Server_Id",
    "Replica_IO_Running",
    "Replica_SQL_Running",
    "Seconds_Behind_Source",
)
"""Columns of the status of a replica; its messages quote rows and stay where they are."""


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"'{name}'" for name in names)


_MYSQL = (
    Question(key="status", sql=f"SHOW GLOBAL STATUS WHERE Variable_name IN ({_listed(_THREADS)})"),
    Question(key="tls", sql=f"SHOW SESSION STATUS WHERE Variable_name IN ({_listed(_SSL)})"),
    Question(
        key="server",
        sql="SELECT @@global.max_connections AS allowed, @@global.read_only AS read_only, "
        "@@global.server_id AS system",
    ),
)

_MYSQL_LAST = (
    Question(
        key="oldest",
        sql="SELECT TIMESTAMPDIFF(SECOND, MIN(trx_started), NOW()) AS seconds "
        "FROM information_schema.innodb_trx WHERE trx_mysql_thread_id <> CONNECTION_ID()",
    ),
)

OFTEN: Questions = {
    MARIADB: (
        *_MYSQL,
        Question(
            key="position",
            sql="SELECT @@global.gtid_binlog_pos AS written, @@global.gtid_slave_pos AS applied",
        ),
        Question(key="follower", sql="SHOW ALL SLAVES STATUS", columns=_FOLLOWER),
        *_MYSQL_LAST,
    ),
    engines.MYSQL: (
        *_MYSQL,
        Question(
            key="position",
            sql="SELECT @@global.gtid_executed AS written, @@global.gtid_executed AS applied",
        ),
        Question(key="follower", sql="SHOW REPLICA STATUS", columns=_FOLLOWER),
        Question(key="follower-old", sql="SHOW SLAVE STATUS", columns=_FOLLOWER),  # before MySQL 8.0.22
        *_MYSQL_LAST,
    ),
    engines.POSTGRESQL: (
        Question(
            key="server",
            sql="SELECT current_setting('max_connections')::int AS allowed, "
            "(SELECT sum(numbackends) FROM pg_stat_database)::int AS used, "
            "extract(epoch FROM now() - pg_postmaster_start_time())::float AS uptime, "
            "current_setting('transaction_read_only') = 'on' AS read_only",
        ),
        Question(
            key="position",
            sql="SELECT CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_lsn() END::text AS written, "
            "pg_last_wal_receive_lsn()::text AS received, pg_last_wal_replay_lsn()::text AS applied, "
            "CASE WHEN pg_is_in_recovery() THEN pg_is_wal_replay_paused() END AS paused, "
            "CASE WHEN pg_is_in_recovery() THEN extract(epoch FROM "
            "current_setting('recovery_min_apply_delay', true)::interval)::float END AS delay, "
            "extract(epoch FROM now() - pg_last_xact_replay_timestamp())::float AS since",
        ),
        Question(key="tls", sql="SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()"),
        Question(
            key="receiver", sql="SELECT pid, status, sender_host, sender_port FROM pg_stat_wal_receiver"
        ),
        Question(key="system", sql="SELECT system_identifier::text AS system FROM pg_control_system()"),
        Question(
            key="oldest",
            sql="SELECT extract(epoch FROM now() - min(xact_start))::float AS seconds "
            "FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL",
        ),
    ),
    engines.MONGODB: (
        Question(
            key="hello",
            command={"hello": 1},
            columns=(
                "setName",
                "isWritablePrimary",
                "secondary",
                "arbiterOnly",
                "maxWireVersion",
                "primary",
                "me",
                "msg",
                "lastWrite",
            ),
        ),
        Question(key="status", command={"serverStatus": 1}, columns=("connections", "uptime")),
    ),
}
"""With every reading."""

SELDOM: Questions = {
    MARIADB: (
        Question(
            key="size",
            sql="SELECT SUM(data_length + index_length) AS bytes FROM information_schema.tables "
            "WHERE table_schema = DATABASE()",
        ),
    ),
    engines.POSTGRESQL: (
        Question(key="size", sql="SELECT pg_database_size(current_database()) AS bytes"),
        Question(key="certificate", certificate=True),
    ),
    engines.MONGODB: (
        Question(key="size", command={"dbStats": 1}, columns=("storageSize",)),
        Question(key="certificate", certificate=True),
    ),
    engines.SQLITE: (
        Question(
            key="size",
            sql="SELECT page_count * page_size AS bytes FROM pragma_page_count(), pragma_page_size()",
        ),
    ),
}
"""Every ten minutes."""


def asked(*, seldom: bool) -> Questions:
    """What is asked with this reading."""
    if not seldom:
        return OFTEN
    rare = {**SELDOM, engines.MYSQL: SELDOM[MARIADB]}
    return {vendor: (*OFTEN.get(vendor, ()), *rare.get(vendor, ())) for vendor in {**OFTEN, **rare}}
