"""The git pane on 50 and 300 repositories, against a shell loop and GitPython; and in the app."""

from collections.abc import Iterator
from pathlib import Path

from bench.figures import Aim, Row, Unit, median, percentile
from bench.git_inside import Times
from bench.git_repos import repositories
from bench.git_stall import Seen
from bench.inside import measured
from bench.sandbox import Sandbox

ROUNDS = {50: 9, 300: 5}
QUICK = {50: 3}

FULL_SHELL, FULL_LIBRARY, UNCHANGED = Aim(0.9, ratio=True), Aim(0.15, ratio=True), Aim(0.02, ratio=True)
SHOWN, FRAME = Aim(300), Aim(16)


def rows(sandbox: Sandbox, *, quick: bool) -> Iterator[Row]:
    """Everything in turns, so that a busy machine is busy for all."""
    for count, rounds in (QUICK if quick else ROUNDS).items():
        clones = repositories(sandbox.home / f"git-{count}", count, sandbox.env)[0].parent
        name = f"git, {count} repositories"
        found = measured(sandbox, "bench.git_inside", [str(clones), str(rounds)], Times)
        full, calm = median(found.full), median(found.unchanged)
        yield _row(f"{name}, full pass; shell loop of git status", full, median(found.shell), FULL_SHELL)
        yield _row("… full pass; GitPython", full, median(found.library), FULL_LIBRARY)
        yield _row("… nothing changed; full pass", calm, full, UNCHANGED)
        yield _row("… the first reading; shell loop", found.first, median(found.shell))
        yield from _seen(sandbox, clones, name, 5 if quick else 20)


def _seen(sandbox: Sandbox, clones: Path, name: str, rounds: int) -> Iterator[Row]:
    found = measured(sandbox, "bench.git_stall", [str(clones), str(sandbox.home), str(rounds)], Seen)
    yield _row("… a switch of branch on the screen, median", median(found.shown_s), aim=SHOWN, ms=True)
    yield _row("… p95", percentile(found.shown_s, 0.95), aim=SHOWN, ms=True)
    late, calm = (max(step.late_s for step in steps) for steps in (found.full, found.idle))
    busy, still = (max(step.busy_s for step in steps) for steps in (found.full, found.idle))
    yield _row(f"{name}, loop stall in full passes, worst; between", late, calm, FRAME, ms=True)
    yield _row("… most computed between two ticks; between", busy, still, FRAME, ms=True)


def _row(
    name: str, figure: float, reference: float | None = None, aim: Aim | None = None, *, ms: bool = False
) -> Row:
    factor = 1000 if ms else 1
    scaled = None if reference is None else reference * factor
    unit = Unit.MILLISECONDS if ms else Unit.SECONDS
    return Row(name=name, unit=unit, figure=figure * factor, reference=scaled, aim=aim)
