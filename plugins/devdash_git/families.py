"""Linked worktrees stand below the repository that they are of, submodules below the one that has them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from devdash_git.observation import Observation
from devdash_git.states import Kind


def related(observations: Sequence[Observation]) -> tuple[Observation, ...]:
    """`observations`, each linked worktree and submodule right after its repository, and so marked.

    Those that are marked right already stay the same objects.
    """
    heads = {
        seen.identity.look.common_dir: seen.target.name
        for seen in observations
        if seen.identity is not None and seen.identity.kind is not Kind.WORKTREE
    }
    tops = {seen.target.name: _head_of(seen, heads) for seen in observations if not seen.target.of}
    marked = [
        _marked(seen, _head_of(seen, heads) if not seen.target.of else _top_of(seen.target.of, tops))
        for seen in observations
    ]
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


def _top_of(holder: str, tops: Mapping[str, str]) -> str:
    """Where what is in `holder` stands: it may be a worktree, and so below another itself."""
    return tops.get(holder) or holder if holder in tops else ""


def _marked(seen: Observation, under: str) -> Observation:
    return seen if seen.under == under else msgspec.structs.replace(seen, under=under)
