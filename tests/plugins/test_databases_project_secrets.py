"""No password of a watched project's settings reaches anything that devdash shows, writes or starts."""

import os
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus

import msgspec
import pytest
from databases_rig import LEAKY
from projects_rig import django_project, watching

from devdash.api import ActionRequest, PaneError, Secret, SecretFile, Value
from devdash.engine.context import Context
from devdash_databases.config import Project

Make = Callable[..., Context]

WORDS = tuple(f"canary-{place}/47%x" for place in ("password", "uri", "option", "key", "given", "raised"))
PASSWORD, URI, OPTION, KEY, GIVEN, RAISED = WORDS

FORMS = tuple(
    form
    for word in WORDS
    for form in (word, quote(word), quote(word, safe=""), quote_plus(word), repr(word)[1:-1])
)

SETTINGS = f"""
import os, sys
print({PASSWORD!r}, file=sys.stderr)
SECRET_KEY = {KEY!r}
GIVEN = os.environ["SHOP_GIVEN"]
LEAKY = {{"ENGINE": "leaky", "NAME": "x", "USER": "web", "PASSWORD": {PASSWORD!r}}}
DATABASES = {{
    "default": LEAKY,
    "dies": {{**LEAKY, "NAME": "exit"}},
    "echo": {{**LEAKY, "NAME": "db of " + {PASSWORD!r}, "USER": {PASSWORD!r}}},
    "mongo": {{
        "ENGINE": "django_mongodb_backend", "NAME": "x",
        "HOST": "mongodb://web:" + {quote(URI, safe="")!r} + "@127.0.0.1:1/?password=" + {quote(URI)!r},
    }},
    "pg": {{
        "ENGINE": "django.db.backends.postgresql", "NAME": "host=h password=" + {OPTION!r},
        "HOST": "127.0.0.1", "PORT": 1, "PASSWORD": {PASSWORD!r},
        "OPTIONS": {{"passfile": "/none", "sslpassword": {OPTION!r}}},
    }},
    "parameters": {{**LEAKY, "NAME": "dbname=x sslpassword=" + {OPTION!r}}},
    "known": {{**LEAKY, "NAME": "db of " + {OPTION!r}, "OPTIONS": {{"passwd": {OPTION!r}}}}},
    "no": {{
        "ENGINE": "no_such_backend", "NAME": "postgres://web:" + {quote(URI)!r} + "@h/x",
        "PASSWORD": {PASSWORD!r},
    }},
}}
"""

RAISING = {
    "raises": f"raise ValueError({RAISED!r})",
    "chained": f"try:\n    int({RAISED!r})\nexcept ValueError as e:\n    raise OSError({RAISED!r}) from e",
    "key": f"{{}}[{RAISED!r}]",
    "variable": f"import os\nos.environ[{RAISED!r}]",
    "import": f"raise ImportError({RAISED!r}, name={RAISED!r})",
    "exit": f"import sys\nsys.exit({RAISED!r})",
    "syntax": f"x = {RAISED!r} = 7",
    "recursive": f"class E(Exception):\n    def __str__(self):\n        raise E({RAISED!r})\nraise E",
    "odd": f"DATABASES = {{'default': {RAISED!r}}}",
    "django": "from django.core.exceptions import ImproperlyConfigured\n"
    f"raise ImproperlyConfigured('Set the ' + {RAISED!r} + ' environment variable')",
}


def assert_clean(text: str) -> None:
    """No form of a canary is in it."""
    assert [form for form in FORMS if form in text] == []


@pytest.mark.timeout(180)  # it makes every failure there is
async def test_no_failure_of_a_project_shows_a_password(
    context: Make, tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Report, JSON, outcomes, output, log, files, command lines and environments of its processes."""
    folder = django_project(tmp_path / "shop", SETTINGS)
    (folder / "leaky").mkdir()
    (folder / "leaky" / "__init__.py").touch()
    (folder / "leaky" / "base.py").write_text(LEAKY)
    (tmp_path / "given").write_text(GIVEN)
    given = {"SHOP_GIVEN": Secret(SecretFile(str(tmp_path / "given")))}
    made = context(name="databases")
    pane = await watching(made, Project(path=folder, secrets=given), timeout=30)
    said: list[str] = []
    for _ in range(2):
        report = await pane.read()
        said += [
            repr(report),
            msgspec.json.encode(report.facts).decode(),
            msgspec.json.encode(report.blocks).decode(),
        ]
    assert "shop/default" in said[0]
    assert "leaky" in said[0]
    for alias in ("default", "dies", "echo", "mongo", "pg", "parameters", "known", "no"):
        for action in ("ping", "copy", "migrations", "dbshell", "kill"):
            request = ActionRequest(action, f"shop/{alias}", (Value("query", "1"),))
            try:
                said.append(repr(await pane.act(request)))
            except PaneError as error:
                said += [error.message, error.hint, repr(error)]
    for process in Path("/proc").glob("[0-9]*"):
        if process.name != str(os.getpid()) and "project_probe" in (text := _read(process / "cmdline")):
            said += [text, _read(process / "environ")]
    for written in made.state_dir.rglob("*"):
        if not written.name.startswith("shell-"):  # the one that hands it to a shell, which removes it
            said.append(written.read_text())
    said += [*capfd.readouterr(), caplog.text]
    assert_clean("\n".join(said))


@pytest.mark.parametrize("name", RAISING)
async def test_settings_that_raise_with_a_password_are_told_without_it(
    context: Make, tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """By their type and place."""
    pane = await watching(context(), Project(path=django_project(tmp_path / "shop", RAISING[name])))
    report = await pane.read()
    assert any(item.key == "shop:trouble" for item in report.attention)
    assert_clean(repr(report) + caplog.text)


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
