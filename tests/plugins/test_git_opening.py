"""Log and diff show text as it is and run nothing; what gets the terminal gets the right folder."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from git_builder import Builder, pane
from git_hands import done

from devdash.api import OpenEditor, PaneError, RunProgram, Table
from devdash.engine.context import Context

Make = Callable[..., Context]


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    return Builder.installed(tmp_path, monkeypatch)


async def test_the_log_is_data(builder: Builder, context: Make) -> None:
    folder = builder.repository("work")
    builder.git(folder, "commit", "-q", "--allow-empty", "-m", "a [red]bold\x1b[31m story\x07")
    outcome = await done(pane(context(), folder), "log", "work")
    (table,) = outcome.blocks
    assert isinstance(table, Table)
    assert table.rows[0].cells[0].text == builder.head(folder)[:10]
    assert table.rows[0].cells[-1].text == r"(HEAD -> main) a [red]bold\x1b[31m story\x07"


async def test_the_diff_shows_staged_and_unstaged_and_counts_the_untracked(
    builder: Builder, context: Make
) -> None:
    folder = builder.repository("work", commits=2)
    (folder / "file0").write_text("staged\n")
    builder.git(folder, "add", "file0")
    (folder / "file1").write_text("\x1b]0;owned\x07\n" + "x" * 5000 + "\n")
    (folder / "new").write_text("new\n")
    (table,) = (await done(pane(context(), folder), "diff", "work")).blocks
    assert isinstance(table, Table)
    lines = [row.cells[0].text for row in table.rows]
    assert "+staged" in lines
    assert r"+\x1b]0;owned\x07" in lines
    assert max(map(len, lines)) == 400
    assert "1 untracked, not shown" in table.heading


async def test_a_diff_of_a_repository_without_commits_and_one_that_is_too_long(
    builder: Builder, context: Make
) -> None:
    folder = builder.repository("work", commits=0)
    (folder / "long").write_text("line\n" * 5000)
    builder.git(folder, "add", "long")
    (table,) = (await done(pane(context(), folder), "diff", "work")).blocks
    assert isinstance(table, Table)
    assert len(table.rows) == 1500
    assert "more lines: git diff HEAD" in table.heading
    with pytest.raises(PaneError, match="has no commit"):
        await done(pane(context(), folder), "log", "work")


@pytest.mark.parametrize(
    "settings",
    [
        {"diff.external": "touch {sign}"},
        {"diff.evil.command": "touch {sign}"},
        {"diff.evil.textconv": "touch {sign}; cat"},
        {"core.pager": "touch {sign}"},
        {"pager.log": "touch {sign}"},
        {"log.showSignature": "true", "gpg.program": "touch {sign}"},
    ],
)
async def test_nothing_of_the_repository_s_own_runs(
    settings: dict[str, str], builder: Builder, context: Make, tmp_path: Path
) -> None:
    folder = builder.repository("work")
    (folder / ".gitattributes").write_text("* diff=evil\n")
    (folder / "file0").write_text("edited\n")
    sign = tmp_path / "sign"
    for key, value in settings.items():
        builder.git(folder, "config", key, value.format(sign=sign))
    made = pane(context(), folder)
    for action in ("log", "diff"):
        try:
            await done(made, action, "work")
        except PaneError as error:
            assert "gpg.program" in error.message  # it may be refused as well
    assert not sign.exists()


async def test_editor_and_shell_open_in_its_folder(
    builder: Builder, context: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the variables that would point git at another repository."""
    monkeypatch.setenv("SHELL", "/bin/zsh")
    folder = builder.repository("work")
    made = pane(context(), folder)
    assert (await done(made, "edit", "work")).effects == (OpenEditor(str(folder)),)
    (effect,) = (await done(made, "shell", "work")).effects
    assert isinstance(effect, RunProgram)
    assert (effect.argv, effect.folder, effect.judged) == (("/bin/zsh",), str(folder), False)
    assert {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"} <= set(effect.unset)
    shutil.rmtree(folder)
    for action in ("edit", "shell"):
        with pytest.raises(PaneError, match="is not there"):
            await done(made, action, "work")


async def test_lazygit_then_tig_and_neither_in_what_is_not_trusted(
    builder: Builder, context: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = builder.repository("work")
    made = pane(context(), folder)
    git = shutil.which("git")
    assert git is not None
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "git").symlink_to(git)
    monkeypatch.setenv("PATH", str(programs))
    with pytest.raises(PaneError, match="Neither lazygit nor tig"):
        await done(made, "browse", "work")
    for name in ("tig", "lazygit"):
        (programs / name).write_text("#!/bin/sh\n")
        (programs / name).chmod(0o755)
        (effect,) = (await done(made, "browse", "work")).effects
        assert isinstance(effect, RunProgram)
        assert effect.argv == (os.fspath(programs / name),)
        assert effect.folder == str(folder)
    builder.git(folder, "config", "filter.evil.clean", "evil")
    with pytest.raises(PaneError, match=r"filter\.evil\.clean"):
        await done(made, "browse", "work")
