"""A worker that says what it was not asked for is not believed and does not live on."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from worker_messages import LONG, Echo, Later, Stream, Written, echo, no_secret

from devdash.contract.errors import (
    WorkerGarbage,
)
from devdash.workers import session
from devdash.workers.fleet import Fleet
from devdash.workers.host import WorkerProcess

Numbers = Callable[..., Awaitable[list[int]]]
Gone = Callable[..., Awaitable[None]]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"id": 1, "ok": {"value": 1, "pid": 2}}\n{"id": 2, "ok": 1}\n', "more than one answer"),
        ('{"id": 1, "ok": "hunter2"}\n', "wrong shape: Expected `object`, got `str`"),
    ],
)
async def test_a_line_that_is_no_answer_kills_the_worker(text: str, told: str, worker: WorkerProcess) -> None:
    """The handler goes on after it; what it would answer meets nobody."""
    with pytest.raises(WorkerGarbage, match=told) as raised:
        await worker.call("write", Written(text, "hang"), Echo, timeout=LONG)
    assert no_secret(raised.value)
    assert worker.pid is None
    await echo(worker)


async def test_two_processes_that_both_answer_are_not_believed(worker: WorkerProcess, fleet: Fleet) -> None:
    """The second answer must not be taken for the answer to the next call."""
    try:
        await worker.call("fork_and_return", None, Echo, timeout=LONG)
    except WorkerGarbage:
        pass
    else:
        while fleet.running:
            await asyncio.sleep(0.01)
    await echo(worker)


async def test_words_between_calls_end_the_worker_not_the_next_call(
    worker: WorkerProcess, fleet: Fleet
) -> None:
    await worker.call(
        "speak_later", Later('{"id":2,"ok":{"value":"lie","pid":0}}\n', 0.05), Echo, timeout=LONG
    )
    while fleet.running:
        await asyncio.sleep(0.01)
    await echo(worker)


async def test_a_line_without_end_is_cut_off(worker: WorkerProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "LINE_LIMIT", 1_000_000)
    with pytest.raises(WorkerGarbage, match="longer than 1000000 bytes"):
        await worker.call("flood", Stream("lines"), Echo, timeout=LONG)
    await echo(worker)


async def test_noise_without_end_is_cut_off(worker: WorkerProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "NOISE_LIMIT", 1_000_000)
    with pytest.raises(WorkerGarbage, match="standard error"):
        await worker.call("flood", Stream("noise"), Echo, timeout=LONG)
    await echo(worker)
