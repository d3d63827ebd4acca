"""What of a repository needs a hand, and how much.

Changes that are not committed, commits that are not pushed and a stash are a day's work, not a need.
"""

from datetime import datetime

from devdash.api import Attention, Level
from devdash_git.ages import coarse_age
from devdash_git.observation import Observation
from devdash_git.plain import printable
from devdash_git.problems import fetch_sentence
from devdash_git.states import Access, Head, Sync

STALE_LOCK_S = 600.0
"""An index.lock that is older was left behind by a git that crashed, not one that works."""


def needs(seen: Observation, now: datetime) -> tuple[Attention, ...]:
    """The attentions of one repository; their keys begin with its name and ":"."""
    if seen.access is not Access.OK:
        return _access(seen)
    found = [*_operation(seen), *_sync(seen), *_lock(seen, now), *_fetch(seen)]
    if seen.status is not None and seen.status.head is Head.INVALID:
        found.append(
            _attention(seen, "head", "HEAD points to nothing that can be read", level=Level.CRITICAL)
        )
    return tuple(found)


def _access(seen: Observation) -> tuple[Attention, ...]:
    """A timeout is no need: nothing is known, and the row says that."""
    if seen.access is Access.TIMEOUT:
        return ()
    level = Level.CRITICAL if seen.access is Access.CORRUPT else Level.ATTENTION
    sentence = seen.message.rstrip(".")
    # It follows the name and a colon; "HEAD" and the like keep their case.
    text = (
        sentence[:1].lower() + sentence[1:] if sentence[1:2].islower() or sentence[1:2] == " " else sentence
    )
    action = "trust" if seen.access is Access.UNTRUSTED_CONFIG else None
    return (_attention(seen, "access", text, level=level, action=action),)


def _operation(seen: Observation) -> tuple[Attention, ...]:
    underway = seen.files.underway if seen.files else None
    conflicts = seen.status.conflicts if seen.status else 0
    counted = f"{conflicts} {'conflict' if conflicts == 1 else 'conflicts'}"
    if underway is not None:
        text = f"{underway.text} in progress" + (f", {counted}" if conflicts else "")
        return (_attention(seen, "operation", text),)
    return (_attention(seen, "conflicts", counted),) if conflicts else ()


def _sync(seen: Observation) -> tuple[Attention, ...]:
    status, sync = seen.status, seen.sync
    if status is None or sync is None:
        return ()
    upstream = printable(status.upstream or b"")
    text = {
        Sync.DIVERGED: f"diverged from {upstream}: {status.ahead} ahead, {status.behind} behind",
        Sync.BEHIND: f"{status.behind} behind {upstream}",
        Sync.GONE: f"the upstream {upstream} is gone",
    }.get(sync)
    action = "fast-forward" if sync is Sync.BEHIND else None
    return () if text is None else (_attention(seen, sync.value, text, action=action),)


def _lock(seen: Observation, now: datetime) -> tuple[Attention, ...]:
    if seen.files is None or seen.files.lock_time is None:
        return ()
    age = now.timestamp() - seen.files.lock_time
    if age < STALE_LOCK_S:
        return ()
    old = f"{coarse_age(age)} old" if age >= 3600 else f"older than {STALE_LOCK_S / 60:.0f} min"
    text = f"index.lock is {old}: did a git crash there?"
    return (_attention(seen, "lock", text),)


def _fetch(seen: Observation) -> tuple[Attention, ...]:
    if seen.failed is None or seen.failed.failure is None:
        return ()
    reason, _ = fetch_sentence(seen.failed.failure, "")
    text = f"the last fetch of {printable(seen.failed.remote)} failed: {reason}"
    return (_attention(seen, "fetch", text, action="fetch"),)


def _attention(
    seen: Observation, what: str, text: str, *, level: Level = Level.ATTENTION, action: str | None = None
) -> Attention:
    name = seen.target.name
    return Attention(key=f"{name}:{what}", level=level, text=f"{name}: {text}", action=action, item=name)
