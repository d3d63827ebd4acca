"""From the start of the process until text from inside a pane reaches the terminal."""

from collections.abc import Callable, Iterator

from bench.figures import Aim, Row, Unit, median
from bench.sandbox import HANGS, SHIPPED, Sandbox
from bench.terminal import Terminal

TIMEOUT_S = 60.0


def rows(sandbox: Sandbox, *, quick: bool) -> Iterator[Row]:
    """The shipped config, and one whose sources all hang, against the bare app."""
    hung = sandbox.all_hung("first-frame-hung")
    starts: tuple[Callable[[], float], ...] = (
        lambda: _first_frame(sandbox.devdash(SHIPPED), "Battery"),
        lambda: _first_frame(sandbox.devdash(hung), HANGS[0].capitalize()),
        lambda: _first_frame(sandbox.bare(), "Battery"),
    )
    times: list[list[float]] = [[] for _ in starts]
    for round_ in range(6 if quick else 21):
        for start, found in zip(starts, times, strict=True):
            took = start()
            if round_:  # the first one compiles modules and fills the disk's cache
                found.append(took)
    shipped, hanging, bare = (median(found) for found in times)
    yield _row("first frame, shipped config", shipped, bare, Aim(1.25, ratio=True))
    yield _row("first frame, every source hung", hanging, bare, Aim(500))


def _row(name: str, figure: float, reference: float, aim: Aim) -> Row:
    return Row(name=name, unit=Unit.MILLISECONDS, figure=figure * 1000, reference=reference * 1000, aim=aim)


def _first_frame(terminal: Terminal, text: str) -> float:
    """Seconds."""
    with terminal:
        return terminal.read_until(text.encode(), TIMEOUT_S) - terminal.started
