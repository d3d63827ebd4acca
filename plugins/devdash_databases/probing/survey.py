"""What the routers of a Django project say of every model, asked inside the project's own interpreter.

One file, of the standard library (from Python 3.8 on) and Django (4.2 to 6.0) alone: it runs where there is
no devdash. It judges nothing. `survey` takes plain data and returns plain data, after `django.setup()`.

Nothing connects, except to the aliases in `live`: while routers are asked, every connection of this thread
takes itself for open and refuses a cursor. A router that wanted one is named in `connects`, for its answer
may be another one day.
"""

from __future__ import annotations

import contextlib
import contextvars
import inspect
import os
import random
import re
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    Plain = dict[str, Any]
    """What JSON can hold."""

    Answers = list[Plain]
    """One answer for each router, in their order.

    Keys, all optional: `aliases` it named; `says` yes or no; `sometimes`: it did not always name one;
    `raised`: the type of an exception; `absent`: it has no such method. None of them: it passed the
    question on.
    """

SAMPLES = 16
"""How often a router is asked for an alias: many choose among replicas by chance."""

DEFAULT = "default"


def survey(asked: Mapping[str, Any]) -> Plain:
    """Ask every router about every model, one by one, also those that Django would not come to.

    Args:
        asked: each key may be absent:
            `order`: the places of the routers in DATABASE_ROUTERS, in the order to try;
            `down`: aliases that count as down;
            `transaction`: the alias in whose `atomic()` it is asked;
            `after_write`: the model has just been written;
            `live`: aliases whose tables are looked at;
            `sources`: tell the files of models and routers.

    Returns:
        `routers`: their dotted names; `connects`: the names of those that wanted a connection;
        `router_sources`: a [file, line] each; `aliases`; `models`; `live`, by alias.
    """
    from django.apps import apps
    from django.db import router as chain

    routers = list(chain.routers)
    order = [int(place) for place in asked.get("order") or range(len(routers))]
    down = frozenset(asked.get("down") or ())
    survey_of = _Survey([routers[place] for place in order], down, bool(asked.get("after_write")))
    models = list(apps.get_models(include_auto_created=True))
    sources = bool(asked.get("sources"))
    with contextlib.ExitStack() as changed:
        os.environ["DEVDASH_SURVEY"] = "1"  # devdash's own routers begin to watch nothing then
        changed.callback(os.environ.pop, "DEVDASH_SURVEY", None)
        changed.callback(random.setstate, random.getstate())
        _set(changed, chain, "routers", survey_of.routers)
        _set_health(changed, survey_of.routers, down)
        survey_of.seal(changed, asked.get("transaction") or "")
        told = [survey_of.model(model, sources) for model in models]
    return {
        "routers": [name_of(one) for one in survey_of.routers],
        "connects": sorted(survey_of.connects),
        "router_sources": [_source(type(one)) for one in survey_of.routers] if sources else [],
        "aliases": [_alias(name) for name in _names()],
        "models": sorted(told, key=lambda one: str(one["model"])),
        "live": {alias: _look(alias, models) for alias in asked.get("live") or ()},
    }


def name_of(thing: object) -> str:
    """The dotted name of a router's class."""
    return f"{type(thing).__module__}.{type(thing).__qualname__}"


class _Survey:
    """The routers while they are asked."""

    def __init__(self, routers: list[Any], down: frozenset[str], after_write: bool) -> None:
        self.routers = routers
        self.connects: set[str] = set()
        self._down = down
        self._after_write = after_write
        self._asking = ""
        self._told: dict[tuple[str, str], Plain] = {}

    def seal(self, changed: contextlib.ExitStack, transaction: str) -> None:
        """Let no connection of this thread be opened, and those in `_down` fail as if they were."""
        from django.db import connections

        for alias in _names():
            try:
                connection = connections[alias]
            except Exception:  # noqa: BLE001, S112  # its driver is missing, and no router can use it either
                continue
            refuse = self._refusal(alias)
            up = alias not in self._down
            _set(changed, connection, "cursor", refuse)
            _set(changed, connection, "ensure_connection", _nothing if up else refuse)
            _set(changed, connection, "connect", _nothing if up else refuse)
            _set(changed, connection, "is_usable", lambda up=up: up)
            if connection.connection is None:
                _set(changed, connection, "autocommit", True)
            if alias == transaction:
                _set(changed, connection, "in_atomic_block", True)

    def model(self, model: Any, sources: bool) -> Plain:
        """Everything about one model."""
        meta = model._meta
        told: Plain = {
            "model": meta.label,
            "table": meta.db_table,
            "between": bool(meta.auto_created),
            "makes_table": bool(meta.managed and not meta.proxy),
            "key": meta.pk.get_internal_type(),
            "read": self._goes("db_for_read", model),
            "write": self._goes("db_for_write", model),
            "migrate": [self._migration(alias, model) for alias in _names()],
            "relations": [],
        }
        write = told["write"]["chosen"]
        if write and set(told["read"]["chosen"]) - set(write):
            told["atomic"] = self._inside(write[0], model)
        if sources:
            told["source"] = _source(model)
        for field in meta.local_fields:
            if field.remote_field is not None and hasattr(field.related_model, "_meta"):
                told["relations"].append(self._relation(model, field, told["write"]["chosen"]))
        return told

    def _inside(self, alias: str, model: Any) -> list[str]:
        """Where the model is read from inside `atomic()` on `alias`."""
        from django.db import connections

        with contextlib.ExitStack() as changed:
            try:
                _set(changed, connections[alias], "in_atomic_block", True)
            except Exception:  # noqa: BLE001  # no such alias, or no driver: nothing is written there either
                return []
            chosen: list[str] = self._chosen("db_for_read", model, {})["chosen"]
            return chosen

    def _relation(self, model: Any, field: Any, own: Sequence[str]) -> Plain:
        """As when a row of the other model, wherever that is read or written, is assigned to the field."""
        other = field.related_model
        homes = {*self._goes("db_for_read", other)["chosen"], *self._goes("db_for_write", other)["chosen"]}
        cases = []
        for home in sorted(homes):
            there = _row(other, home)
            # Django asks where the new row will be written, and says to whom it is being related.
            for here in self._chosen("db_for_write", model, {"instance": there})["chosen"]:
                answers = [
                    self._said(one, "allow_relation", there, _row(model, here)) for one in self.routers
                ]
                cases.append({"own": here, "other": home, **_first_said(answers, here == home)})
        return {
            "field": field.name,
            "to": other._meta.label,
            "constraint": bool(getattr(field, "db_constraint", False)),
            "own": list(own),
            "cases": cases,
        }

    def _migration(self, alias: str, model: Any) -> Plain:
        meta = model._meta
        answers = [
            self._said(one, "allow_migrate", alias, meta.app_label, model_name=meta.model_name, model=model)
            for one in self.routers
        ]
        return {"alias": alias, **_first_said(answers, True)}

    def _goes(self, method: str, model: Any) -> Plain:
        """Where a model goes without any hint; asked once."""
        key = (method, model._meta.label)
        if key not in self._told:
            self._told[key] = self._chosen(method, model, {})
        return self._told[key]

    def _chosen(self, method: str, model: Any, hints: Plain) -> Plain:
        """By Django's rule: the first that names one; `by` is its place, None where none does."""
        answers = [self._choice(one, method, model, hints) for one in self.routers]
        chosen: list[str] = []
        for place, answer in enumerate(answers):
            chosen += [alias for alias in answer.get("aliases", ()) if alias not in chosen]
            if answer.get("raised") or (answer.get("aliases") and not answer.get("sometimes")):
                return {"answers": answers, "chosen": chosen, "by": place}
        return {"answers": answers, "chosen": [*chosen, DEFAULT], "by": None}

    def _choice(self, router: Any, method: str, model: Any, hints: Plain) -> Plain:
        """One router's answer; chance is the same at every survey, and its course goes on undisturbed."""
        call = getattr(router, method, None)
        if call is None:
            return {"absent": True}
        self._asking = name_of(router)
        aliases: set[str] = set()
        passed = False
        random.seed(SAMPLES)
        try:
            for _ in range(SAMPLES):
                alias = contextvars.copy_context().run(self._fresh, call, method, model, hints)
                if alias:
                    aliases.add(str(alias))
                passed = passed or not alias
        except Exception as error:  # noqa: BLE001  # a router is somebody's code
            return {"raised": type(error).__name__}
        if not aliases:
            return {}
        return {"aliases": sorted(aliases), **({"sometimes": True} if passed else {})}

    def _fresh(self, call: Callable[..., Any], method: str, model: Any, hints: Plain) -> Any:
        """Within a context of its own, so that no question counts as the write before the next one."""
        if self._after_write and method == "db_for_read":
            for one in self.routers:
                write = getattr(one, "db_for_write", None)
                if write is not None and write(model):
                    break
        return call(model, **hints)

    def _said(self, router: Any, method: str, *args: Any, **hints: Any) -> Plain:
        call = getattr(router, method, None)
        if call is None:
            return {"absent": True}
        self._asking = name_of(router)
        try:
            said = contextvars.copy_context().run(call, *args, **hints)
        except Exception as error:  # noqa: BLE001  # a router is somebody's code
            return {"raised": type(error).__name__}
        return {} if said is None else {"says": bool(said)}

    def _refusal(self, alias: str) -> Callable[..., Any]:
        def refuse(*args: Any, **kwargs: Any) -> Any:
            from django.db import OperationalError

            if alias not in self._down:
                self.connects.add(self._asking)
            raise OperationalError(f"{alias} is not asked while routers are")

        return refuse


def _nothing(*args: Any, **kwargs: Any) -> None:
    """In the place of what would connect."""


def _first_said(answers: Answers, otherwise: bool) -> Plain:
    """By Django's rule: the first that says yes or no; one that raises is a no, and names itself."""
    for place, answer in enumerate(answers):
        if answer.get("raised") or "says" in answer:
            return {"answers": answers, "allowed": bool(answer.get("says")), "by": place}
    return {"answers": answers, "allowed": otherwise, "by": None}


def _row(model: Any, alias: str) -> Any:
    """A row of `model` from `alias`, made without running the model's own code."""
    from django.db.models.base import ModelState

    row = model.__new__(model)
    row._state = ModelState()
    row._state.db = alias
    row._state.adding = False
    return row


class _SomeDown:
    """Stands for a router's `health` while some aliases count as down; nothing is told to the real one."""

    def __init__(self, health: Any, down: frozenset[str]) -> None:
        self._health = health
        self._down = down

    def is_up(self, alias: str) -> bool:
        return alias not in self._down and bool(self._health.is_up(alias))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._health, name)


def _set_health(changed: contextlib.ExitStack, routers: Sequence[Any], down: frozenset[str]) -> None:
    for one in routers:
        health = getattr(one, "health", None)
        if down and callable(getattr(health, "is_up", None)):
            _set(changed, one, "health", _SomeDown(health, down))


def _set(changed: contextlib.ExitStack, thing: Any, name: str, value: Any) -> None:
    """Set an attribute of an instance until `changed` is closed; then it is as it was, or gone again."""
    own = vars(thing)
    if name in own:
        changed.callback(own.__setitem__, name, own[name])
    else:
        changed.callback(own.pop, name, None)
    own[name] = value


def _names() -> list[str]:
    from django.db import connections

    return list(connections)


def _alias(name: str) -> Plain:
    """An alias of DATABASES: names of its options, and no value but that of MIRROR."""
    from django.db import connections

    entry = connections.settings[name]
    # What a probe forces upon the options, so that it cannot hang, is none of the project's.
    options = set(map(str, entry.get("GIVEN_OPTIONS", entry.get("OPTIONS")) or ()))
    query = re.findall(r"[?&]([A-Za-z_]+)=", str(entry.get("HOST") or ""))
    mirror = (entry.get("TEST") or {}).get("MIRROR")
    return {
        "alias": name,
        "engine": str(entry.get("ENGINE") or ""),
        "mirror": str(mirror) if mirror else None,
        "options": sorted(options | set(query)),
    }


def _source(kind: Any) -> tuple[str, int] | None:
    """The file and line of a class."""
    try:
        line = inspect.getsourcelines(kind)[1]
        file = inspect.getsourcefile(kind) or getattr(sys.modules[kind.__module__], "__file__", "")
    except (OSError, TypeError, KeyError):
        return None
    return (str(file), line) if file else None


def _look(alias: str, models: Sequence[Any]) -> Plain:
    """What is really there; `failed` is the type of the exception that prevented it."""
    from django.db import connections

    tables = {model._meta.db_table for model in models if model._meta.managed and not model._meta.proxy}
    try:
        connection = connections[alias]
        with connection.cursor() as cursor:
            there = set(connection.introspection.table_names(cursor))
        found = {table: sorted(_columns(connection, table)) for table in sorted(tables & there)}
        return {
            "failed": "",
            "tables": found,
            "pending": _pending(connection),
            "read_only": _closed(connection),
        }
    except Exception as error:  # noqa: BLE001  # a driver's failure; its words may hold a password
        return {"failed": type(error).__name__, "tables": {}, "pending": [], "read_only": None}
    finally:
        with contextlib.suppress(Exception):
            connections[alias].close()


def _columns(connection: Any, table: str) -> Iterator[str]:
    """A word for each column: its name, its type by the driver's code, and whether it takes NULL."""
    if connection.vendor == "mongodb":
        return
    with connection.cursor() as cursor:
        for info in connection.introspection.get_table_description(cursor, table):
            yield f"{info.name} {info.type_code}{' null' if info.null_ok else ''}"


def _pending(connection: Any) -> list[str]:
    """The migrations that the database's record lacks; it is only read."""
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(connection, ignore_no_migrations=True)
    return sorted(
        f"{app}.{name}" for app, name in loader.graph.nodes if (app, name) not in loader.applied_migrations
    )


_READ_ONLY = {"mysql": "SELECT @@global.read_only", "postgresql": "SHOW default_transaction_read_only"}


def _closed(connection: Any) -> bool | None:
    """Whether the server refuses writes; None where it cannot be told."""
    question = _READ_ONLY.get(connection.vendor)
    if question is None:
        return None
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_is_in_recovery()")
            if cursor.fetchone()[0]:
                return True
        cursor.execute(question)
        return str(cursor.fetchone()[0]).lower() in ("1", "on", "true")
