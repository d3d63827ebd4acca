"""Routers configured by attributes of subclasses, for a test."""

from devdash.history.routers import AppRouter, PrimaryReplicaRouter


class Shop(PrimaryReplicaRouter):
    """A group for one app."""

    primary = "shop"
    replicas = ("shop_replica",)
    apps = ("shop",)


class Everything(PrimaryReplicaRouter):
    """The rest."""

    replicas = ("replica1",)


class Elsewhere(AppRouter):
    """One app."""

    apps = {"analytics": "mongo"}  # noqa: RUF012 - as a person would write it
