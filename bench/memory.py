"""Memory of the dashboard, its four panes read: of the process that draws, and of all."""

from collections.abc import Iterator

from bench.figures import Aim, Row, Unit
from bench.processes import descendants, proportional_mib, resident_mib
from bench.sandbox import SHIPPED, Sandbox

SETTLE_S = 20.0


def rows(sandbox: Sandbox, *, quick: bool) -> Iterator[Row]:
    """Resident memory, and, as shared pages would count several times there, proportional memory of all."""
    with sandbox.devdash(SHIPPED) as dashboard, sandbox.bare() as bare:
        for terminal in (dashboard, bare):
            terminal.settle(4.0, SETTLE_S)
        family = [dashboard.pid, *descendants(dashboard.pid)]
        yield _row("RSS of the UI process", resident_mib(dashboard.pid), resident_mib(bare.pid), Aim(60))
        yield _row("PSS of the UI process", proportional_mib(family[:1]), proportional_mib([bare.pid]), None)
        count = f"PSS of all {len(family)} processes"
        yield _row(count, proportional_mib(family), proportional_mib([bare.pid]), None)


def _row(name: str, figure: float, reference: float, aim: Aim | None) -> Row:
    return Row(name=name, unit=Unit.MIB, figure=figure, reference=reference, aim=aim)
