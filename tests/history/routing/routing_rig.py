"""What the tests of the routers share: the two chains on trial, and a project's apps and setting."""

from collections.abc import Callable

from django_site import Site

NAIVE = ("naive_routers.MongoRouter", "naive_routers.ReplicaRouter")
OURS = ("devdash.history.routers.AppRouter", "devdash.history.routers.PrimaryReplicaRouter")
SETTING = {
    "REPLICAS": ["replica1"],
    "APPS": {"analytics": "mongo", "status": "mongo"},
    "RELATIONS": [["analytics", "auth"]],
}
APPS = (
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "router_apps.shop",
    "router_apps.analytics",
    "router_apps.status",
)

Chain = tuple[str, ...]
MakeSite = Callable[..., Site]
