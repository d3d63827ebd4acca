"""Local branches with commits that no remote has: work that would be lost with the disk."""

QUESTION = (
    "log",
    "--branches",
    "--not",
    "--remotes",
    "--simplify-by-decoration",
    "--decorate=full",
    "--decorate-refs=refs/heads/",
    "--no-show-signature",
    "--no-notes",
    "--no-mailmap",
    "--format=%D",
    "-z",
)
"""One call: the tips of branches that cannot be reached from any remote-tracking branch."""

_PREFIX = b"refs/heads/"


def unpushed(answer: bytes) -> tuple[bytes, ...]:
    """The short names of the branches in git's answer to `QUESTION`, sorted."""
    names: set[bytes] = set()
    for line in answer.split(b"\0"):
        for entry in line.split(b", "):
            name = entry.strip().removeprefix(b"HEAD -> ")
            if name.startswith(_PREFIX):
                names.add(name.removeprefix(_PREFIX))
    return tuple(sorted(names))
