"""The report: a table of repositories in the order of the config, and what needs a hand."""

from datetime import datetime

import msgspec

from devdash.api import (
    Align,
    Attention,
    Cell,
    Column,
    Level,
    Notice,
    Report,
    Row,
    Table,
    Tone,
    worst,
)
from devdash_git.ages import coarse_age
from devdash_git.detail import detail
from devdash_git.discover import Found
from devdash_git.facts import GitFacts, RepositoryFacts, repository_facts
from devdash_git.jobs import Stage
from devdash_git.needs import needs
from devdash_git.observation import Observation
from devdash_git.plain import printable
from devdash_git.porcelain import Status
from devdash_git.sight import Sight, arranged, grouped
from devdash_git.states import Access, Head, Sync

USUAL = Sight()

COLUMNS = (
    Column("repository", shrink=True),
    Column("branch", priority=2, shrink=True),
    Column("sync"),
    Column("changes", priority=1),
    Column("stash", Align.RIGHT, priority=5),
    Column("operation", priority=3),
    Column("fetched", Align.RIGHT, priority=4),
)

MAX_FILES = 4_000
"""Names of changed files in the details of one report, so that it stays small with many repositories."""

FAILED_S = 600.0
"""How long a row shows that an action failed; the detail shows it until the next."""

_STAGES = {Stage.QUEUED: "waits", Stage.WORKING: "…", Stage.FAIL: "failed"}

_ACCESS = {Access.NOT_A_REPO: "no repository", Access.TIMEOUT: "no answer"}
"""Where the value is no plain English."""

_SYNC_TONES = {
    Sync.NO_REMOTE: Tone.DIM,
    Sync.NO_UPSTREAM: Tone.DIM,
    Sync.GONE: Tone.WARN,
    Sync.NEVER_FETCHED: Tone.DIM,
    Sync.IN_SYNC: Tone.GOOD,
    Sync.AHEAD: Tone.ACCENT,
    Sync.BEHIND: Tone.WARN,
    Sync.DIVERGED: Tone.WARN,
}


def report(
    observations: tuple[Observation, ...],
    searches: tuple[Found, ...],
    now: datetime,
    *,
    day_over: bool = False,
) -> Report:
    """What the pane shows.

    Args:
        observations: in the order of the config.
        searches: those of the `scan` folders; each that is unfinished gets a notice.
        now: aware.
        day_over: it is later than `day_end`.
    """
    files = files_each(len(observations))
    return assembled(tuple(part(seen, now, files) for seen in observations), searches, day_over=day_over)


class Part(msgspec.Struct, frozen=True):
    """What one repository adds to the report."""

    row: Row
    attention: tuple[Attention, ...]
    facts: RepositoryFacts


def files_each(repositories: int) -> int:
    """How many changed files the details of each may name."""
    return MAX_FILES // max(repositories, 1)


def part(seen: Observation, now: datetime, files: int) -> Part:
    """What `seen` adds to the report of `now` (aware), with at most `files` changed files."""
    found = needs(seen, now)
    return Part(_row(seen, found, now, files), found, repository_facts(seen, now))


def assembled(
    parts: tuple[Part, ...], searches: tuple[Found, ...], *, day_over: bool, sight: Sight = USUAL
) -> Report:
    """The report of its parts; else as `report`."""
    rows = tuple(one.row for one in parts)
    notices = tuple(
        Notice(Level.UNKNOWN, printable(found.unfinished), found.hint)
        for found in searches
        if found.unfinished
    )
    return Report(
        level=worst((*(row.level for row in rows), *(notice.level for notice in notices))),
        summary=_summary(rows, bool(notices)),
        blocks=(*notices, *_tables(parts, sight)),
        facts=GitFacts(tuple(one.facts for one in parts), day_over),
        attention=tuple(found for one in parts for found in one.attention),
    )


def _tables(parts: tuple[Part, ...], sight: Sight) -> tuple[Table, ...]:
    """One for each group, as `sight` wants them."""
    found = grouped((one.row, one.facts) for one in parts) or {"": []}
    single = list(found) == [""]
    return tuple(
        Table(
            COLUMNS,
            arranged(rows, sight),
            heading=", ".join(filter(None, ("" if single else printable(name or "others"), sight.heading))),
            empty="No repositories: list folders under repos or scan in [panes.git].",
        )
        for name, rows in found.items()
    )


def _summary(rows: tuple[Row, ...], unfinished: bool) -> str:
    levels = [row.level for row in rows]
    needy = sum(level in (Level.ATTENTION, Level.CRITICAL) for level in levels)
    unknown = levels.count(Level.UNKNOWN)
    parts = [
        f"{len(rows)} {'repository' if len(rows) == 1 else 'repositories'}" if rows else "no repositories"
    ]
    if needy:
        parts.append(f"{needy} {'needs' if needy == 1 else 'need'} a hand")
    if unknown:
        parts.append(f"{unknown} did not answer")
    if unfinished:
        parts.append("search unfinished")
    return " · ".join(parts)


def _row(seen: Observation, found: tuple[Attention, ...], now: datetime, files: int) -> Row:
    level = Level.UNKNOWN if seen.access is Access.TIMEOUT else worst(one.level for one in found)
    return Row(
        seen.target.name,
        _cells(seen, now),
        level,
        indent=1 if seen.under else 0,
        detail=detail(seen, found, now, files),
    )


def _cells(seen: Observation, now: datetime) -> tuple[Cell, ...]:
    tags = "".join(f" #{printable(tag)}" for tag in seen.target.tags)
    name = Cell(f"{seen.target.name}{tags}", Tone.STRONG)
    if seen.access is not Access.OK or seen.status is None:
        tone = Tone.BAD if seen.access is Access.CORRUPT else Tone.WARN
        return (
            name,
            Cell(),
            Cell(_ACCESS.get(seen.access, seen.access.value.replace("-", " ")), tone),
            *[Cell()] * 4,
        )
    return (
        name,
        Cell(branch_text(seen), Tone.PLAIN if seen.status.head is Head.BRANCH else Tone.DIM),
        _sync(seen),
        _changes(seen.status),
        Cell(str(seen.stash) if seen.stash else "", Tone.DIM),
        _operation(seen, now),
        _fetched(seen, now),
    )


def _operation(seen: Observation, now: datetime) -> Cell:
    """What waits for the person, and what devdash does or has just failed to do."""
    underway = seen.files.underway if seen.files else None
    waiting = underway.text if underway else ""
    job = seen.job
    if job is None or not (
        job.underway or (job.stage is Stage.FAIL and (now - job.since).total_seconds() < FAILED_S)
    ):
        return Cell(waiting, Tone.WARN)
    done = f"{job.action} {_STAGES[job.stage]}".rstrip()
    tone = Tone.BAD if job.stage is Stage.FAIL else Tone.WARN if waiting else Tone.ACCENT
    return Cell(", ".join(filter(None, (waiting, done))), tone)


def branch_text(seen: Observation) -> str:
    """The branch, or what HEAD is instead; in a rebase the branch that is being rebased."""
    status = seen.status
    if status is None or status.head is Head.INVALID:
        return "(invalid)"
    if status.branch is not None:
        name = printable(status.branch)
        return name if status.head is Head.BRANCH else f"{name} (no commits)"
    underway = seen.files.underway if seen.files else None
    if underway is not None and underway.branch:
        return f"({printable(underway.branch)})"
    return f"({status.oid[:8]})" if status.oid else "(detached)"


def _sync(seen: Observation) -> Cell:
    status, sync = seen.status, seen.sync
    if status is None or sync is None:
        return Cell()
    ahead, behind = f"↑{status.ahead}", f"↓{status.behind}"
    text = {
        Sync.AHEAD: ahead,
        Sync.BEHIND: behind,
        Sync.DIVERGED: f"{ahead} {behind} diverged",
    }.get(sync, sync.value.replace("-", " "))
    return Cell(text, _SYNC_TONES[sync])


def _changes(status: Status) -> Cell:
    counts = (
        ("✖", status.conflicts),
        ("●", status.staged),
        ("✎", status.unstaged),
        ("?", status.untracked),
    )
    if not status.counted:
        return Cell("not counted", Tone.DIM)
    text = " ".join(f"{sign}{count}" for sign, count in counts if count)
    return Cell(text, Tone.WARN if status.conflicts else Tone.PLAIN)


def _fetched(seen: Observation, now: datetime) -> Cell:
    if seen.contact is not None:
        return Cell(coarse_age((now - seen.contact.at).total_seconds()), Tone.DIM)
    has_remote = seen.identity is not None and bool(seen.identity.settings.remotes)
    return Cell("never" if has_remote else "", Tone.DIM)
