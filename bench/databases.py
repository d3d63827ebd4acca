"""The databases pane on 3 and 50 aliases of real servers, against the drivers alone; and in the app."""

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec

from bench.databases_app import Counted
from bench.databases_ground import Ground, project, servers
from bench.databases_inside import Figures
from bench.figures import Aim, Row, Unit, median
from bench.inside import measured
from bench.sandbox import Sandbox

COUNTS = (3, 50)
ROUNDS, QUICK_ROUNDS = 40, 8
STARTS, QUICK_STARTS = 5, 2
CYCLES, QUICK_CYCLES = 100, 10
STOPS, QUICK_STOPS = 3, 1

FRAME = Aim(16)


def rows(sandbox: Sandbox, *, quick: bool) -> Iterator[Row]:
    """Everything in turns, so that a busy machine is busy for all."""
    with servers(sandbox.home) as ground:
        for count in COUNTS:
            folder = sandbox.home / f"databases-{count}"
            site = project(ground, count, folder / "shop")
            databases = folder / "databases.json"
            databases.write_text(json.dumps(ground.databases(count)), "utf-8")
            name = f"databases, {count} aliases ({ground.told})"
            rounds, starts = (QUICK_ROUNDS, QUICK_STARTS) if quick else (ROUNDS, STARTS)
            asked = [str(databases), str(site), str(rounds), str(starts)]
            yield from _figures(measured(sandbox, "bench.databases_inside", asked, Figures), name)
            if ground.servers:
                yield from _in_the_app(sandbox, ground, site, folder, count, quick=quick)


def _figures(found: Figures, name: str) -> Iterator[Row]:
    reading = median(found.reading)
    yield _ms(f"{name}, a reading; the drivers with the same statements", reading, median(found.same))
    yield _ms("… a reading; the drivers with SELECT 1", reading, median(found.select))
    per = len(found.reading)
    yield _ms("… processor time of a reading, the probe; here", found.probe_cpu / per, found.own_cpu / per)
    yield _ms(
        "… the first reading; Django set up and connected to all", median(found.first), median(found.ensured)
    )
    yield Row(
        name=f"… PSS of the {'probe' if found.probes == 1 else f'{found.probes} probes'}; the drivers idle",
        unit=Unit.MIB,
        figure=found.probe_mib,
        reference=found.drivers_mib,
    )


def _in_the_app(
    sandbox: Sandbox, ground: Ground, site: Path, folder: Path, count: int, *, quick: bool
) -> Iterator[Row]:
    file = folder / "ground.json"
    file.write_bytes(msgspec.json.encode(ground))
    cycles, stops = (QUICK_CYCLES, QUICK_STOPS) if quick else (CYCLES, STOPS)
    asked = [str(file), str(site), str(folder), str(count), str(cycles), str(stops)]
    found = measured(sandbox, "bench.databases_app", asked, Counted)
    yield _connections("… connections on the servers; aliases", found.first, count)
    yield _connections(f"… after {cycles} readings", found.steady, count)
    yield _connections("… after the probe was killed", found.killed, count)
    yield _connections("… after the config was changed", found.reloaded, count)
    yield Row(name="… left after quitting", unit=Unit.CONNECTIONS, figure=found.left, aim=Aim(0))
    yield from _stalls(found)


def _stalls(found: Counted) -> Iterator[Row]:
    late, rest = (max(step.late_s for step in steps) for steps in (found.stopped, found.idle))
    busy, still = (max(step.busy_s for step in steps) for steps in (found.stopped, found.idle))
    silent = f"{found.silent} of {found.aliases}"
    yield _ms(f"… loop stall while one server is stopped ({silent}), worst; between", late, rest, FRAME)
    yield _ms("… most computed between two ticks; between", busy, still, FRAME)


def _ms(name: str, figure: float, reference: float, aim: Aim | None = None) -> Row:
    return Row(name=name, unit=Unit.MILLISECONDS, figure=figure * 1000, reference=reference * 1000, aim=aim)


def _connections(name: str, figure: int, aliases: int) -> Row:
    return Row(name=name, unit=Unit.CONNECTIONS, figure=figure, reference=aliases, aim=Aim(1, ratio=True))
