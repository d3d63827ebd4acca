"""Alerts and actions as they happened, who told of them, and how many there were."""

from __future__ import annotations

from django.db import models

from devdash.history.base import Base, Happened, Tally
from devdash.history.wire import NAME_LIMIT


class Host(Base):
    """A machine that keeps its history here.

    Attributes:
        timestamp: when it last stored something.
    """

    name: models.CharField[str, str] = models.CharField(max_length=NAME_LIMIT, primary_key=True)

    def __str__(self) -> str:
        return self.name


class AlertEvent(Happened):
    """Something that became of an alert."""

    rule: models.CharField[str, str] = models.CharField(max_length=NAME_LIMIT)
    item: models.CharField[str, str] = models.CharField(max_length=NAME_LIMIT, blank=True)
    occasion: models.CharField[str, str] = models.CharField(max_length=NAME_LIMIT)
    text: models.TextField[str, str] = models.TextField(blank=True)

    class Meta(Happened.Meta):
        indexes = (models.Index(fields=["timestamp"], name="history_alert_time"),)


class ActionEvent(Happened):
    """An action that was done, or tried."""

    action: models.CharField[str, str] = models.CharField(max_length=NAME_LIMIT)
    item: models.CharField[str, str] = models.CharField(max_length=NAME_LIMIT, blank=True)
    text: models.TextField[str, str] = models.TextField(blank=True)
    took_s: models.FloatField[float, float] = models.FloatField()

    class Meta(Happened.Meta):
        indexes = (models.Index(fields=["timestamp"], name="history_action_time"),)


class EventTally(Tally):
    """How many alerts ("alert.fired", …) and actions ("action.ok", …) a host's pane had."""
