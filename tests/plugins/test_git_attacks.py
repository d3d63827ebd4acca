"""Reading or fetching a repository runs nothing that the repository names, and acts on no other one."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from git_builder import Builder, only, pane, read, repositories
from git_hands import done, refusal

from devdash.api import ActionRequest, Level
from devdash.engine.context import Context
from devdash_git.facts import RepositoryFacts
from devdash_git.pane import GitPane
from devdash_git.states import Access

Make = Callable[..., Context]


@pytest.fixture
def builder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Builder:
    return Builder.installed(tmp_path, monkeypatch)


@pytest.fixture
def canary(tmp_path: Path) -> tuple[Path, str]:
    """A file that must never appear, and a program that makes it."""
    sign = tmp_path / "canary"
    script = tmp_path / "evil"
    script.write_text(f"#!/bin/sh\ntouch {sign}\n")
    script.chmod(0o755)
    return sign, str(script)


def touched(folder: Path) -> None:
    """Make git compare the content of a file, as filters need."""
    (folder / ".gitattributes").write_text("* filter=evil\n")
    (folder / "file0").write_text("1\n")  # of the same size, or git need not look inside
    os.utime(folder / "file0", (1_700_000_000, 1_700_000_000))


SSH = ("remote.origin.url", "ssh://127.0.0.1/x")
"""So that ssh's settings come to bear."""

HTTP = ("remote.origin.url", "http://127.0.0.1:9/x")

BITING = [
    [("core.fsmonitor", "{evil}")],
    [("filter.evil.clean", "{evil}")],
    [("filter.evil.process", "{evil}")],
    [("core.hooksPath", "{hooks}")],
    [("core.sshCommand", "{evil}"), SSH],
    [("remote.origin.uploadpack", "{evil}")],
    [("remote.origin.url", "ext::{evil}")],
    [("url.ext::{evil}.insteadOf", "x:"), ("remote.origin.url", "x: y")],
]
"""Settings with which plain `git status; git fetch` runs a program."""

SUSPECT = [
    [("diff.external", "{evil}")],
    [("core.pager", "{evil}")],
    [("gpg.program", "{evil}"), ("log.showSignature", "true")],
    [("remote.origin.vcs", "evil")],
    [("credential.helper", "!{evil}"), HTTP],
    [("core.askPass", "{evil}"), HTTP],
    [("core.gitProxy", "{evil}"), ("remote.origin.url", "git://127.0.0.1/x")],
    [("core.alternateRefsCommand", "{evil}")],
]
"""Settings that would need more than the tests have, such as a server."""


def poisoned(builder: Builder, evil: str, settings: list[tuple[str, str]]) -> Path:
    """A clone with `settings`, a file that filters look at, hooks, and news at its origin."""
    clone = builder.clone(builder.repository("origin"), "clone")
    builder.commit(builder.root / "origin", "news")
    touched(clone)
    hooks = clone / "own-hooks"
    hooks.mkdir()
    for hook in ("reference-transaction", "post-index-change"):
        shutil.copy(evil, hooks / hook)
    builder.git(clone, "config", "protocol.allow", "always")
    for key, value in settings:
        builder.git(clone, "config", key.format(evil=evil), value.format(evil=evil, hooks=hooks))
    return clone


@pytest.mark.parametrize("settings", BITING)
def test_the_canary_sings_where_nobody_guards(
    settings: list[tuple[str, str]], builder: Builder, canary: tuple[Path, str]
) -> None:
    """The attacks below are real."""
    clone = poisoned(builder, canary[1], settings)
    builder.git(clone, "status", check=False)
    builder.git(clone, "fetch", check=False)
    assert canary[0].exists()


@pytest.mark.parametrize("settings", BITING + SUSPECT)
async def test_nothing_of_the_repository_s_own_runs(
    settings: list[tuple[str, str]], builder: Builder, context: Make, canary: tuple[Path, str]
) -> None:
    """Not when it is read, and not when it is fetched."""
    clone = poisoned(builder, canary[1], settings)
    made = pane(context(), clone)
    await read(made)
    await made.act(ActionRequest("fetch", "clone"))
    assert not canary[0].exists()


async def test_trust_does_not_reach_to_transports_that_run_programs(
    builder: Builder, context: Make, canary: tuple[Path, str]
) -> None:
    clone = poisoned(builder, canary[1], [("remote.origin.url", "ext::{evil}")])
    outcome = await pane(context(), clone, trust=(clone,)).act(ActionRequest("fetch"))
    assert "its transport is not one of" in outcome.message
    assert not canary[0].exists()


async def test_its_hooks_do_not_run_in_a_fetch(
    builder: Builder, context: Make, canary: tuple[Path, str]
) -> None:
    clone = poisoned(builder, canary[1], [])
    shutil.copytree(clone / "own-hooks", clone / ".git/hooks")
    made = pane(context(), clone)
    await read(made)
    assert (await made.act(ActionRequest("fetch", "clone"))).level is Level.OK
    assert (await only(made)).behind == 1
    assert not canary[0].exists()


async def test_a_filter_makes_it_untrusted_until_it_is_listed(
    builder: Builder, context: Make, canary: tuple[Path, str]
) -> None:
    sign, evil = canary
    folder = builder.repository("folder")
    touched(folder)
    builder.git(folder, "config", "filter.evil.clean", evil)
    report = await read(pane(context(), folder))
    assert repositories(report)["folder"].access is Access.UNTRUSTED_CONFIG
    assert "filter.evil.clean" in report.attention[0].text
    assert not sign.exists()
    assert (await only(pane(context(), folder, trust=(folder,)))).access is Access.OK
    assert sign.exists()


async def test_trust_of_one_is_not_trust_of_another(builder: Builder, context: Make) -> None:
    one, other = builder.repository("one"), builder.repository("one/other")
    for folder in (one, other):
        builder.git(folder, "config", "filter.x.clean", "cat")
    facts = repositories(await read(pane(context(), one, other, trust=(one,))))
    assert (facts["one"].access, facts["other"].access) == (Access.OK, Access.UNTRUSTED_CONFIG)


async def test_a_filter_behind_an_include_is_found_each_time(builder: Builder, context: Make) -> None:
    """An included file is none of the watched ones, so its settings are never remembered."""
    folder = builder.repository("folder")
    builder.git(folder, "config", "include.path", "more")
    made = pane(context(), folder)
    assert (await only(made)).access is Access.OK
    (folder / ".git/more").write_text('[filter "x"]\n\tclean = cat\n')
    assert (await only(made)).access is Access.UNTRUSTED_CONFIG


async def test_a_filter_that_is_added_later_is_found(builder: Builder, context: Make) -> None:
    """Whether the config is replaced, as git does, or written to in place."""
    folder = builder.repository("folder")
    config = folder / ".git/config"
    before = config.read_text()
    made = pane(context(), folder)
    assert (await only(made)).access is Access.OK
    builder.git(folder, "config", "filter.x.clean", "cat")
    assert (await only(made)).access is Access.UNTRUSTED_CONFIG
    config.write_text(before)
    assert (await only(made)).access is Access.OK
    config.write_text(f'{before}[filter "x"]\n\tclean = cat\n')
    assert (await only(made)).access is Access.UNTRUSTED_CONFIG


async def test_a_worktree_s_own_config_counts(builder: Builder, context: Make) -> None:
    folder, tree = builder.repository("folder"), builder.root / "tree"
    builder.git(folder, "config", "extensions.worktreeConfig", "true")
    builder.git(folder, "worktree", "add", "-q", "--detach", str(tree))
    builder.git(tree, "config", "--worktree", "filter.x.process", "cat")
    facts = repositories(await read(pane(context(), folder, tree)))
    assert (facts["folder"].access, facts["tree"].access) == (Access.OK, Access.UNTRUSTED_CONFIG)


async def test_the_person_s_own_filters_are_the_person_s(builder: Builder, context: Make) -> None:
    """git-lfs in the global config, and what `git lfs install --local` writes, make nobody suspect."""
    folder = builder.repository("folder")
    builder.git(folder, "config", "--global", "filter.anything.clean", "cat")
    builder.git(folder, "config", "--global", "core.sshCommand", "ssh -i key")
    builder.git(folder, "config", "filter.lfs.clean", "git-lfs clean -- %f")
    builder.git(folder, "config", "filter.lfs.process", "git-lfs filter-process")
    assert (await only(pane(context(), folder))).access is Access.OK


async def facts_of(name: str, made: GitPane) -> RepositoryFacts:
    """What is told of one, as a first reading sees it and as the next does."""
    await read(made)
    return repositories(await read(made))[name]


TOGETHER = pytest.mark.parametrize("neighbours", [0, 2], ids=["alone", "together"])
"""Several repositories are asked by one shell, which runs git for each of them."""


@TOGETHER
async def test_a_submodule_s_config_is_not_obeyed(
    builder: Builder, context: Make, canary: tuple[Path, str], neighbours: int
) -> None:
    """git status would run one in each submodule, under a config that nobody has looked at."""
    sign, evil = canary
    whole = builder.repository("whole")
    builder.git(whole, "submodule", "add", "-q", str(builder.repository("part")), "part")
    builder.git(whole / "part", "config", "filter.evil.clean", evil)
    touched(whole / "part")
    others = [builder.repository(f"neighbour{number}") for number in range(neighbours)]
    assert (await facts_of("whole", pane(context(), whole, *others))).access is Access.OK
    assert not sign.exists()


INSIDE = ["part", "part/nested"]


@pytest.fixture
def whole(builder: Builder) -> Path:
    """Behind its origin, with a submodule in a submodule, a stash, another branch, and an edit."""
    part = builder.repository("of-part")
    builder.git(part, "submodule", "add", "-q", str(builder.repository("of-nested")), "nested")
    builder.git(part, "commit", "-q", "-m", "nest")
    origin = builder.repository("of-whole", commits=2)
    builder.git(origin, "submodule", "add", "-q", str(part), "part")
    builder.git(origin, "commit", "-q", "-m", "part")
    whole = builder.clone(origin, "whole", "--recurse-submodules")
    builder.git(whole, "branch", "other")
    (whole / "file1").write_text("stashed\n")
    builder.git(whole, "stash", "-q")
    builder.commit(origin, "news")
    builder.git(whole, "fetch", "-q")
    (whole / "file0").write_text("edited\n")
    for folder in INSIDE:  # what a repository says of its submodule wins over a setting of devdash's
        builder.git((whole / folder).parent, "config", f"submodule.{Path(folder).name}.ignore", "none")
    return whole


ENTERING: dict[str, dict[str, str]] = {
    "stash": {},
    "unstash": {},
    "switch": {"branch": "other"},
    "fast-forward": {},
    "worktree": {"branch": "new"},
    "push-branch": {"branch": "other"},
    "diff": {},
}


@pytest.mark.parametrize("inside", INSIDE)
@pytest.mark.parametrize("action", ENTERING)
async def test_no_action_runs_what_a_submodule_names(
    action: str, inside: str, builder: Builder, context: Make, canary: tuple[Path, str], whole: Path
) -> None:
    """git enters them at the end of a switch, or in the middle of a stash, under a config of their own."""
    builder.git(whole / inside, "config", "filter.evil.clean", canary[1])
    touched(whole / inside)
    made = pane(context(), whole)
    if action == "stash":
        assert "a submodule of whole, names programs" in await refusal(made, action, "whole")
    else:
        assert (await done(made, action, "whole", **ENTERING[action])).level is Level.OK
    assert not canary[0].exists()
    builder.git(whole, "status")
    assert canary[0].exists(), "the attack is real"


async def test_a_submodule_that_names_nothing_is_in_the_way_of_no_stash(
    builder: Builder, context: Make, canary: tuple[Path, str], whole: Path
) -> None:
    """Nor one of a repository that is trusted."""
    made = pane(context(), whole)
    assert (await done(made, "stash", "whole")).level is Level.OK
    assert (await done(made, "unstash", "whole")).level is Level.OK
    builder.git(whole / "part", "config", "filter.evil.clean", canary[1])
    assert (await done(pane(context(), whole, trust=(whole,)), "stash", "whole")).level is Level.OK


async def test_a_repository_hidden_in_the_tree_is_not_used(builder: Builder, context: Make) -> None:
    """A scan does not look into repositories, so a bare one among the files of a clone is not found."""
    builder.repository("folder")
    builder.repository("folder/docs/hidden.git", commits=0, bare=True)
    assert list(repositories(await read(pane(context(), scan=(builder.root,))))) == ["folder"]


@TOGETHER
@pytest.mark.parametrize("name", ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR"])
async def test_an_inherited_variable_leads_nowhere_else(
    name: str, builder: Builder, context: Make, monkeypatch: pytest.MonkeyPatch, neighbours: int
) -> None:
    """As when devdash is started from a git hook or `git rebase --exec`."""
    folder, other = builder.repository("folder"), builder.repository("other")
    builder.git(other, "switch", "-q", "-c", "elsewhere")
    place = {"GIT_WORK_TREE": other, "GIT_INDEX_FILE": other / ".git/index"}.get(name, other / ".git")
    monkeypatch.setenv(name, str(place))
    others = [other] * (neighbours > 0)
    facts = await facts_of("folder", pane(context(), folder, *others))
    assert (facts.branch, facts.staged, facts.unstaged, facts.untracked) == ("main", 0, 0, 0)


@TOGETHER
async def test_an_inherited_config_is_not_obeyed(
    builder: Builder,
    context: Make,
    monkeypatch: pytest.MonkeyPatch,
    canary: tuple[Path, str],
    neighbours: int,
) -> None:
    folder = builder.repository("folder")
    others = [builder.repository(f"neighbour{number}") for number in range(neighbours)]
    touched(folder)
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "filter.evil.clean")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", canary[1])
    await read(pane(context(), folder, *others))
    assert not canary[0].exists()


async def test_reading_writes_nothing(builder: Builder, context: Make) -> None:
    """No lock is taken and the index is not refreshed: nobody's rebase is disturbed."""
    folder = builder.repository("folder")
    os.utime(folder / "file0", (1_700_000_000, 1_700_000_000))
    before = {path: path.stat().st_mtime_ns for path in sorted((folder / ".git").rglob("*"))}
    await only(pane(context(), folder))
    assert {path: path.stat().st_mtime_ns for path in sorted((folder / ".git").rglob("*"))} == before


async def test_credentials_in_urls_go_nowhere(builder: Builder, context: Make) -> None:
    """Not into blocks, facts, attention, nor what a failed fetch says."""
    clone = builder.clone(builder.repository("origin"), "clone")
    for name, url in (
        ("origin", "https://ada:hunter2@127.0.0.1:9/x.git?token=hunter2"),
        ("token", "https://hunter2@127.0.0.1:9/x.git"),
        ("ssh", "ssh://git:hunter2@127.0.0.1:9/x"),
    ):
        builder.git(clone, "config", f"remote.{name}.url", url)
    made = pane(context(), clone)
    first = await read(made)
    outcome = await made.act(ActionRequest("fetch", "clone"))
    everything = [msgspec.json.encode(part) for part in (first, first.facts, outcome, await read(made))]
    assert outcome.level is Level.CRITICAL
    assert b"127.0.0.1:9/x.git" in everything[0]
    assert all(b"hunter2" not in part for part in everything)
    assert b"hunter2" not in b"".join(path.read_bytes() for path in made.context.state_dir.iterdir())
