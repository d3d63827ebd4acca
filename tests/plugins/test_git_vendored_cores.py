"""The pure cores, tried with whatever hypothesis thinks of; and peers that answer late, or never."""

import asyncio
import doctest
import hashlib
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from git_builder import Builder
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from vendored_beds import Bed

from devdash.api import Completed, Duration, Level, PaneError
from devdash.engine.context import Context
from devdash_git.config import GitConfig, Vendored
from devdash_git.run import Git
from devdash_git.vendored import choosing, keeper, paths
from devdash_git.vendored.lockfile import LockProblem, lock_text, read_lock, write_lock
from devdash_git.vendored.merging import Conflicts, Merger, apply, lines
from devdash_git.vendored.model import Entry, Finding, Origin, State, Taken, blob_name, judge
from devdash_git.vendored.tree import chosen, named_ref

Make = Callable[..., Context]

texts = st.lists(
    st.sampled_from(
        [b"a\n", b"b\n", b"c\n", b"a\r\n", b"\r", b"", b"@@ -1 +1 @@\n", b"-\n", b"+x\n", b"\\ No"]
    ),
    max_size=12,
).map(b"".join)

REAL = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


@given(st.binary())
def test_lines_put_together_are_the_text(content: bytes) -> None:
    assert b"".join(lines(content)) == content
    assert all(line.count(b"\n") <= 1 for line in lines(content))


@REAL
@given(old=texts, new=texts)
@example(old=b"a", new=b"a\n")
@example(old=b"", new=b"a")
async def test_all_hunks_together_are_the_new_text_and_none_the_old(
    old: bytes, new: bytes, context: Make
) -> None:
    made = context()
    hunks = await Merger(Git(made), made).hunks(old, new)
    assert hunks is not None
    assert apply(old, hunks) == new
    assert apply(old, ()) == old


@REAL
@given(old=texts, new=texts, data=st.data())
async def test_what_is_left_after_some_hunks_leads_to_the_new_text(
    old: bytes, new: bytes, data: st.DataObject, context: Make
) -> None:
    made = context()
    merger = Merger(Git(made), made)
    hunks = await merger.hunks(old, new) or ()
    some = data.draw(st.lists(st.sampled_from(hunks), unique_by=id)) if hunks else []
    between = apply(old, some)
    assert apply(between, await merger.hunks(between, new) or ()) == new


@REAL
@given(base=texts, mine=texts, theirs=texts)
async def test_a_merge_without_conflicts_holds_for_both_sides(
    base: bytes, mine: bytes, theirs: bytes, context: Make
) -> None:
    """It does not matter who is who, and taking it twice changes nothing."""
    made = context()
    merger = Merger(Git(made), made)
    one = await merger.merge(mine, base, theirs, Conflicts.MARK)
    other = await merger.merge(theirs, base, mine, Conflicts.MARK)
    assert bool(one.conflicts) == bool(other.conflicts)
    if not one.conflicts:
        assert one.content == other.content
        assert (await merger.merge(one.content, theirs, theirs)).content == one.content


@given(st.text())
def test_a_path_that_is_used_stays_below_its_folder(path: str) -> None:
    if not paths.why_not(path):
        there = os.path.normpath(f"/top/{path}")
        assert there.startswith("/top/")
        assert ".git" not in there.lower().split("/")


@settings(max_examples=500)
@given(st.text(alphabet="ab*?[]!^/.-&|~\\"), st.text(alphabet="ab/."))
@example("[?-.]", "")
@example("[b-a]", "a")
@example("[!]a]", "b")
@example("[[a]", "a")
def test_every_pattern_is_one(pattern: str, path: str) -> None:
    """None is a mistake to the machinery below, and none without wildcards matches anything but itself."""
    matched = paths.matches(pattern, path)
    if not paths.is_pattern(pattern):
        assert matched == (pattern == path)


oids = st.sampled_from([None, "1" * 40, "2" * 40, "3" * 40])


@given(base=oids, local=oids, upstream=oids)
def test_a_state_depends_on_what_is_equal_alone(
    base: str | None, local: str | None, upstream: str | None
) -> None:
    finding = Finding(origin=Origin("s", "", "p"), at=0)
    state = judge(base, local, upstream, finding)
    assert (state is State.UPSTREAM_DELETED) == (upstream is None)
    if upstream is not None and local is not None:
        assert (state in (State.CURRENT, State.CONVERGED)) == (local == upstream)
        assert (state in (State.UPSTREAM_CHANGED, State.CURRENT)) == (local == base)


names = st.text(alphabet="abc.-_é ", min_size=1, max_size=6).filter(lambda text: not paths.why_not(text))
entries = st.builds(
    lambda to, path, blob: Entry(to, Origin("https://x/y", "main", path), (Taken(to, path, blob, blob),)),
    names,
    names,
    st.sampled_from(["1" * 40, "a" * 64]),
)


@given(st.lists(entries, max_size=5, unique_by=lambda entry: entry.to))
def test_a_lock_file_says_what_was_written_in_one_way_only(
    tmp_path_factory: pytest.TempPathFactory, listed: list[Entry]
) -> None:
    path = tmp_path_factory.mktemp("lock") / "lock.json"
    write_lock(path, tuple(listed))
    assert read_lock(path) == tuple(sorted(listed))
    assert lock_text(tuple(reversed(listed))) == path.read_bytes()


@given(st.binary(max_size=200))
def test_any_bytes_are_a_lock_file_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.mktemp("lock") / "lock.json"
    path.write_bytes(data)
    with pytest.raises(LockProblem):
        read_lock(path)


@given(st.binary(max_size=100))
def test_contents_are_named_as_git_names_them(content: bytes) -> None:
    assert blob_name(content, "0" * 40) == hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


@given(st.text(), st.integers(min_value=0, max_value=9))
def test_numbers_are_there_or_refused(text: str, most: int) -> None:
    try:
        found = choosing.numbers(text, most)
    except PaneError:
        return
    assert all(1 <= number <= most for number in found)


def test_the_examples_in_the_docstrings() -> None:
    for module in (choosing, keeper, paths):
        tried = doctest.testmod(module)
        assert (tried.failed, tried.attempted > 0) == (0, True)


def test_a_ref_of_a_longer_name_is_not_taken_for_it() -> None:
    """`git ls-remote` matches the end of names."""
    listed = b"1" * 40 + b"\trefs/evil/refs/heads/main\n" + b"2" * 40 + b"\trefs/tags/main\n"
    assert named_ref("main", listed) == ("refs/tags/main", "2" * 40)
    assert named_ref("other", listed) is None


def test_a_file_and_a_folder_of_similar_names() -> None:
    listed = b"100644 blob " + b"1" * 40 + b"\ta/b\x00100755 blob " + b"2" * 40 + b"\ta/c\0"
    files, whole, note = chosen("a", listed)
    assert ([file.path for file in files], [file.executable for file in files]) == (
        ["a/b", "a/c"],
        [False, True],
    )
    assert (whole, note) == (False, "")


@pytest.mark.parametrize(
    ("wanted", "keys"),
    [
        (Vendored(source="https://ada:hush@x.org/y", path="a"), ["vendored.0.source"]),
        (Vendored(source="ext::sh", path="../a"), ["vendored.0.source", "vendored.0.path"]),
        (Vendored(source="s", path="a", to="/etc"), ["vendored.0.to"]),
        (Vendored(source="s", path="a/*.md", to="."), []),
    ],
)
def test_the_config_takes_no_source_or_path_that_the_lock_file_may_not_have(
    wanted: Vendored, keys: list[str]
) -> None:
    problems = list(GitConfig(vendored=(wanted,)).problems())
    assert [problem.key for problem in problems] == keys
    assert "hush" not in str(problems)


async def test_a_large_folder_is_fetched_at_once_and_shown(bed: Bed) -> None:
    """Contents are asked for together: one by one they would take a minute."""
    for number in range(150):
        (bed.source / "many").mkdir(exist_ok=True)
        (bed.source / f"many/{number}").write_text(f"{number}\n")
    bed.builder.git(bed.source, "add", "many")
    bed.builder.git(bed.source, "commit", "-q", "-m", "Many")
    calls: list[tuple[str, ...]] = []
    real = Git.converse

    async def converse(git: Git, folder: Path, *arguments: str, **rest: object) -> Completed:
        calls.append(arguments)
        return await real(git, folder, *arguments, **rest)  # type: ignore[arg-type]  # as it was called

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Git, "converse", converse)
        await bed.vendor("many")
    assert len(calls) == 3, "the ref, the trees, the contents"
    assert set((await bed.states()).values()) == {"current"}
    assert len(await bed.states()) == 150


@pytest.fixture
def bed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, context: Make) -> Bed:
    """A project, and a source with a file."""
    made = Bed(Builder.installed(tmp_path, monkeypatch), context(), fetch_timeout=Duration(2))
    made.upstream("file", "one\n")
    return made


@pytest.fixture
def daemon(bed: Bed) -> Iterator[str]:
    """`git daemon` over the folder of the builder."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    argv = ["git", "daemon", "--export-all", "--listen=127.0.0.1", f"--port={port}"]
    argv += ["--reuseaddr", f"--base-path={bed.builder.root}", str(bed.builder.root)]
    with subprocess.Popen(argv, start_new_session=True, stderr=subprocess.DEVNULL) as process:
        end = time.monotonic() + 20
        while time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.02)
        yield f"git://127.0.0.1:{port}"
        os.killpg(process.pid, 15)


async def test_a_git_daemon(bed: Bed, daemon: str) -> None:
    await bed.do("vendor", source=f"{daemon}/source@main", path="file", as_="copy")
    assert bed.here("copy") == "one\n"
    bed.upstream("file", "two\n")
    await bed.do("check-vendored")
    assert await bed.states() == {"copy": "upstream-changed"}
    await bed.do("take", "./copy")
    assert bed.here("copy") == "two\n"


async def test_a_server_that_never_answers_is_given_up(bed: Bed) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"git://127.0.0.1:{silent.getsockname()[1]}/x"
        async with asyncio.timeout(30):
            with pytest.raises(PaneError, match="did not end in time"):
                await bed.do("vendor", source=url, path="file")
    assert await bed.states() == {}


async def test_a_source_that_is_gone_costs_the_others_nothing(bed: Bed) -> None:
    other = bed.builder.repository("other")
    await bed.do("vendor", source=f"file://{other}", path="file0", as_="second")
    await bed.vendor("file")
    other.rename(other.with_name("away"))
    bed.upstream("file", "two\n")
    outcome = await bed.do("check-vendored")
    assert outcome.level is Level.ATTENTION
    assert await bed.states() == {"file": "upstream-changed", "second": "unreachable"}
