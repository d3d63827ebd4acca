"""The search for repositories: complete down to its depth, bounded, and never in a circle."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from git_builder import Builder, pane, read, repositories
from hypothesis import given
from hypothesis import strategies as st

from devdash.api import Level, Notice
from devdash.engine.context import Context
from devdash_git.config import IGNORED, GitConfig
from devdash_git.discover import search
from devdash_git.targets import SEARCH_EVERY_S, unique_names

Make = Callable[..., Context]


def repository(folder: Path) -> Path:
    (folder / ".git").mkdir(parents=True)
    return folder


def names(root: Path, depth: int = 3) -> list[str]:
    return [str(path.relative_to(root)) for path in search(root, depth, IGNORED).repositories]


def test_the_depth_counts_levels_below_the_folder(tmp_path: Path) -> None:
    for name in ("a", "x/b", "x/y/c", "x/y/z/d"):
        repository(tmp_path / name)
    assert names(tmp_path) == ["a", "x/b", "x/y/c"]
    assert names(tmp_path, 0) == []
    assert names(tmp_path / "a", 0) == ["."]


def test_bare_repositories_and_worktree_files_are_found(tmp_path: Path) -> None:
    for name in ("HEAD", "objects", "refs"):
        (tmp_path / "bare.git" / name).mkdir(parents=True)
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/.git").write_text("gitdir: elsewhere\n")
    assert names(tmp_path) == ["bare.git", "tree"]


def test_repositories_and_ignored_folders_are_not_entered(tmp_path: Path) -> None:
    repository(tmp_path / "a")
    repository(tmp_path / "a/inside")
    repository(tmp_path / "node_modules/package")
    repository(tmp_path / "x/.venv/lib")
    assert names(tmp_path) == ["a"]
    assert search(tmp_path, 3, ("a*",)).repositories == (
        tmp_path / "node_modules/package",
        tmp_path / "x/.venv/lib",
    )


def test_symbolic_links_are_not_followed(tmp_path: Path) -> None:
    repository(tmp_path / "a/b")
    (tmp_path / "a/loop").symlink_to(tmp_path)
    (tmp_path / "again").symlink_to(tmp_path / "a")
    assert names(tmp_path, 20) == ["a/b"]


def test_a_search_stops_in_time_and_says_so(tmp_path: Path) -> None:
    repository(tmp_path / "a")
    ticks = iter(range(100))
    found = search(tmp_path, 3, (), seconds=2, clock=lambda: next(ticks))
    assert "was stopped after 2 s" in found.unfinished


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert "cannot be searched: No such file" in search(tmp_path / "gone", 3, ()).unfinished


async def test_what_is_unfinished_makes_the_pane_unsure(context: Make, tmp_path: Path) -> None:
    report = await read(pane(context(), scan=(tmp_path / "gone",)))
    assert (report.level, report.summary) == (Level.UNKNOWN, "no repositories · search unfinished")
    assert isinstance(report.blocks[0], Notice)


async def test_a_folder_that_nobody_named_needs_no_hand_for_being_none(
    context: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a config the pane shows the folder it is started in, when that is a repository."""
    builder = Builder.installed(tmp_path, monkeypatch)
    here = builder.repository("here", commits=0)
    builder.repository("here/below", commits=0)
    report = await read(pane(context(folder=tmp_path)))
    assert (report.level, report.summary) == (Level.OK, "no repositories")
    assert list(repositories(await read(pane(context(folder=here))))) == ["here"]


async def test_new_repositories_appear_with_the_next_search(
    context: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Listed ones first and only once; a search is repeated after some minutes, not with every reading."""
    builder = Builder.installed(tmp_path, monkeypatch)
    for name in ("b", "a"):
        builder.repository(f"src/{name}", commits=0)
    clock = [0.0]
    made = pane(context(monotonic=lambda: clock[0]), builder.root / "src/b", scan=(builder.root / "src",))
    assert list(repositories(await read(made))) == ["b", "a"]
    builder.repository("src/c", commits=0)
    shutil.rmtree(builder.root / "src/a")
    facts = repositories(await read(made))
    assert {name: repo.access.value for name, repo in facts.items()} == {"b": "ok", "a": "missing"}
    clock[0] += SEARCH_EVERY_S
    assert list(repositories(await read(made))) == ["b", "c"]


@given(st.lists(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=4), max_size=12))
def test_names_are_unique_and_stand_for_their_paths(parts: list[list[str]]) -> None:
    paths = list(dict.fromkeys(Path("/", *part) for part in parts))
    found = unique_names(paths)
    assert len(set(found)) == len(paths)
    assert all(str(path).endswith(name.lstrip("/")) for path, name in zip(paths, found, strict=True))


def test_a_config_that_cannot_work_is_refused() -> None:
    wrong = GitConfig(depth=-1, ignore=("a/b",), repo_timeout=GitConfig().timeout)
    assert [problem.key for problem in wrong.problems()] == ["depth", "ignore", "repo_timeout"]
    assert not list(GitConfig().problems())
