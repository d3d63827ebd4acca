"""What a fetch is told as: one sentence, and a list when several failed."""

from collections.abc import Sequence

from devdash.api import Cell, Column, Level, Outcome, Row, Table, Tone
from devdash_git.fetch import Fetched


def fetched(results: Sequence[Fetched]) -> Outcome:
    """The outcome of fetching one repository or several."""
    failed = [result for result in results if result.failure is not None]
    if len(results) == 1:
        return _single(results[0])
    tried = [result for result in results if result.remotes or result.failure is not None]
    if not failed:
        return Outcome(message=f"Fetched {_repositories(len(tried))}.")
    table = Table(
        (
            Column("repository"),
            Column("what is wrong", shrink=True),
            Column("next step", priority=1, shrink=True),
        ),
        tuple(_row(result) for result in failed),
    )
    good = len(tried) - len(failed)
    level = Level.ATTENTION if good else Level.CRITICAL
    message = f"Fetched {good} of {_repositories(len(tried))}; {len(failed)} failed."
    return Outcome(level=level, message=message, blocks=(table,))


def _single(result: Fetched) -> Outcome:
    name = result.target.name
    if result.failure is not None:
        hint = f" {result.hint}" if result.hint else ""
        return Outcome(level=Level.CRITICAL, message=f"{name}: {result.message.rstrip('.')}.{hint}")
    if not result.remotes:
        return Outcome(message=f"{name} has no remote to fetch.")
    return Outcome(message=f"Fetched {name}.")


def _repositories(count: int) -> str:
    return f"{count} {'repository' if count == 1 else 'repositories'}"


def _row(result: Fetched) -> Row:
    name = result.target.name
    return Row(name, (Cell(name, Tone.STRONG), Cell(result.message, Tone.BAD), Cell(result.hint, Tone.DIM)))
