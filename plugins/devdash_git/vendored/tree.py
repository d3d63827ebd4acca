"""What git says about refs and trees, read. Pure."""

import re

from devdash_git.vendored.model import Blob
from devdash_git.vendored.paths import fixed_part, is_pattern, matches, why_not

MOST = 5_000
"""Files that one entry may have."""

_OID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def ref_patterns(ref: str) -> tuple[str, ...]:
    """The full names that `ref` may mean, in git's order for branches first, as people mean them here."""
    if not ref:
        return ("HEAD",)
    if ref.startswith("refs/") or _OID.fullmatch(ref):
        return (ref,)
    return (f"refs/heads/{ref}", f"refs/tags/{ref}")


def named_ref(ref: str, listed: bytes) -> tuple[str, str] | None:
    """The full name of `ref`, and the commit or tag that it is at, in the answer of `git ls-remote`.

    A commit is its own name: a server does not list it, and may still hand it out.
    """
    if _OID.fullmatch(ref):
        return ref, ref
    found = {}
    for line in listed.splitlines():
        oid, _, name = line.partition(b"\t")
        found[name.decode("utf-8", "surrogateescape")] = oid.decode("ascii", "replace")
    for pattern in ref_patterns(ref):
        oid_there = found.get(pattern)
        if oid_there is not None and _OID.fullmatch(oid_there):
            return pattern, oid_there
    return None


def prefix(path: str) -> str:
    """What has to be listed to see all of `path`; "" is everything."""
    return fixed_part(path) if is_pattern(path) else path.removesuffix("/")


def chosen(path: str, listed: bytes) -> tuple[tuple[Blob, ...], bool, str]:
    """The files that `path` means in the answer of `git ls-tree -r -z`.

    Returns:
        The files by path; whether `path` is one file; what had to be left out, as a note.
    """
    files: list[Blob] = []
    odd = 0
    whole = False
    for entry in filter(None, listed.split(b"\0")):
        about, _, raw = entry.partition(b"\t")
        name = raw.decode("utf-8", "surrogateescape")
        if is_pattern(path) and not matches(path, name):
            continue
        mode, kind, oid = about.decode("ascii", "replace").split(" ")
        if kind != "blob" or mode == "120000" or why_not(name):
            odd += 1
            continue
        whole = whole or name == path
        files.append(Blob(name, oid, mode == "100755"))
    notes = []
    if odd:
        notes.append(f"left out: {odd} that are links, submodules or have names that are not used")
    if len(files) > MOST:
        notes.append(f"only the first {MOST} files of {len(files)}")
    return tuple(sorted(files)[:MOST]), whole, "; ".join(notes)
