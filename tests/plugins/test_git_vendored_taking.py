"""Taking over does what was shown, keeps the project's own changes, and loses nothing."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from git_builder import Builder
from vendored_beds import LOCK, Bed, lines, project_files

from devdash.api import ActionRequest, Level, Outcome, PaneError
from devdash.engine.context import Context

Make = Callable[..., Context]

TEXT = lines(*range(20))
TOP, BOTTOM = TEXT.replace("1\n", "one\n", 1), TEXT.replace("19\n", "nineteen\n")
BOTH = TOP.replace("19\n", "nineteen\n")


@pytest.fixture
async def bed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, context: Make) -> Bed:
    """A project that has taken `file` over from the source."""
    made = Bed(Builder.installed(tmp_path, monkeypatch), context())
    made.upstream("file", TEXT)
    await made.vendor()
    return made


async def news(bed: Bed, theirs: str, mine: str | None = None) -> None:
    """Both sides go on, and the source is asked."""
    bed.upstream("file", theirs)
    if mine is not None:
        (bed.project / "file").write_text(mine)
    await bed.do("check-vendored")


def kept(bed: Bed, outcome: Outcome) -> str:
    """What the outcome says can be had back."""
    match = re.search(r"git cat-file blob ([0-9a-f]+)", outcome.message)
    assert match is not None, outcome.message
    return bed.builder.git(bed.project, "cat-file", "blob", match[1]) + "\n"


async def test_a_file_that_only_changed_upstream_is_taken_whole(bed: Bed) -> None:
    await news(bed, TOP)
    question = await bed.ask("take", "./file")
    assert question is not None
    assert question.question == "Change file like this?"
    assert "+one" in str(question.blocks)
    outcome = await bed.do("take", "./file")
    assert outcome.level is Level.OK
    assert bed.here("file") == TOP
    assert kept(bed, outcome) == TEXT
    assert await bed.states() == {"file": "current"}


async def test_own_changes_are_merged_and_stay_own_changes(bed: Bed) -> None:
    await news(bed, TOP, BOTTOM)
    outcome = await bed.do("take", "./file")
    assert bed.here("file") == BOTH
    assert kept(bed, outcome) == BOTTOM
    assert await bed.states() == {"file": "locally-modified"}


async def test_a_conflict_is_refused_and_then_settled_as_the_person_says(bed: Bed) -> None:
    mine, theirs = TEXT.replace("1\n", "mine\n", 1), TEXT.replace("1\n", "theirs\n", 1)
    await news(bed, theirs, mine)
    with pytest.raises(PaneError, match="1 place was changed on both sides"):
        await bed.ask("take", "./file")
    assert bed.here("file") == mine
    question = await bed.ask("take-hunks", "./file", conflicts="mark")
    assert question is not None
    assert question.danger
    outcome = await bed.do("take-hunks", "./file", conflicts="mark")
    assert bed.here("file").startswith("0\n<<<<<<< mine\nmine\n=======\ntheirs\n>>>>>>> upstream\n")
    assert kept(bed, outcome) == mine


@pytest.mark.parametrize(("side", "word"), [("upstream", "theirs"), ("mine", "mine")])
async def test_one_side_may_win_where_both_have_changed(bed: Bed, side: str, word: str) -> None:
    """The other changes of both sides are in the file all the same."""
    await news(bed, BOTTOM.replace("1\n", "theirs\n", 1), TEXT.replace("1\n", "mine\n", 1) + "own\n")
    assert "own" in bed.here("file")
    await bed.do("take-hunks", "./file", conflicts=side)
    assert f"0\n{word}\n2\n" in bed.here("file")
    assert bed.here("file").endswith("own\n") or side == "upstream"


async def test_changes_are_chosen_by_their_numbers(bed: Bed) -> None:
    await news(bed, BOTH)
    shown = await bed.do("upstream-diff", "./file")
    assert "change 2" in str(shown.blocks)
    await bed.do("take-hunks", "./file", changes="2")
    assert bed.here("file") == BOTTOM
    assert await bed.states() == {"file": "upstream-changed"}, "the other one is still to be had"
    shown = await bed.do("upstream-diff", "./file")
    assert "nineteen" not in str([block for block in shown.blocks if "+" in str(block)])
    await bed.do("take", "./file")
    assert bed.here("file") == BOTH
    assert await bed.states() == {"file": "current"}


async def test_a_chosen_change_is_merged_with_own_ones_later(bed: Bed) -> None:
    """What was taken so far is the base then, and it can be had although upstream never had it."""
    await news(bed, BOTH)
    await bed.do("take-hunks", "./file", changes="1")
    (bed.project / "file").write_text(bed.here("file").replace("10\n", "ten\n"))
    await bed.do("take", "./file")
    assert bed.here("file") == BOTH.replace("10\n", "ten\n")


@pytest.mark.parametrize("changes", ["0", "3", "x", "2-1", "1;2"])
async def test_a_number_that_is_not_there_takes_nothing(bed: Bed, changes: str) -> None:
    await news(bed, BOTH)
    with pytest.raises(PaneError):
        await bed.ask("take-hunks", "./file", changes=changes)
    assert bed.here("file") == TEXT


async def test_what_changes_between_the_question_and_the_yes_is_left_alone(bed: Bed) -> None:
    await news(bed, TOP)
    await bed.ask("take", "./file")
    (bed.project / "file").write_text("quickly\n")
    with pytest.raises(PaneError, match="has changed since it was shown"):
        await bed.pane.act(bed.request("take", "./file"))
    assert bed.here("file") == "quickly\n"
    assert not [name for name in project_files(bed.project) if "devdash-take" in name]


async def test_a_file_that_appears_in_the_meantime_is_not_written_over(bed: Bed) -> None:
    (bed.project / "file").unlink()
    await bed.ask("take", "./file")
    (bed.project / "file").write_text("mine\n")
    with pytest.raises(PaneError, match="has changed since it was shown"):
        await bed.pane.act(bed.request("take", "./file"))
    assert bed.here("file") == "mine\n"


async def test_a_yes_without_a_question_does_nothing(bed: Bed) -> None:
    await news(bed, TOP)
    with pytest.raises(PaneError, match="was not shown"):
        await bed.pane.act(bed.request("take", "./file"))
    assert bed.here("file") == TEXT


async def test_what_moves_upstream_after_the_question_is_not_taken(bed: Bed) -> None:
    """What was shown is what is taken, by its content and not by the branch's name."""
    await news(bed, TOP)
    await bed.ask("take", "./file")
    bed.upstream("file", "evil\n")
    await bed.pane.act(bed.request("take", "./file"))
    assert bed.here("file") == TOP


async def test_a_file_that_was_here_before_is_not_written_over(bed: Bed) -> None:
    bed.upstream("other", "theirs\n")
    (bed.project / "other").write_text("mine\n")
    outcome = await bed.vendor("other")
    assert outcome.level is Level.ATTENTION
    assert bed.here("other") == "mine\n"
    with pytest.raises(PaneError, match="cannot be merged"):
        await bed.ask("take", "./other")
    await bed.do("take-hunks", "./other", conflicts="mine")
    assert (bed.here("other"), (await bed.states())["other"]) == ("mine\n", "locally-modified")


async def test_one_that_was_here_and_is_equal_is_only_written_down(bed: Bed) -> None:
    bed.upstream("other", "same\n")
    (bed.project / "other").write_text("same\n")
    before = (bed.project / "other").stat().st_ino
    await bed.vendor("other")
    assert (bed.project / "other").stat().st_ino == before
    assert (await bed.states())["other"] == "current"


async def test_a_binary_file_is_taken_whole_or_not_at_all(bed: Bed) -> None:
    path = bed.source / "picture"
    path.write_bytes(b"\0\1" * 100)
    bed.builder.git(bed.source, "add", "picture")
    bed.builder.git(bed.source, "commit", "-q", "-m", "Draw")
    await bed.vendor("picture")
    path.write_bytes(b"\0\2" * 100)
    bed.builder.git(bed.source, "commit", "-q", "-a", "-m", "Draw again")
    await bed.do("check-vendored")
    (bed.project / "picture").write_bytes(b"\0\3" * 100)
    with pytest.raises(PaneError, match="cannot be merged"):
        await bed.ask("take", "./picture")
    (bed.project / "picture").write_bytes(b"\0\1" * 100)
    question = await bed.ask("take", "./picture")
    assert "no texts" in str(question)
    await bed.do("take", "./picture")
    assert (bed.project / "picture").read_bytes() == b"\0\2" * 100


async def test_a_program_may_be_run_as_upstream_says_and_other_bits_stay(bed: Bed) -> None:
    bed.builder.git(bed.source, "update-index", "--chmod=+x", "file")
    bed.builder.git(bed.source, "commit", "-q", "-m", "Run it")
    (bed.source / "file").chmod(0o755)
    (bed.project / "file").chmod(0o640)
    await news(bed, TOP)
    await bed.do("take", "./file")
    assert oct((bed.project / "file").stat().st_mode & 0o777) == "0o750"


async def test_lines_without_an_end_and_ends_of_windows_stay_as_they_are(bed: Bed) -> None:
    await news(bed, "a\r\nb")
    await bed.do("take", "./file")
    assert (bed.project / "file").read_bytes() == b"a\r\nb"


async def test_all_are_taken_at_once_and_conflicts_left(bed: Bed) -> None:
    for name in ("a", "b"):
        bed.upstream(name, TEXT)
        await bed.vendor(name)
        bed.upstream(name, TOP)
    (bed.project / "b").write_text(TEXT.replace("1\n", "mine\n", 1))
    await bed.do("check-vendored")
    question = await bed.ask("take")
    assert question is not None
    assert question.question == "Take 1 file over from upstream?"
    outcome = await bed.do("take")
    assert outcome.level is Level.ATTENTION
    assert await bed.states() == {"a": "current", "b": "diverged", "file": "current"}


async def test_forgetting_leaves_the_file(bed: Bed) -> None:
    await bed.do("forget-vendored", "./file")
    assert await bed.states() == {}
    assert bed.here("file") == TEXT


async def test_a_lost_cache_is_no_loss(bed: Bed, tmp_path: Path) -> None:
    """Not even for a merge: what was taken is asked for again, though the branch is elsewhere by now."""
    await news(bed, TOP, BOTTOM)
    _lose_the_cache(tmp_path)
    await bed.do("take", "./file")
    assert bed.here("file") == BOTH


async def test_a_server_that_hands_out_no_single_files_is_asked_for_commits(bed: Bed, tmp_path: Path) -> None:
    """An old one: it gives what its branches lead to, commit by commit."""
    for name, value in (("allowFilter", "false"), ("allowReachableSHA1InWant", "true")):
        bed.builder.git(bed.source, "config", f"uploadpack.{name}", value)
    bed.builder.git(bed.source, "config", "--global", "protocol.version", "0")
    await news(bed, TOP, BOTTOM)
    _lose_the_cache(tmp_path)
    await bed.do("take", "./file")
    assert bed.here("file") == BOTH


def _lose_the_cache(tmp_path: Path) -> None:
    for folder in list((tmp_path / "cache").rglob("*.git")):
        shutil.rmtree(folder)


async def test_an_entry_of_the_config_waits_to_be_taken(bed: Bed, context: Make) -> None:
    from devdash_git.config import Vendored

    wanted = Vendored(source=bed.url, path="file", to="second")
    made = Bed(bed.builder, context(name="config"), vendored=(wanted,))
    assert (await made.states())["second"] == "never-checked"
    await made.do("check-vendored")
    assert (await made.states())["second"] == "local-missing"
    await made.do("take", "./second")
    assert (await made.states())["second"] == "current"
    assert LOCK in project_files(made.project)


async def test_of_several_those_that_are_marked_are_taken_and_no_other(bed: Bed) -> None:
    """What has no news is named, and so is a row that is no such file."""
    for name in ("a", "b", "c"):
        bed.upstream(name, TEXT)
        await bed.vendor(name)
    for name in ("a", "b"):
        bed.upstream(name, TOP)
    await bed.do("check-vendored")
    one = bed.request("take")
    marked = ActionRequest("take", None, one.values, None, ("./a", "./c", "project"))
    question = await bed.pane.confirmation(bed.action("take"), marked)
    assert question is not None
    assert question.question == "Take 1 file over from upstream?"
    said = str(question.blocks)
    assert "a: as upstream" in said
    assert "c has no news" in said
    assert "project is a repository" in said
    await bed.pane.act(marked)
    assert (bed.here("a"), bed.here("b")) == (TOP, TEXT)
    nothing = ActionRequest("take", None, one.values, None, ("./c", "./file"))
    with pytest.raises(PaneError, match="Nothing can be taken over"):
        await bed.pane.confirmation(bed.action("take"), nothing)
