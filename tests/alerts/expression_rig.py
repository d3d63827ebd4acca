"""Facts of many shapes for conditions, and a short way to ask one."""

from enum import StrEnum

import msgspec

from devdash.alerts.expression import Expression, Findings
from devdash.api import Facts


class Sync(StrEnum):
    AHEAD = "ahead"
    SAME = "in-sync"


class Repo(msgspec.Struct, frozen=True):
    name: str
    ahead: int | None = 0
    branch: str | None = "main"
    sync: Sync = Sync.SAME
    dirty: bool | None = False
    tags: tuple[str, ...] = ()


class Alias(msgspec.Struct, frozen=True):
    alias: str
    latency_ms: float | None = 1.0


class Project(msgspec.Struct, frozen=True):
    name: str
    aliases: tuple[Alias, ...] | None = ()
    debug: bool = False


class Book(Facts, frozen=True, rename={"class_": "class"}):
    repos: tuple[Repo, ...] | None = ()
    projects: tuple[Project, ...] = ()
    percent: float | None = 50.0
    plugged: bool | None = True
    amount: str = "12.50"
    budget: str = "9.90"
    class_: str = "a"
    files: tuple[str, ...] = ()
    one: Repo | None = None
    limits: dict[str, int] = msgspec.field(default_factory=dict)


def look(text: str, facts: Book) -> Findings:
    return Expression(f"{text}", "p").look(facts)


def said(text: str, facts: Book | None = None) -> bool | None:
    """What a condition over the pane as a whole says."""
    found = look(text, facts or Book())
    return True if found.true == {""} else False if found.false == {""} else None
