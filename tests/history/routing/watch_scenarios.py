"""What is done to a project whose replicas are watched; each function runs in a process of its own."""

import os
import threading
import time

from django.db import router
from router_apps.shop.models import Entry

from devdash.history.routers import lag as lags
from devdash.history.routers import watch as watches


def watch(alias):
    """Where reads go at first and once the watch has found out that `alias` is down; and its threads."""
    health = router.routers[-1].health
    first = router.db_for_read(Entry)
    for _ in range(200):
        if alias in health.down():
            break
        time.sleep(0.05)
    return {"first": first, "then": router.db_for_read(Entry), "threads": watching()}


def first_reads(alias):
    """Where reads go until the first look has come back, which is held up, and afterwards."""
    gate = threading.Event()
    lag_of = lags.lag_of

    def held(name):
        gate.wait(60)
        return lag_of(name)

    watches.Watch.__init__.__kwdefaults__["ask"] = held
    before = [router.db_for_read(Entry) for _ in range(3)]
    gate.set()
    for _ in range(200):
        if router.db_for_read(Entry) == alias:
            break
        time.sleep(0.05)
    return {"before": before, "then": router.db_for_read(Entry)}


def watching():
    """The names of the threads that look."""
    return sorted(thread.name for thread in threading.enumerate() if thread.name.startswith("watch"))


def fork():
    """The threads of a process and of its child, once each has read."""
    router.db_for_read(Entry)
    here = watching()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        before = watching()
        router.db_for_read(Entry)
        os.write(writing, f"{before} {watching()}".encode())
        os._exit(0)
    os.waitpid(child, 0)
    return [here, os.read(reading, 1000).decode()]


def lag(alias):
    """What a replica says of itself."""
    return list(lags.lag_of(alias))
