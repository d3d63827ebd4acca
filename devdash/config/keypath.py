"""The place of a value in a TOML document, and how a person is told of it."""

import re

KeyPath = tuple[str | int, ...]
"""Keys and array indices from the top: ("panes", "git", "repos", 1)."""

_DEPTH = 12
"""Parts that are shown; nobody writes more."""

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_HARMLESS = re.compile(r"[\w .@+*-]{1,60}")


def dotted(path: KeyPath) -> str:
    """`path` as "panes.git.repos[1]"; a key that could be a secret or garble the screen is "…"."""
    text = ""
    for part in path[:_DEPTH]:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + _part(part)
    return text + (" …" if len(path) > _DEPTH else "")


def _part(key: str) -> str:
    if _BARE.fullmatch(key) and len(key) <= 60:
        return key
    return f'"{key}"' if _HARMLESS.fullmatch(key) else '"…"'
