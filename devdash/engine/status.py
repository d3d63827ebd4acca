"""From the engine's snapshot to what the plain faces print."""

from devdash.engine.snapshot import Phase, Snapshot
from devdash.render.status import PaneStatus, StatusError


def status_of(snapshot: Snapshot, now: float) -> PaneStatus:
    """The pane as text and JSON show it. `now` is `Clock.elapsed`."""
    failure, report = snapshot.failure, snapshot.report
    message = failure.message if failure else ""
    if snapshot.phase is Phase.BROKEN and len(snapshot.problems) > 1:
        message += f" (and {len(snapshot.problems) - 1} more)"
    return PaneStatus(
        name=snapshot.name,
        plugin=snapshot.plugin,
        title=snapshot.title,
        level=snapshot.level,
        summary=report.summary if report else "",
        report=report,
        at=snapshot.read_at,
        age_s=None if snapshot.read_elapsed is None else now - snapshot.read_elapsed,
        took_s=snapshot.took_s,
        stale=snapshot.stale,
        error=StatusError(failure.kind, message, failure.hint) if failure else None,
    )
