"""Groups, tags, and how the pane is looked at."""

from collections.abc import Callable
from pathlib import Path

import pytest
from git_builder import Builder, pane, read, repositories

from devdash.api import ActionRequest, Report, Table
from devdash.engine.context import Context
from devdash_git.choices import Only, Order
from devdash_git.labels import Label, labels_of
from devdash_git.pane import GitPane
from devdash_git.states import Sync

Make = Callable[..., Context]

BASE = Path("/home/ada")


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    return Builder.installed(tmp_path, monkeypatch)


@pytest.fixture
def many(builder: Builder) -> list[Path]:
    """Clean, dirty, ahead, behind, unpushed on another branch; and one that is not there."""
    origin = builder.repository("origin", commits=2)
    names = ("zoo", "dirty", "ahead", "behind", "spike")
    folders = {name: builder.clone(origin, name) for name in names}
    (folders["dirty"] / "new").touch()
    builder.commit(folders["ahead"], "mine")
    builder.git(folders["behind"], "reset", "-q", "--hard", "HEAD~1")
    builder.git(folders["spike"], "switch", "-q", "-c", "other", "--no-track")
    builder.commit(folders["spike"], "mine")
    builder.git(folders["spike"], "switch", "-q", "main")
    return [*folders.values(), builder.root / "missing"]


def shown(report: Report) -> list[str]:
    """The rows that are seen, and how many are folded away."""
    tables = [table for table in report.blocks if isinstance(table, Table)]
    return [row.cells[0].text for table in tables for row in table.rows if row.indent == 0]


async def press(made: GitPane, name: str) -> Report:
    outcome = await made.act(ActionRequest(name))
    assert outcome.is_silent
    assert outcome.reread
    return await read(made)


async def test_each_press_shows_the_next_and_loses_no_need(context: Make, many: list[Path]) -> None:
    made = pane(context(), *many)
    everything = await read(made)
    assert shown(everything) == ["zoo", "dirty", "ahead", "behind", "spike", "missing"]
    for expected in (["behind", "missing"], ["dirty"], ["ahead", "spike"], ["behind"]):
        report = await press(made, "only")
        assert shown(report) == [*expected, f"{6 - len(expected)} others"]
        assert (report.attention, report.facts) == (everything.attention, everything.facts)
    assert await press(made, "only") == everything


async def test_what_is_folded_away_is_still_there(context: Make, many: list[Path]) -> None:
    made = pane(context(), *many, show=Only.DIRTY)
    (table,) = (await read(made)).blocks
    assert isinstance(table, Table)
    assert table.heading == "only dirty"
    assert [row.key for row in table.rows if row.indent] == ["zoo", "ahead", "behind", "spike", "missing"]
    assert [row.folded for row in table.rows] == [False, True, False, False, False, False, False]


async def test_rows_are_sorted_when_somebody_asks(context: Make, many: list[Path]) -> None:
    made = pane(context(), *many)
    assert shown(await press(made, "order")) == ["behind", "missing", "zoo", "dirty", "ahead", "spike"]
    assert shown(await press(made, "order")) == ["ahead", "behind", "dirty", "missing", "spike", "zoo"]
    assert shown(await press(made, "order")) == ["zoo", "dirty", "ahead", "behind", "spike", "missing"]


async def test_groups_are_tables_and_tags_are_found_by_the_filter(context: Make, many: list[Path]) -> None:
    root = many[0].parent
    made = pane(
        context(folder=root),
        *many,
        groups=(Label(name="work", paths=("dirty", "a*")), Label(name="late", paths=("a*", "b*"))),
        tags=(Label(name="prod", paths=("zoo",)), Label(name="mine", paths=(str(root),))),
        order=Order.NAME,
    )
    report = await read(made)
    headings = [table.heading for table in report.blocks if isinstance(table, Table)]
    assert headings == ["work, by name", "late, by name", "others, by name"]
    assert shown(report) == [
        "ahead #mine", "dirty #mine", "behind #mine", "missing #mine", "spike #mine", "zoo #prod #mine",
    ]  # fmt: skip
    facts = repositories(report)
    assert (facts["ahead"].group, facts["spike"].group, facts["missing"].group) == ("work", None, None)
    assert facts["zoo"].tags == ("prod", "mine")
    assert facts["behind"].sync is Sync.BEHIND


@pytest.mark.parametrize(
    ("path", "patterns", "means"),
    [
        ("/home/ada/job/api", ("job",), True),
        ("/home/ada/job/deep/api", ("~/../ada/job",), False),
        ("/home/ada/job/deep/api", ("/home/*/job",), True),
        ("/home/ada/jobshop", ("job",), False),
        ("/home/ada/job", ("./job/",), True),
        ("/srv/api", ("job", "/srv"), True),
    ],
)
def test_a_label_means_a_folder_and_what_is_in_it(
    path: str, patterns: tuple[str, ...], means: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/home/bob/x")
    labels = (Label(name="it", paths=patterns), Label(name="it", paths=patterns))
    assert labels_of(Path(path), labels, BASE) == (("it",) if means else ())
