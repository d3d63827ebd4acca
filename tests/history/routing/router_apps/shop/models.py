"""What lives on the primary."""

from django.db import models

from devdash.history.routers import ValidatesOnPrimary


class Entry(models.Model):
    """A row with a unique title and a count."""

    title = models.CharField(max_length=40, unique=True)
    count = models.IntegerField(default=0)


class Line(models.Model):
    """A row that belongs to another."""

    entry = models.ForeignKey(Entry, models.CASCADE, related_name="lines")


class Careful(ValidatesOnPrimary, models.Model):
    """A row whose uniqueness is checked where it is written."""

    title = models.CharField(max_length=40, unique=True)
