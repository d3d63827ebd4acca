"""What is done to a project whose replicas are watched; each function runs in a process of its own."""

import os
import threading
import time

from django.db import router
from router_apps.shop.models import Entry

from devdash.history.routers import lag as lags


def watch(alias):
    """Whether the watch finds out that `alias` is down, where reads go then, and its threads."""
    health = router.routers[-1].health
    router.db_for_read(Entry)
    for _ in range(200):
        if alias in health.down():
            break
        time.sleep(0.05)
    return {"then": router.db_for_read(Entry), "threads": watching()}


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
