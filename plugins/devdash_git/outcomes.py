"""What an action on several repositories is told as: one sentence, and a list when several failed."""

from collections.abc import Sequence

import msgspec

from devdash.api import Cell, Column, Level, Outcome, Row, Table, Tone
from devdash_git.fetch import Fetched


class Told(msgspec.Struct, frozen=True):
    """A repository and why nothing was done there, as a sentence and the next step."""

    name: str
    message: str
    hint: str = ""


def told(did: str, names: Sequence[str], done: int, failures: Sequence[Told]) -> Outcome:
    """The outcome of an action on one repository or several.

    Args:
        did: such as "Pushed".
        names: those that were to be done.
        done: how many of them were.
        failures: those that were not, and those that could not be tried.
    """
    if not failures:
        what = names[0] if len(names) == 1 else _repositories(done)
        return Outcome(message=f"{did} {what}.")
    rows = tuple(
        Row(one.name, (Cell(one.name, Tone.STRONG), Cell(one.message, Tone.BAD), Cell(one.hint, Tone.DIM)))
        for one in failures
    )
    columns = (
        Column("repository"),
        Column("what is wrong", shrink=True),
        Column("next step", priority=1, shrink=True),
    )
    level = Level.ATTENTION if done else Level.CRITICAL
    message = f"{did} {_repositories(done)}; {len(failures)} not."
    return Outcome(level=level, message=message, blocks=(Table(columns, rows),))


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
