"""What the desks for bank files share: the file that a request names, and calls of their workers."""

from pathlib import Path
from typing import TypeVar

import msgspec

from devdash.api import ActionRequest, PaneContext, Unavailable, WorkerFailed

R = TypeVar("R")

WORKER = "devdash_ledger.bank_worker"
SCRIBE = "devdash_ledger.scribe"


def path_of(request: ActionRequest) -> Path:
    """The file as any command would find it: below the folder in which devdash was started."""
    return Path(request.value("path")).expanduser().absolute()


async def called(
    context: PaneContext, limit: float, module: str, name: str, order: msgspec.Struct, reply: type[R]
) -> R:
    """Ask a worker, which then ends.

    Raises:
        Unavailable: something is not there, in the words of the worker's own code.
        WorkerError: it did not do it, and why.
    """
    worker = context.worker(module, idle_s=0.0)
    try:
        return await worker.call(name, order, reply, timeout=limit)
    except WorkerFailed as error:
        # What the worker's own code says is meant for the person.
        if error.failure == Unavailable.kind:
            raise Unavailable(error.message, error.hint) from error
        raise
