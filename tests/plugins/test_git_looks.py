"""What the pane looks like, at three widths, from values made by hand."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from devdash.api import Report
from devdash.engine.boundary import admit_report
from devdash.render.blocks import lay_out
from devdash.render.text import plain
from devdash_git.contact import Contact, Record, Source
from devdash_git.discover import SMALLER, Found
from devdash_git.fetch_desk import FETCH
from devdash_git.forward_desk import FORWARD
from devdash_git.identity import Identity, Look
from devdash_git.observation import Files, Observation
from devdash_git.operation import Underway
from devdash_git.porcelain import Change, ChangeKind, Status
from devdash_git.problems import FetchFailure
from devdash_git.remotes import Remote
from devdash_git.report import report
from devdash_git.states import Access, Head, Kind, Operation, Sync, Tracking
from devdash_git.targets import Target
from devdash_git.trust import Programs, Setting, Settings
from devdash_git.trust_desk import TRUST

NOW = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
OID = "0123456789abcdef0123456789abcdef01234567"
ORIGIN = Settings((Setting(b"local", "remote.origin.url", "https://example.org/x.git"),))


HARMLESS = Programs()


def identity(
    kind: Kind = Kind.NORMAL, settings: Settings = ORIGIN, programs: Programs = HARMLESS
) -> Identity:
    top = Path("/home/ada/src")
    return Identity(Look(top, top / ".git", top / ".git", kind is Kind.BARE, ()), kind, settings, programs)


def status(upstream: str | None = "origin/main", ahead: int = 0, behind: int = 0, **more: object) -> Status:
    base = {"oid": OID, "head": Head.BRANCH, "branch": b"main"}
    if upstream is not None:
        base |= {
            "tracking": Tracking.PRESENT,
            "upstream": upstream.encode(),
            "ahead": ahead,
            "behind": behind,
        }
    return Status(**(base | more))


def seen(name: str, sync: Sync | None, found: Status, **more: object) -> Observation:
    base = {
        "identity": identity(),
        "remotes": (Remote("origin", ("https://***@example.org/x.git",)),),
        "files": Files(None, None, None, None),
        "contact": Contact(NOW - timedelta(hours=5), Source.REFLOG),
        "stash": 0,
        "unpushed": (),
    }
    return Observation(
        target=Target(name, Path("/home/ada/src", name)), sync=sync, status=found, **(base | more)
    )


def unseen(name: str, access: Access, message: str, hint: str = "") -> Observation:
    return Observation(
        target=Target(name, Path("/home/ada/src", name)), access=access, message=message, hint=hint
    )


MANY = (
    seen("api", Sync.AHEAD, status(ahead=2, unstaged=3, untracked=1)),
    seen("web", Sync.BEHIND, status(behind=5, branch=b"feature/shopping-cart-with-a-long-name"), stash=12),
    seen(
        "infra",
        Sync.DIVERGED,
        status(ahead=1, behind=4, staged=1, unstaged=1, untracked=1, names=3,
               changes=(Change(ChangeKind.STAGED, b"main.tf"), Change(ChangeKind.UNSTAGED, b"caf\xe9"),
                        Change(ChangeKind.UNTRACKED, b"notes/"))),
        identity=identity(programs=Programs((), ("core.sshcommand",))),
        failed=Record(repository="/x", remote="origin", attempt=NOW, failure=FetchFailure.AUTHENTICATION),
        unpushed=(b"spike", b"old"),
        stash=2,
    ),
    seen("notes", Sync.NO_UPSTREAM, status(None), contact=None),
    seen("lib", Sync.GONE, status("origin/old", tracking=Tracking.GONE)),
    seen("quiet", Sync.IN_SYNC, status(), contact=Contact(NOW - timedelta(days=3), Source.OWN)),
    seen("fresh", Sync.NEVER_FETCHED, status(), contact=None),
    seen("local", Sync.NO_REMOTE, status(None), contact=None, identity=identity(settings=Settings())),
    seen(
        "stuck",
        None,
        status(None, head=Head.DETACHED, branch=None, conflicts=2, staged=4),
        files=Files(Underway(Operation.REBASE, 2, 5, b"topic"), NOW.timestamp() - 3 * 3600, None, None),
    ),
    seen("new", None, status(None, oid=None, head=Head.UNBORN), contact=None),
    seen("pinned", None, status(None, head=Head.DETACHED, branch=None)),
    seen("void", None, status(None, oid=None, head=Head.INVALID, branch=None)),
    unseen("gone", Access.MISSING, "There is no such folder.", "Clone it again, or take it out of repos."),
    unseen("theirs", Access.UNTRUSTED_OWNER, "Another user owns it, so git does not read it."),
    unseen("odd", Access.UNTRUSTED_CONFIG, "Its own config names programs: filter.x.clean."),
    unseen("torn", Access.CORRUPT, "git cannot read it: bad index file sha1 signature."),
    unseen("share", Access.TIMEOUT, "It did not answer within 10 s."),
)  # fmt: skip


def made(*observations: Observation, searches: tuple[Found, ...] = ()) -> Report:
    return admit_report("git", report(observations, searches, NOW), (FETCH, FORWARD, TRUST))


@pytest.mark.parametrize("width", [40, 80, 120])
def test_many_states(width: int, snapshot: SnapshotAssertion) -> None:
    result = made(
        *MANY, searches=(Found(Path("/home/ada"), (), "The search was stopped after 10 s.", SMALLER),)
    )
    assert f"{result.level.value}: {result.summary}\n{plain(lay_out(result.blocks, width))}" == snapshot


def test_what_needs_a_hand(snapshot: SnapshotAssertion) -> None:
    assert "\n".join(f"{one.level.sign} {one.text} [{one.key}]" for one in made(*MANY).attention) == snapshot


@pytest.mark.parametrize("name", ["infra", "gone", "quiet"])
def test_details(name: str, snapshot: SnapshotAssertion) -> None:
    (table,) = made(*MANY).blocks
    (row,) = (row for row in table.rows if row.key == name)
    assert plain(lay_out(row.detail, 80)) == snapshot


def test_nothing_to_show(snapshot: SnapshotAssertion) -> None:
    assert plain(lay_out(made().blocks, 80)) == snapshot
