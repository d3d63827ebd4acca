"""The history's worker with faults: it kills itself in the middle of its work, or does things directly."""

import os
import signal
from datetime import timedelta

from devdash.history import worker


def die_after(*, steps: int, what: str) -> None:
    """From now on, the `steps`-th call of `what` in the roll-ups, once done, is this process's last deed."""
    from devdash.history.store import rollups

    write, left = getattr(rollups, what), steps

    def write_and_die(*args: object) -> None:
        nonlocal left
        write(*args)
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    setattr(rollups, what, write_and_die)


def ruin_newest_migration() -> None:
    """As if a later devdash had migrated."""
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder(connection).record_applied("analytics", "0999_from_the_future")


def managers() -> dict[str, object]:
    """What the managers and the soft deletion of `Base` do to three rows."""
    from devdash.history.base import Rows
    from devdash.history.events.models import Host
    from devdash.history.moments import moment_of

    told: dict[str, object] = {}
    for count, name in enumerate("abc"):
        Host.objects.create(name=name, timestamp=moment_of(0) + timedelta(days=count))
    hosts = Host.objects.all()
    told["hidden"] = hosts.filter(name__in=["a", "b"]).soft_delete()
    told["hidden_again"] = hosts.filter(name="a").soft_delete()
    told["active"] = sorted(Host.active.values_list("name", flat=True))
    told["objects"] = sorted(Host.objects.values_list("name", flat=True))
    told["restored"] = hosts.filter(name="a").restore()
    Host.objects.get(name="b").restore()
    Host.objects.get(name="c").soft_delete()
    told["active_then"] = sorted(Host.active.values_list("name", flat=True))
    told["purged"] = list(hosts.purge(moment_of(0) + timedelta(days=1.5), batch=1))
    told["left"] = sorted(Host.objects.values_list("name", flat=True))
    told["default_manager"] = Host._default_manager.name
    told["rows"] = isinstance(Host.active.all(), Rows)
    return told


CALLS = {
    **worker.CALLS,
    "die_after": die_after,
    "ruin_newest_migration": ruin_newest_migration,
    "managers": managers,
}
