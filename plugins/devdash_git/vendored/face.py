"""Vendored files in the pane's report: a table below the repositories, facts, and what needs a hand."""

from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec

from devdash.api import (
    Align,
    Attention,
    Cell,
    Column,
    Level,
    Notice,
    Pair,
    Pairs,
    Report,
    Row,
    Table,
    Text,
    Tone,
    worst,
)
from devdash_git.ages import coarse_age
from devdash_git.facts import GitFacts, VendoredFacts
from devdash_git.plain import masked, printable
from devdash_git.vendored.model import DRIFTED, Local, State
from devdash_git.vendored.survey import Survey, Tracked

COLUMNS = (
    Column("file", shrink=True),
    Column("state"),
    Column("from", priority=2, shrink=True),
    Column("checked", Align.RIGHT, priority=3),
)

MANY = 100
"""Files whose rows take so long to make that it is done in a thread."""

_TONES = {
    State.CURRENT: Tone.GOOD,
    State.CONVERGED: Tone.GOOD,
    State.LOCALLY_MODIFIED: Tone.ACCENT,
    State.NEVER_CHECKED: Tone.DIM,
    State.UNREACHABLE: Tone.DIM,
}

_SAID = {
    State.CURRENT: "As it is upstream.",
    State.UPSTREAM_CHANGED: "It has changed upstream; here it is as it was taken.",
    State.LOCALLY_MODIFIED: "It has been changed here; upstream it is as it was taken.",
    State.DIVERGED: "It has changed upstream, and here as well.",
    State.CONVERGED: "It has changed upstream and here, to the same.",
    State.LOCAL_MISSING: "It is upstream, and not here.",
    State.UPSTREAM_DELETED: "It is not there any more upstream.",
    State.REF_GONE: "The branch, tag or commit that it is from is not there any more.",
    State.UNREACHABLE: "The last check failed.",
    State.NEVER_CHECKED: "Its source was never asked.",
}

_HELPS: Mapping[State, tuple[str, ...]] = {
    State.CURRENT: ("check-vendored", "forget-vendored"),
    State.CONVERGED: ("take", "check-vendored"),
    State.UPSTREAM_CHANGED: ("take", "upstream-diff", "take-hunks"),
    State.LOCAL_MISSING: ("take", "forget-vendored"),
    State.DIVERGED: ("upstream-diff", "take-hunks", "take"),
    State.LOCALLY_MODIFIED: ("upstream-diff", "check-vendored"),
    State.UPSTREAM_DELETED: ("forget-vendored", "check-vendored"),
    State.REF_GONE: ("forget-vendored", "check-vendored"),
    State.UNREACHABLE: ("check-vendored",),
    State.NEVER_CHECKED: ("check-vendored",),
}
"""What is of use in each state, the best first."""


def with_vendored(report: Report, survey: Survey, now: datetime, *, strict: bool) -> Report:
    """`report` with the vendored files, if there are any.

    Args:
        strict: drift needs a hand, and a source that could not be asked leaves the level unknown.
    """
    if not (survey.entries or survey.problems):
        return report
    levels = {file.key: _level(file) if strict else Level.OK for file in survey.files}
    rows = tuple(_row(file, levels[file.key], now) for file in survey.files)
    notices = tuple(Notice(Level.ATTENTION, text, hint) for text, hint in survey.problems)
    found = tuple(
        _attention(file, levels[file.key]) for file in survey.files if levels[file.key] is Level.ATTENTION
    )
    broken = tuple(
        Attention(key=f"vendored:{number}", level=Level.ATTENTION, text=text)
        for number, (text, _) in enumerate(survey.problems)
    )
    known = report.facts if isinstance(report.facts, GitFacts) else GitFacts()
    table = Table(COLUMNS, rows, empty="Nothing is taken over.", heading="From other repositories")
    return msgspec.structs.replace(
        report,
        level=worst((report.level, *levels.values(), *(one.level for one in broken))),
        summary=report.summary + _summary(survey),
        blocks=(*report.blocks, *notices, *((table,) if rows else ())),
        facts=msgspec.structs.replace(known, vendored=tuple(map(_facts, survey.files))),
        attention=(*report.attention, *found, *broken),
    )


def _level(file: Tracked) -> Level:
    if file.state in DRIFTED or file.problem:
        return Level.ATTENTION
    return Level.UNKNOWN if file.state in (State.UNREACHABLE, State.NEVER_CHECKED) else Level.OK


def _summary(survey: Survey) -> str:
    drifted = sum(file.state in DRIFTED for file in survey.files)
    unknown = sum(file.state is State.UNREACHABLE for file in survey.files)
    parts = []
    if drifted:
        parts.append(f"{drifted} vendored {'file has' if drifted == 1 else 'files have'} drifted")
    if unknown:
        parts.append(f"{unknown} vendored unreachable")
    if survey.problems:
        parts.append("vendored files cannot be told")
    return "".join(f" · {part}" for part in parts)


def _row(file: Tracked, level: Level, now: datetime) -> Row:
    origin = file.origin
    source = masked(printable(origin.source)) + (f"@{printable(origin.ref)}" if origin.ref else "")
    checked = coarse_age(now.timestamp() - file.finding.at) if file.finding else "never"
    state = "not usable" if file.problem else file.state.value.replace("-", " ")
    tone = Tone.WARN if file.problem else _TONES.get(file.state, Tone.WARN)
    cells = (Cell(printable(file.to), Tone.STRONG), Cell(state, tone), Cell(source), Cell(checked, Tone.DIM))
    first = ("forget-vendored",) if file.problem else _HELPS[file.state]
    return Row(file.key, cells, level, detail=_detail(file, source), first=first)


def _detail(file: Tracked, source: str) -> tuple[Text | Pairs | Notice, ...]:
    finding = file.finding
    pairs = [Pair("from", source), Pair("its path there", printable(file.path))]
    if file.local is not Local.UNKNOWN and not file.pending:
        pairs.append(Pair("here", "as it was taken" if file.local is Local.UNCHANGED else file.local.value))
    if file.taken is not None:
        pairs.append(Pair("taken from", file.taken.commit[:12]))
    if finding is not None:
        pairs.append(Pair("checked", _time(finding.at)))
        if finding.commit is not None:
            pairs.append(Pair("upstream is at", finding.commit[:12]))
    notices = []
    if file.problem:
        notices.append(Notice(Level.ATTENTION, file.problem, file.hint))
    if finding is not None and finding.message:
        failed = finding.failure is not None or finding.ref_gone
        level = Level.UNKNOWN if failed else Level.OK
        notices.append(Notice(level, printable(finding.message), printable(finding.hint)))
    return (Text(_SAID[file.state]), Pairs(tuple(pairs)), *notices)


def _attention(file: Tracked, level: Level) -> Attention:
    said = file.problem or f"{printable(file.to)}: {_SAID[file.state][:1].lower()}{_SAID[file.state][1:]}"
    return Attention(
        key=f"{printable(file.to)}:vendored",  # as the rule has it: the two are one thing to do
        level=level,
        text=said.rstrip("."),
        action=None if file.problem else _HELPS[file.state][0],
        item=file.key,
    )


def _facts(file: Tracked) -> VendoredFacts:
    return VendoredFacts(
        path=printable(file.to),
        url=masked(printable(file.origin.source)),
        ref=printable(file.origin.ref),
        source=printable(file.path),
        state=file.state.value,
        local=None if file.local is Local.UNKNOWN else file.local.value,
        commit=file.taken.commit if file.taken else None,
        checked=_time(file.finding.at) if file.finding else None,
    )


def _time(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).astimezone().isoformat(timespec="seconds")
