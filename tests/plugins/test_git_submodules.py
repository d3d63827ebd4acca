"""Submodules are shown where that is wanted: below their repository, and with the same care."""

from collections.abc import Callable
from pathlib import Path

import pytest
from git_builder import Builder, pane, read, repositories

from devdash.api import Report, Table
from devdash.engine.context import Context
from devdash_git.states import Access, Kind

Make = Callable[..., Context]


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    return Builder.installed(tmp_path, monkeypatch)


@pytest.fixture
def whole(builder: Builder) -> Path:
    """A repository with the submodules libs/part and libs/part/inner."""
    inner, part, whole = (builder.repository(name) for name in ("inner", "part-origin", "whole"))
    builder.git(part, "submodule", "add", "-q", str(inner), "inner")
    builder.git(part, "commit", "-q", "-m", "inner")
    builder.git(whole, "submodule", "add", "-q", str(part), "libs/part")
    builder.git(whole, "commit", "-q", "-m", "part")
    builder.git(whole, "submodule", "update", "-q", "--init", "--recursive")
    return whole


def rows(report: Report) -> list[tuple[str, int]]:
    """Key and indent of each row."""
    return [
        (row.key, row.indent) for table in report.blocks if isinstance(table, Table) for row in table.rows
    ]


async def test_they_stand_below_their_repository(builder: Builder, context: Make, whole: Path) -> None:
    other = builder.repository("zebra")
    (whole / "libs/part/file0").write_text("edited\n")
    report = await read(pane(context(), whole, other, submodules=True))
    assert rows(report) == [("whole", 0), ("part", 1), ("inner", 1), ("zebra", 0)]
    facts = repositories(report)
    assert (facts["part"].kind, facts["part"].unstaged) == (Kind.SUBMODULE, 1)
    assert {name: one.submodule_of for name, one in facts.items()} == {
        "whole": None,
        "part": "whole",
        "inner": "whole",
        "zebra": None,
    }
    assert facts["part"].worktree_of is None


async def test_nobody_sees_them_who_has_not_asked(context: Make, whole: Path) -> None:
    assert rows(await read(pane(context(), whole))) == [("whole", 0)]


async def test_one_that_is_listed_stands_where_it_is_listed(context: Make, whole: Path) -> None:
    report = await read(pane(context(), whole / "libs/part", whole, submodules=True))
    assert rows(report) == [("part", 0), ("inner", 1), ("whole", 0)]


async def test_those_of_a_worktree_stand_with_it(builder: Builder, context: Make, whole: Path) -> None:
    second = builder.root / "second"
    builder.git(whole, "worktree", "add", "-q", "-b", "two", str(second))
    builder.git(second, "submodule", "update", "-q", "--init")
    report = await read(pane(context(), whole, second, submodules=True))
    assert sorted(rows(report)) == [
        ("inner", 1),
        ("second", 1),
        ("second/libs/part", 1),
        ("whole", 0),
        ("whole/libs/part", 1),
    ]
    assert rows(report)[0] == ("whole", 0)


async def test_one_that_comes_is_found_and_one_that_goes_is_gone(
    builder: Builder, context: Make, whole: Path
) -> None:
    now = 1000.0
    made = pane(context(monotonic=lambda: now), whole, submodules=True)
    await read(made)
    builder.git(whole, "submodule", "deinit", "-q", "-f", "libs/part")
    now += 301
    assert rows(await read(made)) == [("whole", 0)]
    builder.git(whole, "submodule", "update", "-q", "--init")
    now += 301
    assert rows(await read(made)) == [("whole", 0), ("part", 1)]


async def test_programs_of_a_submodule_do_not_run_until_it_is_trusted(
    builder: Builder, context: Make, whole: Path
) -> None:
    part = whole / "libs/part"
    ran = builder.root / "ran"
    builder.git(part, "config", "filter.evil.clean", f"touch {ran}; cat")
    (part / ".gitattributes").write_text("* filter=evil\n")
    (part / "file0").write_text("edited\n")
    facts = repositories(await read(pane(context(), whole, submodules=True)))
    assert facts["part"].access is Access.UNTRUSTED_CONFIG
    assert facts["whole"].access is Access.OK
    assert not ran.exists()
    facts = repositories(await read(pane(context(), whole, submodules=True, trust=(part,))))
    assert facts["part"].access is Access.OK
    assert ran.exists()


EVIL = [
    "../secret",
    "/etc",
    "..",
    ".",
    "link/secret",
    "libs/../../secret",
    ".git",
    "libs/.GIT/x",
    "a\0b",
    "nowhere",
]


@pytest.mark.parametrize("place", EVIL)
async def test_a_place_that_leads_elsewhere_is_passed_over(
    place: str, builder: Builder, context: Make, whole: Path
) -> None:
    """The file came with the repository; it names whatever somebody wrote into it."""
    builder.repository("secret")
    (whole / "link").symlink_to(builder.root)
    (whole / ".gitmodules").write_text(
        f'[submodule "x"]\n\tpath = "{place}"\n\turl = u\n'.replace("\0", "\\0")
    )
    assert rows(await read(pane(context(), whole, submodules=True))) == [("whole", 0)]


@pytest.mark.parametrize(
    "content", [b"[submodule", b"\xff\x00\xfe", b"[include]\n\tpath = /etc/passwd\n", b""]
)
async def test_a_file_that_is_none_costs_the_submodules_and_nothing_else(
    content: bytes, context: Make, whole: Path
) -> None:
    (whole / ".gitmodules").write_bytes(content)
    facts = repositories(await read(pane(context(), whole, submodules=True)))
    assert list(facts) == ["whole"]
    assert facts["whole"].access is Access.OK


async def test_a_name_that_is_no_utf_8_is_found(builder: Builder, context: Make, whole: Path) -> None:
    place = b"p\xe4rt"
    builder.git(whole, "mv", "libs/part", place.decode("utf-8", "surrogateescape"))
    report = await read(pane(context(), whole, submodules=True))
    assert len(rows(report)) == 3
