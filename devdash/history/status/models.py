"""The level of each pane over time: uptime is made of these."""

from __future__ import annotations

from django.db import models

from devdash.history.base import Happened, Tally
from devdash.history.moments import MomentField


class LevelChange(Happened):
    """From `timestamp` on a pane was at this level.

    Attributes:
        seen: when it was last recorded to be so still. What nobody saw is not known.
    """

    summary: models.TextField[str, str] = models.TextField(blank=True)
    seen: MomentField = MomentField()

    class Meta(Happened.Meta):
        indexes = (
            models.Index(fields=["host", "pane", "timestamp"], name="status_pane_time"),
            models.Index(fields=["timestamp"], name="status_time"),
        )


class LevelTally(Tally):
    """How often a host's pane changed to each level ("level.critical", …)."""
