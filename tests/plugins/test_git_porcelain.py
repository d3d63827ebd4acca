"""The parser of `git status --porcelain=v2 -z`: right on git's bytes, never wrong in silence on others."""

import os
from pathlib import Path

import pytest
from git_builder import Builder
from hypothesis import given
from hypothesis import strategies as st

from devdash_git.asking import STATUS
from devdash_git.porcelain import KEPT_CHANGES, ChangeKind, MalformedStatus, parse
from devdash_git.states import Head, Tracking

OID = b"0123456789abcdef0123456789abcdef01234567"
HEADERS = b"# branch.oid " + OID + b"\0# branch.head main\0"


def ordinary(code: bytes, name: bytes, sub: bytes = b"N...") -> bytes:
    return b"1 " + code + b" " + sub + b" 100644 100644 100644 " + OID + b" " + OID + b" " + name + b"\0"


def test_every_header_is_read() -> None:
    status = parse(HEADERS + b"# branch.upstream origin/main\0# branch.ab +2 -3\0# stash 4\0")
    assert (status.oid, status.head, status.branch) == (OID.decode(), Head.BRANCH, b"main")
    assert (status.tracking, status.upstream) == (Tracking.PRESENT, b"origin/main")
    assert (status.ahead, status.behind, status.stash) == (2, 3, 4)


def test_a_gone_upstream_has_no_counts() -> None:
    status = parse(HEADERS + b"# branch.upstream origin/gone\0")
    assert status.tracking is Tracking.GONE
    assert status.ahead is None
    assert status.behind is None


@pytest.mark.parametrize(
    ("oid", "name", "head", "branch"),
    [
        (b"(initial)", b"main", Head.UNBORN, b"main"),
        (OID, b"(detached)", Head.DETACHED, None),
        (b"(initial)", b"(unknown)", Head.INVALID, None),
        (OID, b"caf\xe9", Head.BRANCH, b"caf\xe9"),
    ],
)
def test_head_is_told_apart(oid: bytes, name: bytes, head: Head, branch: bytes | None) -> None:
    status = parse(b"# branch.oid " + oid + b"\0# branch.head " + name + b"\0")
    assert (status.head, status.branch) == (head, branch)


def test_a_name_that_is_staged_and_unstaged_counts_in_both() -> None:
    status = parse(HEADERS + ordinary(b"MM", b"a") + ordinary(b"M.", b"b") + ordinary(b".D", b"c"))
    assert (status.staged, status.unstaged) == (2, 2)
    assert [change.kind for change in status.changes] == [
        ChangeKind.BOTH, ChangeKind.STAGED, ChangeKind.UNSTAGED,
    ]  # fmt: skip


def test_the_old_name_of_a_rename_is_not_a_record() -> None:
    """Even when the old name looks like one."""
    rename = b"2 R. N... 100644 100644 100644 " + OID + b" " + OID + b" R100 new\0? old\0"
    status = parse(HEADERS + rename + b"? real\0")
    assert (status.staged, status.untracked) == (1, 1)
    assert [change.name for change in status.changes] == [b"new", b"real"]


def test_conflicts_and_submodules_count() -> None:
    unmerged = b"u UU S.M. 1 2 3 4 " + OID + b" " + OID + b" " + OID + b" sub\0"
    status = parse(HEADERS + unmerged + ordinary(b".M", b"vendor", b"SC.."))
    assert (status.conflicts, status.unstaged, status.submodules) == (1, 1, 2)


def test_unknown_headers_and_ignored_files_are_passed_over() -> None:
    assert parse(HEADERS + b"# branch.tomorrow yes\0! built\0") == parse(HEADERS)


@pytest.mark.parametrize(
    "data",
    [
        HEADERS + b"? name",
        HEADERS + b"x what\0",
        HEADERS + b"1 M. N... short\0",
        HEADERS + b"2 R. N... 1 2 3 " + OID + b" " + OID + b" R100 new\0",
        HEADERS + b"# branch.upstream o/m\0# branch.ab 1 2\0",
        HEADERS + b"# stash many\0",
        HEADERS + b"\0",
    ],
)
def test_what_is_not_the_format_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedStatus):
        parse(data)


NAMES = st.binary(min_size=1, max_size=20).map(lambda raw: raw.replace(b"\0", b"x"))
STATES = st.sampled_from([b"M.", b".M", b"MM", b"A.", b"AD", b"D.", b".T", b"R."])


@given(
    tracked=st.lists(st.tuples(STATES, NAMES), max_size=60),
    untracked=st.lists(NAMES, max_size=10),
    conflicted=st.lists(NAMES, max_size=5),
)
def test_counts_and_names_survive_any_names(
    tracked: list[tuple[bytes, bytes]], untracked: list[bytes], conflicted: list[bytes]
) -> None:
    """Spaces, newlines and bytes that are not UTF-8 in names confuse nothing."""
    unmerged = [b"u UU N... 1 2 3 4 " + b" ".join([OID] * 3) + b" " + name + b"\0" for name in conflicted]
    data = HEADERS + b"".join(
        [ordinary(code, name) for code, name in tracked]
        + unmerged
        + [b"? " + name + b"\0" for name in untracked]
    )
    status = parse(data)
    assert status.staged == sum(code[:1] != b"." for code, _ in tracked)
    assert status.unstaged == sum(code[1:] != b"." for code, _ in tracked)
    assert (status.conflicts, status.untracked) == (len(conflicted), len(untracked))
    names = [name for _, name in tracked] + conflicted + untracked
    assert [change.name for change in status.changes] == names[:KEPT_CHANGES]


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Nothing but MalformedStatus comes out."""
    try:
        parse(data)
    except MalformedStatus:
        return


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    return Builder.installed(tmp_path, monkeypatch)


def test_git_s_own_bytes_are_read(builder: Builder) -> None:
    """Renamed, staged, unstaged, untracked with a name that is not UTF-8, and a stash, in one answer."""
    folder = builder.repository("all", commits=3)
    (folder / "file1").write_text("later\n")
    builder.git(folder, "stash", "-q")
    builder.git(folder, "mv", "file0", "new name")
    (folder / "file1").write_text("staged\n")
    builder.git(folder, "add", "file1")
    (folder / "file2").write_text("unstaged\n")
    (folder / os.fsdecode(b"caf\xe9\n")).write_text("")
    answer = builder.git(folder, *STATUS)
    status = parse(answer.encode("utf-8", "surrogateescape"))
    assert (status.staged, status.unstaged, status.untracked, status.stash) == (2, 1, 1, 1)
    assert [change.name for change in status.changes] == [b"file1", b"file2", b"new name", b"caf\xe9\n"]
