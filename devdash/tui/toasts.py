"""What is said in passing: a few lines in a corner that go by themselves."""

from typing import Literal

from textual.app import App

from devdash.contract.levels import Level
from devdash.render.clean import clean, fit

MOST_LINES = 12
LONGEST_LINE = 400
"""More than these, in cells, nobody reads in passing; and a flood would hold the loop while it is wrapped."""

_SEVERITY: dict[Level, Literal["information", "error"]] = {Level.OK: "information", Level.CRITICAL: "error"}


def toast(app: App[None], text: str, level: Level) -> None:
    """Show `text`, cleaned, and no more of it than is read in passing."""
    app.notify(brief(text), severity=_SEVERITY.get(level, "warning"), markup=False)


def brief(text: str) -> str:
    """The first lines of `text`, cleaned; where something was left out, there is "…"."""
    lines = text.splitlines()
    shown = [fit(clean(line[: 4 * LONGEST_LINE]), LONGEST_LINE) for line in lines[:MOST_LINES]]
    return "\n".join([*shown, "…"] if len(lines) > MOST_LINES else shown)
