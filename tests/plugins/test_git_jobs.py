"""What devdash does where, since when, what waits, and what failed last: told while it goes on, and after."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from git_builder import Builder, pane, read, repositories
from git_hands import asked, done, request

from devdash.api import ActionRequest, PaneError, Report, Table
from devdash.engine.context import Context
from devdash_git.facts import RepositoryFacts
from devdash_git.jobs import Jobs, Stage
from devdash_git.pane import GitPane

Make = Callable[..., Context]

AT = datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC)


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    return Builder.installed(tmp_path, monkeypatch)


class Gate:
    """A hook of remotes that waits until it is opened, and tells that it waits."""

    def __init__(self, folder: Path) -> None:
        self._open = folder / "open"
        self._waits = folder / "waits"

    def guard(self, remote: Path) -> None:
        """Let pushes to `remote` wait."""
        hook = remote / "hooks/pre-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\ntouch {self._waits}\nwhile [ ! -e {self._open} ]; do sleep 0.02; done\n")
        hook.chmod(0o755)

    async def reached(self) -> None:
        """Wait until somebody waits."""
        async with asyncio.timeout(20):
            while not self._waits.exists():
                await asyncio.sleep(0.01)

    def open(self) -> None:
        """Let all through."""
        self._open.touch()


def ahead(builder: Builder, name: str) -> Path:
    """A clone of a bare remote of its own, one commit ahead."""
    remote = builder.clone(builder.repository(f"{name}-seed"), f"{name}.git", "--bare")
    clone = builder.clone(remote, name)
    builder.commit(clone, "work")
    return clone


async def seen(made: GitPane) -> tuple[dict[str, RepositoryFacts], dict[str, str]]:
    """The facts, and what the rows show under "operation"."""
    report = await read(made)
    return repositories(report), shown(report)


def shown(report: Report) -> dict[str, str]:
    (table,) = report.blocks
    assert isinstance(table, Table)
    (column,) = [number for number, one in enumerate(table.columns) if one.title == "operation"]
    return {row.key: row.cells[column].text for row in table.rows}


async def test_idle_working_and_success(builder: Builder, context: Make, tmp_path: Path) -> None:
    gate = Gate(tmp_path)
    clone = ahead(builder, "one")
    gate.guard(builder.root / "one.git")
    woken: list[int] = []
    made = pane(context(now=lambda: AT, on_wake=lambda: woken.append(1)), clone)
    facts, row = await seen(made)
    assert (facts["one"].job, facts["one"].job_action, row["one"]) == (Stage.IDLE, None, "")
    wish = request(made, "push", "one")
    await asked(made, wish)
    work = asyncio.ensure_future(made.act(wish))
    await gate.reached()
    facts, row = await seen(made)
    assert (facts["one"].job, facts["one"].job_action, row["one"]) == (Stage.WORKING, "push", "push …")
    assert facts["one"].job_since is not None
    assert datetime.fromisoformat(facts["one"].job_since) == AT
    assert woken
    gate.open()
    await work
    facts, row = await seen(made)
    assert (facts["one"].job, facts["one"].job_error, row["one"]) == (Stage.SUCCESS, None, "")
    assert "push done, " in str(await read(made))


async def test_of_several_those_whose_turn_comes_later_wait(
    builder: Builder, context: Make, tmp_path: Path
) -> None:
    """And what fails in one is told there, and in none of the others."""
    gate = Gate(tmp_path)
    first, second = ahead(builder, "first"), ahead(builder, "second")
    for name in ("first", "second"):
        gate.guard(builder.root / f"{name}.git")
    made = pane(context(), first, second)
    wish = request(made, "push", None)
    await asked(made, wish)
    work = asyncio.ensure_future(made.act(wish))
    await gate.reached()
    facts, row = await seen(made)
    assert (facts["first"].job, facts["second"].job) == (Stage.WORKING, Stage.QUEUED)
    assert row == {"first": "push …", "second": "push waits"}
    (builder.root / "second.git/hooks/pre-receive").write_text("#!/bin/sh\necho no >&2; exit 1\n")
    gate.open()
    await work
    facts, row = await seen(made)
    assert (facts["first"].job, facts["second"].job) == (Stage.SUCCESS, Stage.FAIL)
    assert row == {"first": "", "second": "push failed"}
    assert "a hook there declined it: no" in (facts["second"].job_error or "")


async def test_a_failure_leaves_the_row_after_a_while_and_the_detail_with_the_next_job(
    builder: Builder, context: Make
) -> None:
    now = [AT]
    clone = ahead(builder, "one")
    hook = builder.root / "one.git/hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    made = pane(context(now=lambda: now[0]), clone)
    with pytest.raises(PaneError):
        await done(made, "push", "one")
    assert (await seen(made))[1] == {"one": "push failed"}
    now[0] += timedelta(minutes=11)
    report = await read(made)
    assert shown(report) == {"one": ""}
    assert "push failed, " in str(report.blocks)
    hook.unlink()
    await done(made, "push", "one")
    facts, _ = await seen(made)
    assert (facts["one"].job, facts["one"].job_error) == (Stage.SUCCESS, None)


async def test_a_fetch_is_a_job_too_and_tells_why_it_failed(builder: Builder, context: Make) -> None:
    clone = builder.clone(builder.repository("origin"), "clone")
    builder.git(clone, "remote", "set-url", "origin", str(builder.root / "nowhere"))
    made = pane(context(), clone)
    await made.act(ActionRequest("fetch"))
    facts, row = await seen(made)
    assert (facts["clone"].job, facts["clone"].job_action) == (Stage.FAIL, "fetch")
    assert "there is no such repository" in (facts["clone"].job_error or "")
    assert row == {"clone": "fetch failed"}


async def test_one_that_is_stopped_is_no_success(builder: Builder, context: Make, tmp_path: Path) -> None:
    """The dashboard is left in the middle."""
    gate = Gate(tmp_path)
    clone = ahead(builder, "one")
    gate.guard(builder.root / "one.git")
    made = pane(context(), clone)
    wish = request(made, "push", "one")
    await asked(made, wish)
    work = asyncio.ensure_future(made.act(wish))
    await gate.reached()
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    gate.open()
    facts, _ = await seen(made)
    assert (facts["one"].job, facts["one"].job_error) == (Stage.FAIL, "it was stopped before its end")


async def test_what_did_not_begin_is_no_job(builder: Builder, context: Make) -> None:
    clone = builder.clone(builder.repository("origin"), "clone")
    made = pane(context(), clone)
    with pytest.raises(PaneError, match="nothing to push"):
        await made.act(request(made, "push", "clone"))
    assert (await seen(made))[0]["clone"].job is Stage.IDLE


def test_those_whose_turn_never_came_are_as_they_were(context: Make) -> None:
    jobs = Jobs(context())
    with pytest.raises(KeyError), jobs.queue("push", ["a", "b"]):
        with jobs.working("push", "a"):
            pass
        raise KeyError
    assert jobs.of("b") is None
    job = jobs.of("a")
    assert job is not None
    assert job.stage is Stage.SUCCESS
