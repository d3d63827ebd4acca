"""What lives elsewhere, with a key that counts up."""

from django.db import models


class Note(models.Model):
    """A line of text."""

    text = models.CharField(max_length=40)
