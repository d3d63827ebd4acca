"""Replicas of the history that stop answering and come back. With real servers: test_history_on_servers."""

from devdash.history.routers.health import ReplicaHealth
from devdash.history.store.replicas import Replicas


class Servers:
    """Replicas that answer, or do not, as the test says."""

    def __init__(self, *aliases: str) -> None:
        self.now = 0.0
        self.answering = set(aliases)
        self.asked: list[str] = []
        self.health = ReplicaHealth(rest=30.0, recoveries=3, clock=lambda: self.now)
        self.replicas = Replicas(aliases, ask=self._ask, known=self.health)

    def _ask(self, alias: str) -> bool:
        self.asked.append(alias)
        return alias in self.answering


def test_only_the_one_that_does_not_answer_is_left_out() -> None:
    servers = Servers("one", "two")
    servers.answering.remove("two")
    assert servers.replicas.fallen()
    assert (servers.health.is_up("one"), servers.health.is_up("two")) == (True, False)
    servers.replicas.look()
    servers.asked.clear()
    assert not servers.replicas.fallen()
    assert "two" not in servers.asked


def test_a_failure_that_is_no_replica_s_fault_marks_none() -> None:
    servers = Servers("one")
    assert not servers.replicas.fallen()
    assert servers.health.is_up("one")


def test_it_is_read_again_when_it_has_held_out() -> None:
    """Not at its first sign of life: one that flaps would cost every other question."""
    servers = Servers()
    servers.health.mark_down("one")
    for servers.now in (10.0, 20.0):
        assert servers.replicas.look()
    servers.answering.add("one")
    for servers.now in (30.0, 40.0):
        assert servers.replicas.look()
    servers.now = 50.0
    assert not servers.replicas.look()
    assert servers.health.is_up("one")
