"""Roles, patterns, decisions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devdash.policy import DESTRUCTIVE, READING, Pattern, Policy, Role

WORDS = st.sampled_from(["git", "repo", "push", "fetch", "read", "copy", "delete", "force", "x-1"])
VERBS = st.sampled_from([*sorted(READING), *sorted(DESTRUCTIVE), "push", "fetch", "open"])
PERMISSIONS = st.tuples(WORDS, WORDS, VERBS).map(".".join)
PATTERNS = st.tuples(*[WORDS | st.just("*")] * 2, VERBS | st.just("*")).map(lambda parts: Pattern(*parts))


@given(PERMISSIONS)
def test_the_roles_contain_one_another(permission: str) -> None:
    viewer, editor, owner = (Policy(role).allows(permission).allowed for role in Role)
    assert viewer <= editor <= owner
    assert owner


@pytest.mark.parametrize(
    ("verb", "viewer", "editor"),
    [
        ("read", True, True),
        ("copy", True, True),
        ("ping", True, True),
        ("fetch", False, True),
        ("push", False, True),
        ("open", False, True),
        ("delete", False, False),
        ("force", False, False),
        ("drop", False, False),
    ],
)
def test_what_each_role_may(verb: str, viewer: bool, editor: bool) -> None:
    permission = f"git.repo.{verb}"
    assert Policy(Role.VIEWER).allows(permission).allowed is viewer
    assert Policy(Role.EDITOR).allows(permission).allowed is editor
    assert Policy(Role.OWNER).allows(permission).allowed is True


@given(st.sampled_from(Role), PERMISSIONS, st.lists(PATTERNS).map(tuple), PATTERNS)
def test_a_denial_beats_everything(
    role: Role, permission: str, allow: tuple[Pattern, ...], deny: Pattern
) -> None:
    policy = Policy(role, allow=allow, deny=(deny,))
    if deny.matches(*permission.split(".")):
        assert not policy.allows(permission)
    else:
        assert policy.allows(permission) == Policy(role, allow=allow).allows(permission)


@given(st.sampled_from(Role), PERMISSIONS, PATTERNS)
def test_allow_adds_and_takes_nothing_away(role: Role, permission: str, allow: Pattern) -> None:
    before = Policy(role).allows(permission).allowed
    after = Policy(role, allow=(allow,)).allows(permission).allowed
    assert after == (before or allow.matches(*permission.split(".")))


@pytest.mark.parametrize(
    ("pattern", "permission", "matches"),
    [
        ("git.*.push", "git.repo.push", True),
        ("git.*.push", "git.branch.push", True),
        ("git.*.push", "hg.repo.push", False),
        ("*.*.push", "hg.repo.push", True),
        ("*.*.*", "a.b.c", True),
        ("git.repo.push", "git.repo.pushy", False),
    ],
)
def test_a_star_stands_for_one_part(pattern: str, permission: str, matches: bool) -> None:
    assert Pattern.parse(pattern).matches(*permission.split(".")) is matches
    assert str(Pattern.parse(pattern)) == pattern


@pytest.mark.parametrize(
    "text", ["git.push", "git.*", "*", "", "git.repo.push.x", "git..push", "git.re*.x", "a.b. c"]
)
def test_what_is_no_pattern(text: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        Pattern.parse(text)


@pytest.mark.parametrize(
    "permission", ["", "git", "git.push", "a.b.c.d", "a..c", "a.b.c\n", "*.*.*", "a.b.*"]
)
def test_a_malformed_permission_is_never_held(permission: str) -> None:
    everything = Policy(Role.OWNER, allow=(Pattern("*", "*", "*"),))
    assert not everything.allows(permission)


def test_a_decision_says_why() -> None:
    policy = Policy(
        Role.EDITOR, allow=(Pattern("git", "branch", "delete"),), deny=(Pattern("git", "*", "push"),)
    )
    assert policy.allows("git.repo.push").reason == "git.repo.push is denied by the policy (git.*.push)"
    assert policy.allows("git.repo.fetch").reason == "git.repo.fetch is granted to editor"
    assert policy.allows("git.branch.delete").reason == (
        "git.branch.delete is granted by the policy (git.branch.delete)"
    )
    assert policy.allows("git.repo.delete").reason == "git.repo.delete is not granted to editor"
