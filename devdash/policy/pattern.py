"""Patterns over permissions: three parts, `*` for any one of them."""

import re

import msgspec

_PART = re.compile(r"[A-Za-z0-9_-]+")


class Pattern(msgspec.Struct, frozen=True):
    """What `allow` and `deny` list: `pane.resource.verb`, each part a word or `*`."""

    pane: str
    resource: str
    verb: str

    @classmethod
    def parse(cls, text: str) -> "Pattern":
        """The pattern that `text` writes.

        Raises:
            ValueError: it has not three parts, or a part is neither a word nor `*`.
        """
        parts = text.split(".")
        if len(parts) != 3:
            raise ValueError("a pattern has three parts, pane.resource.verb, such as git.*.push")
        if not all(part == "*" or _PART.fullmatch(part) for part in parts):
            raise ValueError("each part of a pattern is a word or *, such as git.*.push")
        return cls(*parts)

    def __str__(self) -> str:
        return f"{self.pane}.{self.resource}.{self.verb}"

    def matches(self, pane: str, resource: str, verb: str) -> bool:
        """Whether the permission made of these three parts is meant."""
        return self.pane in ("*", pane) and self.resource in ("*", resource) and self.verb in ("*", verb)
