"""Linked worktrees stand below the repository that they are of."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from devdash_git.observation import Observation
from devdash_git.states import Kind


def related(observations: Sequence[Observation]) -> tuple[Observation, ...]:
    """`observations`, each linked worktree right after its repository if that is among them, and so marked.

    Those that are marked right already stay the same objects.
    """
    heads = {
        seen.identity.look.common_dir: seen.target.name
        for seen in observations
        if seen.identity is not None and seen.identity.kind is not Kind.WORKTREE
    }
    marked = [_marked(seen, _head_of(seen, heads)) for seen in observations]
    below: dict[str, list[Observation]] = {}
    for seen in marked:
        if seen.under:
            below.setdefault(seen.under, []).append(seen)
    return tuple(one for seen in marked if not seen.under for one in (seen, *below.get(seen.target.name, ())))


def _head_of(seen: Observation, heads: Mapping[Path, str]) -> str:
    """Of one that could not be read nothing is known; it stands by itself."""
    if seen.identity is None or seen.identity.kind is not Kind.WORKTREE:
        return ""
    return heads.get(seen.identity.look.common_dir, "")


def _marked(seen: Observation, under: str) -> Observation:
    return seen if seen.under == under else msgspec.structs.replace(seen, under=under)
