"""Each of the ten states of a vendored file, on real repositories, and nothing asked of a network unasked."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from git_builder import Builder
from vendored_beds import LOCK, Bed, lines, project_files

from devdash.api import Level
from devdash.engine.context import Context

Make = Callable[..., Context]

TEXT = lines(*range(20))


@pytest.fixture
def bed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, context: Make) -> Bed:
    """A project that has taken `file` over from the source."""
    made = Bed(Builder.installed(tmp_path, monkeypatch), context())
    made.upstream("old", "old\n")
    made.upstream("file", TEXT)
    return made


async def test_vendoring_takes_the_file_and_writes_down_where_it_is_from(bed: Bed) -> None:
    commit = bed.builder.head(bed.source)
    outcome = await bed.vendor("file", "tools/copy", ref="main")
    assert (outcome.level, outcome.message) == (
        Level.OK,
        f"tools/copy is from {bed.url} now; 1 file taken.",
    )
    assert bed.here("tools/copy") == TEXT
    assert bed.lock() == {
        "version": 1,
        "vendored": [
            {
                "to": "tools/copy",
                "source": bed.url,
                "ref": "main",
                "path": "file",
                "files": [
                    {
                        "to": "tools/copy",
                        "path": "file",
                        "commit": commit,
                        "blob": bed.builder.git(bed.source, "rev-parse", "HEAD:file"),
                    }
                ],
            }
        ],
    }
    assert (bed.project / LOCK).read_text().count("\n") > 15, "one value a line, for small diffs"


async def test_current(bed: Bed) -> None:
    await bed.vendor()
    facts = (await bed.facts())["file"]
    assert (facts.state, facts.local, facts.url, facts.source) == ("current", "unchanged", bed.url, "file")


async def test_upstream_changed(bed: Bed) -> None:
    await bed.vendor()
    bed.upstream("file", TEXT + "more\n")
    assert await bed.states() == {"file": "current"}, "a reading asks nobody"
    outcome = await bed.do("check-vendored")
    assert outcome.message == "1 of 1 file has news upstream."
    assert await bed.states() == {"file": "upstream-changed"}


async def test_locally_modified(bed: Bed) -> None:
    await bed.vendor()
    (bed.project / "file").write_text("mine\n")
    facts = (await bed.facts())["file"]
    assert (facts.state, facts.local) == ("locally-modified", "modified")


async def test_diverged_and_converged(bed: Bed) -> None:
    await bed.vendor()
    bed.upstream("file", "theirs\n")
    (bed.project / "file").write_text("mine\n")
    await bed.do("check-vendored")
    assert await bed.states() == {"file": "diverged"}
    (bed.project / "file").write_text("theirs\n")
    assert await bed.states() == {"file": "converged"}


async def test_local_missing(bed: Bed) -> None:
    await bed.vendor()
    (bed.project / "file").unlink()
    facts = (await bed.facts())["file"]
    assert (facts.state, facts.local) == ("local-missing", "missing")


async def test_upstream_deleted(bed: Bed) -> None:
    await bed.vendor()
    bed.builder.git(bed.source, "rm", "-q", "file")
    bed.builder.git(bed.source, "commit", "-q", "-m", "Drop it")
    await bed.do("check-vendored")
    assert await bed.states() == {"file": "upstream-deleted"}


async def test_ref_gone(bed: Bed) -> None:
    bed.builder.git(bed.source, "branch", "topic")
    await bed.vendor(ref="topic")
    bed.builder.git(bed.source, "branch", "-D", "topic")
    await bed.do("check-vendored")
    assert await bed.states() == {"file": "ref-gone"}


async def test_unreachable_and_back(bed: Bed) -> None:
    await bed.vendor()
    away = bed.source.with_name("away")
    bed.source.rename(away)
    outcome = await bed.do("check-vendored")
    assert outcome.level is Level.CRITICAL
    assert "there is no such repository" in str(outcome.blocks)
    facts = (await bed.facts())["file"]
    assert (facts.state, facts.local) == ("unreachable", "unchanged")
    away.rename(bed.source)
    await bed.do("check-vendored")
    assert await bed.states() == {"file": "current"}


async def test_never_checked_is_what_a_fresh_clone_knows(bed: Bed, context: Make) -> None:
    """The lock file travels with the project; what sources said does not."""
    await bed.vendor()
    other = Bed(bed.builder, context(name="elsewhere"))
    facts = (await other.facts())["file"]
    assert (facts.state, facts.local, facts.checked) == ("never-checked", "unchanged", None)


async def test_a_reading_changes_nothing_and_is_level_ok_however_files_have_drifted(bed: Bed) -> None:
    await bed.vendor()
    (bed.project / "file").write_text("mine\n")
    before = project_files(bed.project)
    report = await bed.read()
    assert project_files(bed.project) == before
    assert not [one for one in report.attention if "vendored" in one.key]
    assert "1 vendored file has drifted" in report.summary


async def test_drift_fails_a_check_only_where_that_was_asked_for(bed: Bed, context: Make) -> None:
    """And the sources are asked by the reading itself then: in CI there is no other."""
    await bed.vendor()
    bed.builder.git(bed.project, "add", "-A")
    bed.builder.git(bed.project, "commit", "-q", "-m", "Take file")
    strict = Bed(bed.builder, context(name="ci"), vendored_check=True)
    assert (await strict.read()).level is Level.OK
    assert await strict.states() == {"file": "current"}
    bed.upstream("file", "theirs\n")
    stricter = Bed(bed.builder, context(name="next-ci"), vendored_check=True)
    report = await stricter.read()
    assert report.level is Level.ATTENTION
    assert [(one.key, one.action, one.item) for one in report.attention] == [
        ("file:vendored", "take", "./file")
    ]


async def test_a_source_that_cannot_be_asked_leaves_a_strict_check_unknown(bed: Bed, context: Make) -> None:
    await bed.vendor()
    bed.builder.git(bed.project, "add", "-A")
    bed.builder.git(bed.project, "commit", "-q", "-m", "Take file")
    bed.source.rename(bed.source.with_name("away"))
    strict = Bed(bed.builder, context(name="ci"), vendored_check=True)
    assert (await strict.read()).level is Level.UNKNOWN
    assert await strict.states() == {"file": "unreachable"}


async def test_another_branch_of_the_same_repository(bed: Bed) -> None:
    builder, project = bed.builder, bed.project
    builder.git(project, "switch", "-q", "-c", "topic")
    builder.commit(project, "shared", "one\n")
    builder.git(project, "switch", "-q", "main")
    await bed.do("vendor", source=".@topic", path="shared", as_="copy")
    assert bed.here("copy") == "one\n"
    builder.git(project, "switch", "-q", "topic")
    builder.commit(project, "shared", "two\n")
    builder.git(project, "switch", "-q", "main")
    await bed.do("check-vendored")
    assert await bed.states() == {"copy": "upstream-changed"}


@pytest.mark.parametrize(
    ("path", "to", "expected"),
    [
        ("docs", "", {"docs/a.md", "docs/b/c.md", "docs/d.txt"}),
        ("docs/", "copies/", {"copies/a.md", "copies/b/c.md", "copies/d.txt"}),
        ("docs/*.md", "", {"docs/a.md"}),
        ("docs/**/*.md", "m", {"m/a.md", "m/b/c.md"}),
    ],
)
async def test_folders_and_patterns(bed: Bed, path: str, to: str, expected: set[str]) -> None:
    for name in ("docs/a.md", "docs/b/c.md", "docs/d.txt"):
        bed.upstream(name, name)
    await bed.vendor(path, to)
    assert set(await bed.states()) == expected
    assert set(project_files(bed.project)) == {*expected, LOCK, "file0"}
    bed.upstream("docs/new.md", "new\n")
    await bed.do("check-vendored")
    assert set((await bed.states()).values()) == {"current", "local-missing"}
    await bed.do("take")
    assert set((await bed.states()).values()) == {"current"}


async def test_only_what_is_looked_at_is_fetched(bed: Bed, tmp_path: Path) -> None:
    """The contents of the other files stay where they are, however large."""
    bed.upstream("large", "x" * 100_000)
    await bed.vendor("file")
    (cache,) = (tmp_path / "cache").rglob("*.git")
    large = bed.builder.git(bed.source, "rev-parse", "HEAD:large")
    listed = bed.builder.git(cache, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)")
    assert bed.builder.git(bed.source, "rev-parse", "HEAD:file") in listed
    assert large not in listed


async def test_a_server_without_filters_is_asked_for_one_commit(bed: Bed, tmp_path: Path) -> None:
    bed.builder.git(bed.source, "config", "--unset", "uploadpack.allowFilter")
    await bed.vendor("file")
    assert bed.here("file") == TEXT
    (cache,) = (tmp_path / "cache").rglob("*.git")
    listed = bed.builder.git(cache, "cat-file", "--batch-all-objects", "--batch-check=%(objecttype)")
    assert listed.split().count("commit") == 1


async def test_the_persons_own_remotes_refs_and_index_stay_as_they_are(bed: Bed) -> None:
    def seen() -> tuple[str, ...]:
        git = bed.builder.git
        return (
            git(bed.project, "config", "--list", "--local"),
            git(bed.project, "for-each-ref"),
            git(bed.project, "ls-files", "--stage"),
        )

    before = seen()
    await bed.vendor()
    bed.upstream("file", TEXT + "more\n")
    await bed.do("check-vendored")
    await bed.do("take", "./file")
    assert seen() == before


async def test_only_the_first_reading_waits_for_a_source(bed: Bed, context: Make, tmp_path: Path) -> None:
    """A server that accepts and never answers must not hold the screen; what comes late wakes the pane."""
    await bed.vendor()
    woken = asyncio.Event()
    late = [datetime(2030, 1, 1, tzinfo=UTC)]
    made = context(name="screen", now=lambda: late[0], on_wake=woken.set)
    strict = Bed(bed.builder, made, vendored_check=True)
    assert await strict.states() == {"file": "current"}
    bed.upstream("file", "news\n")
    late[0] += timedelta(hours=2)
    woken.clear()
    assert await strict.states() == {"file": "current"}, "as it was known"
    async with asyncio.timeout(20):
        await woken.wait()
    assert await strict.states() == {"file": "upstream-changed"}
