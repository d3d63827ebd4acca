"""The same deed in several repositories: each is shown, each has its own fate, none is done unseen."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from git_builder import Builder, pane
from git_hands import asked, request

from devdash.api import (
    ActionRequest,
    Block,
    Confirmation,
    CopyText,
    Level,
    Notice,
    Outcome,
    PaneError,
    Table,
    Text,
)
from devdash.engine.boundary import admit_confirmation, admit_outcome
from devdash.engine.context import Context
from devdash_git.outcomes import Told
from devdash_git.pane import GitPane
from devdash_git.several import Declined, Planned, question_of

Make = Callable[..., Context]


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    return Builder.installed(tmp_path, monkeypatch)


@pytest.fixture
def clones(builder: Builder) -> tuple[Path, Path, Path]:
    """Clones of three origins: one commit ahead, level, and diverged."""
    made = []
    for name in ("ahead", "level", "diverged"):
        seed = builder.repository(f"{name}-seed")
        origin = builder.clone(seed, f"{name}.git", "--bare")
        made.append(builder.clone(origin, name))
    for clone in (made[0], made[2]):
        builder.commit(clone, "work")
    other = builder.clone(builder.root / "diverged.git", "other")
    builder.commit(other, "theirs")
    builder.git(other, "push", "-q")
    builder.git(made[2], "fetch", "-q")
    return made[0], made[1], made[2]


def wish(made: GitPane, action: str, *rows: str, **values: str) -> ActionRequest:
    """About several rows."""
    one = request(made, action, None, **values)
    return ActionRequest(action, None, one.values, None, rows)


async def did(made: GitPane, request: ActionRequest) -> Outcome:
    return admit_outcome("git", await made.act(request))


def told(outcome: Outcome) -> dict[str, str]:
    """What the table of an outcome says of each."""
    (table, *_) = outcome.blocks
    assert isinstance(table, Table)
    return {row.key: row.cells[1].text for row in table.rows}


def words(blocks: Sequence[Block]) -> str:
    """What a question says, line by line."""
    lines: list[str] = []
    for block in blocks:
        match block:
            case Text() | Notice():
                lines.append(block.text)
            case Table():
                lines += [block.heading, *(" ".join(cell.text for cell in row.cells) for row in block.rows)]
            case _:
                raise AssertionError(block)
    return "\n".join(lines)


async def test_each_is_shown_and_each_has_its_own_fate(
    builder: Builder, context: Make, clones: tuple[Path, ...]
) -> None:
    made = pane(context(), *clones)
    every = wish(made, "push", "ahead", "level", "diverged")
    question = await asked(made, every)
    assert question is not None
    assert question.question == "Push: 1 repository?"
    shown = words(question.blocks)
    assert "ahead: main to origin/main" in shown
    assert "level has nothing to push" in shown
    assert "main of diverged is behind what it would be pushed over" in shown
    outcome = await did(made, every)
    assert (outcome.level, outcome.message) == (Level.OK, "Push: done in 1 repository.")
    assert told(outcome) == {"ahead": "Pushed ahead."}
    (table,) = outcome.blocks
    assert isinstance(table, Table)
    assert len(table.columns) == 2, "a step that nobody has to take takes no room from what is told"
    assert builder.head(builder.root / "ahead.git") == builder.head(clones[0])
    assert builder.head(builder.root / "diverged.git") != builder.head(clones[2])


async def test_one_that_changes_after_the_question_costs_itself_alone(
    builder: Builder, context: Make, clones: tuple[Path, ...]
) -> None:
    made = pane(context(), *clones)
    for clone in clones:
        (clone / "file0").write_text("edited\n")
    every = wish(made, "stash", "ahead", "level", "diverged", message="all")
    question = await asked(made, every)
    assert question is not None
    assert question.question == "Stash: 3 repositories?"
    (clones[1] / "file0").write_text("edited\n")
    builder.git(clones[1], "add", "file0")
    outcome = await did(made, every)
    assert (outcome.level, outcome.message) == (Level.ATTENTION, "Stash: done in 2 repositories; 1 not.")
    assert "has changed since it was shown" in told(outcome)["level"]
    assert (clones[1] / "file0").read_text() == "edited\n"
    for clone in (clones[0], clones[2]):
        entry = builder.git(clone, "rev-parse", "stash@{0}")
        assert entry in told(outcome)[clone.name], "it says how each comes back"
        assert (clone / "file0").read_text() == "0\n"


async def test_what_could_not_be_done_when_it_was_asked_is_not_done_after_the_yes(
    builder: Builder, context: Make, clones: tuple[Path, ...]
) -> None:
    """It was not shown, so nobody has agreed to it."""
    made = pane(context(), *clones)
    every = wish(made, "push", "ahead", "level")
    await asked(made, every)
    builder.commit(clones[1], "secret")
    await did(made, every)
    assert builder.head(builder.root / "level.git") != builder.head(clones[1])


async def test_it_tells_how_far_it_is(builder: Builder, context: Make, clones: tuple[Path, ...]) -> None:
    """While it looks, too: a hundred repositories take their time. At the end it says nothing any more."""
    said: list[str] = []
    made = pane(context(on_progress=said.append), *clones)
    every = wish(made, "push", "ahead", "level", "diverged")
    await asked(made, every)
    assert said == [
        "looking at 3 repositories",
        "looking at ahead (1 of 3)",
        "looking at level (2 of 3)",
        "looking at diverged (3 of 3)",
        "",
    ]
    await did(made, every)
    assert "Push: ahead (1 of 1)" in said


async def test_a_question_about_many_starts_few_processes_and_the_deed_still_looks_itself(
    builder: Builder, context: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To start git costs more than git does: 150 repositories one by one took 19 s on a busy machine."""
    seed = builder.repository("r0")
    folders = [shutil.copytree(seed, builder.root / f"r{number}") for number in range(1, 20)]
    (folders[0] / "file0").write_text("edited\n")
    made = pane(context(), *folders)
    every = wish(made, "stash", *(folder.name for folder in folders))
    started: list[object] = []
    run = Context.run

    async def counted(self: Context, *args: Any, **kwargs: Any) -> Any:
        started.append(args[0])
        return await run(self, *args, **kwargs)

    monkeypatch.setattr(Context, "run", counted)
    assert "Stash the changes of r1" in words((await asked(made, every) or Confirmation("")).blocks)
    assert len(started) < 2 * len(folders)
    (folders[0] / ".git/MERGE_HEAD").write_text(builder.head(folders[0]))
    (folders[1] / "file0").write_text("not shown\n")
    outcome = await did(made, every)
    assert told(outcome) == {"r1": "In r1 a merge is under way"}
    assert [(folder / "file0").read_text() for folder in folders[:2]] == ["edited\n", "not shown\n"]


async def test_where_nothing_would_happen_nothing_is_asked(
    builder: Builder, context: Make, clones: tuple[Path, ...]
) -> None:
    made = pane(context(), *clones)
    with pytest.raises(PaneError, match="level has nothing to push; main of diverged is behind") as caught:
        await asked(made, wish(made, "push", "level", "diverged"))
    assert caught.value.kind == "refused"
    with pytest.raises(PaneError, match="There is no repository nowhere"):
        await asked(made, wish(made, "push", "nowhere", "elsewhere"))


async def test_gone_branches_of_several_are_pruned_and_come_back(
    builder: Builder, context: Make, clones: tuple[Path, ...]
) -> None:
    made = pane(context(), *clones)
    tips = {}
    for clone in clones[:2]:
        builder.git(clone, "switch", "-q", "-c", "topic")
        builder.commit(clone, "topic")
        builder.git(clone, "push", "-q", "-u", "origin", "topic")
        tips[clone.name] = builder.head(clone)
        builder.git(clone, "switch", "-q", "main")
        builder.git(clone, "push", "-q", "origin", ":topic")
    every = wish(made, "prune-gone", "ahead", "level")
    question = await asked(made, every)
    assert question is not None
    assert question.danger
    assert all(tip in words(question.blocks) for tip in tips.values())
    outcome = await did(made, every)
    assert outcome.level is Level.OK
    back = words(outcome.blocks)
    assert all(f"git branch topic {tip}" in back for tip in tips.values())
    assert [builder.git(clone, "branch", "--list", "topic") for clone in clones[:2]] == ["", ""]


async def test_two_worktrees_of_one_repository_are_done_one_after_the_other(
    builder: Builder, context: Make, clones: tuple[Path, ...]
) -> None:
    """They share the stash: each entry has the changes of its own."""
    second = builder.root / "second"
    builder.git(clones[0], "worktree", "add", "-q", "-b", "two", str(second))
    (clones[0] / "file0").write_text("one\n")
    (second / "file0").write_text("two\n")
    made = pane(context(), clones[0], second)
    every = wish(made, "stash", "ahead", "second")
    await asked(made, every)
    outcome = await did(made, every)
    assert outcome.level is Level.OK
    for name, text in (("ahead", "one"), ("second", "two")):
        entry = told(outcome)[name].split()[-1].rstrip(".")
        assert builder.git(clones[0], "show", f"{entry}:file0") == text


async def test_several_are_fetched_and_what_is_no_repository_is_named(
    builder: Builder, context: Make, clones: tuple[Path, ...]
) -> None:
    builder.git(clones[1], "remote", "set-url", "origin", str(builder.root / "nowhere.git"))
    made = pane(context(), *clones)
    outcome = await did(made, wish(made, "fetch", "ahead", "level", "./file"))
    assert outcome.message == "Fetched 1 of 3 repositories; 2 failed."
    (table,) = outcome.blocks
    assert isinstance(table, Table)
    assert [row.key for row in table.rows] == ["level", "./file"]
    outcome = await did(made, wish(made, "fetch", "ahead", "diverged"))
    assert outcome == Outcome(message="Fetched 2 repositories.")


async def test_the_folders_of_several_are_copied_a_line_each(
    builder: Builder, context: Make, clones: tuple[Path, ...]
) -> None:
    made = pane(context(), *clones)
    outcome = await did(made, wish(made, "copy-path", "diverged", "ahead"))
    assert outcome.effects == (CopyText(f"{clones[2]}\n{clones[0]}"),)


def test_a_question_about_very_many_still_names_each() -> None:
    """A dialog takes two hundred blocks; a push of three hundred repositories has six hundred."""
    planned = [
        Planned(f"r{n}", Confirmation(f"Push r{n}?", (Table((), (), heading=f"r{n}: main, {n} commits"),)))
        for n in range(300)
    ]
    declined = [Declined(Told(f"d{n}", f"d{n} has nothing to push."), True) for n in range(300)]
    question = admit_confirmation("git", question_of("Push", planned, declined))
    assert question is not None
    shown = words(question.blocks)
    assert all(f"r{n}: main, {n} commits" in shown and f"d{n} has nothing" in shown for n in range(300))
