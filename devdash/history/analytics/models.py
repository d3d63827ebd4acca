"""Samples as they came, and their roll-ups over five minutes and over an hour.

A `Touched` row says that a step of five minutes has samples which its roll-up does not know yet. It is
written in the transaction that stores them, so there is no moment in which one could be forgotten.
"""

from __future__ import annotations

from uuid import UUID

from django.db import models

from devdash.history.base import KEY_LENGTH, Base, key_of
from devdash.history.wire import NAME_LIMIT


def row_id(series: str, count: int) -> UUID:
    """The primary key of what a series has at one moment: storing it twice is storing it once.

    Args:
        series: the series' key.
        count: milliseconds since 1970.
    """
    return UUID(hex=f"{series}{count & 0xFFFF_FFFF_FFFF_FFFF:016x}")


class Series(Base):
    """One number of one thing over time.

    Attributes:
        key: `key_of(host, pane, name, item)`.
        timestamp: of its newest sample.
        count: samples that were ever stored.
        raw_from: before this, samples are purged and roll-ups can only be added to.
        five_from: the same of the roll-ups over five minutes; a full hour.
        rolled: before this, the roll-ups over five minutes tell all; from here on, samples do.
    """

    key: models.CharField[str, str] = models.CharField(max_length=KEY_LENGTH, primary_key=True)
    host: models.CharField[str, str] = models.CharField(max_length=NAME_LIMIT)
    pane: models.CharField[str, str] = models.CharField(max_length=NAME_LIMIT)
    name: models.CharField[str, str] = models.CharField(max_length=NAME_LIMIT)
    item: models.CharField[str, str] = models.CharField(max_length=NAME_LIMIT, blank=True)
    count: models.BigIntegerField[int, int] = models.BigIntegerField(default=0)
    raw_from: models.BigIntegerField[int, int] = models.BigIntegerField(default=0)
    five_from: models.BigIntegerField[int, int] = models.BigIntegerField(default=0)
    rolled: models.BigIntegerField[int, int] = models.BigIntegerField()

    class Meta(Base.Meta):
        indexes = (models.Index(fields=["host", "pane"], name="analytics_host_pane"),)

    def __str__(self) -> str:
        return f"{self.host} {self.pane} {self.name} {self.item}".rstrip()

    @classmethod
    def key_for(cls, host: str, pane: str, name: str, item: str) -> str:
        """The key of a series."""
        return key_of(host, pane, name, item)


class OfSeries(Base):
    """What a series has at one moment.

    Attributes:
        id: `row_id`.
    """

    id: models.UUIDField[UUID, UUID] = models.UUIDField(primary_key=True)
    series: models.ForeignKey[Series, Series] = models.ForeignKey(
        Series, on_delete=models.CASCADE, db_index=False, related_name="+"
    )
    series_id: str

    class Meta(Base.Meta):
        abstract = True

    def __str__(self) -> str:
        return f"{self.series_id} {self.timestamp:%Y-%m-%d %H:%M:%S}"


class Sample(OfSeries):
    """One number as it was read.

    Attributes:
        is_active: False once it was added to a roll-up whose other samples are purged.
        stored: when it was stored, if it came late; such a one is kept for as long as if it were new,
            so that it is known when it comes again.
    """

    value: models.FloatField[float, float] = models.FloatField()
    stored: models.BigIntegerField[int | None, int | None] = models.BigIntegerField(null=True)

    class Meta(OfSeries.Meta):
        indexes = (models.Index(fields=["series", "timestamp"], name="analytics_sample_time"),)


class RollUp(OfSeries):
    """A step of a series.

    Attributes:
        timestamp: when the step begins.
        last, last_at: its newest sample, and that one's time in milliseconds.
    """

    least: models.FloatField[float, float] = models.FloatField()
    most: models.FloatField[float, float] = models.FloatField()
    total: models.FloatField[float, float] = models.FloatField()
    count: models.BigIntegerField[int, int] = models.BigIntegerField()
    last: models.FloatField[float, float] = models.FloatField()
    last_at: models.BigIntegerField[int, int] = models.BigIntegerField()

    class Meta(OfSeries.Meta):
        abstract = True


CHARTED = ("series", "timestamp", "is_active", "total", "count")
"""All that a chart asks for: the index answers it alone, in half the time."""


class FiveMinutes(RollUp):
    """Five minutes."""

    class Meta(RollUp.Meta):
        indexes = (models.Index(fields=CHARTED, name="analytics_five_time"),)


class Hour(RollUp):
    """An hour."""

    class Meta(RollUp.Meta):
        indexes = (models.Index(fields=CHARTED, name="analytics_hour_time"),)


class Touched(OfSeries):
    """A step of five minutes that has to be rolled up, at least once more.

    Attributes:
        timestamp: when the step begins.
        token: changes whenever samples are added; who rolls up removes what it has seen, not what came since.
    """

    token: models.UUIDField[UUID, UUID] = models.UUIDField()

    class Meta(OfSeries.Meta):
        indexes = (
            models.Index(fields=["series", "timestamp"], name="analytics_touched_series"),
            models.Index(fields=["timestamp"], name="analytics_touched_time"),
        )
