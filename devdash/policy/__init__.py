"""Who may do what: a role and a few patterns decide over every action.

A permission is `pane.resource.verb`, such as `git.repo.push`; its first part is
the plug-in's word for itself, the last one says what is done. Everything that
is not granted is denied. The roles contain one another:

    viewer    verbs that change nothing: copy, export, list, ping, read, show
    editor    every verb except those that destroy: delete, drop, force, kill, purge
    owner     every verb

`[policy]` in devdash.toml adds to that: `allow` grants more than the role does,
`deny` takes away, and a denial beats everything. Their patterns have three
parts as well, and `*` stands for any one part: `git.*.push`, `*.*.fetch`.

This model follows Google Cloud IAM's (roles made of permissions, deny first).
"""

from devdash.policy.decide import DESTRUCTIVE, READING, Decision, Policy, Role
from devdash.policy.pattern import Pattern

__all__ = ["DESTRUCTIVE", "READING", "Decision", "Pattern", "Policy", "Role"]
