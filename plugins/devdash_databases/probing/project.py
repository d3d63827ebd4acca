"""A Django project as its own interpreter loads it: which settings, which aliases, or why not.

Settings are somebody's code: they print, exit, hang, need variables and packages. Each of these has a
name here. What they print goes nowhere and what they raise keeps its words, because either may hold a
password; the exception's type, the name of what is missing and the place in the project's own code leave.
"""

# pathlib would say the same in more lines, and settings raise what they like.
# ruff: noqa: PTH100, PTH111, PTH113, PTH118, PTH119, PTH120, PTH123, PTH208

from __future__ import annotations

import ast
import os
import re
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, NamedTuple, cast
from urllib.parse import quote, quote_plus

from devdash_databases.probing import engines

VARIABLE = "DJANGO_SETTINGS_MODULE"

MOST_FILES = 50
"""Files that are looked at for changes of the settings."""

MOST_CODE = 400
"""The same for changes of what is surveyed."""

LITTLE_S = 0.05
"""Seconds for which it is not worth to wait on."""

SHORT = 4
"""A password of fewer characters is not looked for in names: it would be found everywhere."""


class Late(BaseException):
    """Settings took too long. No `Exception`, so that theirs do not catch it."""


class Trouble(Exception):
    """The project cannot be loaded.

    Attributes:
        kind: "folder", "manage-missing", "manage-several", "settings-unnamed", "django-missing",
            "module-missing", "environment", "exit", "hang", "raises" or "databases-odd".
        name: the module, variable, exit code or exception's type concerned, or "".
        where: the place in the project's own code, as "shop/settings.py:31", or "".
    """

    def __init__(self, kind: str, name: str = "", where: str = "") -> None:
        super().__init__(kind)
        self.kind, self.name, self.where = kind, name, where


class Opened(NamedTuple):
    """A project that was loaded.

    Attributes:
        root: its folder, which is the current one now.
        manage: its manage.py, or "".
        settings: the module.
        django: the version.
        databases: DATABASES with what a probe needs forced upon them; they hold passwords.
        aliases: what may be told of each; see `describe`.
        files: those of the project's own that were loaded with the settings, and its .env.
    """

    root: str
    manage: str
    settings: str
    django: str
    databases: dict[str, dict[str, Any]]
    aliases: list[dict[str, str]]
    files: list[str]


def load(
    path: str,
    settings: str,
    environment: Mapping[str, str],
    seconds: float,
    ping_timeout: float,
    busy: float = 0.0,
) -> Opened:
    """Find and load the settings, and leave them fit for a probe. Connects to nothing.

    Args:
        path: the project's folder, or its manage.py.
        settings: the module; "" for the one that manage.py names.
        environment: variables that the settings need.
        seconds, busy: what loading them may take; see `within`.
        ping_timeout: seconds; see `engines.forced`.

    Raises:
        Trouble: it cannot be loaded.
    """
    try:
        manage = find_manage(path, required=not settings)
        root = os.path.dirname(manage) or os.path.abspath(os.path.expanduser(path))
        os.chdir(root)
        named = settings or environment.get(VARIABLE) or os.environ.get(VARIABLE) or settings_of(manage)
    except OSError as error:
        raise Trouble("folder", type(error).__name__) from None
    sys.path.insert(0, root)
    os.environ.update(environment)
    os.environ[VARIABLE] = named
    try:
        import django
    except ImportError:
        raise Trouble("django-missing") from None
    databases = _databases(named, root, seconds, busy)
    try:
        fit = {alias: engines.forced(entry, ping_timeout) for alias, entry in databases.items()}
        secrets = secrets_of(databases)
        told = [describe(alias, entry, secrets) for alias, entry in databases.items()]
    except Exception:  # noqa: BLE001  # what stands there may be somebody's class
        raise Trouble("databases-odd", named) from None
    _settle(fit)
    return Opened(root, manage, named, django.get_version(), fit, told, own_files(root, MOST_FILES))


def find_manage(path: str, *, required: bool) -> str:
    """The project's manage.py, absolute: in the folder, or in one of the folders in it; "" for none.

    Raises:
        Trouble: it is required, and there is none, or more than one.
        OSError: the folder cannot be read.
    """
    path = os.path.abspath(os.path.expanduser(path))
    if os.path.isfile(path):
        return path
    names = sorted(name for name in os.listdir(path) if name[:1] != ".")
    own = os.path.join(path, "manage.py")
    if os.path.isfile(own):
        return own
    below = [os.path.join(path, name, "manage.py") for name in names]
    found = [one for one in below if os.path.isfile(one)]
    if len(found) == 1:
        return found[0]
    if required:
        raise Trouble("manage-several" if found else "manage-missing")
    return ""


def settings_of(manage: str) -> str:
    """The settings module that manage.py names; it is read, not run.

    Raises:
        Trouble: it names none.
        OSError: it cannot be read.
    """
    with open(manage, "rb") as file:
        source = file.read()
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        raise Trouble("settings-unnamed") from None
    for node in ast.walk(tree):
        pair: list[ast.AST] = []
        if isinstance(node, ast.Call):
            pair = list(node.args)
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            key: Any = node.targets[0].slice  # until Python 3.8 in an ast.Index
            pair = [getattr(key, "value", key) if type(key).__name__ == "Index" else key, node.value]
        values = [getattr(part, "value", None) for part in pair]
        if len(values) == 2 and values[0] == VARIABLE and isinstance(values[1], str):
            return values[1]
    raise Trouble("settings-unnamed")


def own_files(root: str, most: int) -> list[str]:
    """The files below `root` that were loaded, at most so many, and its .env."""
    loaded = {
        os.path.abspath(getattr(module, "__file__", None) or root) for module in [*sys.modules.values()]
    }
    own = sorted(file for file in loaded if file.startswith(root + os.sep) and "site-packages" not in file)
    return [*own[:most], os.path.join(root, ".env")]


def code_files(roots: Sequence[str]) -> list[str]:
    """What a survey depends on: the code below `roots` that was loaded, and the folders of its migrations."""
    own = [file for root in roots for file in own_files(root, MOST_CODE)]
    beside = {os.path.join(os.path.dirname(file), "migrations") for file in own}
    found = [*own, *sorted(filter(os.path.isdir, beside))]
    return [file.encode("utf-8", "replace").decode() for file in found]


@contextmanager
def within(seconds: float, busy: float = 0.0) -> Iterator[None]:
    """Raise `Late` in what takes longer, where the system can; elsewhere devdash ends this process.

    Args:
        busy: seconds that are added at most, for what this process has waited for a processor: on a busy
            machine that is no silence of the settings.
    """
    if not hasattr(signal, "setitimer"):
        yield
        return
    began, granted = _waited(), 0.0

    def ring(number: int, frame: FrameType | None) -> None:
        nonlocal granted
        more = min(_waited() - began, busy) - granted
        if more < LITTLE_S:
            raise Late
        granted += more
        signal.setitimer(signal.ITIMER_REAL, more)

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _waited() -> float:
    """Seconds for which this process could have run and got no processor; 0 where it is not told."""
    try:
        with open("/proc/self/schedstat", encoding="ascii") as file:
            return int(file.read().split()[1]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


def _databases(module: str, root: str, seconds: float, busy: float) -> dict[str, dict[str, Any]]:
    from django.conf import settings

    try:
        with within(seconds, busy):
            found = settings.DATABASES
    except Late as late:
        raise Trouble("hang", module, place(late.__traceback__, root)) from None
    except SystemExit as ended:
        code = str(ended.code) if isinstance(ended.code, int) else ""
        raise Trouble("exit", code, place(ended.__traceback__, root)) from None
    except BaseException as error:  # noqa: BLE001  # settings are somebody's code
        raise told(error, module, root) from None
    if not isinstance(found, dict) or not all(isinstance(entry, dict) for entry in found.values()):
        raise Trouble("databases-odd", module)
    try:
        return {str(alias): dict(entry) for alias, entry in found.items()}
    except Exception:  # noqa: BLE001  # a mapping may be somebody's class
        raise Trouble("databases-odd", module) from None


def _settle(databases: Mapping[str, dict[str, Any]]) -> None:
    from django.apps import apps
    from django.conf import settings

    settings.DEBUG = False  # else every query would be kept
    settings.DATABASES = {"default": {}, **databases}
    if not apps.ready:  # no apps are loaded for pings; without this Django warns of queries before they are
        apps.apps_ready = apps.models_ready = apps.ready = True


def set_up() -> None:
    """Load the project's apps. May raise anything, and runs their code."""
    import django
    from django.apps import apps

    registry = cast("Any", apps)
    if not registry.app_configs:  # `_settle` has said that it is ready, without any
        registry.apps_ready = registry.models_ready = registry.ready = False
    django.setup()


def told(error: BaseException, module: str, root: str) -> Trouble:
    """What can be said of what settings raised: the name of what is missing, else the type."""
    where = place(error.__traceback__, root)
    if isinstance(error, ImportError):
        name = error.name or module
        return Trouble("module-missing", name if re.fullmatch(r"[\w.]{1,100}", name) else "", where)
    if (variable := _variable(error)) is not None:
        return Trouble("environment", variable, where)
    if isinstance(error, SyntaxError) and error.filename and error.filename[:1] != "<":
        where = f"{os.path.relpath(error.filename, root)}:{error.lineno or 0}"
    return Trouble("raises", type(error).__name__, where)


_NEEDED = re.compile(
    r"Set the (?P<environ>[A-Za-z_]\w{0,63}) environment variable"  # django-environ
    r"|(?P<decouple>[A-Za-z_]\w{0,63}) not found\. Declare it as envvar"
)


def _variable(error: BaseException) -> str | None:
    """The environment variable that settings could not do without; None when it was something else."""
    try:
        text = str(error)
    except Exception:  # noqa: BLE001  # exceptions are somebody's code too
        return None
    if found := _NEEDED.match(text):
        return found["environ"] or found["decouple"]
    trace, last = error.__traceback__, ""
    while trace is not None:
        last, trace = os.path.basename(trace.tb_frame.f_code.co_filename), trace.tb_next
    if isinstance(error, KeyError) and last in ("os.py", "<frozen os>"):
        name = error.args[0] if error.args else None
        return name if isinstance(name, str) and re.fullmatch(r"[A-Za-z_]\w{0,63}", name) else ""
    return None


def place(trace: TracebackType | None, root: str) -> str:
    """Where it happened, as "shop/settings.py:31": the last place in the project's own code, or ""."""
    found = ""
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        file = "" if file[:1] == "<" else os.path.abspath(file)
        if file.startswith(root + os.sep) and "site-packages" not in file:
            found = f"{os.path.relpath(file, root)}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found


def secrets_of(databases: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Every password in `databases`, in the forms in which URLs have it, the longest first."""
    words = [str(entry.get("PASSWORD") or "") for entry in databases.values()]
    for entry in databases.values():
        options = entry.get("OPTIONS")
        given = cast("Mapping[object, object]", options) if isinstance(options, Mapping) else {}
        words += [str(value) for name, value in given.items() if engines.names_secret(str(name))]
    forms = {
        form
        for word in words
        if len(word) >= SHORT
        for form in (word, quote(word), quote(word, safe=""), quote_plus(word))
    }
    return sorted(forms, key=len, reverse=True)


def describe(alias: str, entry: Mapping[str, Any], secrets: list[str]) -> dict[str, str]:
    """What may be told of an alias: `alias`, `engine`, `name`, `host`, `port`, `user`, `mirror`."""
    engine = str(entry.get("ENGINE") or "")
    test = entry.get("TEST")
    name = str(entry.get("NAME") or "")
    if engines.vendor_of(engine) == engines.SQLITE and name and not name.startswith(("file:", ":")):
        name = os.path.abspath(name)  # settings may have changed the folder, and mean the one that is now
    fields = {
        "name": name,
        "host": str(entry.get("HOST") or ""),
        "port": str(entry.get("PORT") or ""),
        "user": str(entry.get("USER") or ""),
        "mirror": str(test.get("MIRROR") or "") if isinstance(test, dict) else "",
    }
    clean = {field: without_secrets(text, secrets) for field, text in fields.items()}
    told = {"alias": alias, "engine": engine, **clean}
    # File names need not be UTF-8, and what is told is.
    return {field: text.encode("utf-8", "replace").decode() for field, text in told.items()}


def without_secrets(text: str, secrets: list[str]) -> str:
    """`text` without passwords: known ones, one before the @ of a URL, and a URL's parameters."""
    for secret in secrets:
        text = text.replace(secret, "***")
    if "://" in text:
        return engines.bare_url(text)
    return "***" if engines.ASSIGNED.search(text) else text
