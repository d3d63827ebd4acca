"""What Enter opens: one repository, in full."""

import shlex
from datetime import UTC, datetime

from devdash.api import Attention, Block, Cell, Column, Level, Notice, Pair, Pairs, Row, Table, Tone
from devdash_git.ages import coarse_age
from devdash_git.contact import Contact
from devdash_git.jobs import Job, Stage
from devdash_git.observation import Observation
from devdash_git.plain import printable
from devdash_git.porcelain import Change, ChangeKind, Status
from devdash_git.states import Access, Head, Tracking

SLOW_S = 1.0

FASTER = (
    "git config core.untrackedCache true, and then git status there once, makes it faster. For your own git "
    "core.fsmonitor does more; devdash does not use it."
)

_TONES = {ChangeKind.CONFLICT: Tone.WARN, ChangeKind.STAGED: Tone.GOOD, ChangeKind.UNTRACKED: Tone.DIM}


def detail(
    seen: Observation, attentions: tuple[Attention, ...], now: datetime, files: int
) -> tuple[Block, ...]:
    """Notices, then pairs, then at most `files` changed files."""
    if seen.access is not Access.OK or seen.status is None:
        level = Level.UNKNOWN if seen.access is Access.TIMEOUT else Level.ATTENTION
        return (
            Notice(level, seen.message, seen.hint),
            Pairs((Pair("path", printable(str(seen.target.path))),)),
        )
    prefix = f"{seen.target.name}: "
    notices = [Notice(one.level, one.text.removeprefix(prefix)) for one in attentions]
    if seen.identity is not None and seen.identity.programs.fetching:
        named = ", ".join(map(printable, seen.identity.programs.fetching))
        notices.append(
            Notice(
                Level.ATTENTION,
                f"Its own config names programs that a fetch would run: {named}.",
                "List it under trust in devdash.toml if you trust them; until then it is not fetched.",
            )
        )
    if seen.status.closed:
        notices.append(
            Notice(
                Level.UNKNOWN,
                f"Not all of its files may be read: {seen.status.closed}. Whether it is clean is not known.",
                f"Look at: ls -ld {printable(shlex.quote(str(seen.target.path / seen.status.closed)))}",
            )
        )
    elif not seen.status.counted:
        notices.append(
            Notice(Level.UNKNOWN, "Its files are not looked at: git status takes too long here.", FASTER)
        )
    elif seen.took_s >= SLOW_S and not _has_cache(seen):
        notices.append(Notice(Level.OK, "git status is slow here.", FASTER))
    changes = _changes(seen.target.name, seen.status, files)
    return (*notices, Pairs(_pairs(seen, seen.status, now)), *([changes] if changes.rows else []))


def _pairs(seen: Observation, status: Status, now: datetime) -> tuple[Pair, ...]:
    pairs = [Pair("path", printable(str(seen.target.path)))]
    if seen.identity is not None:
        pairs.append(Pair("kind", seen.identity.kind.value.replace("-", " ")))
    pairs.append(Pair("head", _head(status)))
    if status.upstream is not None:
        gone = " (gone)" if status.tracking is Tracking.GONE else ""
        pairs.append(Pair("upstream", printable(status.upstream) + gone))
    pairs += _relations(seen)
    pairs += [Pair(f"remote {remote.name}", ", ".join(remote.urls)) for remote in seen.remotes or ()]
    pairs.append(Pair("last fetch", _contact(seen.contact, now)))
    if seen.failed is not None and seen.failed.attempt is not None and seen.failed.failure is not None:
        pairs.append(Pair("last attempt", f"{_ago(seen.failed.attempt, now)}: {seen.failed.failure.value}"))
    if seen.unpushed:
        pairs.append(Pair("unpushed branches", ", ".join(map(printable, seen.unpushed)), Tone.ACCENT))
    if seen.view.since is not None:
        pairs.append(Pair("unpushed since", _ago(seen.view.since, now)))
    if seen.view.gone:
        pairs.append(Pair("gone branches", ", ".join(map(printable, seen.view.gone))))
    if status.submodules:
        pairs.append(Pair("changed submodules", str(status.submodules)))
    if seen.files is not None and seen.files.lock_time is not None:
        locked = datetime.fromtimestamp(seen.files.lock_time, UTC)
        pairs.append(Pair("index.lock", f"since {_ago(locked, now)}: a git works there, or was killed"))
    if seen.job is not None:
        pairs.append(_job(seen.job, now))
    if seen.stash:
        since = f", since {_ago(seen.files.stashed, now)}" if seen.files and seen.files.stashed else ""
        pairs.append(Pair("stash", f"{seen.stash}{since}"))
    return tuple(pairs)


def _job(job: Job, now: datetime) -> Pair:
    """What devdash does in it, or did last."""
    said = {
        Stage.QUEUED: f"{job.action} waits for its turn since {job.since.astimezone(now.tzinfo):%H:%M:%S}",
        Stage.WORKING: f"{job.action} since {job.since.astimezone(now.tzinfo):%H:%M:%S}",
        Stage.FAIL: f"{job.action} failed, {_ago(job.since, now)}: {job.message}",
    }.get(job.stage, f"{job.action} done, {_ago(job.since, now)}")
    return Pair("devdash", said, Tone.BAD if job.stage is Stage.FAIL else Tone.PLAIN)


def _has_cache(seen: Observation) -> bool:
    settings = seen.identity.settings if seen.identity is not None else None
    return settings is not None and settings.last("core.untrackedcache") == "true"


def _relations(seen: Observation) -> list[Pair]:
    """Where a push goes when that is not the upstream, and how far behind its base the branch is."""
    push, base = seen.view.push, seen.view.base
    pairs = []
    if push is not None and (seen.status is None or push.name != seen.status.upstream):
        pairs.append(Pair("pushes to", f"{printable(push.name)}: {push.ahead} ahead, {push.behind} behind"))
    if base is not None and base.behind:
        pairs.append(Pair("base", f"{base.behind} behind {printable(base.name)}"))
    return pairs


def _ago(at: datetime, now: datetime) -> str:
    return f"{at.astimezone(now.tzinfo):%Y-%m-%d %H:%M}, {coarse_age((now - at).total_seconds())} ago"


def _head(status: Status) -> str:
    if status.head is Head.INVALID:
        return "invalid"
    if status.branch is None:
        return f"detached at {status.oid}"
    return (
        f"{printable(status.branch)} at {status.oid}"
        if status.oid
        else f"{printable(status.branch)}, no commits"
    )


def _contact(contact: Contact | None, now: datetime) -> str:
    if contact is None:
        return "never, as far as is known"
    return f"{_ago(contact.at, now)} ({contact.source.value})"


def _changes(name: str, status: Status, files: int) -> Table:
    rows = tuple(_change(name, index, change) for index, change in enumerate(status.changes[:files]))
    heading = "changes" if status.names == len(rows) else f"changes (the first {len(rows)} of {status.names})"
    return Table((Column("state"), Column("file", shrink=True)), rows, heading=heading)


def _change(name: str, index: int, change: Change) -> Row:
    tone = _TONES.get(change.kind, Tone.PLAIN)
    return Row(f"{name}/change/{index}", (Cell(change.kind.value, tone), Cell(printable(change.name))))
