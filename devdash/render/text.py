"""Panes as plain text: `devdash status`, pipes, screen readers."""

from collections.abc import Sequence

from devdash.contract.levels import Level
from devdash.contract.view import Notice, Tone
from devdash.render.age import age
from devdash.render.blocks import lay_out
from devdash.render.clean import clean
from devdash.render.lines import Line, Part, Span, compose, cut, indented, level_tone
from devdash.render.status import PaneStatus
from devdash.render.wrap import wrap

INDENT = 2

# SGR parameters (ECMA-48 8.3.117), of the 16 colours only: these follow the terminal's own theme.
_SGR = {
    Tone.DIM: "2",
    Tone.STRONG: "1",
    Tone.ACCENT: "36",
    Tone.GOOD: "32",
    Tone.WARN: "33",
    Tone.BAD: "31",
}


def plain(lines: Sequence[Line]) -> str:
    """`lines` without tones; each but the last ends with a newline."""
    return "\n".join([line.text for line in lines])


def status_text(panes: Sequence[PaneStatus], width: int, color: bool = False) -> str:
    """What `devdash status` prints, without a last newline.

    Args:
        panes: in the order in which they are shown, an empty line between two.
        width: cells per line, at least 1.
        color: tones become ANSI colours. Without, the text has no escape sequence.
    """
    lines: list[Line] = []
    for pane in panes:
        if lines:
            lines.append(Line())
        lines += pane_lines(pane, width)
    return "\n".join([_coloured(line) for line in lines]) if color else plain(lines)


def pane_lines(pane: PaneStatus, width: int) -> tuple[Line, ...]:
    """One pane: its header, its error, and its blocks indented, in at most `width` cells."""
    room = max(width - INDENT, 1)
    lines = _header(pane, width)
    if pane.error is not None:
        notice = Notice(Level.UNKNOWN, pane.error.message, pane.error.hint)
        lines += indented(lay_out((notice,), room), INDENT)
    if pane.report is not None:
        lines += indented(lay_out(pane.report.blocks, room), INDENT)
    return tuple(cut(line, width) for line in lines)


def _header(pane: PaneStatus, width: int) -> list[Line]:
    """Sign, title and summary on one line, the summary on lines of its own where there is no room."""
    head: list[Part] = [
        (pane.level.sign, level_tone(pane.level)),
        (" ", Tone.PLAIN),
        (clean(pane.title), Tone.STRONG),
    ]
    summary, state = clean(pane.summary), _state(pane)
    whole = compose([*head, (f" — {summary}" if summary else "", Tone.PLAIN), (state, Tone.WARN)])
    if whole.width <= width or not summary:
        return [whole]
    return [
        compose([*head, (state, Tone.WARN)]),
        *[compose([(" " * INDENT + text, Tone.PLAIN)]) for text in wrap(summary, max(width - INDENT, 1))],
    ]


def _state(pane: PaneStatus) -> str:
    """What is to be known about how fresh the pane is; nothing when it is fresh."""
    if pane.report is None:
        return " · no data yet" if pane.error is None else " · no data"
    if not pane.stale:
        return ""
    return " · stale" if pane.age_s is None else f" · stale, read {age(pane.age_s)} ago"


def _coloured(line: Line) -> str:
    return "".join([_sgr(span) for span in line.spans])


def _sgr(span: Span) -> str:
    code = _SGR.get(span.tone)
    return span.text if code is None else f"\x1b[{code}m{span.text}\x1b[0m"
