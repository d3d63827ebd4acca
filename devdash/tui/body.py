"""What stands below a pane's header, for every state that a pane can be in. Pure."""

import msgspec

from devdash.contract.levels import Level
from devdash.contract.view import Block, Notice, Text, Tone
from devdash.engine.snapshot import Phase, Snapshot
from devdash.render.blocks import lay_out
from devdash.render.lines import Line
from devdash.render.rows import filter_rows


class Body(msgspec.Struct, frozen=True):
    """Lines, the first `news` of which are current even when the rest is from before."""

    lines: tuple[Line, ...]
    news: int


def body(snapshot: Snapshot, width: int, query: str = "") -> Body:
    """The notices about the pane's state, then its last good report, filtered by `query`."""
    news = lay_out(_news(snapshot), width)
    report = snapshot.report
    if report is None:
        return Body(news, len(news))
    blocks: tuple[Block, ...] = report.blocks or (Text(report.summary),)
    if query:
        blocks = filter_rows(blocks, query)
    return Body((*news, *lay_out(blocks, width)), len(news))


def _news(snapshot: Snapshot) -> list[Block]:
    """What has to be said before the data."""
    if snapshot.phase is Phase.LOADING and snapshot.failure is None:
        return [Text("reading for the first time …", Tone.DIM)]
    if snapshot.problems:
        notices: list[Block] = [Notice(Level.CRITICAL, str(problem)) for problem in snapshot.problems]
        return [*notices, Text("The other panes run. Mend the file and save it: that is enough.", Tone.DIM)]
    failure = snapshot.failure
    if failure is None:
        return []
    times = f" ({failure.count} times)" if failure.count > 1 else ""
    return [Notice(Level.CRITICAL, failure.message + times, failure.hint)]
