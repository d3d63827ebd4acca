"""What can be told of a work tree without looking at its files: for those where that takes too long."""

import re

import msgspec

from devdash_git.porcelain import Status
from devdash_git.states import Head, Tracking

_TRACK = re.compile(rb"(?:ahead (?P<ahead>\d+))?(?:, )?(?:behind (?P<behind>\d+))?")


def question(branch: bytes) -> tuple[str, ...]:
    """Asks for the upstream of a branch, and the commits apart."""
    ref = f"refs/heads/{branch.decode('utf-8', 'surrogateescape')}"
    return ("for-each-ref", "--format=%(upstream:short)%00%(upstream:track,nobracket)", ref)


def outlined(head: Status, answer: bytes) -> Status:
    """What HEAD is, with git's answer to `question`; nothing is counted.

    An answer that is none leaves the upstream unknown, which is none.
    """
    known = msgspec.structs.replace(head, counted=False)
    upstream, parted, track = answer.rstrip(b"\n").partition(b"\0")
    if not parted or not upstream or head.head is not Head.BRANCH:
        return known
    if track == b"gone":
        return msgspec.structs.replace(known, tracking=Tracking.GONE, upstream=upstream)
    match = _TRACK.fullmatch(track)
    if match is None:
        return known
    ahead, behind = (int(match[side] or 0) for side in ("ahead", "behind"))
    return msgspec.structs.replace(
        known, tracking=Tracking.PRESENT, upstream=upstream, ahead=ahead, behind=behind
    )
