"""What a push that went wrong is told as: git's reason for the branch, and what the server said itself."""

import re

from devdash_git.plain import first_words, masked, printable
from devdash_git.problems import FetchFailure, fetch_failure, fetch_sentence

_REJECTED = re.compile(rb"^!\t[^\t]*\t(?P<why>[^\n]*)", re.MULTILINE)
_PROGRESS = re.compile(r"\d+% \(\d+/\d+\)|(Enumerating|Counting|Compressing|Resolving|Total|Unpacking)\b")

LONGEST = 200

_REASONS = (
    (rb"fetch first|non-fast-forward", FetchFailure.REJECTED),
    (rb"stale info", FetchFailure.TAKEN),
    (rb"checked out", FetchFailure.CHECKED_OUT),
    (rb"No space left", FetchFailure.SERVER_FULL),
    (rb"declined", FetchFailure.DECLINED),
    (rb"unpacker error|failed to (update|lock)|cannot lock", FetchFailure.SERVER_ERROR),
)
"""Words between the brackets of `git push --porcelain`, or of the server."""

_OWN = {
    FetchFailure.REJECTED: ("the branch there has commits that yours lacks", "Fetch, then merge or rebase."),
    FetchFailure.OTHER: ("the server did not take it", "Push in a terminal to see more."),
}
"""Where a push has other sentences than a fetch."""


def push_words(out: bytes, err: bytes) -> tuple[FetchFailure, str, str]:
    """Class, what is wrong, to follow "NAME: not pushed: ", and the next step.

    Args:
        out, err: what `git push --porcelain` wrote.
    """
    found = _REJECTED.search(out)
    said = server_words(err)
    if found is None:
        failure = fetch_failure(err)
        return failure, *fetch_sentence(failure, said or first_words(err))
    why = found["why"]
    failure = _class(why, err)
    message, hint = _OWN.get(failure) or fetch_sentence(failure, "")
    return failure, f"{message}: {said or masked(printable(why))}", hint


def _class(why: bytes, err: bytes) -> FetchFailure:
    if b"remote rejected" in why and re.search(rb"(?i)protected", why + err):
        return FetchFailure.PROTECTED
    found = (failure for sign, failure in _REASONS if re.search(sign, why + err))
    return next(found, FetchFailure.OTHER)


def server_words(err: bytes) -> str:
    """The first line that the server's git or hooks wrote, without progress; "" when there is none."""
    for line in re.split(r"[\r\n]+", err.decode("utf-8", "backslashreplace")):
        text = re.sub(r"^(fatal|error):\s*", "", line.removeprefix("remote:").strip())
        if line.startswith("remote:") and text and not _PROGRESS.search(text):
            words = masked(printable(text))
            return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"
    return ""
