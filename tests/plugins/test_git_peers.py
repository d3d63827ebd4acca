"""Fetching from real peers that refuse, stall, break off or lie about who they are: each is told apart.

A test names the class; the sentence and the next step come from it. None may ask, hang, or write on the
terminal: the tests' own terminal is watched for that.
"""

import asyncio
import os
import pty
import subprocess
import sys
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path

import pytest
from git_builder import Builder, only, pane
from git_peers import Wire
from peer_ground import PeerGround, peer_ground

from devdash.api import ActionRequest, Duration, Level, Outcome
from devdash.engine.boundary import admit_outcome
from devdash.engine.context import Context
from devdash_git.problems import FetchFailure, fetch_sentence

Make = Callable[..., Context]

IN_TIME = 20.0
"""For what ends by itself: a loaded machine takes long to shake hands."""

SOON = 2.0
"""For what never ends."""


PROGRAM = """
import asyncio, sys
from pathlib import Path
from test_git_nothing_lost import new_context
from git_builder import pane
from devdash.api import ActionRequest

async def main():
    made = pane(new_context(Path(sys.argv[1])), Path(sys.argv[2]))
    Path(sys.argv[3]).write_text((await made.act(ActionRequest("fetch", "clone"))).message)

asyncio.run(main())
"""
"""A devdash of its own that fetches `clone`."""


@pytest.fixture
def ground(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, needs: Callable[[str], str]
) -> Iterator[PeerGround]:
    with peer_ground(Builder.installed(tmp_path, monkeypatch), tmp_path, needs) as made:
        yield made


async def fetched(ground: PeerGround, context: Make, seconds: float = IN_TIME) -> tuple[str | None, Outcome]:
    """The class of the failure, as the facts have it, and what is said."""
    made = pane(context(), ground.clone, fetch_timeout=Duration(seconds))
    async with asyncio.timeout(60):
        outcome = admit_outcome("git", await made.act(ActionRequest("fetch", "clone")))
    return (await only(made)).fetch_error, outcome


async def must_fail(
    ground: PeerGround, context: Make, failure: FetchFailure, seconds: float = IN_TIME
) -> None:
    """It fails so, says so with a next step, and has moved nothing."""
    before = ground.builder.git(ground.clone, "for-each-ref")
    found, outcome = await fetched(ground, context, seconds)
    message, hint = fetch_sentence(failure, "")
    assert (found, outcome.level) == (failure, Level.CRITICAL)
    assert hint
    assert outcome.message == f"clone: origin: {message}. {hint}"
    assert ground.builder.git(ground.clone, "for-each-ref") == before
    assert not list((ground.clone / ".git").rglob("*.lock"))


async def test_peers_that_let_one_in(ground: PeerGround, context: Make) -> None:
    """Else all below would hold for peers that nobody can reach."""
    ground.news(size=10)
    ssh = ground.ssh()
    for url, command in (
        (ssh.url(ground.origin), ssh.command()),
        (ground.daemon().url("origin.git"), None),
        (ground.http(login=True).url("origin.git", user="ada:right"), None),
    ):
        ground.builder.git(ground.clone, "update-ref", "refs/remotes/origin/main", "HEAD")
        ground.aim(url, command)
        failure, outcome = await fetched(ground, context)
        assert (failure, outcome.message) == (None, "Fetched clone.")
        assert ground.builder.git(ground.clone, "rev-parse", "origin/main") == ground.tip()


@pytest.mark.parametrize(
    ("host", "key", "failure"),
    [
        (None, "right", FetchFailure.HOST_KEY),
        ("other", "right", FetchFailure.HOST_KEY_CHANGED),
        ("host", "wrong", FetchFailure.AUTHENTICATION),
        ("host", "locked", FetchFailure.AUTHENTICATION),
    ],
)
async def test_ssh(
    host: str | None, key: str, failure: FetchFailure, ground: PeerGround, context: Make
) -> None:
    """An unknown host, a changed one, a wrong key, a key that wants a passphrase; none may ask."""
    ssh = ground.ssh()
    ground.aim(ssh.url(ground.origin), ssh.command(host=host, key=key))
    await must_fail(ground, context, failure)


async def test_ssh_that_takes_keys_only(ground: PeerGround, context: Make) -> None:
    ssh = ground.ssh(passwords=False)
    ground.aim(ssh.url(ground.origin), ssh.command(key="wrong"))
    await must_fail(ground, context, FetchFailure.LOGIN_REFUSED)


@pytest.mark.parametrize(
    ("user", "failure"),
    [
        ("", FetchFailure.AUTHENTICATION),
        ("ada:wrong", FetchFailure.LOGIN_REFUSED),
        ("bob:right", FetchFailure.FORBIDDEN),
    ],
)
async def test_http_logins(user: str, failure: FetchFailure, ground: PeerGround, context: Make) -> None:
    ground.aim(ground.http(login=True).url("origin.git", user=user))
    await must_fail(ground, context, failure)


@pytest.mark.parametrize(
    ("says", "failure"),
    [
        (HTTPStatus.NOT_FOUND, FetchFailure.NOT_FOUND),
        (HTTPStatus.SERVICE_UNAVAILABLE, FetchFailure.SERVER_ERROR),
        (HTTPStatus.TOO_MANY_REQUESTS, FetchFailure.SERVER_ERROR),
    ],
)
async def test_http_answers(
    says: HTTPStatus, failure: FetchFailure, ground: PeerGround, context: Make
) -> None:
    ground.aim(ground.http(says=says).url("origin.git"))
    await must_fail(ground, context, failure)


async def test_a_certificate_that_nobody_knows(ground: PeerGround, context: Make, tmp_path: Path) -> None:
    peer = ground.http(tls=True)
    ground.aim(peer.url("origin.git"))
    await must_fail(ground, context, FetchFailure.CERTIFICATE)
    ground.builder.git(ground.clone, "config", "--global", "http.sslCAInfo", str(tmp_path / "cert.pem"))
    assert (await fetched(ground, context))[0] is None
    ground.aim(peer.url("origin.git").replace("127.0.0.1", "localhost"))
    await must_fail(ground, context, FetchFailure.CERTIFICATE)


async def test_what_is_not_there(ground: PeerGround, context: Make) -> None:
    ground.aim(ground.daemon().url("nothing.git"))
    await must_fail(ground, context, FetchFailure.NOT_FOUND)


def aimed_through(ground: PeerGround, peer: str, *, after: int, breaks: bool) -> Wire:
    """Let the clone's remote be at a peer behind a wire that ends after so many bytes."""
    if peer == "ssh":
        ssh = ground.ssh()
        wire = ground.wire(ssh.port, after=after, breaks=breaks)
        ground.aim(ssh.url(ground.origin, port=wire.port), ssh.command(port=wire.port))
        return wire
    made = ground.daemon() if peer == "git" else ground.http()
    wire = ground.wire(made.port, after=after, breaks=breaks)
    ground.aim(made.url("origin.git", port=wire.port))
    return wire


@pytest.mark.parametrize("peer", ["ssh", "git", "http"])
async def test_a_connection_that_breaks_off_in_the_middle(
    peer: str, ground: PeerGround, context: Make
) -> None:
    ground.news()
    aimed_through(ground, peer, after=300_000, breaks=True)
    await must_fail(ground, context, FetchFailure.DROPPED)


@pytest.mark.parametrize("peer", ["ssh", "git", "http"])
async def test_one_that_accepts_and_never_answers(peer: str, ground: PeerGround, context: Make) -> None:
    aimed_through(ground, peer, after=0, breaks=False)
    await must_fail(ground, context, FetchFailure.TIMEOUT, SOON)


@pytest.mark.parametrize("peer", ["ssh", "git", "http"])
async def test_one_that_stalls_in_the_middle(peer: str, ground: PeerGround, context: Make) -> None:
    """Told apart from one that never answered: something of it is there."""
    ground.news()
    wire = aimed_through(ground, peer, after=300_000, breaks=False)
    for seconds in (SOON, 4 * SOON, 16 * SOON):  # until it has come so far in its time
        failure, outcome = await fetched(ground, context, seconds)
        if wire.used.is_set():
            break
    message, hint = fetch_sentence(FetchFailure.STALLED, "")
    assert (failure, outcome.message) == (FetchFailure.STALLED, f"clone: origin: {message}. {hint}")


async def test_a_full_disk_here(ground: PeerGround, context: Make, needs: Callable[[str], str]) -> None:
    """In a process of its own with a disk of its own; that is why it says its facts in one line."""
    ground.news()
    objects = ground.clone / ".git/objects"
    script = (
        'cp -a "$1" "$1.copy" && mount -t tmpfs -o size=200k none "$1" && cp -a "$1.copy/." "$1" && shift'
        ' && exec "$@"'
    )
    apart = [needs("unshare"), "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", str(objects)]
    argv = [*apart, sys.executable, "-c", PROGRAM, str(ground.clone.parent), str(ground.clone), "/dev/stdout"]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = await asyncio.to_thread(subprocess.run, argv, env=env, capture_output=True, text=True)
    if "unshare" in done.stderr and done.returncode:
        pytest.skip("this machine lets nobody mount")
    message, hint = fetch_sentence(FetchFailure.DISK_FULL, "")
    assert done.stdout.strip() == f"clone: origin: {message}. {hint}", done.stderr


@pytest.mark.parametrize("peer", ["ssh", "http"])
async def test_nothing_is_asked_on_the_terminal(
    peer: str, ground: PeerGround, context: Make, tmp_path: Path
) -> None:
    """devdash in a terminal of its own: what wants a password writes nothing there, and ends."""
    if peer == "ssh":
        ssh = ground.ssh()
        ground.aim(ssh.url(ground.origin), ssh.command(host=None, key="locked"))
    else:
        ground.aim(ground.http(login=True).url("origin.git"))
    said = tmp_path / "said"
    argv = [sys.executable, "-c", PROGRAM, str(tmp_path), str(ground.clone), str(said)]
    shown = await asyncio.to_thread(in_terminal, argv)
    assert shown == b""
    assert said.read_text().startswith("clone: origin: ")


def in_terminal(argv: list[str]) -> bytes:
    """Everything that a program and its children write on a terminal that is theirs."""
    ours, theirs = pty.openpty()
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = ["setsid", "--ctty", "--wait", *argv]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=env):
        os.close(theirs)
        shown = b""
        while piece := _read(ours):
            shown += piece
    os.close(ours)
    return shown


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # Linux says so when the last one has closed it
        return b""
