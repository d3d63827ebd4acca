"""Replicas that do not answer: questions go to the primary at once, and back when the replica has held out.

The routers connect to nothing; this is who tells them.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence

from devdash.history.routers.configuration import router_settings
from devdash.history.routers.health import ReplicaHealth, health

log = logging.getLogger(__name__)

LOOK_S = 10.0
"""Seconds between two looks at a replica that is down, in a thread: one that hangs holds up no question."""


def answers(alias: str) -> bool:
    """Whether `alias` takes a new connection and a query. Blocks for the driver's timeout at most."""
    from django.db import Error, connections

    connection = connections[alias]
    connection.close()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except (Error, OSError):
        return False
    finally:
        connection.close()
    return True


class Replicas:
    """The replicas of the configured databases.

    Args:
        aliases: their names; None: those of Django's settings.
        ask: whether one answers.
        known: what the routers ask.
    """

    def __init__(
        self,
        aliases: Sequence[str] | None = None,
        *,
        ask: Callable[[str], bool] = answers,
        known: ReplicaHealth = health,
    ) -> None:
        self._aliases = aliases
        self._ask = ask
        self._health = known
        self._looker: threading.Thread | None = None

    def fallen(self) -> bool:
        """Something went wrong: whether a replica that was read is to blame. It is read no more."""
        aliases = router_settings().replicas if self._aliases is None else self._aliases
        dead = [alias for alias in aliases if self._health.is_up(alias) and not self._ask(alias)]
        for alias in dead:
            self._health.mark_down(alias, "it does not answer")
            log.warning("the history is read from the primary: %s does not answer", alias)
        if dead and (self._looker is None or not self._looker.is_alive()):
            self._looker = threading.Thread(target=self._look_often, name="replicas", daemon=True)
            self._looker.start()
        return bool(dead)

    def look(self) -> bool:
        """See how those that are down are now. Returns whether any still counts as down."""
        for alias in self._health.down():
            if self._ask(alias):
                self._health.mark_up(alias)
            else:
                self._health.mark_down(alias, "it does not answer")
        return bool(self._health.down())

    def _look_often(self) -> None:
        while self.look():
            time.sleep(LOOK_S)
