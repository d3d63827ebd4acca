"""A field for moments that every database keeps alike, and counts with alike.

A database's own type for times differs in precision (MongoDB keeps milliseconds), in time zones and,
most of all, in arithmetic. Milliseconds in an integer can be subtracted and divided into steps anywhere.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.dateparse import parse_datetime

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.expressions import Expression

    _Integer = models.BigIntegerField[datetime, datetime]
else:
    _Integer = models.BigIntegerField

FIVE_MINUTES_MS = 300_000
HOUR_MS = 3_600_000

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def milliseconds(moment: datetime) -> int:
    """Since 1970, rounded to the nearest."""
    return round((moment - EPOCH) / _MILLISECOND)


def moment_of(count: int) -> datetime:
    """The moment, in UTC, `count` milliseconds after 1970 began."""
    return EPOCH + count * _MILLISECOND


class MomentField(_Integer):
    """An aware datetime in Python (UTC), milliseconds since 1970 in the database.

    In expressions it is an integer of milliseconds.
    """

    description = "A moment, to the millisecond"

    def from_db_value(
        self, value: int | None, expression: Expression, connection: BaseDatabaseWrapper
    ) -> datetime | None:
        """Django's hook: what the database gave, as Python has it."""
        return None if value is None else moment_of(int(value))

    def get_prep_value(self, value: object) -> object:
        """Django's hook: what Python has, as the database takes it. Integers are milliseconds already."""
        return milliseconds(value) if isinstance(value, datetime) else super().get_prep_value(value)

    def to_python(self, value: object) -> datetime | None:
        """Django's hook, for forms and fixtures: an aware datetime, ISO text, or milliseconds.

        Raises:
            ValidationError: it is none of these.
        """
        if isinstance(value, int):
            return moment_of(value)
        if value is None:
            return None
        if isinstance(value, str):
            value = parse_datetime(value)
        if isinstance(value, datetime) and value.tzinfo is not None:
            return value
        raise ValidationError("An aware date and time is needed.", code="invalid")

    def value_to_string(self, obj: models.Model) -> str:
        """Django's hook, for fixtures."""
        value: datetime | None = self.value_from_object(obj)
        return "" if value is None else value.isoformat()
