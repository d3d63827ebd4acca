"""A devdash in small, to be killed by the tests of the lifeline.

`python parent.py FOLDER` starts a worker that holds its interpreter's lock, a
worker that ignores SIGTERM, and a program, each with a child of its own; and a
process that is none of devdash's. Their ids are written to files in FOLDER.
"""

import asyncio
import subprocess
import sys
from pathlib import Path

from worker_messages import LONG, Echo, File

from devdash.workers.fleet import Fleet
from devdash.workers.host import WorkerProcess
from devdash.workers.process import run


async def main(folder: Path) -> None:
    fleet = Fleet()
    module = str(Path(__file__).parent / "handlers" / "faults.py")
    hog, stubborn = WorkerProcess(module, fleet=fleet), WorkerProcess(module, fleet=fleet)
    script = f"sleep 1000 & echo $! > {folder}/program.child; echo $$ > {folder}/program; wait"
    calls = (
        hog.call("hog", File(str(folder / "hog")), Echo, timeout=LONG),
        stubborn.call("hang", File(str(folder / "stubborn")), Echo, timeout=LONG),
        run(["sh", "-c", script], timeout=LONG, fleet=fleet),
    )
    running = [asyncio.create_task(call) for call in calls]
    while not all((folder / name).exists() for name in ("hog", "stubborn", "program")):
        await asyncio.sleep(0.01)
    # It inherits every descriptor that is inheritable: the writing end of a lifeline must not be.
    other = subprocess.Popen(["sleep", "1000"], start_new_session=True, close_fds=False)
    (folder / "other").write_text(f"{other.pid}\n")
    await asyncio.gather(*running)


asyncio.run(main(Path(sys.argv[1])))
