"""`devdash history`: what happened, as text, a chart, CSV or JSON."""

from argparse import Namespace
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import TextIO

import msgspec

from devdash.cli import loop
from devdash.cli.exits import Exit, UsageError
from devdash.cli.history_faces import (
    Chart,
    Past,
    chart_lines,
    events_csv,
    overview,
    past_json,
    points_csv,
)
from devdash.cli.output import complain, reserved_stdout, terminal_width
from devdash.cli.past import recorder_of
from devdash.cli.session import settings_for, suggestion
from devdash.config.model import Settings
from devdash.config.values import BadValue, duration
from devdash.contract.errors import one_line
from devdash.contract.levels import Level
from devdash.contract.settings import LongDuration
from devdash.engine.clock import SystemClock
from devdash.engine.registry import Registry
from devdash.history.recorder import HistoryUnavailable, Recorder
from devdash.history.wire import (
    EventQuery,
    InfosQuery,
    Point,
    PointsQuery,
    SeriesInfo,
    SeriesQuery,
    UptimeQuery,
)
from devdash.render.blocks import lay_out
from devdash.render.clean import clean
from devdash.render.plot import dots_across
from devdash.render.text import plain

SINCE = "24h"

RECENT = 20
"""Events of an overview."""

MOST_EVENTS = 10_000
MOST_CHARTS = 12


class Wanted(msgspec.Struct, frozen=True):
    """What was asked for; times are aware. `host`: whose; "": this machine's, and everybody's events."""

    host: str
    pane: str
    series: str | None
    item: str | None
    since: datetime
    until: datetime
    events: EventQuery


def history(arguments: Namespace) -> Exit:
    """Print what was asked for.

    Raises:
        UsageError: a time is none, a pane or series is not known, or what was asked for does not go together.
    """
    with reserved_stdout() as out:
        wanted = _wanted(arguments, SystemClock().now())
        settings = settings_for(arguments.config, Registry())
        try:
            return loop.run(_history(settings, arguments, wanted, out))
        except HistoryUnavailable as error:
            complain(one_line(f"devdash: {error.message}", error.hint))
            return Exit.UNKNOWN


def moment(text: str, now: datetime) -> datetime:
    """A moment as a person writes it: "7d" (ago), "now", a date or a time in ISO-8601; local without offset.

    Raises:
        ValueError: it is none.
    """
    if text.strip() == "now":
        return now
    try:
        return now - timedelta(seconds=duration(text, LongDuration))
    except BadValue:
        pass
    try:
        return datetime.fromisoformat(text.strip()).astimezone()
    except (ValueError, OverflowError, OSError):
        raise ValueError(
            f"'{clean(text)}' is no time: write 7d, 90m, now, 2026-11-22 or 2026-11-22T10:55"
        ) from None


async def _history(settings: Settings, arguments: Namespace, wanted: Wanted, out: TextIO) -> Exit:
    async with recorder_of(settings) as recorder:
        if arguments.plot:
            await _plot(recorder, settings, wanted, out)
        elif arguments.csv and not _about_events(arguments):
            await _print_points(recorder, settings, wanted, out)
        else:
            past = await _look(
                recorder, settings, wanted, everything=_about_events(arguments) or arguments.json
            )
            now = SystemClock().now()
            if arguments.json:
                out.write(past_json(past, now).decode() + "\n")
            elif arguments.csv:
                out.write(events_csv(past.events))
            else:
                blocks = overview(past, now, events_only=_about_events(arguments))
                out.write(plain(lay_out(blocks, terminal_width())) + "\n")
        if recorder.trouble:
            complain(one_line(recorder.trouble, recorder.hint))
    return Exit.OK


async def _look(recorder: Recorder, settings: Settings, wanted: Wanted, *, everything: bool) -> Past:
    """What the overview and the JSON hold."""
    since, until = wanted.since.timestamp(), wanted.until.timestamp()
    query = wanted.events if everything else msgspec.structs.replace(wanted.events, limit=RECENT)
    events = await recorder.events(query)
    infos = await recorder.infos(InfosQuery(pane=wanted.pane, since=since, until=until, host=wanted.host))
    uptimes = await recorder.uptime(UptimeQuery(pane=wanted.pane, since=since, until=until, host=wanted.host))
    if not (events or infos or uptimes):
        await _check_pane(recorder, settings, wanted)
    chosen = _matching(infos, wanted) if infos else ()
    return Past(wanted.since, wanted.until, wanted.pane, chosen, events, uptimes)


async def _plot(recorder: Recorder, settings: Settings, wanted: Wanted, out: TextIO) -> None:
    infos = await _chosen_series(recorder, settings, wanted)
    width = terminal_width()
    for info in infos[:MOST_CHARTS]:
        query = SeriesQuery(
            pane=info.pane,
            series=info.series,
            item=info.item,
            since=wanted.since.timestamp(),
            until=wanted.until.timestamp(),
            points=dots_across(width),
            host=wanted.host,
        )
        chart = Chart(info, await recorder.means(query), wanted.since, wanted.until)
        out.write("\n".join(chart_lines(chart, width)) + "\n")
    if len(infos) > MOST_CHARTS:
        complain(f"{len(infos) - MOST_CHARTS} more: choose with --series and --item")


async def _print_points(recorder: Recorder, settings: Settings, wanted: Wanted, out: TextIO) -> None:
    await _chosen_series(recorder, settings, wanted)
    header = True
    async for page in _pages(recorder, wanted):
        out.write(points_csv(wanted.pane, page, header=header))
        header = False


async def _pages(recorder: Recorder, wanted: Wanted) -> AsyncIterator[tuple[Point, ...]]:
    """All points, a page at a time; at least one page."""
    query = PointsQuery(
        pane=wanted.pane,
        series=wanted.series,
        item=wanted.item,
        since=wanted.since.timestamp(),
        until=wanted.until.timestamp(),
        host=wanted.host,
    )
    while True:
        page = await recorder.points(query)
        yield page
        if len(page) < query.limit:
            return
        query = msgspec.structs.replace(query, skip=query.skip + query.limit)


async def _chosen_series(recorder: Recorder, settings: Settings, wanted: Wanted) -> tuple[SeriesInfo, ...]:
    """The series that are meant; at least one.

    Raises:
        UsageError: there are none; says what there is.
    """
    since, until = wanted.since.timestamp(), wanted.until.timestamp()
    infos = await recorder.infos(InfosQuery(pane=wanted.pane, since=since, until=until, host=wanted.host))
    if not infos:
        await _check_pane(recorder, settings, wanted)
        raise UsageError(f"{wanted.pane} has no samples in this time", "Look further back with --since 30d.")
    return _matching(infos, wanted)


async def _check_pane(recorder: Recorder, settings: Settings, wanted: Wanted) -> None:
    """Nothing was found: the pane may have been misspelt.

    Raises:
        UsageError: neither devdash.toml nor the history knows it.
    """
    infos = await recorder.infos(InfosQuery(since=0.0, until=wanted.until.timestamp(), host=wanted.host))
    known = sorted({pane.name for pane in settings.panes} | {info.pane for info in infos})
    if wanted.pane and wanted.pane not in known:
        raise UsageError(
            f"there is no pane '{clean(wanted.pane)}'; {suggestion(wanted.pane, known, 'panes')}"
        )


def _matching(infos: Sequence[SeriesInfo], wanted: Wanted) -> tuple[SeriesInfo, ...]:
    """Those of `infos` that are meant.

    Raises:
        UsageError: there are none; says what there is.
    """
    chosen = tuple(info for info in infos if _matches(info, wanted))
    if not chosen:
        known = sorted({f"{info.series}" + (f" of {info.item}" if info.item else "") for info in infos})
        said = f"{clean(wanted.pane)} has no such series" if wanted.pane else "there is no such series"
        raise UsageError(said, "series: " + ", ".join(map(clean, known)))
    return chosen


def _matches(info: SeriesInfo, wanted: Wanted) -> bool:
    return wanted.series in (None, info.series) and wanted.item in (None, info.item)


def _about_events(arguments: Namespace) -> bool:
    return bool(arguments.events or arguments.level or arguments.text)


def _wanted(arguments: Namespace, now: datetime) -> Wanted:
    """The command line, checked.

    Raises:
        UsageError: lists every problem.
    """
    problems: list[str] = []
    times = []
    for name, text in (("since", arguments.since), ("until", arguments.until)):
        try:
            times.append(moment(text, now))
        except ValueError as error:
            problems.append(f"--{name}: {error}")
    if len(times) == 2 and times[0] >= times[1]:
        problems.append("--since must be before --until")
    if arguments.plot and _about_events(arguments):
        problems.append("--plot draws series; it does not go with --events, --level and --text")
    if arguments.pane is None and (arguments.plot or (arguments.csv and not _about_events(arguments))):
        problems.append("--plot and --csv need a PANE" + (" (or --events)" if arguments.csv else ""))
    if problems:
        raise UsageError("\n".join(problems))
    since, until = times
    events = EventQuery(
        panes=() if arguments.pane is None else (arguments.pane,),
        levels=tuple(map(Level, arguments.level)),
        text=arguments.text,
        since=since.timestamp(),
        until=until.timestamp(),
        limit=MOST_EVENTS,
        host=arguments.host,
    )
    return Wanted(
        arguments.host, arguments.pane or "", arguments.series, arguments.item, since, until, events
    )
