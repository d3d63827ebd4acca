"""A Django project for one test: its settings are handed over, each call runs in a process of its own.

Django's settings hold for a whole process, so that two projects cannot live in pytest's own.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from pytest import fail

CHILD = Path(__file__).with_name("django_child.py")


class Call:
    """A function that runs in a process of its own."""

    def __init__(self, process: "subprocess.Popen[str]", job: str) -> None:
        self._process = process
        assert process.stdin is not None
        process.stdin.write(job)
        process.stdin.close()
        process.stdin = None

    def answer(self, timeout: float = 50) -> object:
        """What the function returned, through JSON; the test fails with its traceback when it raised."""
        try:
            out, err = self._process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            self._process.kill()
            _, err = self._process.communicate()
            fail(f"no answer within {timeout:g} s\n{err}")
        if self._process.returncode:
            fail(err)
        return json.loads(out)


class Site:
    """A project; `databases` may be changed between calls.

    Args:
        databases: as Django's DATABASES.
        apps: as INSTALLED_APPS.
        routers: as DATABASE_ROUTERS, dotted paths only.
        path: folders with the modules of all of these.
        settings: any others.
    """

    def __init__(
        self,
        databases: Mapping[str, Mapping[str, object]],
        *,
        apps: Sequence[str],
        routers: Sequence[str] = (),
        path: Sequence[Path] = (),
        **settings: object,
    ) -> None:
        self.databases = {alias: dict(database) for alias, database in databases.items()}
        self._path = [str(folder) for folder in path]
        self._settings = {
            "DATABASES": self.databases,
            "INSTALLED_APPS": list(apps),
            "DATABASE_ROUTERS": list(routers),
            "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
            "SECRET_KEY": "tests",
            "USE_TZ": True,
            **settings,
        }
        self._pymysql = any("mysql" in str(one["ENGINE"]) for one in databases.values())

    def start(self, call: str, /, **given: object) -> Call:
        """Start `call`, a "module:function", with the keyword arguments `given`."""
        job = {
            "settings": self._settings,
            "path": self._path,
            "pymysql": self._pymysql,
            "call": call,
            "given": given,
        }
        process = subprocess.Popen(
            [sys.executable, str(CHILD)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        return Call(process, json.dumps(job))

    def call(self, call: str, /, **given: object) -> object:
        """Run `call` and return its answer."""
        return self.start(call, **given).answer()
