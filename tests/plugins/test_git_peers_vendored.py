"""Sources of vendored files as real peers that refuse, stall or break off: none costs a file."""

import asyncio
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from git_builder import Builder
from peer_ground import PeerGround, peer_ground
from vendored_beds import Bed

from devdash.api import Duration, Level, Outcome, PaneError
from devdash.engine.context import Context
from devdash_git.problems import FetchFailure, fetch_sentence

Make = Callable[..., Context]

IN_TIME = 20.0
SOON = 4.0


@pytest.fixture
def ground(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, needs: Callable[[str], str]
) -> Iterator[PeerGround]:
    with peer_ground(Builder.installed(tmp_path, monkeypatch), tmp_path, needs) as made:
        made.builder.git(made.origin, "config", "uploadpack.allowFilter", "true")
        yield made


def bed_of(ground: PeerGround, context: Make, seconds: float = IN_TIME) -> Bed:
    return Bed(ground.builder, context(), fetch_timeout=Duration(seconds))


async def vendored(bed: Bed, url: str, path: str = "file0") -> Outcome:
    return await bed.do("vendor", source=url, path=path)


async def checked(bed: Bed) -> str:
    """What asking the source anew says when it fails; the file and what is known of it stay."""
    before = bed.here("file0")
    async with asyncio.timeout(60):
        outcome = await bed.do("check-vendored")
    assert bed.here("file0") == before
    assert (await bed.states())["file0"] == "unreachable"
    return str(outcome.blocks)


def person_s_ssh(ground: PeerGround, command: str) -> None:
    ground.builder.git(ground.clone, "config", "--global", "core.sshCommand", command)


async def test_peers_that_hand_it_out(ground: PeerGround, context: Make) -> None:
    """A login comes from the person's own credential helper: it is in no file of the project."""
    ssh, http = ground.ssh(), ground.http(login=True)
    person_s_ssh(ground, ssh.command())
    store = ground.builder.root / "logins"
    store.write_text(f"http://ada:right@127.0.0.1:{http.port}\n")
    ground.builder.git(ground.clone, "config", "--global", "credential.helper", f"store --file {store}")
    bed = bed_of(ground, context)
    for number, url in enumerate(
        (ssh.url(ground.origin), ground.daemon().url("origin.git"), http.url("origin.git"))
    ):
        await bed.do("vendor", source=url, path="file0", as_=f"here{number}")
        assert bed.here(f"here{number}") == "0\n"
    assert set((await bed.states()).values()) == {"current"}
    assert "right" not in (bed.project / "devdash-vendored.json").read_text()


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
    ssh = ground.ssh()
    person_s_ssh(ground, ssh.command())
    await vendored(bed_of(ground, context), ssh.url(ground.origin))
    person_s_ssh(ground, ssh.command(host=host, key=key))
    assert fetch_sentence(failure, "")[0] in await checked(bed_of(ground, context))


async def test_a_login_that_nobody_gives(ground: PeerGround, context: Make) -> None:
    http = ground.http(login=True)
    with pytest.raises(PaneError, match="it asks for a login"):
        await vendored(bed_of(ground, context), http.url("origin.git"))


async def test_a_certificate_that_nobody_knows(ground: PeerGround, context: Make) -> None:
    with pytest.raises(PaneError, match="its certificate is not valid"):
        await vendored(bed_of(ground, context), ground.http(tls=True).url("origin.git"))


@pytest.mark.parametrize(
    ("breaks", "says"),
    [
        (True, "Its content did not come: the connection broke off"),
        (False, "Its content did not come in time"),
    ],
)
async def test_a_file_that_breaks_off_or_stalls_is_not_called_lost(
    breaks: bool, says: str, ground: PeerGround, context: Make
) -> None:
    """What the source has is known by then; its content is there for another time."""
    ground.news()
    made = ground.http()
    wire = ground.wire(made.port, after=300_000, breaks=breaks)
    bed = bed_of(ground, context, IN_TIME if breaks else SOON)
    outcome = await vendored(bed, made.url("origin.git", port=wire.port), "big")
    assert outcome.level is Level.ATTENTION
    assert says in str(outcome.blocks)
    assert await bed.states() == {"big": "local-missing"}
    assert not (bed.project / "big").exists()
    assert not list(bed.project.glob(".devdash*"))


async def test_a_drop_while_taking_leaves_the_file(ground: PeerGround, context: Make) -> None:
    made = ground.daemon()
    url = made.url("origin.git")
    (ground.clone / "file0").write_bytes(os.urandom(400_000).hex().encode())
    ground.builder.git(ground.clone, "commit", "-q", "-am", "Large")
    bed = bed_of(ground, context)
    await vendored(bed, url)
    ground.builder.git(ground.clone, "push", "-q", str(ground.origin), "main")
    await bed.do("check-vendored")
    assert await bed.states() == {"file0": "upstream-changed"}
    made.stop()
    with pytest.raises(PaneError, match="it cannot be reached"):
        await bed.do("take", "./file0")
    assert bed.here("file0") == "0\n"
    assert (await bed.states())["file0"] == "upstream-changed"
