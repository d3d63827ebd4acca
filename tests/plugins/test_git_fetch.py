"""Fetching moves what is known of the remote, tells why it failed, and can neither ask, hang nor destroy."""

import asyncio
import http.server
import json
import os
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from git_builder import Builder, only, pane, read

from devdash.api import ActionRequest, CopyText, Duration, Level, PaneError
from devdash.engine.boundary import admit_outcome
from devdash.engine.context import Context
from devdash.engine.offers import admit_actions
from devdash_git.contact import FetchBook, Record
from devdash_git.pane import GitPane
from devdash_git.problems import FetchFailure, fetch_failure
from devdash_git.states import Sync

Make = Callable[..., Context]


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    return Builder.installed(tmp_path, monkeypatch)


class Refusing(http.server.BaseHTTPRequestHandler):
    """Asks everybody for a password."""

    def do_GET(self) -> None:
        self.send_response(401)
        self.send_header("WWW-Authenticate", 'Basic realm="x"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name in the base class
        """Stay quiet."""


@pytest.fixture
def asking() -> Iterator[str]:
    """The URL of a server that answers 401."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/x.git"
        server.shutdown()
        thread.join()


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that accepts and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


async def fetch(made: GitPane, item: str | None = None) -> tuple[Level, str]:
    outcome = admit_outcome("git", await made.act(ActionRequest("fetch", item)))
    return outcome.level, outcome.message


def processes_of(folder: Path) -> list[str]:
    """The command lines of living processes that name `folder`."""
    lines = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if str(folder) in line:
            lines.append(line)
    return lines


async def test_fetch_shows_what_is_new_and_is_remembered(builder: Builder, context: Make) -> None:
    """Also by the next devdash: the record is in the state folder."""
    origin = builder.repository("origin")
    clone = builder.clone(origin, "clone")
    builder.commit(origin, "news")
    now = datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC)
    made = pane(context(now=lambda: now), clone)
    assert (await only(made)).sync is Sync.IN_SYNC
    assert await fetch(made, "clone") == (Level.OK, "Fetched clone.")
    for again in (made, pane(context(), clone)):
        facts = await only(again)
        assert (facts.sync, facts.behind) == (Sync.BEHIND, 1)
        assert facts.last_fetch is not None
        assert datetime.fromisoformat(facts.last_fetch) == now


async def test_fetch_changes_nothing_that_is_the_person_s(builder: Builder, context: Make) -> None:
    """Files, index, branches and FETCH_HEAD stay; branches that are gone at the remote are not pruned."""
    origin = builder.repository("origin")
    builder.git(origin, "branch", "doomed")
    clone = builder.clone(origin, "clone")
    builder.git(clone, "config", "fetch.prune", "true")
    (clone / ".git/FETCH_HEAD").write_text("mine\n")
    (clone / "file0").write_text("dirty\n")
    builder.git(origin, "branch", "-D", "doomed")
    builder.commit(origin, "news")
    head = builder.head(clone)
    await fetch(pane(context(), clone))
    assert builder.head(clone) == head
    assert (clone / "file0").read_text() == "dirty\n"
    assert (clone / ".git/FETCH_HEAD").read_text() == "mine\n"
    assert "origin/doomed" in builder.git(clone, "branch", "-r")


async def test_only_the_upstream_s_remote_is_fetched_else_all(builder: Builder, context: Make) -> None:
    origin = builder.repository("origin")
    clone = builder.clone(origin, "clone")
    builder.git(clone, "remote", "add", "second", str(origin))
    made = pane(context(), clone)
    await fetch(made)
    assert "second/main" not in builder.git(clone, "branch", "-r")
    builder.git(clone, "branch", "--unset-upstream")
    await fetch(made)
    assert "second/main" in builder.git(clone, "branch", "-r")


async def test_all_are_fetched_and_failures_are_counted(builder: Builder, context: Make) -> None:
    origin = builder.repository("origin")
    good, moved, alone = (
        builder.clone(origin, "good"),
        builder.clone(origin, "moved"),
        builder.repository("alone"),
    )
    builder.git(moved, "remote", "set-url", "origin", str(builder.root / "nowhere"))
    made = pane(context(), good, moved, alone)
    outcome = await made.act(ActionRequest("fetch"))
    assert (outcome.level, outcome.message) == (Level.ATTENTION, "Fetched 1 of 2 repositories; 1 failed.")
    assert "there is no such repository" in str(outcome.blocks)
    report = await read(made)
    assert [(entry.key, entry.action) for entry in report.attention] == [("moved:fetch", "fetch")]
    builder.git(moved, "remote", "set-url", "origin", str(origin))
    assert (await fetch(made))[0] is Level.OK
    assert not (await read(made)).attention


async def test_a_folder_whose_name_is_no_utf_8_is_fetched_and_remembered(
    builder: Builder, context: Make
) -> None:
    """Such a path cannot stand in JSON as it is; that must cost neither it nor the others their fetch."""
    origin = builder.repository("origin")
    odd, good = builder.clone(origin, os.fsdecode(b"caf\xe9")), builder.clone(origin, "good")
    made = context()
    assert await fetch(pane(made, odd, good)) == (Level.OK, "Fetched 2 repositories.")
    book = FetchBook(made.state_dir)
    book.load()
    assert book.of(odd / ".git", "origin") is not None


async def test_a_repository_without_remotes_says_so(builder: Builder, context: Make) -> None:
    assert await fetch(pane(context(), builder.repository("alone"))) == (
        Level.OK,
        "alone has no remote to fetch.",
    )


async def test_progress_is_told(builder: Builder, context: Make) -> None:
    origin = builder.repository("origin")
    told: list[str] = []
    made = pane(context(on_progress=told.append), builder.clone(origin, "a"), builder.clone(origin, "b"))
    await fetch(made)
    assert told == ["fetching 2", "fetched 1 of 2", "fetched 2 of 2"]


async def test_a_password_is_never_asked_for(
    builder: Builder, context: Make, asking: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Not on the terminal, and not by the askpass programs of the desktop."""
    sign = tmp_path / "asked"
    script = tmp_path / "askpass"
    script.write_text(f"#!/bin/sh\ntouch {sign}\n")
    script.chmod(0o755)
    for name in ("GIT_ASKPASS", "SSH_ASKPASS"):
        monkeypatch.setenv(name, str(script))
    builder.git(builder.root, "config", "--global", "core.askPass", str(script))
    clone = builder.clone(builder.repository("origin"), "clone")
    builder.git(clone, "remote", "set-url", "origin", asking)
    level, message = await fetch(pane(context(), clone))
    assert level is Level.CRITICAL
    assert "it asks for a login" in message
    assert not sign.exists()


async def test_a_server_that_never_answers_is_given_up(builder: Builder, context: Make, silent: int) -> None:
    """And no process of the fetch stays behind."""
    clone = builder.clone(builder.repository("origin"), "clone")
    builder.git(clone, "remote", "set-url", "origin", f"http://127.0.0.1:{silent}/silent{os.getpid()}.git")
    made = pane(context(), clone, fetch_timeout=Duration(0.5))
    async with asyncio.timeout(20):
        level, message = await fetch(made)
    assert level is Level.CRITICAL
    assert "did not end in time" in message
    assert processes_of(Path(f"silent{os.getpid()}")) == []
    assert processes_of(clone) == []


async def test_a_folder_that_vanished_fetches_nothing_else(builder: Builder, context: Make) -> None:
    """The folder lies in another repository, which has news: they stay where they are."""
    origin = builder.repository("origin")
    parent = builder.clone(origin, "parent")
    child = builder.clone(origin, "parent/child")
    made = pane(context(), child)
    await read(made)
    builder.commit(origin, "news")
    known = builder.git(parent, "rev-parse", "origin/main")
    for vanish in (lambda: shutil.rmtree(child / ".git"), lambda: shutil.rmtree(child)):
        vanish()
        assert (await fetch(made, "child"))[0] is Level.CRITICAL
        assert builder.git(parent, "rev-parse", "origin/main") == known


async def test_a_refspec_that_overwrites_branches_is_refused(builder: Builder, context: Make) -> None:
    origin = builder.repository("origin")
    clone = builder.clone(origin, "clone")
    builder.git(clone, "switch", "-q", "-c", "elsewhere")
    builder.git(clone, "switch", "-q", "main")
    builder.commit(clone, "mine")
    mine = builder.head(clone)
    builder.git(clone, "switch", "-q", "elsewhere")
    builder.git(clone, "config", "remote.origin.fetch", "+refs/heads/*:refs/heads/*")
    level, message = await fetch(pane(context(), clone))
    assert level is Level.CRITICAL
    assert "overwrite local branches" in message
    assert builder.git(clone, "rev-parse", "main") == mine


async def test_a_refspec_that_overwrites_tags_by_force_is_refused(builder: Builder, context: Make) -> None:
    """A tag has no reflog: what it was, and what only it had, would be gone."""
    origin = builder.repository("origin", commits=2)
    clone = builder.clone(origin, "clone")
    builder.git(clone, "tag", "-a", "-m", "mine", "v1")
    builder.git(origin, "tag", "v1", "HEAD~1")
    mine = builder.git(clone, "rev-parse", "v1")
    builder.git(clone, "config", "--add", "remote.origin.fetch", "+refs/tags/*:refs/tags/*")
    made = pane(context(), clone)
    assert "overwrite local branches or tags" in (await fetch(made))[1]
    assert builder.git(clone, "rev-parse", "v1") == mine
    builder.git(clone, "config", "--unset", "remote.origin.fetch", "tags")
    builder.git(clone, "config", "--add", "remote.origin.fetch", "+refs/notes/*:refs/notes/*")
    assert (await fetch(made))[0] is Level.OK


async def test_a_mirror_is_fetched_as_it_is_meant(builder: Builder, context: Make) -> None:
    origin = builder.repository("origin")
    mirror = builder.clone(origin, "mirror.git", "--mirror")
    builder.commit(origin, "news")
    assert (await fetch(pane(context(), mirror)))[0] is Level.OK
    assert builder.git(mirror, "rev-parse", "main") == builder.head(origin)


async def test_what_needs_trust_is_not_fetched_but_shown(builder: Builder, context: Make) -> None:
    clone = builder.clone(builder.repository("origin"), "clone")
    builder.git(clone, "config", "core.sshCommand", "ssh -i ~/.ssh/work")
    made = pane(context(), clone)
    assert (await only(made)).sync is Sync.IN_SYNC
    level, message = await fetch(made)
    assert level is Level.CRITICAL
    assert "core.sshcommand" in message
    assert "devdash run git trust clone" in message
    assert (await fetch(pane(context(), clone, trust=(clone,))))[0] is Level.OK


async def test_copy_path_and_an_unknown_item(builder: Builder, context: Make) -> None:
    folder = builder.repository("folder")
    made = pane(context(), folder)
    admit_actions("git", made.actions())
    outcome = await made.act(ActionRequest("copy-path", "folder"))
    assert (outcome.effects, outcome.reread) == ((CopyText(str(folder)),), False)
    assert outcome.message == "The folder of folder."  # the path itself is shown by whoever copies it
    with pytest.raises(PaneError, match="There is no repository gone"):
        await made.act(ActionRequest("fetch", "gone"))


BROKEN = [
    b"",
    b"{",
    b"\xff",
    b'{"version":1,"records":[{"repository":5}]}',
    b'{"records":[{"repository":"a","remote":"b","success":"2020-01-01T00:00:00"}]}',
]


@pytest.mark.parametrize("content", BROKEN)
def test_a_broken_record_counts_as_none_and_is_replaced(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "fetches.json").write_bytes(content)
    book = FetchBook(tmp_path)
    book.load()
    now = datetime(2026, 1, 1, tzinfo=UTC)
    book.add(Record(repository="/r/.git", remote="origin", success=now, attempt=now))
    assert json.loads((tmp_path / "fetches.json").read_text())["records"][0]["remote"] == "origin"
    assert [entry.name for entry in tmp_path.iterdir()] == ["fetches.json"]


def test_a_record_that_cannot_be_written_lasts_as_long_as_the_pane(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    book = FetchBook(tmp_path / "file" / "below")
    now = datetime(2026, 1, 1, tzinfo=UTC)
    book.add(Record(repository="/r/.git", remote="origin", success=now, attempt=now))
    known = book.of(Path("/r/.git"), "origin")
    assert known is not None
    assert known.success == now


def test_two_devdashes_keep_each_other_s_records(tmp_path: Path) -> None:
    """A failure keeps the time of the last success, whoever had it."""
    one, other = FetchBook(tmp_path), FetchBook(tmp_path)
    early, late = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)
    one.add(Record(repository="/r", remote="origin", success=early, attempt=early))
    other.add(Record(repository="/r", remote="origin", attempt=late, failure=FetchFailure.UNREACHABLE))
    one.load()
    assert one.of(Path("/r"), "origin") == Record(
        repository="/r",
        remote="origin",
        success=early,
        attempt=late,
        failure=FetchFailure.UNREACHABLE,
        failures=1,
    )


@pytest.mark.parametrize(
    ("said", "failure"),
    [
        (b"could not read Username for 'https://x': terminal prompts disabled", "authentication"),
        (b"git@x: Permission denied (publickey).\nfatal: Could not read", "login-refused"),
        (b"git@x: Permission denied (publickey,password).\nfatal: Could not read", "authentication"),
        (b"remote: Access denied\nfatal: Authentication failed for 'https://x'", "login-refused"),
        (b"unable to access 'https://x/': The requested URL returned error: 403", "forbidden"),
        (b"ERROR: Permission to a/b.git denied to c.\nfatal: Could not read from remote", "forbidden"),
        (b"remote: ERROR: You are not allowed to push code to this project.\nfatal: Could not", "forbidden"),
        (b"remote: fatal: write error: No space left on device\nfatal: early EOF", "server-full"),
        (b"error: file write error: No space left on device", "disk-full"),
        (b"error: insufficient permission for adding an object to repository database", "unwritable"),
        (b"Host key verification failed.\nfatal: Could not read from remote repository.", "host-key"),
        (b"unable to access 'https://x/': SSL certificate problem: it has expired", "certificate"),
        (b"fatal: unable to access 'https://x/': Could not resolve host: x", "unreachable"),
        (b"ssh: connect to host x port 22: Connection refused\nfatal: Could not read", "unreachable"),
        (b"fatal: repository 'https://x/' not found", "not-found"),
        (b"ERROR: Repository not found.\nfatal: Could not read from remote repository.", "not-found"),
        (b"fatal: '/x' does not appear to be a git repository", "not-found"),
        (b"fatal: transport 'ext' not allowed", "protocol"),
        (b"error: cannot lock ref 'refs/remotes/origin/main'", "locked"),
        (b"fatal: something new", "other"),
    ],
)  # fmt: skip
def test_failures_are_told_apart(said: bytes, failure: str) -> None:
    assert fetch_failure(said) == failure
