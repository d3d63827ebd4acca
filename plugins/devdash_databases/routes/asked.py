"""What the probe is asked about the routers, and how it answers."""

import msgspec

from devdash_databases.routes.surveyed import Survey
from devdash_databases.wire import Setting, Trouble


class Asked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The state of the world in which the routers are asked; see `probing.survey.survey`.

    Attributes:
        order: the places of the routers in DATABASE_ROUTERS, in the order to try; none: as they are.
        down: aliases that count as down.
        transaction: the alias in whose `atomic()` they are asked; "": in none.
        after_write: the model has just been written.
        live: aliases whose tables are looked at.
        sources: tell the files of models and routers.
    """

    order: tuple[int, ...] = ()
    down: tuple[str, ...] = ()
    transaction: str = ""
    after_write: bool = False
    live: tuple[str, ...] = ()
    sources: bool = False


class AskRoutes(msgspec.Struct, frozen=True):
    """Arguments of `probe.routes`; with the passwords of `asked.live` alone."""

    databases: dict[str, dict[str, Setting]]
    routers: tuple[str, ...]
    apps: tuple[str, ...]
    ping_timeout: float
    asked: Asked
    python_path: tuple[str, ...]


class AskProject(msgspec.Struct, frozen=True):
    """Arguments of `project_probe.survey`."""

    asked: Asked
    seconds: float


class ProjectSurveyed(msgspec.Struct, frozen=True):
    """Its answer."""

    trouble: Trouble | None
    survey: msgspec.Raw
    files: tuple[str, ...] = ()


class Failure(msgspec.Struct, frozen=True):
    """Why nothing could be surveyed: a finding's code and sentence."""

    code: str
    text: str


class Routes(msgspec.Struct, frozen=True):
    """Its answer."""

    failures: tuple[Failure, ...]
    survey: msgspec.Raw
    files: tuple[str, ...] = ()


class Surveyed(msgspec.Struct, frozen=True):
    """What either answer amounts to; `files` are those that it depends on."""

    failures: tuple[Failure, ...]
    survey: Survey | None
    files: tuple[str, ...] = ()


def read_survey(answer: msgspec.Raw) -> Survey | None:
    """The survey in an answer. Of hundreds of models it takes longer than a frame: let a thread do it."""
    return msgspec.json.decode(answer, type=Survey | None)
