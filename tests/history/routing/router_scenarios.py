"""What is done to a project whose routers are on trial; each function runs in a process of its own."""

import asyncio
import io
import sqlite3
import threading
import time
import warnings
from contextlib import closing

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connections, router, transaction
from django.db.models import F, Q
from django.db.utils import DatabaseError
from django.test.runner import DiscoverRunner
from router_apps.analytics.models import Hit
from router_apps.shop.models import Careful, Entry, Line
from router_apps.status.models import Note

from devdash.history import routers
from devdash.history.routers import chain, checks


def migrate(aliases, skip_checks=True):
    """As manage.py does it, when `skip_checks` is False."""
    for alias in aliases:
        call_command("migrate", database=alias, verbosity=0, skip_checks=skip_checks)


def replicate():
    """What replication does, when the test says so."""
    replica = next(alias for alias in connections if alias.startswith("replica"))
    names = [str(connections.settings[alias]["NAME"]) for alias in ("default", replica)]
    with closing(sqlite3.connect(names[0])) as primary, closing(sqlite3.connect(names[1])) as copy:
        primary.backup(copy)


def tables(alias):
    return sorted(connections[alias].introspection.table_names())


def routes():
    """Where each model is read, written and migrated."""
    return {
        model._meta.label: [
            router.db_for_read(model),
            chain.write_alias(model),
            [alias for alias in connections if router.allow_migrate_model(alias, model)],
        ]
        for model in (Entry, Hit, Note)
    }


def store_a_hit():
    """The apps are migrated as the routers say; then one row is stored. Returns who has it."""
    migrate(["default", "mongo"])
    replicate()
    try:
        Hit.objects.create(key="a")
    except DatabaseError as error:
        return str(error)
    return [alias for alias in connections if Hit.objects.using(alias).exists()]


def migrate_everywhere():
    """The tables of each alias after `migrate --database` of it, and of the replica after replication."""
    migrate(["default", "mongo", "replica1"])
    return {alias: tables(alias) for alias in connections}


def trust_the_record():
    """`migrate` as every deployment runs it; then what the record says and what is there."""
    migrate(["default"])
    told = io.StringIO()
    call_command("showmigrations", "analytics", stdout=told)
    call_command("migrate", check_unapplied=True, verbosity=0)
    try:
        Hit.objects.create(key="a")
        stored = True
    except DatabaseError:
        stored = False
    missing = {alias: list(routers.missing_tables(alias)) for alias in ("default", "mongo")}
    return {"recorded": "[X] 0001_initial" in told.getvalue(), "stored": stored, "missing": missing}


def fake_the_record():
    """An alias where the record says more than is true."""
    migrate(["default"])
    call_command("migrate", database="mongo", fake=True, verbosity=0)
    faked = [finding.msg for finding in checks.check_tables(databases=["default", "mongo"])]
    call_command("migrate", "analytics", "zero", fake=True, database="mongo", verbosity=0)
    pending = [finding.msg for finding in checks.check_tables(databases=["mongo"])]
    call_command("migrate", "analytics", database="mongo", verbosity=0)
    return {"faked": faked, "pending": pending, "left": list(routers.missing_tables("mongo"))}


def _prepared():
    migrate(["default"])
    replicate()


def read_what_was_written():
    """Nothing is replicated after the writes. Which reads see them?"""
    _prepared()
    return write_and_read()


def write_and_read():
    """The same, where tables are there and replication is held up."""
    seen = {}
    with transaction.atomic():
        entry = Entry.objects.create(title="in a transaction")
        seen["atomic"] = Entry.objects.filter(pk=entry.pk).exists()
        try:
            entry.refresh_from_db()
            seen["refresh"] = True
        except Entry.DoesNotExist:
            seen["refresh"] = False
    seen["after commit"] = Entry.objects.filter(pk=entry.pk).exists()
    Entry.objects.filter(pk=entry.pk).update(count=7)
    seen["update"] = Entry.objects.filter(count=7).exists()
    Line.objects.create(entry=entry)
    seen["related"] = entry.lines.exists()
    entry.delete()
    seen["delete"] = not Entry.objects.filter(title="in a transaction").exists()
    return seen


def read_in_somebody_else_s_transaction():
    """Another process has written; a transaction of ours must see one state, the primary's."""
    _prepared()
    _another_process_writes("theirs")
    with transaction.atomic():
        return Entry.objects.filter(title="theirs").exists()


def _another_process_writes(title, table="shop_entry"):
    columns = "title, count" if table == "shop_entry" else "title"
    values = "?, 0" if table == "shop_entry" else "?"
    with closing(sqlite3.connect(settings.DATABASES["default"]["NAME"])) as other:
        other.execute(f"INSERT INTO {table} ({columns}) VALUES ({values})", [title])
        other.commit()


def validate_uniqueness():
    """Whether a second row of the same title is refused before it is stored."""
    _prepared()
    Entry.objects.create(title="mine")
    _another_process_writes("theirs")
    _another_process_writes("theirs", "shop_careful")
    return {"mine": _refuses(Entry(title="mine")), "theirs": _refuses(Careful(title="theirs"))}


def validate_a_stranger_s_title():
    """The same for another process's row, long after any own write, with and without the mixin."""
    _prepared()
    _another_process_writes("theirs")
    _another_process_writes("theirs", "shop_careful")
    return {"plain": _refuses(Entry(title="theirs")), "careful": _refuses(Careful(title="theirs"))}


def _refuses(instance):
    try:
        instance.full_clean()
    except ValidationError as error:
        return error.message_dict.keys() == {"title"}
    return False


def get_or_create():
    """Another process's row that no replica has yet: found, not made again."""
    _prepared()
    _another_process_writes("theirs")
    _, created = Entry.objects.get_or_create(title="theirs")
    return created


def lock_a_row():
    """The alias on which select_for_update() asks."""
    _prepared()
    return Entry.objects.select_for_update().db


def read_in_a_test():
    """What a test reads, outside of a transaction, of a row that its fixtures put on default."""
    runner = DiscoverRunner(verbosity=0, interactive=False)
    made = runner.setup_databases()
    Entry.objects.using("default").create(title="fixture")
    try:
        return Entry.objects.count()
    finally:
        runner.teardown_databases(made)


def relate():
    """A row on mongo that belongs to a person on default."""
    migrate(["default", "mongo"])
    replicate()
    ada = User.objects.create(username="ada")
    try:
        Hit.objects.create(key="a", user=ada)
    except ValueError as error:
        return str(error)
    replicate()
    return Hit.objects.get(key="a").user.username


def relate_unasked():
    """The same between two apps that nobody has named."""
    migrate(["default", "mongo"])
    return router.allow_relation(Entry(), Hit())


def try_to_migrate(alias):
    """Whether `migrate --database` of it was let through."""
    try:
        migrate([alias], skip_checks=False)
    except CommandError:
        return False
    return True


def add_entry(title):
    Entry.objects.create(title=title)


def titles():
    return sorted(Entry.objects.values_list("title", flat=True))


def live_on_mongo():
    """A row on mongo: related, unique, found, and nowhere else."""
    ada = User.objects.create(username="ada")
    Hit.objects.create(key="a", user=ada)
    Note.objects.create(text="here")
    told = {"user": Hit.objects.get(key="a").user.username}
    try:
        Hit.objects.create(key="a")
        told["again"] = ""
    except DatabaseError as error:
        told["again"] = type(error).__name__
    told["on default"] = "analytics_hit" in tables("default")
    told["found"] = list(
        Hit.objects.filter(Q(key__startswith="a") & Q(user_id=ada.pk)).values_list("key", flat=True)
    )
    return told


def make_counter():
    Hit.objects.create(key="counter")


def count_up(times):
    for _ in range(times):
        Hit.objects.filter(key="counter").update(count=F("count") + 1)


def counted():
    return Hit.objects.get(key="counter").count


def ask_for_migrations():
    """`makemigrations --check` while aliases are out of reach; what it complains of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call_command("makemigrations", check=True, dry_run=True, verbosity=0)
    return [str(one.message) for one in caught]


def findings():
    """The system checks' ids and sentences."""
    return [[finding.id, finding.msg] for finding in checks.check_routers()]


def checked():
    """What `manage.py check` says: the app has registered the checks."""
    told = io.StringIO()
    call_command("check", stderr=told)
    return told.getvalue()


def follow_instances():
    """Where what belongs to an instance is read and written, by the alias that the instance came from."""
    seen = {}
    for alias in ("default", "replica1", "archive", "mongo", None):
        entry = Entry(pk=1)
        entry._state.db = alias
        seen[str(alias)] = [
            router.db_for_read(Line, instance=entry),
            chain.write_alias(Entry, instance=entry),
        ]
    return seen


def window():
    """The alias of reads by the seconds since the first read after a write, with the clock in hand."""
    ours = router.routers[-1]
    now = [100.0]
    ours.clock = lambda: now[0]
    seen = [["never", router.db_for_read(Entry)]]
    router.db_for_write(Entry)
    now[0] = 900.0
    for after in (0.0, 4.9, 5.1, 6.0):
        now[0] = 900.0 + after
        seen.append([after, router.db_for_read(Entry)])
    return seen


def contexts():
    """Own writes concern the own thread and task; Django's async methods carry them on."""
    _prepared()
    seen = {}
    Entry.objects.create(title="here")
    other = threading.Thread(target=lambda: seen.update(thread=router.db_for_read(Entry)))
    other.start()
    other.join()
    seen["here"] = router.db_for_read(Entry)

    async def write():
        await Entry.objects.acreate(title="there")
        seen["task"] = await sync_to_async(router.db_for_read)(Entry)
        seen["found"] = await Entry.objects.filter(title="there").aexists()

    async def look():
        await asyncio.sleep(0)
        seen["other task"] = router.db_for_read(Entry)

    async def both():
        await asyncio.gather(write(), look())

    fresh = threading.Thread(target=lambda: asyncio.run(both()))
    fresh.start()
    fresh.join()
    return seen


def wish():
    """Within primary_reads(), after it, and as a decorator."""
    with routers.primary_reads():
        within = router.db_for_read(Entry)
    return [within, router.db_for_read(Entry), routers.primary_reads()(router.db_for_read)(Entry)]


def manual_commit():
    """With autocommit off, every read is in a transaction."""
    _prepared()
    before = router.db_for_read(Entry)
    transaction.set_autocommit(False)
    within = router.db_for_read(Entry)
    transaction.rollback()
    transaction.set_autocommit(True)
    return [before, within, router.db_for_read(Entry)]


def health():
    """Reads of one context while replicas go down and come back."""
    group = router.routers[-1].group
    seen = {router.db_for_read(Entry) for _ in range(20)}
    first = seen.pop()
    routers.health.mark_down(first, "gone")
    second = router.db_for_read(Entry)
    routers.health.mark_down(second, "gone")
    return {
        "steady": not seen,
        "replicas": sorted((first, second)) == sorted(group.replicas),
        "none up": router.db_for_read(Entry),
    }


def spread():
    """The aliases that 64 fresh threads read."""
    seen = []
    threads = [threading.Thread(target=lambda: seen.append(router.db_for_read(Entry))) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(set(seen))


def cost():
    """Seconds for one decision about a read, the best of five thousands."""
    best = 9.0
    for _ in range(5):
        began = time.perf_counter()
        for _ in range(1000):
            router.db_for_read(Entry)
        best = min(best, time.perf_counter() - began)
    return best / 1000
