"""What the routers promise beyond the eight faults: instances, time, contexts, health, configuration."""

import subprocess
import sys

import pytest
from routing_rig import NAIVE, OURS, SETTING, MakeSite

TWO_REPLICAS = {**SETTING, "REPLICAS": ["replica1", "replica2"]}


def test_what_belongs_to_an_instance_follows_it(site: MakeSite) -> None:
    """From the primary: the primary. From a replica or new: as always. From elsewhere: there, if it may."""
    assert site(OURS, "archive").call("router_scenarios:follow_instances") == {
        "default": ["default", "default"],
        "replica1": ["replica1", "default"],
        "archive": ["archive", "archive"],
        "mongo": ["replica1", "default"],
        "None": ["replica1", "default"],
    }


def test_reads_stay_on_the_primary_for_the_time_that_was_set(site: MakeSite) -> None:
    """Counted from the first read after the write, however long that took."""
    told = site(OURS).call("router_scenarios:window")
    assert told == [
        ["never", "replica1"],
        [0.0, "default"],
        [4.9, "default"],
        [5.1, "replica1"],
        [6.0, "replica1"],
    ]


def test_reading_own_writes_can_be_switched_off(site: MakeSite) -> None:
    """With 0 seconds a write changes nothing."""
    told = site(OURS, setting={**SETTING, "READ_YOUR_WRITES": 0}).call("router_scenarios:window")
    assert {alias for _, alias in told} == {"replica1"}


def test_own_writes_are_those_of_the_thread_or_task(site: MakeSite) -> None:
    """Another thread and another task read the replica; await keeps what Django's thread wrote."""
    assert site(OURS).call("router_scenarios:contexts") == {
        "thread": "replica1",
        "here": "default",
        "task": "default",
        "found": True,
        "other task": "replica1",
    }


def test_reads_can_be_asked_to_go_to_the_primary(site: MakeSite) -> None:
    """As a block, and as a decorator."""
    assert site(OURS).call("router_scenarios:wish") == ["default", "replica1", "default"]


def test_a_connection_without_autocommit_is_in_a_transaction(site: MakeSite) -> None:
    """There is no atomic() to be seen, and still a snapshot to be kept."""
    assert site(OURS).call("router_scenarios:manual_commit") == ["replica1", "default", "replica1"]


def test_a_replica_that_is_down_is_not_read(site: MakeSite) -> None:
    """Another is; and with none left the primary."""
    told = site(OURS, "replica2", setting=TWO_REPLICAS).call("router_scenarios:health")
    assert told == {"steady": True, "replicas": True, "none up": "default"}


def test_contexts_spread_over_the_replicas(site: MakeSite) -> None:
    """Each stays with one; together they use them all (64 threads on one of two: once in 2 to the 63)."""
    told = site(OURS, "replica2", setting=TWO_REPLICAS).call("router_scenarios:spread")
    assert told == ["replica1", "replica2"]


def test_two_groups_keep_out_of_each_other_s_way(site: MakeSite) -> None:
    """A router with `apps` is for these alone, on its primary alone, in either order."""
    for chain in (("own_routers.Shop", OURS[1]), (OURS[1], "own_routers.Shop")):
        told = site(chain, "shop", "shop_replica", setting={"REPLICAS": ["replica1"]}).call(
            "router_scenarios:routes"
        )
        assert told["shop.Entry"] == ["shop_replica", "shop", ["shop"]]
        assert told["analytics.Hit"] == ["replica1", "default", ["default", "mongo"]]


def test_a_subclass_needs_no_setting(site: MakeSite) -> None:
    """Its attributes say everything."""
    chain = ("own_routers.Elsewhere", "own_routers.Everything")
    assert site(chain, setting={}).call("router_scenarios:routes") == {
        "shop.Entry": ["replica1", "default", ["default"]],
        "analytics.Hit": ["mongo", "mongo", ["mongo"]],
        "status.Note": ["replica1", "default", ["default"]],
    }


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ({"REPLICA": ["replica1"]}, "unknown field `REPLICA`"),
        ({"REPLICAS": "replica1"}, "Expected `array`, got `str` - at `$.REPLICAS`"),
        ({"REPLICAS": ["default"]}, "default cannot be a replica of itself"),
        ({"READ_YOUR_WRITES": "long"}, "Expected `float`, got `str`"),
    ],
)
def test_a_wrong_setting_is_named(site: MakeSite, setting: dict[str, object], said: str) -> None:
    """With its key, as ImproperlyConfigured."""
    with pytest.raises(pytest.fail.Exception, match="ImproperlyConfigured") as caught:
        site(OURS, setting=setting).call("router_scenarios:routes")
    assert said in str(caught.value)


def test_an_unknown_alias_is_an_error_of_the_check(site: MakeSite) -> None:
    """Before a read finds out."""
    found = site(OURS, setting={"REPLICAS": ["replica9"], "APPS": {"status": "mango"}})
    assert sorted(text for _, text in found.call("router_scenarios:findings")) == [
        "AppRouter names the database mango, which DATABASES does not have.",
        "PrimaryReplicaRouter names the database replica9, which DATABASES does not have.",
    ]


def test_the_checks_speak_of_what_will_go_wrong(site: MakeSite) -> None:
    """Naive routers in the wrong order behind ours, which their permission to migrate passes by."""
    told = site((NAIVE[1], NAIVE[0], OURS[1])).call("router_scenarios:findings")
    found = {(code, text.split(":")[0]) for code, text in told}
    assert found >= {
        (
            "devdash_routers.W002",
            "ReplicaRouter stands before MongoRouter in DATABASE_ROUTERS and takes its models",
        ),
    }
    assert "devdash_routers.W003" in {code for code, _ in found}


def test_the_checks_find_nothing_wrong_in_either_order_of_ours(site: MakeSite) -> None:
    """Once tests have their mirrors."""
    for chain in (OURS, OURS[::-1]):
        assert site(chain, mirrored=True).call("router_scenarios:findings") == []


def test_the_checks_find_relations_that_no_router_allows(site: MakeSite) -> None:
    """Before somebody assigns one."""
    told = site(OURS, mirrored=True, setting={**SETTING, "RELATIONS": []}).call("router_scenarios:findings")
    assert told == [
        ["devdash_routers.W005", "analytics.Hit.user leads from mongo to default, and no router allows it."]
    ]


def test_manage_py_check_runs_them(site: MakeSite) -> None:
    """With the app in INSTALLED_APPS."""
    from routing_rig import APPS

    told = site(OURS, apps=(*APPS, "devdash.history.routers")).call("router_scenarios:checked")
    assert "devdash_routers.W001" in told


def test_importing_the_routers_imports_no_django() -> None:
    """A settings module may import them and make instances; there are no settings yet."""
    code = (
        "import sys\n"
        "from devdash.history.routers import AppRouter, PrimaryReplicaRouter\n"
        "PrimaryReplicaRouter('default', ['replica']), AppRouter({'status': 'mongo'})\n"
        "print([name for name in sys.modules if name.partition('.')[0] == 'django'])\n"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "[]\n"
