"""The app's name and label, for INSTALLED_APPS."""

from django.apps import AppConfig


class AnalyticsApp(AppConfig):
    """Known to routers as `analytics`."""

    name = "devdash.history.analytics"
    label = "analytics"
    verbose_name = "devdash: samples"
