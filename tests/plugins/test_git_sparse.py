"""Partial clones of which only a part is checked out: what is left out need not be there, the rest must."""

from collections.abc import Callable
from pathlib import Path

import pytest
from git_builder import Builder, pane
from git_hands import content, done, refusal

from devdash.api import Level
from devdash.engine.context import Context

Make = Callable[..., Context]

RULES = {
    "cone": ("--cone", "in"),
    "nested cone": ("--cone", "in/deep"),
    "patterns": ("--no-cone", "/*", "!/out/", "!*.big"),
    "a pattern within": ("--no-cone", "/in/", "!/in/skipped/", "/in/skipped/but-this"),
}

NEEDED = {
    "cone": ("in/new", "in/deep/new", "top", "in/skipped/but-this"),
    "nested cone": ("in/deep/new", "in/new", "top"),
    "patterns": ("in/new", "in/deep/new", "top", "in/skipped/but-this"),
    "a pattern within": ("in/new", "in/deep/new", "in/skipped/but-this"),
}
"""Of what is new on topic, what git checks out there."""

NEW = ("in/new", "in/deep/new", "in/skipped/but-this", "out/new", "top")


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    return Builder.installed(tmp_path, monkeypatch)


@pytest.fixture
def origin(builder: Builder) -> Path:
    """On topic file0 is gone, and a file is new at each of the places, or another one."""
    folder = builder.repository("origin", commits=0)
    builder.git(folder, "config", "uploadpack.allowFilter", "true")
    for name in ("file0", "in/deep/file0", "out/file0", "in/skipped/file0"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        builder.commit(folder, name, f"old {name}\n")
    builder.git(folder, "switch", "-q", "-c", "topic")
    builder.git(folder, "rm", "-q", "file0")
    for name in NEW:
        builder.commit(folder, name, f"new {name}\n")
    builder.git(folder, "switch", "-q", "main")
    return folder


@pytest.mark.parametrize("rules", RULES)
async def test_only_what_the_sparse_checkout_needs_has_to_be_there(
    builder: Builder, context: Make, origin: Path, rules: str
) -> None:
    """One content after the other comes, as fetched by somebody; it is refused until all are there."""
    clone = builder.root / "clone"
    options = ("-q", "--no-checkout", "--filter=blob:none")
    builder.git(builder.root, "clone", *options, f"file://{origin}", str(clone))
    builder.git(clone, "sparse-checkout", "set", *RULES[rules])
    builder.git(clone, "checkout", "-q", "main")
    builder.git(clone, "branch", "topic", "origin/topic")
    made, before = pane(context(), clone), content(clone)
    for count, name in enumerate(NEEDED[rules]):
        lacking = len(NEEDED[rules]) - count
        said = await refusal(made, "switch", "clone", branch="topic")
        assert f"lacks the contents of {lacking} of the files" in said
        assert (content(clone), builder.git(clone, "status", "--porcelain")) == (before, "")
        builder.git(clone, "cat-file", "blob", f"topic:{name}")
    assert (await done(made, "switch", "clone", branch="topic")).level is Level.OK
    assert {name for name in NEW if (clone / name).exists()} == set(NEEDED[rules])
    assert builder.git(clone, "status", "--porcelain") == ""


async def test_without_rules_nothing_is_left_out(builder: Builder, context: Make, origin: Path) -> None:
    clone = builder.root / "clone"
    builder.git(builder.root, "clone", "-q", "--filter=blob:none", f"file://{origin}", str(clone))
    builder.git(clone, "config", "core.sparseCheckout", "true")
    builder.git(clone, "branch", "topic", "origin/topic")
    said = await refusal(pane(context(), clone), "switch", "clone", branch="topic")
    assert "lacks the contents of 5 of the files" in said
