"""What git says when it cannot read, fetch or push, as states and as sentences with a next step."""

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
    """Why a fetch failed, or a push."""

    AUTHENTICATION = "authentication"
    """It asks for a login or a password, and nobody may be asked."""
    LOGIN_REFUSED = "login-refused"
    """It does not accept the login that was sent."""
    FORBIDDEN = "forbidden"
    """It knows who asks, and does not let them."""
    HOST_KEY = "host-key"
    HOST_KEY_CHANGED = "host-key-changed"
    CERTIFICATE = "certificate"
    NOT_FOUND = "not-found"
    UNREACHABLE = "unreachable"
    DROPPED = "dropped"
    """The connection ended in the middle."""
    SERVER_ERROR = "server-error"
    SERVER_FULL = "server-full"
    DISK_FULL = "disk-full"
    """Here."""
    UNWRITABLE = "unwritable"
    """The repository here."""
    PROTOCOL = "protocol"
    LOCKED = "locked"
    REJECTED = "rejected"
    TAKEN = "taken"
    """Of a new branch: there is one of that name already."""
    CHECKED_OUT = "checked-out"
    """Of a push: the other repository has files of its own, and they are of this branch."""
    PROTECTED = "protected"
    """Of a push: nobody may push to this branch."""
    DECLINED = "declined"
    """Of a push: a hook of the server's said no."""
    TIMEOUT = "timeout"
    """It never answered."""
    STALLED = "stalled"
    """It answered, and then nothing came any more."""
    REFUSED = "refused"
    """devdash did not start it."""
    OTHER = "other"


_ACCESS_SIGNS = (
    (Access.UNTRUSTED_OWNER, rb"detected dubious ownership"),
    (Access.UNSUPPORTED_FORMAT, rb"Expected git repo version|unknown repository extension"
     rb"|unknown ref storage format|unknown hash algorithm"),
    (Access.NO_PERMISSION, rb"Permission denied"),
)  # fmt: skip

_BROKEN_INDEX = (
    rb"index file (smaller|corrupt)|bad (index|signature)|index uses|unable to map index|bad index file"
)

_FETCH_SIGNS = (
    (FetchFailure.HOST_KEY_CHANGED, rb"REMOTE HOST IDENTIFICATION HAS CHANGED|Host key for .* has changed"),
    (FetchFailure.HOST_KEY, rb"Host key verification failed"),
    (FetchFailure.CERTIFICATE, rb"(?i)SSL certificate|certificate verif|server certificate"
     rb"|certificate subject name|no alternative certificate"),
    (FetchFailure.PROTOCOL, rb"transport '.*' not allowed|Unable to find remote helper"),
    (FetchFailure.SERVER_FULL, rb"remote: [^\n]*No space left on device"),
    (FetchFailure.DISK_FULL, rb"No space left on device|Disk quota exceeded"),
    (FetchFailure.UNWRITABLE, rb"(?m)^(error: |fatal: )?(insufficient permission for adding"
     rb"|.*Read-only file system|(unable to|cannot|could not) (create|open|write).*Permission denied)"),
    (FetchFailure.LOCKED, rb"\.lock': File exists|cannot lock ref"),
    (FetchFailure.REJECTED, rb"refusing to fetch into|\[rejected\]"),
    (FetchFailure.AUTHENTICATION, rb"terminal prompts disabled|could not read (Username|Password)"
     rb"|Permission denied \([^)]*(password|keyboard-interactive)"),
    (FetchFailure.LOGIN_REFUSED, rb"Authentication failed|Permission denied \(|returned error: 401"
     rb"|Too many authentication failures"),
    (FetchFailure.FORBIDDEN, rb"returned error: 403|Permission to .* denied|service not enabled"
     rb"|(?i:not allowed to |do(n't| not) have (permission|access)|repository access denied)"),
    (FetchFailure.NOT_FOUND, rb"(?i)repository .*not found|returned error: 4(04|10)"
     rb"|does not appear to be a git repository|couldn't find remote ref|no such remote"
     rb"|repository not exported"),
    (FetchFailure.SERVER_ERROR, rb"returned error: (429|5\d\d)|remote error: "),
    (FetchFailure.UNREACHABLE, rb"(?i)could not resolve|name resolution|Connection (refused|timed out)"
     rb"|Failed to connect|couldn't connect|Network is unreachable|No route to host|unable to connect"),
    (FetchFailure.DROPPED, rb"early EOF|unexpected disconnect|curl (18|52|55|56) |Connection reset"
     rb"|transfer closed|Broken pipe"),
    (FetchFailure.UNREACHABLE, rb"(?i)Connection closed|unable to access|hung up"
     rb"|Could not read from remote repository"),
)  # fmt: skip
"""The first that is found counts: a connection that ends makes git say several things."""

_FETCH_SENTENCES = {
    FetchFailure.AUTHENTICATION: (
        "it asks for a login",
        "Fetch once in a terminal, so that a credential helper or ssh-agent holds the login.",
    ),
    FetchFailure.LOGIN_REFUSED: (
        "it does not accept the login",
        "Is the right key in the agent (ssh-add -l), is the stored password or token still good?",
    ),
    FetchFailure.FORBIDDEN: ("this login may not do that", "Ask its owner for access, or use another login."),
    FetchFailure.HOST_KEY: (
        "its host key is not known",
        "Connect once with ssh in a terminal and compare the key.",
    ),
    FetchFailure.HOST_KEY_CHANGED: (
        "its host key is not the one that is known: somebody may stand in between",
        "Ask its owner for the new key; only then ssh-keygen -R HOST forgets the old one.",
    ),
    FetchFailure.CERTIFICATE: (
        "its certificate is not valid",
        "Check the clock, and the certificate's issuer; http.sslCAInfo names one of your own.",
    ),
    FetchFailure.NOT_FOUND: ("there is no such repository", "Compare the URL: git remote -v."),
    FetchFailure.UNREACHABLE: ("it cannot be reached", "Check the network, then try again."),
    FetchFailure.DROPPED: ("the connection broke off", "Nothing is half-done; try again."),
    FetchFailure.SERVER_ERROR: (
        "its server could not do it",
        "Try again later; if it stays so, tell whoever runs it.",
    ),
    FetchFailure.SERVER_FULL: ("its server's disk is full", "Tell whoever runs it."),
    FetchFailure.DISK_FULL: ("the disk here is full", "Make room, then try again."),
    FetchFailure.UNWRITABLE: (
        "the repository here cannot be written",
        "Look at who owns it: ls -ld .git .git/objects.",
    ),
    FetchFailure.PROTOCOL: (
        "its transport is not one of https, http, ssh, git, file",
        "Fetch it in a terminal if you trust it.",
    ),
    FetchFailure.LOCKED: ("another git holds a lock", "Try again when it has ended."),
    FetchFailure.REJECTED: ("git refused to update a branch", "Fetch in a terminal to see which."),
    FetchFailure.TAKEN: (
        "there is a branch of that name already",
        "Fetch to see what it has, or choose another name.",
    ),
    FetchFailure.CHECKED_OUT: (
        "the branch is checked out there",
        "Push another branch: its files would not follow.",
    ),
    FetchFailure.PROTECTED: (
        "the branch is protected there",
        "Push another branch, and ask for it to be merged.",
    ),
    FetchFailure.DECLINED: ("a hook there declined it", "Change what it objects to, then push again."),
    FetchFailure.TIMEOUT: (
        "it did not end in time and was stopped; no answer ever came",
        "Try again, or raise fetch_timeout.",
    ),
    FetchFailure.STALLED: (
        "it answered, but did not end in time and was stopped",
        "Try again, or raise fetch_timeout: it may have been on its way.",
    ),
}


_CLOSED = rb"^(?:warning: could not open directory '(.+)'|(?!\w+: )(.+)): Permission denied$"


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
    if re.search(_BROKEN_INDEX, stderr):
        return AccessProblem(
            access,
            f"Its index is broken: {said}.",
            f"Move {printable(shlex.quote(f'{folder}/.git/index'))} aside; git reset makes a new one. Files "
            "stay, what was staged has to be staged again.",
        )
    if b"not a git repository" in stderr:
        return AccessProblem(
            access,
            "Its .git lacks what makes it a repository, such as HEAD or objects.",
            "Clone it anew elsewhere, and take your own files along.",
        )
    return AccessProblem(access, f"git cannot read it: {said}.", f"Look closer: git -C {quoted} fsck")


def closed(stderr: bytes) -> str:
    """A place that git could not look into though it went on, from its own words (in the C locale); or "".

    wt-status and dir.c only warn of it: what lies there is told as unchanged.
    """
    match = re.search(_CLOSED, stderr, re.MULTILINE)
    return printable(match[1] or match[2]) if match else ""


def about(name: str, problem: AccessProblem) -> AccessProblem:
    """The same, for where nothing else says which repository it is about."""
    message = problem.message
    plain = message[1:2].islower() or message[1:2] == " "  # "HEAD" and the like keep their case
    text = message[:1].lower() + message[1:] if plain else message
    return AccessProblem(problem.access, f"{name}: {text}", problem.hint)


def timed_out(seconds: float) -> AccessProblem:
    """No answer within `seconds`."""
    return AccessProblem(
        Access.TIMEOUT,
        f"It did not answer within {seconds:g} s.",
        "Is its disk or network drive there? repo_timeout gives it more time.",
    )


def fetch_failure(stderr: bytes) -> FetchFailure:
    """The class of a failed fetch or push, from git's and ssh's own words (in the C locale)."""
    return next((kind for kind, sign in _FETCH_SIGNS if re.search(sign, stderr)), FetchFailure.OTHER)


def late(stderr: bytes) -> FetchFailure:
    """The class of one that did not end in time: whether the other side had said anything.

    git passes on what the other side's git says, progress above all, behind "remote: ".
    """
    return FetchFailure.STALLED if re.search(rb"(^|[\r\n])remote: ", stderr) else FetchFailure.TIMEOUT


def fetch_sentence(failure: FetchFailure, said: str) -> tuple[str, str]:
    """What is wrong, to follow "NAME: ", and the next step. `said` is used where the class tells nothing."""
    return _FETCH_SENTENCES.get(
        failure, (said or "git failed without a word", "Try it in a terminal to see more.")
    )
