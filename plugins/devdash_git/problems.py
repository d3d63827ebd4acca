"""What git says when it cannot read or fetch, as states and as sentences with a next step."""

import re
import shlex
from enum import StrEnum
from pathlib import Path

from devdash.api import PaneError
from devdash_git.plain import first_words, printable
from devdash_git.states import Access


class AccessProblem(PaneError):
    """A repository cannot be read now: costs itself its status, and no other repository anything.

    Args:
        access: the state; never OK.
        message: one sentence.
        hint: the next step.
    """

    def __init__(self, access: Access, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.access = access

    @property
    def kind(self) -> str:  # type: ignore[override]  # narrows the class constant to this problem's state
        """The state, such as "missing"."""
        return self.access.value


class FetchFailure(StrEnum):
    """Why a fetch failed."""

    AUTHENTICATION = "authentication"
    HOST_KEY = "host-key"
    CERTIFICATE = "certificate"
    NOT_FOUND = "not-found"
    UNREACHABLE = "unreachable"
    PROTOCOL = "protocol"
    LOCKED = "locked"
    REJECTED = "rejected"
    TIMEOUT = "timeout"
    REFUSED = "refused"
    """devdash did not start it."""
    OTHER = "other"


_ACCESS_SIGNS = (
    (Access.UNTRUSTED_OWNER, rb"detected dubious ownership"),
    (Access.UNSUPPORTED_FORMAT, rb"Expected git repo version|unknown repository extension"
     rb"|unknown ref storage format|unknown hash algorithm"),
    (Access.NO_PERMISSION, rb"Permission denied"),
)  # fmt: skip

_FETCH_SIGNS = (
    (FetchFailure.HOST_KEY, rb"Host key verification failed"),
    (FetchFailure.CERTIFICATE, rb"(?i)SSL certificate|certificate verif|server certificate"),
    (FetchFailure.PROTOCOL, rb"transport '.*' not allowed|Unable to find remote helper"),
    (FetchFailure.LOCKED, rb"\.lock': File exists|cannot lock ref"),
    (FetchFailure.REJECTED, rb"refusing to fetch into|\[rejected\]"),
    (FetchFailure.AUTHENTICATION, rb"terminal prompts disabled|could not read (Username|Password)"
     rb"|Authentication failed|Permission denied|returned error: 40[13]|Too many authentication failures"),
    (FetchFailure.NOT_FOUND, rb"(?i)repository .*not found|returned error: 404"
     rb"|does not appear to be a git repository|couldn't find remote ref|no such remote"),
    (FetchFailure.UNREACHABLE, rb"(?i)could not resolve|Connection (refused|timed out|reset|closed)"
     rb"|Failed to connect|couldn't connect|Network is unreachable|No route to host|unable to connect"
     rb"|unable to access|early EOF|hung up"),
)  # fmt: skip

_FETCH_SENTENCES = {
    FetchFailure.AUTHENTICATION: (
        "it asks for a login",
        "Fetch once in a terminal, so that a credential helper or ssh-agent holds the login.",
    ),
    FetchFailure.HOST_KEY: (
        "its host key is not known",
        "Connect once with ssh in a terminal and compare the key.",
    ),
    FetchFailure.CERTIFICATE: (
        "its certificate is not valid",
        "Check the clock, and the certificate's issuer.",
    ),
    FetchFailure.NOT_FOUND: ("there is no such repository", "Compare the URL: git remote -v."),
    FetchFailure.UNREACHABLE: ("it cannot be reached", "Check the network, then fetch again."),
    FetchFailure.PROTOCOL: (
        "its transport is not one of https, http, ssh, git, file",
        "Fetch it in a terminal if you trust it.",
    ),
    FetchFailure.LOCKED: ("another git holds a lock", "Fetch again when it has ended."),
    FetchFailure.REJECTED: ("git refused to update a branch", "Fetch in a terminal to see which."),
    FetchFailure.TIMEOUT: ("it did not end in time and was stopped", "Fetch again, or raise fetch_timeout."),
}


def unreadable(folder: Path, stderr: bytes) -> AccessProblem:
    """The problem behind a failed reading of `folder`, from git's own words (in the C locale)."""
    said = first_words(stderr) or "git failed without a word"
    quoted = printable(shlex.quote(str(folder)))
    access = next((state for state, sign in _ACCESS_SIGNS if re.search(sign, stderr)), Access.CORRUPT)
    if access is Access.UNTRUSTED_OWNER:
        return AccessProblem(
            access,
            "Another user owns it, so git does not read it.",
            f"If you trust it: git config --global --add safe.directory {quoted}",
        )
    if access is Access.UNSUPPORTED_FORMAT:
        return AccessProblem(
            access, f"The installed git cannot read its format: {said}.", "Install a newer git."
        )
    if access is Access.NO_PERMISSION:
        return AccessProblem(access, f"Its files may not be read: {said}.", f"Look at: ls -ld {quoted}")
    return AccessProblem(access, f"git cannot read it: {said}.", f"Look closer: git -C {quoted} fsck")


def timed_out(seconds: float) -> AccessProblem:
    """No answer within `seconds`."""
    return AccessProblem(
        Access.TIMEOUT,
        f"It did not answer within {seconds:g} s.",
        "Is its disk or network drive there? repo_timeout gives it more time.",
    )


def fetch_failure(stderr: bytes) -> FetchFailure:
    """The class of a failed fetch, from git's and ssh's own words (in the C locale)."""
    return next((kind for kind, sign in _FETCH_SIGNS if re.search(sign, stderr)), FetchFailure.OTHER)


def fetch_sentence(failure: FetchFailure, said: str) -> tuple[str, str]:
    """What is wrong, to follow "NAME: ", and the next step. `said` is used where the class tells nothing."""
    return _FETCH_SENTENCES.get(failure, (said or "git failed without a word", ""))
