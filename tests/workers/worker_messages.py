"""What the tests send to the worker in `handlers/faults.py`, and what comes back."""

import msgspec

from devdash.workers.host import WorkerProcess

LONG = 50.0
"""Longer than any test should take: a call that meets this timeout has failed."""


class Echo(msgspec.Struct, frozen=True):
    value: object
    pid: int


class Value(msgspec.Struct, frozen=True):
    value: object


class Flag(msgspec.Struct, frozen=True):
    how: str


class File(msgspec.Struct, frozen=True):
    file: str


class Written(msgspec.Struct, frozen=True):
    text: str
    then: str = "return"


class Code(msgspec.Struct, frozen=True):
    code: int


class Stream(msgspec.Struct, frozen=True):
    stream: str


class Later(msgspec.Struct, frozen=True):
    text: str
    after: float


async def echo(worker: WorkerProcess, value: object = "again") -> Echo:
    """One call that must succeed; how every test here ends: the worker serves again."""
    answer = await worker.call("echo", Value(value), Echo, timeout=LONG)
    assert answer.value == value
    return answer


def no_secret(error: BaseException) -> bool:
    return "hunter2" not in f"{error} {error!r} {getattr(error, 'hint', '')}"
