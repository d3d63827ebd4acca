"""Database routers for any Django project: a primary with replicas, and apps that live elsewhere.

    DATABASE_ROUTERS = [
        "devdash.history.routers.AppRouter",
        "devdash.history.routers.PrimaryReplicaRouter",
    ]
    DEVDASH_ROUTERS = {
        "PRIMARY": "default",
        "REPLICAS": ["replica"],
        "APPS": {"status": "mongo", "analytics": "mongo"},
    }
    INSTALLED_APPS = [..., "devdash.history.routers"]  # for the system checks

The routers of tutorials lose writes from sight, break replication and depend on their order;
docs/history.md tells how, and what these do instead. Importing this package imports no Django.
"""

from devdash.history.routers.apps_elsewhere import AppRouter
from devdash.history.routers.configuration import with_test_mirrors
from devdash.history.routers.health import ReplicaHealth, health
from devdash.history.routers.pins import primary_reads
from devdash.history.routers.primary import PrimaryReplicaRouter
from devdash.history.routers.tables import missing_tables
from devdash.history.routers.validation import ValidatesOnPrimary

__all__ = [
    "AppRouter",
    "PrimaryReplicaRouter",
    "ReplicaHealth",
    "ValidatesOnPrimary",
    "health",
    "missing_tables",
    "primary_reads",
    "with_test_mirrors",
]
