"""The whole program, with a secret in every place where one can stand: none is in anything that it leaves."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from databases_rig import LEAKY
from projects_rig import django_project

pytestmark = pytest.mark.timeout(300)

PLACES = (
    *("env", "file", "command", "given", "key", "password", "uri", "parameter", "option", "dsn"),
    *("service", "passfile", "init", "printed", "raised", "literal"),
)
WORDS = {place: f"canary-{place}/47%x" for place in PLACES}
FORMS = {
    form.encode()
    for word in WORDS.values()
    for form in (word, quote(word), quote(word, safe=""), quote_plus(word), json.dumps(word)[1:-1])
}

CONFIG = """
[devdash]
layout = [["databases"]]
[panes.databases]
interval = "1s"
timeout = "30s"
python_path = ["src"]
{projects}
[panes.databases.databases.by-env]
ENGINE = "leaky"
NAME = "x"
PASSWORD = {{ env = "DEVDASH_TEST_CANARY" }}
[panes.databases.databases.by-file]
ENGINE = "leaky"
NAME = "exit"
PASSWORD = {{ file = "secret" }}
[panes.databases.databases.by-command]
ENGINE = "django.db.backends.postgresql"
NAME = "x"
HOST = "127.0.0.1"
PORT = 1
PASSWORD = {{ command = ["cat", "command"] }}
OPTIONS = {{ passfile = "passfile", service = "shop" }}
"""

PROJECT = """
[[panes.databases.projects]]
path = "{name}"
secrets = {{ SHOP_GIVEN = {{ file = "given" }} }}
live = ["default"]
"""

SETTINGS = f"""
import os, sys
print({WORDS["printed"]!r}, flush=True)
print({WORDS["printed"]!r}, file=sys.stderr, flush=True)
os.environ["PGPASSWORD"] = {WORDS["key"]!r}
SECRET_KEY = {WORDS["key"]!r}
GIVEN = os.environ["SHOP_GIVEN"]
LEAKY = {{"ENGINE": "leaky", "NAME": "x", "USER": "web", "PASSWORD": {WORDS["password"]!r}}}
REFUSED = {{"ENGINE": "django.db.backends.postgresql", "HOST": "127.0.0.1", "PORT": 1, "NAME": "x"}}
DATABASES = {{
    "default": LEAKY,
    "dsn": {{**REFUSED, "NAME": "host=127.0.0.1 password=" + {WORDS["dsn"]!r}}},
    "url": {{**REFUSED, "NAME": "postgres://web:" + {quote(WORDS["dsn"], safe="")!r} + "@127.0.0.1:1/x"}},
    "options": {{**REFUSED, "OPTIONS": {{
        "sslpassword": {WORDS["option"]!r}, "passfile": "passfile", "service": "shop"}}}},
    "init": {{**LEAKY, "ENGINE": "django.db.backends.mysql", "HOST": "127.0.0.1", "PORT": 1,
              "OPTIONS": {{"init_command": "SET @a = '" + {WORDS["init"]!r} + "'"}}}},
    "mongo": {{
        "ENGINE": "django_mongodb_backend", "NAME": "x",
        "HOST": "mongodb://web:" + {quote(WORDS["uri"], safe="")!r} + "@127.0.0.1:1/"
        "?tlsCertificateKeyFilePassword=" + {quote(WORDS["parameter"], safe="")!r},
    }},
}}
INSTALLED_APPS = ["django.contrib.contenttypes", "django.contrib.auth"]
DATABASE_ROUTERS = ["routing.Raises"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
"""

ROUTER = f"""
class Raises:
    def db_for_read(self, model, **hints):
        raise RuntimeError({WORDS["raised"]!r})
"""

PLANTED = (
    "secret",
    "command",
    "given",
    "passfile",
    "pg_service.conf",
    "devdash.toml",
    "shop.toml",
    "literal.toml",
)


class Ground:
    """A person's home with all of this in it, and what devdash was heard to say."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: dict[str, bytes] = {}
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("XDG", "DEVDASH"))},
            "HOME": str(folder / "home"),
            "HISTFILE": str(folder / "home" / ".bash_history"),
            "XDG_STATE_HOME": str(folder / "state"),
            "XDG_RUNTIME_DIR": str(folder / "home"),
            "DEVDASH_TEST_CANARY": WORDS["env"],
            "PGSERVICEFILE": str(folder / "pg_service.conf"),
            "TERM": "xterm-256color",
        }

    def run(self, *arguments: str, config: str = "devdash.toml") -> None:
        """A command; what it printed is kept."""
        done = subprocess.run(
            [sys.executable, "-m", "devdash", "--config", config, *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=100,
        )
        self.said[f"{config}: {' '.join(arguments)}"] = done.stdout + done.stderr

    def on_screen(self, keys: Sequence[bytes], until: bytes) -> None:
        """The dashboard on a terminal: `keys` once it has shown `until`; and what its processes show."""
        master, slave = pty.openpty()
        os.set_blocking(master, False)
        process = subprocess.Popen(
            [sys.executable, "-m", "devdash", "--config", "devdash.toml"],
            cwd=self.folder,
            env={**self.environment, "COLUMNS": "200", "LINES": "60"},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        seen, waiting, end = bytearray(), list(keys), time.monotonic() + 100
        try:
            while time.monotonic() < end and process.poll() is None:
                if select.select([master], [], [], 0.5)[0]:
                    with suppress(OSError):
                        seen += os.read(master, 1 << 16)
                self.said["processes"] = self.said.get("processes", b"") + self._processes()
                if until in seen and waiting:
                    os.write(master, waiting.pop(0))
                    time.sleep(1.0)  # an Escape is one only when nothing follows it
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            os.close(master)
        self.said["screen"] = bytes(seen)

    def _processes(self) -> bytes:
        """Command lines, and environments of probes: that of devdash itself has the variable by intention."""
        found = b""
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if b"devdash" in (line := (process / "cmdline").read_bytes()):
                    found += line
                    if b"devdash_databases" in line or b"project_probe" in line:
                        found += (process / "environ").read_bytes()
        return found

    def written(self) -> Iterator[tuple[str, bytes]]:
        """Every file but those in which the secrets were planted."""
        for file in self.folder.rglob("*"):
            relative = file.relative_to(self.folder)
            if file.is_file() and file.name not in PLANTED and relative.parts[0] in ("home", "state"):
                yield str(relative), file.read_bytes()


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    """Secrets planted everywhere."""
    folder = tmp_path.resolve()
    for name in ("home", "src/leaky"):
        (folder / name).mkdir(parents=True)
    (folder / "src" / "leaky" / "__init__.py").touch()
    (folder / "src" / "leaky" / "base.py").write_text(LEAKY)
    shop = django_project(folder / "shop", SETTINGS)
    (shop / "leaky").symlink_to(folder / "src" / "leaky")
    (shop / "routing.py").write_text(ROUTER)
    django_project(folder / "raises", f"raise ValueError({WORDS['raised']!r})")
    django_project(folder / "evaluates", f"eval({WORDS['raised']!r} + ' is')")
    (folder / "secret").write_text(WORDS["file"])
    (folder / "command").write_text(WORDS["command"])
    (folder / "given").write_text(WORDS["given"])
    (folder / "passfile").write_text(f"*:*:*:*:{WORDS['passfile']}\n")
    (folder / "passfile").chmod(0o600)
    (folder / "pg_service.conf").write_text(f"[shop]\nhost=127.0.0.1\nport=1\npassword={WORDS['service']}\n")
    projects = "".join(PROJECT.format(name=name) for name in ("shop", "raises", "evaluates"))
    (folder / "devdash.toml").write_text(CONFIG.format(projects=projects))
    (folder / "shop.toml").write_text(CONFIG.format(projects=PROJECT.format(name="shop")))
    literal = f'\n[panes.databases.databases.by-env.OPTIONS]\npassword = "{WORDS["literal"]}"\n'
    (folder / "literal.toml").write_text(CONFIG.format(projects="") + literal)
    return Ground(folder)


def assert_clean(ground: Ground) -> None:
    """No form of any secret is in what was said or written."""
    for where, text in (*ground.said.items(), *ground.written()):
        assert [form for form in sorted(FORMS) if form in text] == [], where


def test_no_command_prints_or_leaves_a_secret(ground: Ground) -> None:
    """Text, JSON, SARIF and what lies in the home afterwards; nor one that stands in devdash.toml itself."""
    ground.run("status", "--json")
    ground.run("check", "databases", "--routers", "--format", "sarif", config="shop.toml")
    for action in ("copy shop/mongo", "copy shop/url", "migrations shop/default"):
        ground.run("run", "databases", *action.split())
    ground.run("config", "show")
    for command in (("status",), ("config", "show"), ("config", "check")):
        ground.run(*command, config="literal.toml")
    assert b"shop/mongo" in ground.said["devdash.toml: status --json"], "it was asked"
    assert b"mongodb://127.0.0.1:1/" in ground.said["devdash.toml: run databases copy shop/mongo"]
    assert b"router-raises" in ground.said["shop.toml: check databases --routers --format sarif"]
    assert b"OPTIONS.password" in ground.said["literal.toml: config check"]
    assert_clean(ground)


def test_the_dashboard_shows_and_leaves_no_secret(ground: Ground) -> None:
    """Screen, details, its processes, alerts, log, the history's database and its spool."""
    ground.on_screen([b"\r", b"\x1b", b"q"], until=b"shop/mongo")
    ground.run("alerts")
    ground.run("history", "--events")
    assert b"project_probe" in ground.said["processes"]
    files = dict(ground.written())
    assert {"state/devdash/alerts.json", "state/devdash/history.sqlite3"} <= set(files)
    assert_clean(ground)
