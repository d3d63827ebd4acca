"""What lives elsewhere, and points back."""

from django.contrib.auth.models import User
from django.db import models


class Hit(models.Model):
    """A visit of somebody."""

    key = models.CharField(max_length=40, primary_key=True)
    count = models.IntegerField(default=0)
    user = models.ForeignKey(User, models.CASCADE, null=True, db_constraint=False)
