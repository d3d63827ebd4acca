"""The house's walls: which room may import which, and which room a library belongs to."""

import tomllib

import pytest
from house_imports import OWN, PLUGINS, ROOT, imports, inside, loaded_with, modules, third_party

ROOMS = {
    "devdash": (),
    "devdash.contract": (),
    "devdash.api": ("devdash.contract",),
    "devdash.policy": ("devdash.contract",),
    "devdash.alerts": ("devdash.contract",),
    "devdash.news": (),
    "devdash.config": ("devdash.contract", "devdash.policy", "devdash.alerts", "devdash.news"),
    "devdash.render": ("devdash.contract",),
    "devdash.workers": ("devdash.contract",),
    "devdash.engine": (
        "devdash.contract",
        "devdash.policy",
        "devdash.config",
        "devdash.render",
        "devdash.workers",
        "devdash.news",
    ),
    "devdash.notify": (
        "devdash.contract",
        "devdash.alerts",
        "devdash.config",
        "devdash.render",
        "devdash.workers",
        "devdash.engine",
    ),
    "devdash.history": ("devdash.contract", "devdash.config", "devdash.workers", "devdash.engine"),
    "devdash.duty": (
        "devdash.contract",
        "devdash.alerts",
        "devdash.config",
        "devdash.engine",
        "devdash.notify",
        "devdash.history",
        "devdash.workers",
    ),
    "devdash.logbook": ("devdash.engine", "devdash.render"),
    "devdash.crash": ("devdash", "devdash.engine"),
    "devdash.tui": (
        "devdash.contract",
        "devdash.policy",
        "devdash.config",
        "devdash.render",
        "devdash.engine",
        "devdash.alerts",
        "devdash.notify",
        "devdash.history",
        "devdash.duty",
        "devdash.crash",
    ),
    "devdash.cli": (
        "devdash",
        "devdash.contract",
        "devdash.policy",
        "devdash.config",
        "devdash.render",
        "devdash.engine",
        "devdash.alerts",
        "devdash.notify",
        "devdash.history",
        "devdash.duty",
        "devdash.workers",
        "devdash.tui",
        "devdash.crash",
        "devdash.logbook",
    ),
    "devdash.__main__": ("devdash.cli",),
}
"""Each room of the core, and the rooms that it may import."""

WORKER_SIDE = (
    "devdash_databases.probe",
    "devdash_databases.probing.asking",
    "devdash_databases.probing.certificates",
    "devdash_databases.probing.failures",
    "devdash_databases.probing.lanes",
    "devdash_databases.probing.migrations",
    "devdash_databases.probing.mongo",
    "devdash_databases.probing.pings",
    "devdash_databases.probing.project",
    "devdash_databases.probing.routing",
    "devdash_databases.probing.project_routes",
    "devdash_databases.probing.survey",
    "devdash_databases.project_probe",
    "devdash_git.adapter",
    "devdash_ledger.worker",
    "devdash_ledger.register_worker",
    "devdash_ledger.bank_worker",
    "devdash_ledger.bank_booked",
    "devdash_ledger.bank_import",
    "devdash_ledger.bank_predict",
    "devdash_ledger.scribe",
    "devdash_ledger.amend",
    "devdash_ledger.restoring",
    "devdash_ledger.check",
    "devdash_ledger.checking",
    "devdash_ledger.check_programs",
    "devdash_ledger.beans",
    "devdash_ledger.programs",
    "devdash_ledger.lasting",
    "devdash_ledger.periodic",
    "devdash_ledger.program",
    "devdash.history.routers",
    "devdash.workers.child",
    "devdash.history.worker",
    "devdash.history.store",
    "devdash.history.events",
    "devdash.history.status",
    "devdash.history.analytics",
    "devdash.history.base",
    "devdash.history.filters",
    "devdash.history.moments",
)
"""What runs in worker processes only."""

OWNERS = {
    "textual": ("devdash.tui",),
    "rich": ("devdash.tui.paint", "devdash.render.clean", "devdash.render.wrap"),
    "icontract": ("devdash.engine.boundary",),
    "platformdirs": ("devdash.engine.places", "devdash.config.locate"),
    "asyncinotify": ("devdash.news.inotify",),
    "watchfiles": ("devdash.news.looking",),
    "tomlkit": ("devdash.config.show", "devdash.config.init"),
    "keyring": ("devdash.engine.secrets",),
    "psutil": (
        "devdash_battery.system",
        "devdash_battery.processes",
        "devdash.cli.costs",
        "devdash.engine.surroundings",
    ),
    "git": ("devdash_git.adapter",),
    "django": (
        "devdash_databases.probe",
        "devdash_databases.probing.migrations",
        "devdash_databases.probing.pings",
        "devdash_databases.probing.project",
        "devdash_databases.probing.routing",
        "devdash_databases.probing.survey",
        "devdash.history.routers",
        "devdash.history.store",
        "devdash.history.events",
        "devdash.history.status",
        "devdash.history.analytics",
        "devdash.history.base",
        "devdash.history.filters",
        "devdash.history.moments",
    ),
    "beancount": (
        "devdash_ledger.worker",
        "devdash_ledger.register_worker",
        "devdash_ledger.beans",
        "devdash_ledger.odd_lines",
        "devdash_ledger.check",
        "devdash_ledger.bank_booked",
        "devdash_ledger.bank_import",
        "devdash_ledger.bank_predict",
    ),
    "smart_importer": ("devdash_ledger.bank_predict",),
    "dbus_fast": (
        "devdash.notify.desktop",
        "devdash.notify.session_bus",
        "devdash_battery.signals",
        "devdash.engine.surroundings",
    ),
    "desktop_notifier": ("devdash.notify.native",),
    "msgspec": OWN,
}
"""The only modules that may import a library. A new one needs a reason in docs/architecture.md."""

AT_ONCE = {"textual": ("devdash.tui",), "rich": OWNERS["rich"], "icontract": OWNERS["icontract"]}
"""Libraries, besides msgspec, that come with their importer: it is imported late, or the part is small."""


def room_of(module: str) -> str:
    """The room of the core that `module` is in: "devdash.engine" for "devdash.engine.runner"."""
    return ".".join(module.split(".")[:2])


def test_each_room_of_the_core_imports_only_rooms_below_it() -> None:
    """contract ← policy, config, render, workers ← engine ← tui ← cli; never the other way round."""
    wrong = [
        str(one)
        for one in imports()
        if one.importer.startswith("devdash.")
        and one.package == "devdash"
        and room_of(one.target) not in (room_of(one.importer), *ROOMS[room_of(one.importer)])
    ]
    assert not wrong, "\n".join(wrong)


def test_every_room_has_its_place_in_the_table() -> None:
    """A new room is put into ROOMS on purpose."""
    assert {room_of(name) for name in modules() if inside(name, "devdash")} <= set(ROOMS)


def test_the_table_of_rooms_has_no_cycle() -> None:
    """Someone who adds a room cannot make two rooms import each other."""
    left = {room: set(below) for room, below in ROOMS.items()}
    while left:
        free = [room for room, below in left.items() if not below & set(left)]
        assert free, f"a cycle among {sorted(left)}"
        for room in free:
            del left[room]


def test_the_core_knows_no_pane() -> None:
    """Nothing in devdash imports a plug-in; the registry finds them by name."""
    wrong = [str(one) for one in imports() if inside(one.importer, "devdash") and one.package in PLUGINS]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("plugin", PLUGINS)
def test_a_plug_in_imports_only_the_contract_and_itself(plugin: str) -> None:
    """Never the engine, never the screen, never another plug-in; not even for type checkers."""
    wrong = [
        str(one)
        for one in imports()
        if inside(one.importer, plugin)
        and one.package in OWN
        and not inside(one.target, plugin)
        and one.target not in ("devdash.api", "devdash")
    ]
    assert not wrong, "\n".join(wrong)


def test_a_library_is_imported_only_by_its_owners() -> None:
    """textual in the screen, django in the probe, beancount in the ledger's worker, and so on."""
    wrong = [
        str(one)
        for one in third_party()
        if not any(inside(one.importer, owner) for owner in OWNERS.get(one.package, ()))
    ]
    assert not wrong, "\n".join(wrong)


def test_libraries_are_imported_when_they_are_needed() -> None:
    """Start-up pays for none of them: imports stand inside functions, or on the worker's side."""
    wrong = [
        str(one)
        for one in third_party()
        if one.eager
        and one.package != "msgspec"
        and not any(inside(one.importer, place) for place in (*AT_ONCE.get(one.package, ()), *WORKER_SIDE))
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("module", sorted(name for name in modules() if name.endswith(".pane")))
def test_a_pane_does_not_load_its_worker_s_side(module: str) -> None:
    """What needs django or beancount is named to the worker, and imported there alone."""
    loaded = loaded_with(module)
    assert not [name for name in loaded if any(inside(name, side) for side in WORKER_SIDE)]


def test_no_module_of_the_screen_s_process_imports_the_worker_s_side_even_lazily() -> None:
    """GPL code and Django's settings never enter the process that draws."""
    wrong = [
        str(one)
        for one in imports()
        if any(inside(one.target, side) for side in WORKER_SIDE)
        and not any(inside(one.importer, side) for side in WORKER_SIDE)
        and not one.typing
    ]
    assert not wrong, "\n".join(wrong)


def test_the_child_of_a_worker_needs_the_standard_library_only() -> None:
    """A watched project's own interpreter runs it, where devdash is not installed."""
    used = {one.package for one in imports() if one.importer == "devdash.workers.child"}
    assert not used & {*OWN, *OWNERS}


def test_every_dependency_has_an_owner_and_every_owner_is_a_dependency() -> None:
    """pyproject.toml declares what is imported, and nothing else; keyring and smart_importer are
    the person's own choice."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {*project["dependencies"], *project["optional-dependencies"]["ledger"]}
    names = {entry.split(">")[0].split(";")[0].strip().lower() for entry in declared}
    imported = {"gitpython" if name == "git" else name.replace("_", "-") for name in OWNERS}
    assert names == imported - {"keyring", "smart-importer"}


def test_architecture_gives_a_reason_for_every_dependency() -> None:
    """docs/architecture.md names each of them."""
    page = (ROOT / "docs" / "architecture.md").read_text()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = [*project["dependencies"], *project["optional-dependencies"]["ledger"]]
    names = [entry.split(">")[0].split(";")[0].strip() for entry in declared]
    assert not [name for name in names if f"`{name}`" not in page]
