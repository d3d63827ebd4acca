"""The app's name and label, for INSTALLED_APPS."""

from django.apps import AppConfig


class StatusApp(AppConfig):
    """Known to routers as `status`."""

    name = "devdash.history.status"
    label = "status"
    verbose_name = "devdash: levels"
