"""The app's name and label, for INSTALLED_APPS."""

from django.apps import AppConfig


class HistoryApp(AppConfig):
    """Known to routers as `history`."""

    name = "devdash.history.events"
    label = "history"
    verbose_name = "devdash: alerts and actions"
