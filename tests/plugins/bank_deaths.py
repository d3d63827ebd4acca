"""Bank files imported by a process that dies at a step of its own: for the tests of what is left then.

Everything runs in one process, the desk and what its workers do, so that each call of the system that any of
them makes can be the last one.
"""

import asyncio
import fcntl
import os
import signal
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from ledger_banks import BANK

from devdash.api import ActionRequest, Outcome, PaneError, Value
from devdash_ledger import staying
from devdash_ledger.bank_desk import ACTIONS, BankDesk
from devdash_ledger.bank_shelf import Shelf
from devdash_ledger.bank_tables import Tables
from devdash_ledger.book import Book
from devdash_ledger.config import LedgerConfig
from devdash_ledger.writing import Writing

R = TypeVar("R")

STATEMENT = "Date,Who,Amount\n" + "".join(f"2026-11-{day:02},Shop {day},-{day}.50\n" for day in range(2, 9))
ROWS = STATEMENT.count("Shop")
_STEPS = ("open", "write", "fsync", "ftruncate", "rename", "replace", "unlink", "close", "mkdir")


class _Worker:
    """What a worker does, done here."""

    def __init__(self, module: str) -> None:
        self._calls = import_module(module).CALLS

    async def call(self, name: str, order: msgspec.Struct, reply: type[R], timeout: float) -> R:
        del timeout
        return msgspec.convert(self._calls[name](**msgspec.to_builtins(order)), reply, strict=False)


class _Here:
    """A pane's context, as far as the desk uses it."""

    name = "ledger"

    def __init__(self, folder: Path) -> None:
        self.folder, self.state_dir = folder, folder / "state"

    async def in_thread(self, step: Callable[..., R], *arguments: object) -> R:
        return step(*arguments)

    def worker(self, module: str, idle_s: float) -> _Worker:
        del idle_s
        return _Worker(module)


def desk(folder: Path) -> BankDesk:
    """Over `main.beancount` in `folder`, its state there as well."""
    here: Any = _Here(folder)
    config = LedgerConfig(file=folder / "main.beancount")
    writing = Writing(here, config, [Book(folder / "main.beancount", config, here)], ["main"])
    return BankDesk(here, Tables({"giro": BANK}, folder / "banks", plain=True), writing)


async def _done(one: BankDesk, request: ActionRequest) -> Outcome:
    action = next(action for action in ACTIONS if action.name == request.action)
    await one.confirmation(action, request)
    return await one.act(request)


async def _at_once(folder: Path) -> None:
    values = (Value("path", str(folder / "s.csv")), Value("bank", ""), Value("accept", "all"))
    await _done(desk(folder), ActionRequest("import", None, values))


async def _reviewed(folder: Path) -> None:
    """Row by row, as on the screen; what was decided before stays so."""
    one = desk(folder)
    if Shelf(folder / "state").load() is None:
        values = (Value("path", str(folder / "s.csv")), Value("bank", ""), Value("accept", "review"))
        await _done(one, ActionRequest("import", None, values))
    review = Shelf(folder / "state").load()
    if review is None:
        return  # the journal has them all
    for item in review.items:
        try:
            await _done(one, ActionRequest("accept", f"review:{item.row.id}"))
        except PaneError as error:
            assert "has this row already" in error.message
    await _done(one, ActionRequest("finish", None, (Value("open-new", "no"),)))


def run(folder: Path, *, reviewed: bool) -> None:
    """Import `s.csv`, and do not wait for a program that might save over it."""
    grace, staying.GRACE_S = staying.GRACE_S, 0.0
    try:
        asyncio.run((_reviewed if reviewed else _at_once)(folder))
    finally:
        staying.GRACE_S = grace


def dies(folder: Path, deadly: int, *, reviewed: bool, torn: bool) -> bool:
    """Import `s.csv` in a process that is killed with its call number `deadly`; False: it came to its end.

    Args:
        torn: a write that is the last one is done by half.
    """
    child = os.fork()
    if child == 0:
        try:
            _arm(deadly, torn)
            run(folder, reviewed=reviewed)
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert status in (0, signal.SIGKILL), status
    return status != 0


def _arm(deadly: int, torn: bool) -> None:
    count = 0

    def deadlier(call: Callable[..., object], name: str) -> Callable[..., object]:
        def step(*arguments: Any, **options: Any) -> object:
            nonlocal count
            count += 1
            if count == deadly:
                if torn and name == "write":
                    call(arguments[0], arguments[1][: len(arguments[1]) // 2])
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*arguments, **options)

        return step

    for name in _STEPS:
        setattr(os, name, deadlier(getattr(os, name), name))
    fcntl.flock = deadlier(fcntl.flock, "flock")  # type: ignore[assignment]  # called as before
