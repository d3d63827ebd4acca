"""The table `[history]`: what is kept, how long, and where."""

import msgspec

from devdash.contract.settings import LongDuration, Secret

DAY_S = 86_400.0


class Store(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One of Django's DATABASES, in its own words; `[history.databases.default]`.

    Attributes:
        PASSWORD: a reference, never the password itself.
        OPTIONS: handed to the backend.
    """

    ENGINE: str
    NAME: str = ""
    HOST: str = ""
    PORT: int | str = ""
    USER: str = ""
    PASSWORD: Secret | None = None
    OPTIONS: dict[str, str | int | float | bool] = {}


class HistoryConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The table `[history]`.

    Attributes:
        enabled: False keeps nothing.
        raw: samples are kept as they came for this long,
        five_minutes: then as means of five minutes for this long,
        hours: then as means of an hour for this long.
        events: alerts and actions are kept for this long.
        host: this machine's name in a store that several share; "" for the system's.
        databases: aliases `default`, `replica` and `mongo` of Django; none: a SQLite file of devdash's own.
    """

    enabled: bool = True
    raw: LongDuration = LongDuration(7 * DAY_S)
    five_minutes: LongDuration = LongDuration(90 * DAY_S)
    hours: LongDuration = LongDuration(5 * 365 * DAY_S)
    events: LongDuration = LongDuration(5 * 365 * DAY_S)
    host: str = ""
    databases: dict[str, Store] = {}
