"""The Django app that brings the routers' system checks; it has no models.

A module of its own because Django looks for it here; nothing else imports it.
"""

from django.apps import AppConfig

from devdash.history.routers.checks import register_checks
from devdash.history.routers.guard import guard_replicas


class RoutersConfig(AppConfig):
    """`"devdash.history.routers"` in INSTALLED_APPS."""

    name = "devdash.history.routers"
    label = "devdash_routers"
    verbose_name = "database routers"

    def ready(self) -> None:
        """Put the checks into `manage.py check`, and stop `migrate` on replicas from the start."""
        register_checks()
        guard_replicas()
