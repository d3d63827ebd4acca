"""The decision itself: a table look-up without any input or output."""

import re
from enum import StrEnum

import msgspec

from devdash.policy.pattern import Pattern

READING = frozenset({"copy", "export", "list", "ping", "read", "show"})
"""Verbs that change nothing: all that a viewer may do."""

DESTRUCTIVE = frozenset({"delete", "drop", "force", "kill", "purge"})
"""Verbs that destroy: what an editor may not do."""

_PERMISSION = re.compile(r"([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)")


class Role(StrEnum):
    """How much a person may do; each role contains the ones before it."""

    VIEWER = "viewer"
    EDITOR = "editor"
    OWNER = "owner"

    def grants(self, verb: str) -> bool:
        """Whether this role alone permits `verb`."""
        if self is Role.VIEWER:
            return verb in READING
        return self is Role.OWNER or verb not in DESTRUCTIVE


class Decision(msgspec.Struct, frozen=True):
    """Whether a permission is held, and the sentence that says why."""

    allowed: bool
    reason: str

    def __bool__(self) -> bool:
        return self.allowed


class Policy(msgspec.Struct, frozen=True):
    """A role and its exceptions.

    Attributes:
        role: what is granted to begin with.
        allow: what is granted besides.
        deny: what is refused whatever else grants it.
    """

    role: Role = Role.OWNER
    allow: tuple[Pattern, ...] = ()
    deny: tuple[Pattern, ...] = ()

    def allows(self, permission: str) -> Decision:
        """Whether `permission` ("pane.resource.verb") is held. A malformed one never is."""
        match = _PERMISSION.fullmatch(permission)
        if match is None:
            return Decision(False, "a permission has three parts, pane.resource.verb; this one has not")
        pane, resource, verb = match.groups()
        for pattern in self.deny:
            if pattern.matches(pane, resource, verb):
                return Decision(False, f"{permission} is denied by the policy ({pattern})")
        if self.role.grants(verb):
            return Decision(True, f"{permission} is granted to {self.role.value}")
        for pattern in self.allow:
            if pattern.matches(pane, resource, verb):
                return Decision(True, f"{permission} is granted by the policy ({pattern})")
        return Decision(False, f"{permission} is not granted to {self.role.value}")
