"""Whatever people and actions do to vendored files, nothing that a person had is out of reach afterwards."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from git_builder import Builder
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from vendored_beds import LOCK, Bed, blob, lines

from devdash.api import PaneError
from devdash.engine.context import Context
from devdash_git.vendored.lockfile import read_lock

Make = Callable[..., Context]

LINES = 12

edits = st.lists(st.tuples(st.integers(0, LINES - 1), st.sampled_from("xyz")), max_size=2)
before = st.sampled_from(["", "", "", "delete", "remove upstream"])
actions = st.sampled_from(
    [
        ("take", "", ""),
        ("take", "file", ""),
        ("take-hunks", "1", "refuse"),
        ("take-hunks", "", "mark"),
        ("take-hunks", "", "upstream"),
        ("take-hunks", "1", "mine"),
        ("forget-vendored", "file", ""),
        ("vendor", "", ""),
    ]
)
rounds = st.tuples(edits, edits, before, st.booleans(), actions)
"""What is changed here and upstream, what befalls the file, whether the source is asked, what is done."""

Edits = list[tuple[int, str]]


@pytest.fixture
def fresh(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, context: Make
) -> Iterator[Callable[[], Bed]]:
    """Makes a bed of its own for each life."""
    numbers = iter(range(1_000_000))

    def make() -> Bed:
        builder = Builder.installed(tmp_path_factory.mktemp("life"), monkeypatch)
        bed = Bed(builder, context(name=f"life{next(numbers)}"))
        bed.upstream("keep", "always there\n")
        bed.upstream("file", lines(*range(LINES)))
        return bed

    yield make


def edit(path: Path, number: int, word: str) -> None:
    """Change one line of a file, or begin it anew."""
    text = path.read_text().splitlines() if path.exists() else []
    text = text or [str(line) for line in range(LINES)]
    text[min(number, len(text) - 1)] = word
    path.write_text(lines(*text))


async def act(bed: Bed, step: tuple[str, str, str]) -> None:
    """One step of a life. What is refused is refused, and nothing happens."""
    name, choice, conflicts = step
    try:
        if name == "take-hunks":
            await bed.do(name, "./file", changes=choice, conflicts=conflicts)
        elif name == "vendor":
            await bed.vendor()
        elif name == "take":
            await bed.do(name, f"./{choice}" if choice else None)
        elif name == "forget-vendored":
            await bed.do(name, "./file")
        else:
            await bed.do(name)
    except PaneError:
        pass


@settings(
    max_examples=12,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(life=st.lists(rounds, min_size=2, max_size=5))
@example(life=[([(1, "x")], [(9, "y")], "", True, ("take", "file", ""))])
@example(life=[([(1, "x")], [(1, "y")], "", True, ("take-hunks", "", "upstream"))])
async def test_nothing_a_person_had_is_out_of_reach(
    life: list[tuple[Edits, Edits, str, bool, tuple[str, str, str]]], fresh: Callable[[], Bed]
) -> None:
    bed = fresh()
    await bed.vendor()
    mine = bed.project / "file"
    for here, there, fate, asked, action in life:
        for number, word in here:
            edit(mine, number, word)
        go_on(bed, there, remove=fate == "remove upstream")
        if fate == "delete":
            mine.unlink(missing_ok=True)
        if asked:
            await act(bed, ("check-vendored", "", ""))
        had = mine.read_text() if mine.exists() else None
        await act(bed, action)
        _must_be_reachable(bed, had)
        read_lock(bed.project / LOCK)
        await bed.states()
        assert not list(bed.project.glob(".devdash-take-*"))


def go_on(bed: Bed, changes: Edits, *, remove: bool) -> None:
    """Upstream commits."""
    for number, word in changes:
        edit(bed.source / "file", number, word)
        bed.builder.git(bed.source, "add", "file")
    if remove:
        bed.builder.git(bed.source, "rm", "-q", "-f", "--ignore-unmatch", "file")
    bed.builder.git(bed.source, "commit", "-q", "--allow-empty", "-m", "Go on")


def _must_be_reachable(bed: Bed, had: str | None) -> None:
    """An action has left the file as it was, or has kept it where git finds it."""
    path = bed.project / "file"
    if had is None or (path.exists() and path.read_text() == had):
        return
    assert bed.builder.git(bed.project, "cat-file", "-t", blob(had)) == "blob"
