"""Which replicas may be read, with the clock in hand."""

import pytest

from devdash.history.routers import ReplicaHealth


class Hand:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def unwell(hand: Hand) -> ReplicaHealth:
    health = ReplicaHealth(rest=30, recoveries=3, max_lag=10, resume_lag=3, clock=hand)
    health.mark_down("replica", "refused")
    return health


def test_what_nobody_spoke_of_is_up() -> None:
    """Without a watcher every replica is read."""
    assert ReplicaHealth().is_up("replica")


def test_down_is_at_once_and_says_why() -> None:
    """The next read goes elsewhere."""
    health = unwell(Hand())
    assert not health.is_up("replica") and health.is_up("other")
    assert health.down()["replica"].reason == "refused"


def test_up_needs_rest_and_several_good_looks() -> None:
    """Neither alone will do."""
    hand = Hand()
    health = unwell(hand)
    for _ in range(9):
        health.mark_up("replica")
    assert not health.is_up("replica")
    hand.now += 30
    health.mark_up("replica")
    assert health.is_up("replica")
    health = unwell(hand)
    hand.now += 300
    health.mark_up("replica")
    health.mark_up("replica")
    assert not health.is_up("replica")
    health.mark_up("replica")
    assert health.is_up("replica")


def test_one_that_flaps_stays_down() -> None:
    """Each time it is seen down, all begins anew."""
    hand = Hand()
    health = unwell(hand)
    for _ in range(50):
        hand.now += 20
        health.mark_up("replica")
        health.mark_up("replica")
        assert not health.is_up("replica")
        health.mark_down("replica")


def test_lag_has_two_thresholds() -> None:
    """Between them nothing changes: who is up stays up, who is down stays down."""
    hand = Hand()
    health = ReplicaHealth(rest=0, recoveries=2, max_lag=10, resume_lag=3, clock=hand)
    health.report_lag("replica", 9)
    assert health.is_up("replica")
    health.report_lag("replica", 11)
    assert health.down()["replica"].reason == "it is 11 s behind"
    for lag in (9, 3, 4, 2):
        health.report_lag("replica", lag)
        assert not health.is_up("replica")
    health.report_lag("replica", 1)
    assert health.is_up("replica")


def test_a_lag_that_is_not_known_is_no_zero() -> None:
    """MariaDB says NULL when its replication has broken."""
    health = ReplicaHealth()
    health.report_lag("replica", None)
    assert not health.is_up("replica")


def test_thresholds_that_cross_are_refused() -> None:
    """They would let a replica be down and up at the same lag."""
    with pytest.raises(ValueError, match="resume_lag"):
        ReplicaHealth(max_lag=1, resume_lag=2)
