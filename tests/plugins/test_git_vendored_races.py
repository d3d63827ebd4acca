"""Vendored files beside hanging programs, and beside another devdash that is about the same ones."""

import asyncio
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from git_builder import Builder
from vendored_beds import LOCK, Bed, blob, lines

from devdash.api import PaneError
from devdash.engine.context import Context
from devdash_git.vendored import merging, taking
from devdash_git.vendored.lockfile import read_lock

Make = Callable[..., Context]

OLD, NEW = lines(*range(12)), lines("new", *range(12))
MINE = OLD.replace("9\n", "mine\n")


@pytest.fixture
async def bed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, context: Make) -> Bed:
    """A project with a file that has changed on both sides, at different places."""
    made = Bed(Builder.installed(tmp_path, monkeypatch), context(name="one"), fetch_timeout=2)
    made.upstream("file", OLD)
    await made.vendor()
    (made.project / "file").write_text(MINE)
    made.upstream("file", NEW)
    await made.do("check-vendored")
    return made


@pytest.fixture
def second(bed: Bed, context: Make) -> Bed:
    """Another devdash in the same project, with folders of its own."""
    return Bed(bed.builder, context(name="two"))


@pytest.fixture
def hangs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let a command of git hang that has these words in it."""

    def hang(words: str) -> None:
        script = tmp_path / "bin/git"
        script.parent.mkdir()
        script.write_text(
            f'#!/bin/sh\ncase "$*" in *{words}*) exec sleep 60;; esac\nexec {shutil.which("git")} "$@"\n'
        )
        script.chmod(0o755)
        monkeypatch.setenv("PATH", f"{script.parent}:{os.environ['PATH']}")

    return hang


@pytest.mark.parametrize(("module", "limit", "words"), [(taking, "LOCAL_S", "hash-object"),
                                                       (merging, "TIMEOUT_S", "merge-file")])  # fmt: skip
async def test_a_git_that_hangs_costs_the_take_and_nothing_else(
    bed: Bed,
    hangs: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    module: object,
    limit: str,
    words: str,
) -> None:
    """A merge that hung is none that cannot be made: upstream would be chosen for the whole file."""
    hangs(words)
    monkeypatch.setattr(module, limit, 0.5)
    for wish in ({"name": "take"}, {"name": "take-hunks", "conflicts": "upstream"}):
        with pytest.raises(PaneError, match="did not end"):
            await bed.do(item="./file", **wish)
        assert bed.here("file") == MINE
    assert not list(bed.project.glob(".devdash*"))


async def test_a_base_that_does_not_come_in_time_is_not_one_that_is_gone(
    bed: Bed, hangs: Callable[[str], None], tmp_path: Path
) -> None:
    shutil.rmtree(tmp_path / "cache")
    bed.upstream("other", "so that it is fetched\n")
    await bed.do("check-vendored")
    hangs(f"promisor=true*'cat-file blob {blob(OLD)}'")
    with pytest.raises(PaneError, match="did not come in time"):
        await bed.do("take-hunks", "./file", conflicts="upstream")
    assert bed.here("file") == MINE


async def both(first: Bed, second: Bed, *wishes: tuple[str, str | None, dict[str, str]]) -> list[str]:
    """What comes of two actions that were agreed to before either began."""
    requests = [(bed, bed.request(name, item, **values)) for bed, (name, item, values) in
                zip((first, second), wishes, strict=True)]  # fmt: skip
    for bed, request in requests:
        await bed.pane.confirmation(bed.action(request.action), request)
    results = await asyncio.gather(*(bed.pane.act(wish) for bed, wish in requests), return_exceptions=True)
    said: list[str] = []
    for result in results:
        if isinstance(result, PaneError):
            said.append(result.message)
        elif isinstance(result, BaseException):
            raise result
        else:
            said.append("done")
    return sorted(said)


async def test_two_that_take_the_same_file_take_it_once(bed: Bed, second: Bed) -> None:
    await second.do("check-vendored")
    wish = ("take", "./file", dict[str, str]())
    said = await both(bed, second, wish, wish)
    assert said == ["done", "file has changed since it was shown; it is left alone."]
    assert bed.here("file") == NEW.replace("9\n", "mine\n")
    assert (await bed.states())["file"] == "locally-modified"


async def test_two_that_begin_to_track_one_place_do_not_both(bed: Bed, second: Bed) -> None:
    other = bed.builder.repository("elsewhere", commits=0)
    bed.builder.commit(other, "x", "theirs\n")
    bed.upstream("x", "ours\n")
    wishes = [("vendor", None, {"source": source, "path": "x"}) for source in (bed.url, f"file://{other}")]
    said = await both(bed, second, *wishes)
    assert said == ["done", "x is already from elsewhere."]
    (entry,) = [entry for entry in read_lock(bed.project / LOCK) if entry.to == "x"]
    assert bed.here("x") == ("ours\n" if entry.origin.source == bed.url else "theirs\n")


async def test_what_is_forgotten_meanwhile_is_not_taken(bed: Bed, second: Bed) -> None:
    await bed.ask("take", "./file")
    await second.do("forget-vendored", "./file")
    with pytest.raises(PaneError, match="not tracked any more"):
        await bed.pane.act(bed.request("take", "./file"))
    assert bed.here("file") == MINE
    assert read_lock(bed.project / LOCK) == ()


async def test_many_that_are_taken_while_others_are_forgotten_leave_a_lock_file_that_is_right(
    bed: Bed, second: Bed
) -> None:
    """Each is written for itself: no entry is lost, and none comes back."""
    for number in range(6):
        bed.upstream(f"d/{number}", f"{number}\n")
    await bed.vendor("d", "d")
    bed.upstream("e", "e\n")
    await bed.vendor("e")
    for number in range(6):
        bed.upstream(f"d/{number}", f"{number} anew\n")
    await bed.do("check-vendored")
    await both(bed, second, ("take", None, {}), ("forget-vendored", "./e", {}))
    assert {entry.to for entry in read_lock(bed.project / LOCK)} == {"file", "d"}
    assert {bed.here(f"d/{number}") for number in range(6)} == {f"{number} anew\n" for number in range(6)}
    assert set((await bed.states()).values()) == {"current", "locally-modified"}
