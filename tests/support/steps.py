"""Waiting for what takes steps of a test's own clock."""

from collections.abc import Awaitable, Callable
from typing import Any


async def until(condition: Callable[[], Any], step: Callable[[], Awaitable[Any]]) -> None:
    """Take steps until the condition holds; the test's own time limit ends it."""
    while not condition():
        await step()
