"""The branches of a repository, as git lists them."""

import msgspec

from devdash_git.hands import Hands, Place

HEADS = "refs/heads/"
REMOTES = "refs/remotes/"

_FORMAT = (
    "--format=%(refname)%00%(objectname)%00%(upstream)%00%(upstream:track,nobracket)%00%(worktreepath)%00"
)


class Ref(msgspec.Struct, frozen=True):
    """A branch or remote-tracking branch.

    Attributes:
        ref: its full name, such as "refs/heads/main"; bytes that are not UTF-8 as surrogates.
        oid: its commit.
        upstream: the full name of its upstream, gone or not; "" for none.
        gone: there is no such upstream any more.
        worktree: the folder in which it is checked out; "" for none.
    """

    ref: str
    oid: str
    upstream: str
    gone: bool
    worktree: str

    @property
    def name(self) -> str:
        """What people call it."""
        return self.ref.removeprefix(HEADS).removeprefix(REMOTES)


async def refs(hands: Hands, place: Place, *below: str) -> tuple[Ref, ...]:
    """All below `below`, such as "refs/heads/", or the one that is called so.

    Raises:
        PaneError: git cannot tell.
    """
    answer = await hands.ask(place, "for-each-ref", _FORMAT, *below)
    found = []
    for record in answer.split(b"\0\n")[:-1]:
        ref, oid, upstream, track, worktree = (
            field.decode("utf-8", "surrogateescape") for field in record.split(b"\0")
        )
        found.append(Ref(ref, oid, upstream, track == "gone", worktree))
    return tuple(found)


async def ref(hands: Hands, place: Place, name: str) -> Ref | None:
    """The one that is called `name` in full; None when there is none."""
    return next((one for one in await refs(hands, place, name) if one.ref == name), None)
