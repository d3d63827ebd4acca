"""Eight faults of the routers that tutorials show: each happens to them, and not to ours."""

from pathlib import Path

import pytest
from routing_rig import APPS, NAIVE, OURS, MakeSite

ASIDE = {"analytics_hit", "status_note"}


def test_1_in_the_other_order_the_apps_leave_their_database(site: MakeSite) -> None:
    """Naive routers send analytics to default, where it has no table; ours do not mind their order."""
    one = site(NAIVE[::-1])
    assert one.call("router_scenarios:routes")["analytics.Hit"][:2] == ["replica1", "default"]
    assert one.call("router_scenarios:store_a_hit") == ["default"]


@pytest.mark.parametrize("routers", [OURS, OURS[::-1]], ids=["app first", "app last"])
def test_1_ours_send_the_apps_home_in_either_order(site: MakeSite, routers: tuple[str, ...]) -> None:
    """Read, written and migrated there, and nowhere else."""
    one = site(routers)
    assert one.call("router_scenarios:routes") == {
        "shop.Entry": ["replica1", "default", ["default"]],
        "analytics.Hit": ["mongo", "mongo", ["mongo"]],
        "status.Note": ["mongo", "mongo", ["mongo"]],
    }


def test_2_naive_routers_migrate_everything_everywhere(site: MakeSite) -> None:
    """Tables of auth on mongo, and tables made on the replica behind replication's back."""
    found = site(NAIVE).call("router_scenarios:migrate_everywhere")
    assert "auth_user" in found["mongo"]
    assert "auth_user" in found["replica1"]


def test_2_ours_make_tables_only_where_they_belong(site: MakeSite) -> None:
    """On mongo the two apps, and Django's own record, which asks nobody."""
    one = site(OURS)
    one.call("router_scenarios:migrate", aliases=["default", "mongo"])
    assert set(one.call("router_scenarios:tables", alias="mongo")) == {"django_migrations", *ASIDE}
    default = one.call("router_scenarios:tables", alias="default")
    assert "auth_user" in default and not ASIDE & set(default)


@pytest.mark.parametrize("more", [(), ("devdash.history.routers",)], ids=["routers alone", "with the app"])
def test_2_ours_stop_the_migration_of_a_replica(site: MakeSite, more: tuple[str, ...]) -> None:
    """Before Django makes its record there, which alone would break the replication.

    Routers wake up when the checks of `migrate` ask them; with the app also when those are skipped.
    """
    one = site(OURS, apps=(*APPS, *more))
    with pytest.raises(pytest.fail.Exception, match="replica1 is a replica of default"):
        one.call("router_scenarios:migrate", aliases=["replica1"], skip_checks=bool(more))
    assert one.call("router_scenarios:tables", alias="replica1") == []


def test_3_a_record_of_migrations_lies(site: MakeSite) -> None:
    """After `migrate` all is recorded as applied on default, `migrate --check` is content, no table is there.

    That is Django's doing, whatever the router; with ours somebody tells which tables are missing where.
    """
    for routers in (NAIVE, OURS):
        told = site(routers).call("router_scenarios:trust_the_record")
        assert told == {
            "recorded": True,
            "stored": False,
            "missing": {"default": [], "mongo": ["analytics.Hit", "status.Note"]},
        }


def test_3_the_check_compares_tables_with_the_record(site: MakeSite) -> None:
    """It speaks of what is recorded and missing, and is quiet about what is merely pending."""
    told = site(OURS).call("router_scenarios:fake_the_record")
    assert told == {
        "faked": [
            "analytics.Hit has no table on mongo, where its app is recorded as migrated.",
            "status.Note has no table on mongo, where its app is recorded as migrated.",
        ],
        "pending": ["status.Note has no table on mongo, where its app is recorded as migrated."],
        "left": ["status.Note"],
    }


def test_4_naive_routers_lose_own_writes_from_sight(site: MakeSite) -> None:
    """With a replica that is behind, nothing that was just written is there."""
    seen = site(NAIVE).call("router_scenarios:read_what_was_written")
    assert not any(seen[what] for what in ("atomic", "refresh", "after commit", "update", "related"))


@pytest.mark.parametrize("routers", [OURS, OURS[::-1]], ids=["app first", "app last"])
def test_4_ours_read_own_writes(site: MakeSite, routers: tuple[str, ...]) -> None:
    """In the transaction, after it, through relations, after an update and a removal."""
    seen = site(routers).call("router_scenarios:read_what_was_written")
    assert seen and all(seen.values()), seen


def test_4_a_transaction_sees_the_primary_even_before_it_writes(site: MakeSite) -> None:
    """What it reads is what it will be checked against at commit."""
    assert not site(NAIVE).call("router_scenarios:read_in_somebody_else_s_transaction")
    assert site(OURS).call("router_scenarios:read_in_somebody_else_s_transaction")


def test_5_naive_routers_let_a_duplicate_through_validation(site: MakeSite) -> None:
    """Even the row that the same process has just stored."""
    assert site(NAIVE).call("router_scenarios:validate_uniqueness")["mine"] is False


def test_5_ours_validate_against_the_primary(site: MakeSite) -> None:
    """After an own write at once; against another process's rows with the mixin."""
    assert site(OURS).call("router_scenarios:validate_uniqueness") == {"mine": True, "theirs": True}


def test_5_only_the_mixin_helps_against_strangers(site: MakeSite) -> None:
    """A router cannot know that a read is a unique check; this holds what docs/history.md says of it."""
    told = site(OURS).call("router_scenarios:validate_a_stranger_s_title")
    assert told == {"plain": False, "careful": True}


def test_5_get_or_create_and_locks_ask_the_primary(site: MakeSite) -> None:
    """Django asks for the write alias there."""
    one = site(OURS)
    assert one.call("router_scenarios:get_or_create") is False
    assert one.call("router_scenarios:lock_a_row") == "default"


def test_6_naive_routers_refuse_a_relation_across_databases(site: MakeSite) -> None:
    """With a sentence that names no way out."""
    assert "prevents this relation" in site(NAIVE).call("router_scenarios:relate")


@pytest.mark.parametrize("routers", [OURS, OURS[::-1]], ids=["app first", "app last"])
def test_6_ours_allow_the_relations_that_are_named(site: MakeSite, routers: tuple[str, ...]) -> None:
    """And find the other end in its own database; others stay refused."""
    assert site(routers).call("router_scenarios:relate") == "ada"


def test_6_ours_refuse_the_others(site: MakeSite) -> None:
    """Nobody has named shop and analytics."""
    assert site(OURS).call("router_scenarios:relate_unasked") is False


def test_7_without_a_mirror_tests_read_an_empty_database(site: MakeSite) -> None:
    """The test runner makes a database for the replica, to which nothing is replicated."""
    assert site(NAIVE).call("router_scenarios:read_in_a_test") == 0


def test_7_ours_say_that_a_mirror_is_missing(site: MakeSite) -> None:
    """The check, and the test run, which does not begin."""
    one = site(OURS)
    found = dict(one.call("router_scenarios:findings"))
    assert "replica1 does not mirror default" in found["devdash_routers.W001"]
    with pytest.raises(pytest.fail.Exception, match=r"If this is a test run: .*MIRROR"):
        one.call("router_scenarios:read_in_a_test")


def test_7_with_mirrors_tests_read_what_they_wrote(site: MakeSite) -> None:
    """The helper sets them, and the check is content."""
    one = site(OURS, mirrored=True)
    assert one.call("router_scenarios:read_in_a_test") == 1
    assert "devdash_routers.W001" not in dict(one.call("router_scenarios:findings"))


def test_8_an_alias_out_of_reach_disturbs_naive_commands(site: MakeSite, tmp_path: Path) -> None:
    """makemigrations asks each alias on which anything may be migrated; a replica is none with ours."""
    gone = str(tmp_path / "not there" / "file")
    for routers, disturbed in ((NAIVE, True), (OURS, False)):
        one = site(routers, replica1=gone)
        one.call("router_scenarios:migrate", aliases=["default", "mongo"])
        assert (
            any("replica1" in told for told in one.call("router_scenarios:ask_for_migrations")) == disturbed
        )


def test_8_the_home_of_apps_is_asked_because_it_has_migrations(site: MakeSite, tmp_path: Path) -> None:
    """What a router cannot cure: this alias holds a record that Django must compare."""
    gone = str(tmp_path / "not there" / "file")
    told = site(OURS, mongo=gone).call("router_scenarios:ask_for_migrations")
    assert len(told) == 1 and "mongo" in told[0]
