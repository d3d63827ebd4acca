"""Writing rows so that writing them twice is the same, on databases that differ in what they can do.

Counters and what they count are written in one transaction, under a lock that all writers of the same
counters take first: SQLite's, which a transaction has from its beginning, or rows that are held.
MongoDB has neither; there a row counts when its insertion succeeded, and a crash between the two leaves a
counter behind, never ahead.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import islice
from typing import TypeVar

from django.db import IntegrityError, connections, models, router, transaction

M = TypeVar("M", bound=models.Model)
T = TypeVar("T")

AT_ONCE = 500
"""Values in one statement: a limit of SQLite's that may have been made small."""


def writing_alias(model: type[models.Model]) -> str:
    """The database that `model` is written to. Who writes reads there too: a replica may lag."""
    return router.db_for_write(model)


@contextmanager
def together(*aliases: str) -> Iterator[None]:
    """A transaction on each of `aliases`; the same one twice is one."""
    with ExitStack() as stack:
        for alias in sorted(set(aliases)):
            stack.enter_context(transaction.atomic(using=alias))
        yield


def chunks(items: Iterable[T], size: int = AT_ONCE) -> Iterator[list[T]]:
    """`items`, `size` at a time."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk


def insert_new(rows: Sequence[M], alias: str) -> list[M]:
    """Insert those of `rows` whose primary key is not there; hold what counts them first.

    Returns:
        the rows that are new.
    """
    if not rows:
        return []
    model = type(rows[0])
    manager = model._base_manager.using(alias)
    wanted = {row.pk: row for row in reversed(rows)}
    for keys in chunks(list(wanted)):
        for known in manager.filter(pk__in=keys).values_list("pk", flat=True):
            del wanted[known]
    new = list(wanted.values())
    if connections[alias].features.supports_ignore_conflicts:
        manager.bulk_create(new, batch_size=AT_ONCE, ignore_conflicts=True)
        return new
    return [row for row in new if _inserted(row, alias)]


def upsert(rows: Sequence[M], alias: str) -> None:
    """Insert `rows`, or change those that are there to them."""
    if not rows:
        return
    model, features = type(rows[0]), connections[alias].features
    if not features.supports_update_conflicts:
        for row in rows:
            row.save(using=alias)
        return
    key = model._meta.pk.name
    fields = [field.name for field in model._meta.concrete_fields if field.name != key]
    target = [key] if features.supports_update_conflicts_with_target else None
    model._base_manager.using(alias).bulk_create(
        rows, batch_size=AT_ONCE, update_conflicts=True, unique_fields=target, update_fields=fields
    )


def held(rows: Sequence[M], alias: str) -> dict[object, M]:
    """The rows with the primary keys of `rows`, inserted where they are missing, and nobody else's until the
    transaction ends.

    Always in the order of their keys, so that two writers cannot wait for each other.
    """
    insert_new(sorted(rows, key=lambda row: str(row.pk)), alias)
    found: dict[object, M] = {}
    for some in chunks(sorted(str(row.pk) for row in rows)):
        query = type(rows[0])._base_manager.using(alias).filter(pk__in=some).order_by("pk")
        found |= {row.pk: row for row in query.select_for_update()}
    return found


def _inserted(row: models.Model, alias: str) -> bool:
    try:
        row.save(using=alias, force_insert=True)
    except IntegrityError:
        return False
    return True
