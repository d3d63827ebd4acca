"""Memory that stays behind when a pane says something else ten thousand times."""

from collections.abc import Iterator

from bench.figures import Aim, Row, Unit
from bench.growth_inside import Growth
from bench.inside import measured
from bench.sandbox import Sandbox


def rows(sandbox: Sandbox, *, quick: bool) -> Iterator[Row]:
    """Resident memory after minus before, warm at both times, against the bare app's changing pane."""
    # Textual and Rich fill their caches in the first two thousand.
    counts = ("300", "1000") if quick else ("3000", "10000")
    grown = [
        measured(sandbox, "bench.growth_inside", (which, *counts), Growth) for which in ("dashboard", "bare")
    ]
    dashboard, bare = (growth.after - growth.before for growth in grown)
    name = f"growth over {int(counts[1]):,} refreshes"
    yield Row(name=name, unit=Unit.MIB, figure=dashboard, reference=bare, aim=Aim(1))
