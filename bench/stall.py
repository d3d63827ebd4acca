"""How long the loop, and with it every key, is held up while all four panes read."""

from collections.abc import Iterator, Sequence
from itertools import chain

from bench.figures import Aim, Row, Unit, median, percentile
from bench.inside import measured
from bench.sandbox import Sandbox
from bench.stall_inside import Stall, Stalls

FRAME = Aim(16)


def rows(sandbox: Sandbox, *, quick: bool) -> Iterator[Row]:
    """A ticker's delays while the panes read, against those between the readings, in the same app.

    On a busy machine the ticker is late although nobody holds the loop; the
    processor time of the loop's thread between two ticks tells the difference.
    """
    config = sandbox.shipped("stall", interval="1h", clock=False)
    found = measured(sandbox, "bench.stall_inside", [str(config), "5" if quick else "25"], Stalls)
    late, calm = _late(found.reading), _late(found.idle)
    busy, still = _busy(found.reading), _busy(found.idle)
    yield _row(
        "loop stall while every pane reads, median of each reading's worst",
        median(map(max, late)),
        median(map(max, calm)),
        FRAME,
    )
    yield _row("… worst of all", max(map(max, late)), max(map(max, calm)), FRAME)
    yield _row("… p99 of all ticks", _p99(late), _p99(calm), None)
    yield _row("… most computed between two ticks", max(map(max, busy)), max(map(max, still)), FRAME)
    worst_start = max(step.busy_s for step in found.start)
    yield _row("… the same at the start, plug-ins imported", worst_start, max(map(max, still)), FRAME)


def _p99(rounds: Sequence[Sequence[float]]) -> float:
    return percentile(list(chain.from_iterable(rounds)), 0.99)


def _late(rounds: Sequence[Sequence[Stall]]) -> list[list[float]]:
    return [[step.late_s for step in steps] for steps in rounds]


def _busy(rounds: Sequence[Sequence[Stall]]) -> list[list[float]]:
    return [[step.busy_s for step in steps] for steps in rounds]


def _row(name: str, figure: float, reference: float, aim: Aim | None) -> Row:
    return Row(name=name, unit=Unit.MILLISECONDS, figure=figure * 1000, reference=reference * 1000, aim=aim)
