"""Pushing to real peers that refuse, stall or break off: each is told apart; nothing of theirs is lost."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from git_builder import Builder, pane
from git_hands import asked, done, request
from peer_ground import PeerGround, peer_ground

from devdash.api import Duration, PaneError
from devdash.engine.context import Context
from devdash_git.problems import FetchFailure, fetch_sentence

Make = Callable[..., Context]

IN_TIME = 20.0
SOON = 2.0


@pytest.fixture
def ground(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, needs: Callable[[str], str]
) -> Iterator[PeerGround]:
    with peer_ground(Builder.installed(tmp_path, monkeypatch), tmp_path, needs) as made:
        yield made


async def refused(ground: PeerGround, context: Make, seconds: float = IN_TIME) -> str:
    """What is said of a push that fails; the origin must be where it was, and nothing stays locked."""
    before = ground.tip()
    made = pane(context(), ground.clone, fetch_timeout=Duration(seconds))
    with pytest.raises(PaneError) as raised:
        await done(made, "push", "clone")
    assert raised.value.hint
    assert ground.tip() == before
    assert not list((ground.clone / ".git").rglob("*.lock"))
    return f"{raised.value.message}. {raised.value.hint}"


def sentence(failure: FetchFailure) -> str:
    message, hint = fetch_sentence(failure, "")
    return f"clone: not pushed: {message}. {hint}"


async def test_peers_that_take_it(ground: PeerGround, context: Make) -> None:
    """Else all below would hold for peers that nobody can reach."""
    ssh = ground.ssh()
    for url, command in (
        (ssh.url(ground.origin), ssh.command()),
        (ground.daemon().url("origin.git"), None),
        (ground.http(login=True).url("origin.git", user="ada:right"), None),
    ):
        ground.aim(url, command)
        tip = ground.work(size=2_000_000)  # larger than http.postBuffer: sent in chunks
        assert (await done(pane(context(), ground.clone), "push", "clone")).message == "Pushed clone."
        assert ground.tip() == tip


@pytest.mark.parametrize(
    ("host", "key", "failure"),
    [
        (None, "right", FetchFailure.HOST_KEY),
        ("other", "right", FetchFailure.HOST_KEY_CHANGED),
        ("host", "wrong", FetchFailure.AUTHENTICATION),
    ],
)
async def test_ssh(
    host: str | None, key: str, failure: FetchFailure, ground: PeerGround, context: Make
) -> None:
    ground.work()
    ssh = ground.ssh()
    ground.aim(ssh.url(ground.origin), ssh.command(host=host, key=key))
    assert await refused(ground, context) == sentence(failure)


@pytest.mark.parametrize(
    ("user", "failure"),
    [
        ("", FetchFailure.AUTHENTICATION),
        ("ada:wrong", FetchFailure.LOGIN_REFUSED),
        ("bob:right", FetchFailure.FORBIDDEN),
    ],
)
async def test_http_logins(user: str, failure: FetchFailure, ground: PeerGround, context: Make) -> None:
    ground.work()
    ground.aim(ground.http(login=True).url("origin.git", user=user))
    assert await refused(ground, context) == sentence(failure)


async def test_a_hook_that_declines_is_quoted(ground: PeerGround, context: Make) -> None:
    """Its words are data: no escape sequence, no password comes through."""
    ground.work()
    ground.declining(
        "commit message lacks a ticket, see https://ada:secret@example.org/x",
        shell="printf '\\033[31m' >&2; exit 1",
    )
    ground.aim(ground.daemon().url("origin.git"))
    assert await refused(ground, context) == (
        "clone: not pushed: a hook there declined it: commit message lacks a ticket, see"
        " https://***@example.org/x. Change what it objects to, then push again."
    )


async def test_a_protected_branch(ground: PeerGround, context: Make) -> None:
    """As the large forges say it."""
    ground.work()
    ground.declining("GH006: Protected branch update failed for refs/heads/main.", name="update")
    ground.aim(ground.http().url("origin.git"))
    said = await refused(ground, context)
    assert said.startswith("clone: not pushed: the branch is protected there: GH006")
    assert "Push another branch" in said


async def test_what_others_pushed_meanwhile(ground: PeerGround, context: Make) -> None:
    ground.work()
    ground.news(size=10)
    ground.aim(ground.daemon().url("origin.git"))
    said = await refused(ground, context)
    assert said.startswith("clone: not pushed: the branch there has commits that yours lacks")


async def test_a_branch_that_is_checked_out_there(ground: PeerGround, context: Make) -> None:
    ground.work()
    whole = ground.builder.clone(ground.origin, "base/whole")
    before = ground.builder.head(whole)
    ground.aim(ground.daemon().url("whole/.git"))
    assert "the branch is checked out there" in await refused(ground, context)
    assert ground.builder.head(whole) == before


async def test_a_full_disk_there(ground: PeerGround, context: Make) -> None:
    """What is sent fits into the sockets, so that the server has its say."""
    ground.work(size=60_000)
    ground.aim(ground.daemon(room=40_960).url("origin.git"))
    said = await refused(ground, context)
    assert said.startswith("clone: not pushed: its server's disk is full: unable to write")


async def test_a_hook_that_hangs(ground: PeerGround, context: Make) -> None:
    """It had answered: so it may have arrived, and that is said."""
    ground.work()
    ground.declining("looking closely", shell="exec sleep 60")
    ground.aim(ground.daemon().url("origin.git"))
    said = await refused(ground, context, SOON)
    assert "it answered, but did not end in time" in said
    assert "Fetch to see whether it arrived" in said


@pytest.mark.parametrize("peer", ["ssh", "git", "http"])
async def test_a_connection_that_breaks_off_in_the_middle(
    peer: str, ground: PeerGround, context: Make
) -> None:
    ground.work(size=1_000_000)
    if peer == "ssh":
        ssh = ground.ssh()
        wire = ground.wire(ssh.port, after=300_000, breaks=True, sending=True)
        ground.aim(ssh.url(ground.origin, port=wire.port), ssh.command(port=wire.port))
    else:
        made = ground.daemon() if peer == "git" else ground.http()
        wire = ground.wire(made.port, after=300_000, breaks=True, sending=True)
        ground.aim(made.url("origin.git", port=wire.port))
    assert await refused(ground, context) == sentence(FetchFailure.DROPPED)


async def test_one_that_accepts_and_never_answers(ground: PeerGround, context: Make) -> None:
    ground.work()
    wire = ground.wire(ground.daemon().port, after=0, breaks=False)
    ground.aim(f"git://127.0.0.1:{wire.port}/origin.git")
    assert "no answer ever came" in await refused(ground, context, SOON)


async def test_a_branch_is_published_over_the_network(ground: PeerGround, context: Make) -> None:
    """The server's own check as well: another peer made the branch after this one had looked."""
    ground.builder.git(ground.clone, "switch", "-q", "-c", "topic")
    tip = ground.work()
    ground.aim(ground.http().url("origin.git"))
    made = pane(context(), ground.clone)
    question = await asked(made, request(made, "push", "clone"))
    assert "new there, 1 commit" in str(question)
    await done(made, "push", "clone")
    assert ground.tip("topic") == tip
    ground.builder.git(ground.clone, "switch", "-q", "-c", "taken", "main")
    ground.builder.git(ground.origin, "branch", "taken", "topic")
    with pytest.raises(PaneError, match="there is a branch of that name already"):
        await done(made, "push", "clone")
    assert ground.tip("taken") == tip
