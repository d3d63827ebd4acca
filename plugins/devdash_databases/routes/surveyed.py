"""A survey as the pane reads it; `probing.survey` says how it is made."""

import msgspec


class Answer(msgspec.Struct, frozen=True):
    """What one router said; nothing of it: it passed the question on.

    Attributes:
        aliases: those it named; several, when it chooses by chance.
        says: yes or no.
        sometimes: it did not always name one.
        raised: the type of an exception.
        absent: it has no such method.
    """

    aliases: tuple[str, ...] = ()
    says: bool | None = None
    sometimes: bool = False
    raised: str = ""
    absent: bool = False


class Choice(msgspec.Struct, frozen=True):
    """Where a model is read from or written to.

    Attributes:
        answers: one of each router, in their order, also of those that are not come to.
        chosen: the aliases; none when a router raised.
        by: the place of the router that decided (or raised); None: Django's default is taken.
    """

    answers: tuple[Answer, ...]
    chosen: tuple[str, ...]
    by: int | None


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether something is allowed; `answers` and `by` as in `Choice`."""

    answers: tuple[Answer, ...]
    allowed: bool
    by: int | None


class Migration(Verdict, frozen=True, kw_only=True):
    """Whether migrations may make a model's table on an alias."""

    alias: str


class Meeting(Verdict, frozen=True, kw_only=True):
    """Whether a row written to `own` may refer to a row that came from `other`."""

    own: str
    other: str


class Relation(msgspec.Struct, frozen=True):
    """A foreign key, and every way in which its two ends meet."""

    field: str
    to: str
    constraint: bool
    own: tuple[str, ...]
    cases: tuple[Meeting, ...]


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """One model.

    Attributes:
        model: "app_label.ModelName".
        between: Django made it, for a relation of many to many.
        makes_table: migrations make a table for it.
        key: the kind of its primary key.
        atomic: where it is read from inside `atomic()` on its write alias, when it is else read elsewhere.
        source: its file and line, where they were asked for.
    """

    model: str
    table: str
    between: bool
    makes_table: bool
    key: str
    read: Choice
    write: Choice
    migrate: tuple[Migration, ...]
    relations: tuple[Relation, ...]
    atomic: tuple[str, ...] = ()
    source: tuple[str, int] | None = None


class Alias(msgspec.Struct, frozen=True):
    """An alias of DATABASES: its TEST MIRROR, and the names of its options."""

    alias: str
    engine: str
    mirror: str | None
    options: frozenset[str]


class Look(msgspec.Struct, frozen=True):
    """What is really there.

    Attributes:
        failed: the type of the exception that prevented the look, or "".
        tables: the columns of each table that is there.
        pending: "app.migration" for each that the database's record lacks.
        read_only: whether the server refuses writes; None: not told.
    """

    failed: str
    tables: dict[str, tuple[str, ...]]
    pending: tuple[str, ...]
    read_only: bool | None


class Survey(msgspec.Struct, frozen=True, kw_only=True):
    """All of it.

    Attributes:
        routers: dotted names, in their order.
        connects: those that wanted a connection while they were asked.
        router_sources: the file and line of each, where they were asked for.
        live: the aliases that were looked at.
    """

    routers: tuple[str, ...] = ()
    connects: tuple[str, ...] = ()
    router_sources: tuple[tuple[str, int] | None, ...] = ()
    aliases: tuple[Alias, ...] = ()
    models: tuple[Model, ...] = ()
    live: dict[str, Look] = {}

    def router(self, place: int | None) -> str:
        """A router's dotted name; "default" for Django's own rule."""
        return "default" if place is None else self.routers[place]

    def model(self, label: str) -> Model | None:
        """The model with this label."""
        return next((one for one in self.models if one.model == label), None)
