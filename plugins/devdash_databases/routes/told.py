"""Makes findings: the sentence, with what its code says of consequence and repair."""

from collections.abc import Iterable, Sequence

from devdash_databases.routes.codes import CODES
from devdash_databases.routes.facts import FindingFacts

NAMED = 3
"""Models that a sentence names; the others it counts."""

NOBODY = "default"
"""Django's own rule, where no router decides."""


def finding(
    code: str,
    text: str,
    *,
    alias: str | None = None,
    router: str | None = None,
    models: Iterable[str] = (),
    field: str | None = None,
    level: str = "",
) -> FindingFacts:
    """A finding of the kind `code`; `level` where it weighs otherwise than its kind does."""
    kind = CODES[code]
    concerned = tuple(sorted(set(models)))
    names = {"alias": alias or "", "router": router_name(router)}
    return FindingFacts(
        code=code,
        level=level or kind.level,
        alias=alias,
        model=concerned[0] if concerned else None,
        text=text,
        router=router,
        models=concerned,
        field=field,
        consequence=kind.consequence.format(**names),
        repair=kind.repair.format(**names),
    )


def short(router: str) -> str:
    """A router's class, as sentences name it."""
    return router.rpartition(".")[2]


def router_name(router: str | None) -> str:
    """A router as a sentence names it."""
    if router is None or router == NOBODY:
        return "a router"
    return short(router)


def some(models: Iterable[str]) -> str:
    """ "shop.Order, shop.Line and 4 more models"."""
    return joined(sorted(set(models)), "models")


def joined(names: Sequence[str], what: str) -> str:
    """Up to three of `names`, and how many more."""
    if len(names) > NAMED + 1:
        return f"{', '.join(names[:NAMED])} and {len(names) - NAMED} more {what}"
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def is_are(models: Iterable[str]) -> str:
    """The verb that goes with them."""
    return "is" if len(set(models)) == 1 else "are"
