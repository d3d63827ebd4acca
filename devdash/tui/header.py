"""A pane's header line and the words for how far its data can be trusted. Pure."""

from collections.abc import Sequence

from devdash.contract.levels import Level
from devdash.contract.view import Tone
from devdash.engine.snapshot import Phase, Snapshot
from devdash.render.age import age, countdown, current_age
from devdash.render.clean import cell_width, clean, fit
from devdash.render.lines import Line, Part, compose, cut, level_tone

LEAST_SUMMARY = 8
"""A summary that would have fewer cells than this is left out of the header."""


LONGEST_FILTER = 16
"""Cells of a filter's text in the header; of a longer one the beginning is shown."""


def header(
    snapshot: Snapshot,
    number: int,
    width: int,
    now: float,
    *,
    focused: bool,
    pattern: str = "",
    below: int = 0,
    marked: int = 0,
) -> Line:
    """` 1 Git ──── summary · ▲ · ● 2 min · /api · ✓ 3 · ↓ 7`, in at most `width` cells.

    Args:
        number: the key that focuses the pane; 0: none.
        now: `Clock.elapsed`.
        pattern: the filter; rows that lack it are hidden, so it is told for as long as it lasts.
        below: lines that do not fit under it.
        marked: rows that are marked, those that are hidden too: keys act on all of them.
    """
    rule = "━" if focused else "─"
    title: list[Part] = [
        (f"{number} " if number else "", Tone.ACCENT if focused else Tone.DIM),
        (clean(snapshot.title), Tone.STRONG if focused else Tone.PLAIN),
        (" ", Tone.PLAIN),
    ]
    state = state_parts(snapshot, now)
    if shown := clean(pattern).strip():
        state += [(" · ", Tone.DIM), (fit(f"/{shown}", LONGEST_FILTER), Tone.ACCENT)]
    if marked:
        state += [(" · ", Tone.DIM), (f"✓ {marked} marked", Tone.ACCENT)]
    if below:
        state.append((f" · ↓ {below}", Tone.DIM))
    room = width - _width(title) - _width(state) - 5
    summary = _summary(snapshot, room)
    filler = max(width - _width(title) - _width(state) - _width(summary) - 2, 1)
    rule_tone = Tone.ACCENT if focused else Tone.DIM
    line = [*title, (rule * filler, rule_tone), (" ", Tone.PLAIN), *summary, *state, (" ", Tone.PLAIN)]
    return cut(compose(line), width)


def _summary(snapshot: Snapshot, room: int) -> list[Part]:
    """What is said between title and state: the progress of a long step, else the summary."""
    text = snapshot.progress or (snapshot.report.summary if snapshot.report else "")
    text = clean(text)
    if not text or room < LEAST_SUMMARY:
        return []
    tone = Tone.ACCENT if snapshot.progress else Tone.DIM
    return [(fit(text, room), tone), (" · ", Tone.DIM)]


def state_parts(snapshot: Snapshot, now: float) -> list[Part]:
    """The level's sign, and how old the data are or why there are none."""
    parts = [*_level_parts(snapshot), *_phase_parts(snapshot, now)]
    if snapshot.reading and snapshot.phase not in (Phase.LOADING, Phase.FRESH):
        parts.append((" · reading", Tone.DIM))
    return parts


def _level_parts(snapshot: Snapshot) -> list[Part]:
    report = snapshot.report
    if report is None or report.level is Level.OK:
        return []
    return [(report.level.sign, level_tone(report.level)), (" · ", Tone.DIM)]


def _phase_parts(snapshot: Snapshot, now: float) -> list[Part]:
    old = None if snapshot.read_elapsed is None else age(now - snapshot.read_elapsed)
    match snapshot.phase:
        case Phase.LOADING:
            return [("… reading", Tone.DIM)]
        case Phase.FRESH:
            return [("● ", Tone.GOOD), (_current(snapshot, now), Tone.DIM)]
        case Phase.LATE:
            return [(f"◌ late, {old} old", Tone.WARN)]
        case Phase.PAUSED:
            return [("‖ paused" + (f", {old} old" if old else ""), Tone.WARN)]
        case Phase.BROKEN:
            return [("✖ devdash.toml", Tone.BAD)]
        case Phase.FAILED:
            return [("✖ failed" + (f", {old} old" if old else ""), Tone.BAD), *_next_try(snapshot, now)]


def _current(snapshot: Snapshot, now: float) -> str:
    if snapshot.read_elapsed is None:
        return ""
    return current_age(now - snapshot.read_elapsed, snapshot.interval_s)


def _next_try(snapshot: Snapshot, now: float) -> list[Part]:
    if snapshot.next_elapsed is None:
        return []
    return [(f" · again {countdown(snapshot.next_elapsed - now)}", Tone.DIM)]


def _width(parts: Sequence[Part]) -> int:
    return sum(cell_width(text) for text, _ in parts)
