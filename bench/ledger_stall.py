"""Measures how late the app's loop is while the ledger pane loads a large journal and takes up appends.

python -m bench.ledger_stall JOURNAL FOLDER ROUNDS

JOURNAL is copied to FOLDER, and the copy appended to.
"""

import asyncio
import gc
import shutil
import sys
from datetime import date
from pathlib import Path

import msgspec

from bench.ledger_journals import one_more
from bench.stall_inside import Stall, Stalls, Ticker, collect_garbage, until_read
from devdash.config.load import load
from devdash.engine.engine import Engine
from devdash.engine.registry import Registry
from devdash.tui.app import DevdashApp

IDLE_S = 3.0
"""Between rounds; the first of it belongs to the load, which may follow what the screen shows already."""


async def measure(journal: Path, folder: Path, rounds: int) -> Stalls:
    """Run the app headless with the ledger pane alone; each round appends an entry and asks for a reading."""
    file = folder / "stall.beancount"
    shutil.copyfile(journal, file)
    config = folder / "ledger-stall.toml"
    table = f'[panes.ledger]\nfile = "{file}"\ninterval = "1h"\ntimeout = "10m"\nmonths = 12\n'
    config.write_text(f'[devdash]\nlayout = [["ledger"]]\nclock = false\n\n{table}', "utf-8")
    gc.disable()
    registry = Registry()
    app = DevdashApp(
        load(config, registry), lambda settings: Engine(settings, registry), drawn=collect_garbage
    )
    ticker = Ticker()
    reading: list[list[Stall]] = []
    idle: list[list[Stall]] = []
    async with app.run_test(size=(120, 34)):
        ticking = asyncio.create_task(ticker.run())
        began = app.engine.clock.elapsed()
        await until_read(app, 0.0)
        first = app.engine.clock.elapsed() - began
        start = ticker.take()
        for _ in range(rounds):
            await asyncio.sleep(IDLE_S)
            idle.append(ticker.take())
            with file.open("a", encoding="utf-8") as stream:
                stream.write("\n" + one_more("beancount", date.today(), "1.00"))  # noqa: DTZ011 - the person's day
            since = app.engine.clock.elapsed()
            app.engine.refresh()
            await until_read(app, since)
            await asyncio.sleep(2 * first)
            reading.append(ticker.take())
        ticking.cancel()
    return Stalls(start, reading, idle)


if __name__ == "__main__":
    found = asyncio.run(measure(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
    print(msgspec.json.encode(found).decode())
