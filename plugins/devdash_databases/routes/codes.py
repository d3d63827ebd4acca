"""What can be wrong with the routing of a project: each code's weight, consequence and repair."""

import msgspec

NOTE, ATTENTION, CRITICAL = "note", "attention", "critical"
"""How much a finding matters. A note is good to know and fails no check."""


class Code(msgspec.Struct, frozen=True):
    """One kind of finding.

    Attributes:
        level: NOTE, ATTENTION or CRITICAL.
        title: what it is about, in a few words.
        consequence: what comes of it.
        repair: what to do. Both may name "{alias}" and "{router}".
    """

    level: str
    title: str
    consequence: str
    repair: str


UNTOLD = frozenset({"scan-failed", "apps-unloadable", "router-missing"})
"""With one of these nothing is known of the routes."""

UNSEEN = "live-failed"
"""With this nothing is known of what is really there on an alias."""

CODES: dict[str, Code] = {
    "apps-unloadable": Code(
        CRITICAL,
        "the apps cannot be loaded",
        "Nothing can be said of any model.",
        "Run `manage.py check` in the project: it says why.",
    ),
    "router-missing": Code(
        CRITICAL,
        "a router cannot be imported",
        "Django refuses every query.",
        "Look at DATABASE_ROUTERS, and at what the router's module imports.",
    ),
    "scan-failed": Code(
        ATTENTION,
        "the routers could not be asked",
        "Nothing can be said of any model.",
        "Import the project's apps by hand: one of them ends or holds up the interpreter.",
    ),
    "router-raises": Code(
        CRITICAL,
        "a router raises",
        "So does every query that comes to it.",
        "Let {router} return None for what it does not know.",
    ),
    "router-connects": Code(
        NOTE,
        "a router asks a database while it routes",
        "Its answers may be others when that answers: here nothing connects. And it asks for every query.",
        "Let something else look after the databases, and the router ask that.",
    ),
    "router-shadowed": Code(
        CRITICAL,
        "a router never gets its models",
        "Their rows go to another database, silently, and are not found in their own.",
        "Put the router for few models before {router}, or let that return None for them.",
    ),
    "unknown-alias": Code(
        CRITICAL,
        "an alias that is not configured",
        "Each such query raises ConnectionDoesNotExist.",
        "Add “{alias}” to DATABASES, or let {router} name another.",
    ),
    "write-alias-never-migrated": Code(
        CRITICAL,
        "no migration makes the table",
        "Every write fails: there is no table, and `migrate` records the migration as applied all the same.",
        "Let {router}.allow_migrate permit {alias}, or write elsewhere.",
    ),
    "ddl-on-read-alias": Code(
        CRITICAL,
        "migrations may run on a replica",
        "`migrate --database {alias}` makes tables behind the replication's back and breaks it.",
        'Let allow_migrate of {router} say no for {alias}, such as `return db == "default"`.',
    ),
    "migrated-where-unused": Code(
        ATTENTION,
        "tables where nobody reads or writes them",
        "`migrate --database {alias}` makes tables that stay empty, and a query gone astray finds them "
        "rather than fail.",
        "Let allow_migrate of {router} say no for these models on {alias}.",
    ),
    "autofield-on-mongo": Code(
        CRITICAL,
        "a key that MongoDB does not count",
        "Migrations and writes fail half way.",
        "Give these models a key of their own, such as a UUIDField, or an ObjectIdAutoField.",
    ),
    "fk-across-databases": Code(
        ATTENTION,
        "a foreign key to another database",
        "The database cannot keep the constraint: `migrate` fails, or every insert does.",
        "Give the field db_constraint=False, and do not join over it.",
    ),
    "fk-without-constraint": Code(
        NOTE,
        "a foreign key to another database, without a constraint",
        "Queries cannot join over it, and nothing notices when the other row goes.",
        "Fetch the other rows by their keys.",
    ),
    "relation-refused": Code(
        ATTENTION,
        "a relation that the routers refuse",
        "Assigning such a row raises ValueError.",
        "Let a router's allow_relation return True for the two apps where it is meant; else ask for the "
        "other row with using().",
    ),
    "reads-leave-transaction": Code(
        ATTENTION,
        "reads in a transaction go elsewhere",
        "What was just written is not found, and refresh_from_db raises DoesNotExist.",
        'Let db_for_read of {router} name {alias} while connections["{alias}"].in_atomic_block, as '
        "PrimaryReplicaRouter does.",
    ),
    "replica-without-test-mirror": Code(
        ATTENTION,
        "a replica that is none in tests",
        "Tests make an empty database for it and find nothing of what they wrote.",
        'Set DATABASES["{alias}"]["TEST"] = {{"MIRROR": …}} to the alias that it follows.',
    ),
    "no-timeout": Code(
        NOTE,
        "no timeout",
        "A server that accepts and is silent holds up each request for longer than 15 s.",
        "Set it in OPTIONS of {alias}.",
    ),
    "table-missing-on-read-alias": Code(
        CRITICAL,
        "no table where it is read",
        "Every read fails.",
        "Where {alias} is a replica, look at its replication; else migrate it.",
    ),
    "table-missing-on-write-alias": Code(
        CRITICAL,
        "no table where it is written",
        "Every write fails, whatever the record of migrations says.",
        "`migrate --database {alias}`; when that has nothing to do, `migrate APP zero --fake` comes first.",
    ),
    "write-alias-read-only": Code(
        CRITICAL,
        "writes go to a server that refuses them",
        "Every write fails.",
        "Find out which server is the primary now; it may have been switched over.",
    ),
    "replica-writable": Code(
        ATTENTION,
        "a replica that takes writes",
        "One stray write makes it differ from its primary and may break the replication.",
        "Set it read-only: read_only=ON, or default_transaction_read_only=on.",
    ),
    "schema-drift": Code(
        ATTENTION,
        "a table that differs between two aliases",
        "What is written to the one cannot be read from the other.",
        "Where {alias} is a replica, look at its replication; else migrate both.",
    ),
    "migration-pending": Code(
        ATTENTION,
        "migrations wait",
        "Code may ask for columns that are not there yet.",
        "`migrate --database {alias}`",
    ),
    "live-failed": Code(
        NOTE,
        "a database that could not be looked at",
        "Its tables, migrations and schema are not compared.",
        "`devdash run databases ping {alias}` says what is the matter.",
    ),
}
