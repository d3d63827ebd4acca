"""Which paths a vendored file may have. Lock files and upstream trees are written by others.

A path that is accepted here stays below the project and out of every .git; `ground` makes sure that no
symbolic link on the way leads elsewhere.
"""

import re

from devdash_git.plain import masked, printable

_WILD = re.compile(r"[*?\[]")


def why_not(path: str) -> str:
    """What is wrong with `path` as a place below a folder; "" when nothing is."""
    if not path:
        return "it is empty"
    if printable(path) != path:
        return "it has characters that cannot be shown"
    if path.startswith(("/", "~")) or re.match(r"[A-Za-z]:", path):
        return "it is not relative"
    if "\\" in path:
        return "it has a backslash"
    parts = path.removesuffix("/").split("/")
    if any(part in ("", ".", "..") for part in parts):
        return 'it has a part that is empty, "." or ".."'
    if any(_is_git(part) for part in parts):
        return "it leads into .git"
    return ""


def _is_git(part: str) -> bool:
    """Also what some file system takes for it: other case, DOS's short name, dots or streams at the end."""
    return re.fullmatch(r"(?i)(\.git|git~\d+)([. ]*|\s*:.*)", part) is not None


def odd_source(source: str, ref: str) -> str:
    """Why a source and its ref are not used; "" when they are. Repeats neither: a password may be in it."""
    if not source or source.startswith("-") or printable(source) != source or "::" in source:
        return "it is no URL or path"
    if masked(source) != source:
        return "it has a login or a query in it, which would be committed; a credential helper can keep it"
    odd = any(char in ref for char in " ~^:?*[\\") or ".." in ref or "@{" in ref
    if odd or ref.startswith(("-", "/")) or ref.endswith(("/", ".lock")) or printable(ref) != ref:
        return "its ref is no branch, tag or commit"
    return ""


def is_pattern(path: str) -> bool:
    """Whether `path` means all files that match it."""
    return _WILD.search(path) is not None


def fixed_part(path: str) -> str:
    """The folder of a pattern before its first wildcard: "a/b" of "a/b/*.md"; "" for the top.

    >>> fixed_part("docs/*.md"), fixed_part("*.md")
    ('docs', '')
    """
    fixed = []
    for part in path.split("/")[:-1]:
        if _WILD.search(part):
            break
        fixed.append(part)
    return "/".join(fixed)


def matches(pattern: str, path: str) -> bool:
    """Whether `path` matches: "*" and "?" stay within a part, "**" as a part is any number of parts.

    >>> matches("docs/*.md", "docs/a.md"), matches("docs/*.md", "docs/x/a.md"), matches("**/a", "x/y/a")
    (True, False, True)
    """
    return _compiled(pattern).fullmatch(path) is not None


def _compiled(pattern: str) -> re.Pattern[str]:
    expression = ""
    parts = pattern.split("/")
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        if part == "**":
            expression += r"(?s:.+)" if last else r"(?:(?s:.+)/)?"
        else:
            expression += _one(part) + ("" if last else "/")
    return re.compile(expression)


def _one(part: str) -> str:
    pieces = re.split(r"(\*+|\?|\[[!^]?\]?[^\]]*\])", part)
    return "".join(map(_piece, pieces))


def _piece(piece: str) -> str:
    if piece.startswith("*"):
        return "[^/]*"
    if piece == "?":
        return "[^/]"
    if len(piece) > 2 and piece[0] == "[" and piece[-1] == "]":
        return _characters(piece[1:-1])
    return re.escape(piece)


def _characters(inside: str) -> str:
    """What stands between brackets; a range that runs backwards is empty, as in a shell."""
    negated = inside[:1] in ("!", "^")
    left = inside[1:] if negated else inside
    parts = []
    while left:
        if len(left) > 2 and left[1] == "-":
            first, last, left = left[0], left[2], left[3:]
            if first <= last:
                parts.append(f"{re.escape(first)}-{re.escape(last)}")
        else:
            parts.append(re.escape(left[0]))
            left = left[1:]
    if not parts:
        return "[^/]" if negated else r"(?!)"
    return f"(?!/)[{'^' if negated else ''}{''.join(parts)}]"


def place(to: str, origin_path: str, path: str) -> str:
    """Where the upstream file `path` goes, when `origin_path`, a folder or pattern, goes into `to`.

    >>> place("tools", "scripts/", "scripts/a/b.sh"), place("", "docs/*.md", "docs/a.md")
    ('tools/a/b.sh', 'a.md')
    """
    root = fixed_part(origin_path) if is_pattern(origin_path) else origin_path.removesuffix("/")
    below = path[len(root) + 1 :] if root else path
    folder = to.removesuffix("/")
    return below if folder in ("", ".") else f"{folder}/{below}"
