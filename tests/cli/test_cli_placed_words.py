"""Words by their places: `devdash run git vendor URL PATH as PLACE` reads as it is said."""

import pytest

from devdash.cli.exits import UsageError
from devdash.cli.run_words import help_blocks, read_words
from devdash.contract.actions import Action, Field, FieldKind, Scope

VENDOR = Action(
    name="vendor",
    key="v",
    title="Vendor",
    permission="git.vendored.add",
    fields=(
        Field(name="source", label="From"),
        Field(name="path", label="Path"),
        Field(name="as", label="As", required=False),
        Field(name="loud", label="Loud", kind=FieldKind.FLAG),
    ),
)


@pytest.mark.parametrize(
    "words",
    [
        ["url", "p", "as", "q"],
        ["url", "p", "--as", "q"],
        ["--as", "q", "url", "p"],
        ["--source=url", "--path=p", "--as=q"],
    ],
)
def test_words_stand_for_the_fields_that_must_be_given_and_names_for_others(words: list[str]) -> None:
    assert read_words(VENDOR, words).values == {"source": "url", "path": "p", "as": "q"}


@pytest.mark.parametrize(
    "words",
    [
        ["url", "p", "q"],
        ["url", "p", "to", "q"],
        ["url", "p", "as", "q", "as", "r"],
        ["url", "p", "source", "q"],
        ["url", "p", "loud", "yes"],
        ["--as", "q", "url", "p", "as", "r"],
        ["--source", "url", "p", "as", "q"],
    ],
)
def test_words_that_fit_no_place_are_refused(words: list[str]) -> None:
    with pytest.raises(UsageError, match="one ITEM at most"):
        read_words(VENDOR, words)


def test_an_action_about_a_row_has_no_words_but_the_row() -> None:
    action = Action(name="x", key="x", title="X", permission="a.b.c", scope=Scope.ITEM, fields=VENDOR.fields)
    with pytest.raises(UsageError, match="one ITEM at most"):
        read_words(action, ["row", "url", "p"])


def test_the_help_names_the_places() -> None:
    assert "devdash run git vendor SOURCE PATH [--NAME VALUE]… [--yes]" in str(help_blocks("git", VENDOR)[0])
