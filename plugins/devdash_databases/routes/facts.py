"""Routes, relations and findings as facts."""

import msgspec


class RouteFacts(msgspec.Struct, frozen=True):
    """Where one model goes.

    Attributes:
        model: "app_label.ModelName".
        read: the alias it is read from, "a or b" where a router chooses by chance; None when one raised.
        write: the alias it is written to; None when a router raised.
        migrate: the aliases on which migrations may make its table.
        decided_by: the router that chose the read alias ("default" when none did), and after
            "; write: " the one that chose the write alias, when it is another.
    """

    model: str
    read: str | None
    write: str | None
    migrate: tuple[str, ...]
    decided_by: str


class RelationFacts(msgspec.Struct, frozen=True):
    """A foreign key.

    Attributes:
        field: "app_label.ModelName.field".
        to: the model it leads to.
        allowed: whether the routers allow it wherever the other row comes from.
    """

    field: str
    to: str
    allowed: bool


class FindingFacts(msgspec.Struct, frozen=True):
    """Something wrong in how a project uses its databases.

    Attributes:
        code: one of `routes.codes.CODES`.
        level: "note", "attention" or "critical".
        alias: the alias concerned, or None.
        model: the (first) model concerned, or None.
        text: one sentence.
        router: the router concerned, or None; "default" for Django's own rule.
        models: all models concerned.
        field: the foreign key concerned, "app_label.ModelName.field", or None.
        consequence: what comes of it.
        repair: what to do.
    """

    code: str
    level: str
    alias: str | None
    model: str | None
    text: str
    router: str | None = None
    models: tuple[str, ...] = ()
    field: str | None = None
    consequence: str = ""
    repair: str = ""

    @property
    def key(self) -> str:
        """What it is called from scan to scan."""
        parts = (self.code, self.alias, self.router, self.field or self.model)
        return ":".join(part or "" for part in parts)
