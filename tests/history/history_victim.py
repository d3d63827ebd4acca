"""Keeps, hands over and is killed: prints the number of each event that has been acknowledged as stored.

Arguments: the state folder, a name, the worker's module.
"""

import asyncio
import sys
from pathlib import Path

from history_rig import alert, recording, sample

from devdash.history.recorder import HistoryUnavailable, Recorder


async def flush(history: Recorder) -> None:
    while True:
        try:
            await history.flush()
        except HistoryUnavailable as error:
            print(error.message, file=sys.stderr)


async def main(state: Path, name: str, worker: str) -> None:
    async with recording(state, worker=worker) as history:
        flushing = asyncio.create_task(flush(history))
        for number in range(1_000_000):
            uid = f"{name}-{number}"
            history.keep([sample(float(number), series=name), alert(uid, text=uid)])
            if await history.settled():
                print(uid, flush=True)
        flushing.cancel()


asyncio.run(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
