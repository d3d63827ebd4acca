"""What is about to be out of reach is written once more, so that it can be had back for as long as is said.

git's own cleaning up removes what nothing leads to two weeks after it was *written* (`gc.pruneExpire`), not
after it was let go: of a branch or stash that has lain for a month nothing would be left the next time.
"""

from collections.abc import Iterable

from devdash_git.hands import Hands, Place, failed

LIST = ("rev-list", "--objects", "--no-object-names", "--missing=allow-any", "--ignore-missing", "--stdin")


async def made_to_last(hands: Hands, place: Place, commits: Iterable[str], *others: str) -> None:
    """Put what `commits` lead to, and `others` do not, into a pack of this moment.

    Args:
        others: git's own options after "--not", such as "--branches".

    Raises:
        Refused: it could not be written.
    """
    named = b"".join(b"%s\n" % commit.encode() for commit in commits if commit)
    listed = await hands.change(place, *LIST, "--not", *others, stdin=named)
    if listed.code != 0:
        raise failed(place, listed, "nothing removed, since it might not come back")
    if not listed.out:
        return
    packs = place.identity.look.common_dir / "objects/pack/pack"
    steps: tuple[tuple[tuple[str, ...], bytes], ...] = (
        (("pack-objects", "-q", str(packs)), listed.out),
        (("prune-packed", "-q"), b""),  # an old file of the same object would be taken for its age
    )
    for command, stdin in steps:
        answer = await hands.change(place, *command, stdin=stdin)
        if answer.code != 0:
            raise failed(place, answer, "nothing removed, since it might not come back")
