"""Doing things with repositories in tests, as a person would: look at the question, say yes."""

import os
import time
from pathlib import Path

from devdash.api import ActionRequest, Confirmation, Outcome, PaneError, Value
from devdash.engine.boundary import admit_confirmation, admit_outcome
from devdash_git.pane import GitPane


def request(made: GitPane, action: str, item: str | None, **values: str) -> ActionRequest:
    """A request with every field of the action; those not given have their default."""
    (known,) = [one for one in made.actions() if one.name == action]
    given = tuple(Value(field.name, values.get(field.name, field.default)) for field in known.fields)
    assert set(values) <= {field.name for field in known.fields}
    return ActionRequest(action, item, given)


async def asked(made: GitPane, wish: ActionRequest) -> Confirmation | None:
    """The question, as the dashboard admits it."""
    (known,) = [one for one in made.actions() if one.name == wish.action]
    return admit_confirmation("git", await made.confirmation(known, wish))


async def done(made: GitPane, action: str, item: str | None = None, **values: str) -> Outcome:
    """Question, yes, and what became of it."""
    wish = request(made, action, item, **values)
    await asked(made, wish)
    return admit_outcome("git", await made.act(wish))


async def refusal(made: GitPane, action: str, item: str | None = None, **values: str) -> str:
    """Why it is refused before anything is asked; the deed itself must be refused as well."""
    wish = request(made, action, item, **values)
    said = ""
    for step in (asked(made, wish), made.act(wish)):
        try:
            await step
        except PaneError as error:
            said = f"{error.message} {error.hint}"
        else:
            raise AssertionError(f"{action} of {item} is not refused")
    return said


def aged(folder: Path, days: int = 40) -> None:
    """Let git's objects in `folder` have been written long ago."""
    then = time.time() - days * 86_400
    for path in (folder / ".git/objects").rglob("*"):
        if path.is_file():
            os.utime(path, (then, then))


def content(folder: Path) -> dict[str, str]:
    """Every file below `folder` but git's own."""
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(folder).parts
    }
