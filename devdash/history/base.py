"""What all tables of the history have in common: a time, soft deletion, purging; and counters.

Everything here is abstract: importing it needs no configured project, and makes no table.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from hashlib import blake2b
from typing import ClassVar, Self, TypeVar

from django.db import models, transaction

from devdash.history.moments import MomentField
from devdash.history.wire import NAME_LIMIT

M = TypeVar("M", bound=models.Model)

KEY_LENGTH = 16

PURGE_BATCH = 5000
"""Rows that one transaction removes: others wait for it."""


def key_of(*parts: str) -> str:
    """A short key that is the same wherever it is made: 64 bits of a hash, in hexadecimal."""
    digest = blake2b("\0".join(parts).encode("utf-8", "surrogatepass"), digest_size=KEY_LENGTH // 2)
    return digest.hexdigest()


class Rows(models.QuerySet[M]):
    """Rows that can be hidden, shown again, and removed when their time is over."""

    def soft_delete(self) -> int:
        """Hide them from `active`; they are still there. Returns how many were hidden now."""
        return self.filter(is_active=True).update(is_active=False)

    def restore(self) -> int:
        """Undo `soft_delete`. Returns how many came back."""
        return self.filter(is_active=False).update(is_active=True)

    def newest_of(self, *keys: str) -> Self:
        """Of all rows with the same values in `keys`, the one with the latest `timestamp`."""
        same = self.filter(**{key: models.OuterRef(key) for key in keys})
        newest = same.order_by("-timestamp", "-pk").values("pk")[:1]
        return self.filter(pk=models.Subquery(newest))

    def purge(self, before: datetime, *, field: str = "timestamp", batch: int = PURGE_BATCH) -> Iterator[int]:
        """Remove those older than `before`, hidden ones too, `batch` rows in each transaction.

        Args:
            field: the one that tells a row's age.

        Yields:
            how many rows a transaction has removed; whoever stops asking stops the purge.
        """
        old = self.filter(**{f"{field}__lt": before})
        while True:
            keys = list(old.order_by(field).values_list("pk", flat=True)[:batch])
            if keys:
                with transaction.atomic(using=self.db):
                    removed = old.model._base_manager.using(self.db).filter(pk__in=keys).delete()[0]
                yield removed
            if len(keys) < batch:
                return


class Everything(models.Manager[M]):
    """Hidden rows too.

    `all` and `using` are Django's, and `Rows` to type checkers too.
    """

    def get_queryset(self) -> Rows[M]:
        return Rows(self.model, using=self._db)

    def using(self, alias: str | None) -> Rows[M]:
        return self.get_queryset().using(alias)

    def all(self) -> Rows[M]:
        return self.get_queryset()


class Active(Everything[M]):
    """Rows that are not hidden."""

    def get_queryset(self) -> Rows[M]:
        return super().get_queryset().filter(is_active=True)


class Base(models.Model):
    """A row with a time, which can be hidden.

    Attributes:
        timestamp: of what the row tells; each table says which time that is.
        is_active: False hides the row; it goes when its retention is over.
    """

    timestamp: MomentField = MomentField()
    is_active: models.BooleanField[bool, bool] = models.BooleanField(default=True, editable=False)

    objects: ClassVar[Everything[Self]] = Everything()
    active: ClassVar[Active[Self]] = Active()

    class Meta:
        abstract = True

    def soft_delete(self, using: str | None = None) -> None:
        """Hide this row."""
        self.is_active = False
        self.save(using=using, update_fields=["is_active"])

    def restore(self, using: str | None = None) -> None:
        """Show it again."""
        self.is_active = True
        self.save(using=using, update_fields=["is_active"])


class Happened(Base):
    """Something that happened on a host, in a pane.

    Attributes:
        uid: whoever tells it makes it up; what comes twice with the same is stored once.
        timestamp: when it happened.
        level: a word of `devdash.contract.levels.Level`.
    """

    uid: models.CharField[str, str] = models.CharField(max_length=NAME_LIMIT, primary_key=True)
    host: models.CharField[str, str] = models.CharField(max_length=NAME_LIMIT)
    pane: models.CharField[str, str] = models.CharField(max_length=NAME_LIMIT)
    level: models.CharField[str, str] = models.CharField(max_length=16)

    class Meta(Base.Meta):
        abstract = True

    def __str__(self) -> str:
        return f"{self.timestamp:%Y-%m-%d %H:%M:%S} {self.host} {self.pane}"


class Tally(Base):
    """A counter. It lives beside what it counts, so that one transaction holds both.

    Attributes:
        key: `key_of(host, pane, name)`.
        timestamp: when it was last raised.
    """

    key: models.CharField[str, str] = models.CharField(max_length=KEY_LENGTH, primary_key=True)
    host: models.CharField[str, str] = models.CharField(max_length=NAME_LIMIT)
    pane: models.CharField[str, str] = models.CharField(max_length=NAME_LIMIT)
    name: models.CharField[str, str] = models.CharField(max_length=NAME_LIMIT)
    count: models.BigIntegerField[int, int] = models.BigIntegerField(default=0)

    class Meta(Base.Meta):
        abstract = True

    def __str__(self) -> str:
        return f"{self.host} {self.pane} {self.name}: {self.count}"
