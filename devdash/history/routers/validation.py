"""Validation that looks where the row will be written."""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from devdash.history.routers.pins import primary_reads

if TYPE_CHECKING:
    from django.db.models import Model as Base
else:
    Base = object


class ValidatesOnPrimary(Base):
    """A mixin for models, before `models.Model`: unique checks ask the primary.

    Django's check reads through the default manager and gives the router no hint that it is one, so
    a router sees an ordinary read and sends it to a replica, which does not know the latest rows.
    """

    def full_clean(
        self,
        exclude: Iterable[str] | None = None,
        validate_unique: bool = True,
        validate_constraints: bool = True,
    ) -> None:
        """As `Model.full_clean`."""
        with primary_reads():
            super().full_clean(exclude, validate_unique, validate_constraints)

    def validate_unique(self, exclude: Collection[str] | None = None) -> None:
        """As `Model.validate_unique`; model forms call it by itself."""
        with primary_reads():
            super().validate_unique(exclude)


# Migrations name the bases of a model by module; they shall name the one that stays.
ValidatesOnPrimary.__module__ = "devdash.history.routers"
