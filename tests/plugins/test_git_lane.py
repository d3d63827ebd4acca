"""The lane: one command in many folders, and whose answer is whose."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest
from git_builder import Builder
from hypothesis import given
from hypothesis import strategies as st

from devdash.engine.context import Context
from devdash_git import lane
from devdash_git.asking import STATUS, question_about
from devdash_git.glance import Glance
from devdash_git.identity import Identity, Look
from devdash_git.lookout import Lookout
from devdash_git.observation import Observation
from devdash_git.porcelain import parse
from devdash_git.riders import Seat
from devdash_git.run import Git
from devdash_git.states import Access, Kind
from devdash_git.targets import Target
from devdash_git.trust import Programs, Settings
from devdash_git.usual import MOST, MOST_S, QUICK_S, divided, who

MARK = "0123456789abcdef" * 2

NAMES = (
    "plain",
    "a b",
    "it's",
    'say "x"',
    "$(touch pwned)",
    "`touch pwned`",
    "-n",
    "line\nbreak",
    "*",
    "a;b",
    "é",
)

ANSWERS = st.lists(st.tuples(st.binary(max_size=40), st.integers(0, 255)), max_size=6)


def printed(answers: list[tuple[bytes, int]]) -> bytes:
    return b"".join(answer + f"{MARK}{code}\0".encode() for answer, code in answers)


@given(ANSWERS)
def test_each_gets_its_own_answer_and_a_failure_none(answers: list[tuple[bytes, int]]) -> None:
    expected = tuple(answer if code == 0 else None for answer, code in answers)
    assert lane.answers(printed(answers), MARK, len(answers)) == expected


@given(ANSWERS, st.data())
def test_what_is_cut_short_gives_what_was_complete(
    answers: list[tuple[bytes, int]], data: st.DataObject
) -> None:
    """The shell was killed: wherever that was, nobody gets the answer of another, or half of one."""
    whole = printed(answers)
    cut = whole[: data.draw(st.integers(0, len(whole)))]
    expected = [answer if code == 0 else None for answer, code in answers]
    found = lane.answers(cut, MARK, len(answers))
    assert len(found) == len(expected)
    assert all(one is None or one == other for one, other in zip(found, expected, strict=True))
    ended = cut.count(MARK.encode() + b"0\0")
    assert sum(one is not None for one in found) >= min(ended, sum(code == 0 for _, code in answers))


@given(st.binary(max_size=200), st.integers(0, 4))
def test_garbage_is_no_answer(out: bytes, count: int) -> None:
    assert lane.answers(out, MARK, count) == (None,) * count


@given(ANSWERS, st.integers(0, 3))
def test_more_answers_than_folders_are_passed_over(answers: list[tuple[bytes, int]], fewer: int) -> None:
    count = max(0, len(answers) - fewer)
    assert lane.answers(printed(answers), MARK, count) == lane.answers(printed(answers[:count]), MARK, count)


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    return Builder.installed(tmp_path, monkeypatch)


async def test_no_name_of_a_folder_is_read_as_anything_else(
    builder: Builder, context: Callable[..., Context]
) -> None:
    folders = [builder.repository(f"{name}/repo") for name in NAMES]
    for number, folder in enumerate(folders):
        builder.git(folder, "switch", "-q", "-c", f"b{number}")
    answers = await Git(context()).read_each(folders, *STATUS, timeout=30)
    assert [parse(answer).branch for answer in answers if answer is not None] == [
        f"b{number}".encode() for number in range(len(NAMES))
    ]
    assert not list(builder.root.rglob("pwned"))


async def test_a_lane_says_what_git_says_when_it_is_asked_alone(
    builder: Builder, context: Callable[..., Context]
) -> None:
    """In all sorts of states; what fails is none."""
    origin = builder.repository("origin", commits=2)
    dirty = builder.clone(origin, "dirty")
    (dirty / b"odd \xff\n$(x)".decode("utf-8", "surrogateescape")).touch()
    (dirty / "file0").rename(dirty / "moved")
    builder.git(dirty, "add", "-A")
    stashed = builder.clone(origin, "stashed")
    (stashed / "file0").write_text("edit")
    builder.git(stashed, "stash", "-q")
    clash = builder.repository("clash")
    builder.conflict(clash)
    empty = builder.root / "empty"
    empty.mkdir()
    unborn = builder.repository("unborn", commits=0)
    folders = [origin, dirty, empty, stashed, builder.root / "missing", clash, unborn]
    git = Git(context())
    question = question_about(submodules=False)
    together = await git.read_each(folders, *question, timeout=30)
    alone = [await git.read(folder, *question, timeout=30) for folder in folders]
    assert list(together) == [answer.out if answer.code == 0 else None for answer in alone]
    assert together.count(None) == 2


async def test_a_folder_inside_a_repository_is_not_taken_for_it(
    builder: Builder, context: Callable[..., Context]
) -> None:
    outer = builder.repository("outer")
    (outer / "inner").mkdir()
    inner, around = await Git(context()).read_each([outer / "inner", outer], *STATUS, timeout=30)
    assert inner is None
    assert around is not None


def seat(number: int, took_s: float = 0.001) -> Seat:
    """A repository that may be asked together with others."""
    top = Path(f"/x/{number}")
    look = Look(top, top / ".git", top / ".git", bare=False, stamp=())
    identity = Identity(look, Kind.NORMAL, Settings(), Programs())
    seen = Observation(target=Target(str(number), top), identity=identity, status=parse(b""), took_s=took_s)
    return Seat(seen, Lookout(Glance((), (), ())), identity, submodules=False)


def took_s_of(seat: Seat) -> float:
    return seat.before.took_s


def test_what_is_unusual_is_asked_alone() -> None:
    usual = seat(1).before
    identity, status = usual.identity, usual.status
    assert identity is not None
    assert status is not None
    assert who(usual) is identity
    bare = msgspec.structs.replace(identity, look=msgspec.structs.replace(identity.look, bare=True))
    runs = msgspec.structs.replace(identity, programs=Programs(reading=("filter.x.clean",)))
    for change in (
        {"access": Access.CORRUPT},
        {"identity": None},
        {"status": None},
        {"identity": bare},
        {"identity": runs},
        {"status": msgspec.structs.replace(status, counted=False)},
        {"took_s": QUICK_S * 2},
    ):
        assert who(msgspec.structs.replace(usual, **change)) is None


@given(st.lists(st.floats(0, QUICK_S), max_size=400), st.integers(1, 4))
def test_lanes_are_short_and_nobody_is_in_two(took: list[float], at_once: int) -> None:
    seats = [seat(number, took_s) for number, took_s in enumerate(took)]
    lanes = divided(seats, took_s_of, at_once)
    names = [int(one.before.target.name) for lane in lanes for one in lane]
    assert all(one < other for one, other in pairwise(names))
    assert all(2 <= len(lane) <= MOST + 1 for lane in lanes)
    assert all(sum(one.before.took_s for one in lane) <= MOST_S + QUICK_S for lane in lanes)


@pytest.mark.parametrize(
    ("count", "at_once", "least"), [(1, 2, 0), (2, 2, 1), (50, 2, 4), (300, 2, 4), (300, 4, 8)]
)
def test_all_that_run_at_a_time_have_something_to_do(count: int, at_once: int, least: int) -> None:
    lanes = divided([seat(number) for number in range(count)], took_s_of, at_once)
    assert len(lanes) >= least
    assert sum(map(len, lanes)) == (count if count > 1 else 0)
