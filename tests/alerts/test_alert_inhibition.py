"""One alert silences another: which, for how long, and what is heard afterwards."""

from alert_desk import AlertDesk, judged
from msgspec.structs import replace

from devdash.alerts.model import Occasion, Terms
from devdash.contract.levels import Level

FIRED = Occasion.FIRED
DOWN = Terms(pane="p", name="down", level=Level.ATTENTION)
LAG = Terms(pane="p", name="lag", level=Level.ATTENTION, inhibited_by=("down",))


def test_what_one_reading_brings_together_is_told_once() -> None:
    for order in ((DOWN, LAG), (LAG, DOWN)):
        desk = AlertDesk()
        desk.read(*(judged(rule, "i") for rule in order))
        assert [(notice.occasion, notice.alert.id.rule) for _, notice in desk.told] == [(FIRED, "down")]


def test_only_the_same_item_or_the_pane_as_a_whole_inhibits() -> None:
    for item, expected in (("i", []), ("", []), ("j", [FIRED])):
        desk = AlertDesk()
        desk.read(judged(DOWN, [item]))
        assert desk.read(judged(DOWN, [item]), judged(LAG, "i")) == expected, item


def test_an_inhibitor_that_flaps_within_its_keep_reminds_of_nothing() -> None:
    down = replace(DOWN, keep_s=30)
    desk = AlertDesk()
    desk.read(judged(down, "i"), judged(LAG, "i"))
    desk.told.clear()
    for _ in range(20):
        desk.read(judged(down, (), "i"), judged(LAG, "i"))
        desk.wait(10)
        desk.read(judged(down, "i"), judged(LAG, "i"))
        desk.wait(10)
    assert desk.occasions == []


def test_rules_that_inhibit_each_other_in_a_ring_are_heard_all_the_same() -> None:
    ring = (
        replace(LAG, name="a", inhibited_by=("b",)),
        replace(LAG, name="b", inhibited_by=("c",)),
        replace(LAG, name="c", inhibited_by=("a", "c")),
        replace(LAG, name="d", inhibited_by=("a",)),
    )
    desk = AlertDesk()
    desk.read(*(judged(rule, "i") for rule in ring))
    assert [notice.alert.id.rule for _, notice in desk.told] == ["a", "b", "c"]
