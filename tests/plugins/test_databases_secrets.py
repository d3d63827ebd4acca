"""A password reaches the probe through its standard input, and nothing else."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus

import msgspec
import pytest
from databases_rig import LEAKY, started, started_with, states, workers

from devdash.api import ActionRequest, Duration, Secret, SecretCommand, SecretEnv, SecretFile
from devdash.engine.context import Context
from devdash_databases.config import Database, DatabasesConfig

Make = Callable[..., Context]

IN_ENV, IN_FILE = "canary-env/4711%x", "canary-file:0815@y"
FORMS = tuple(
    form for word in (IN_ENV, IN_FILE) for form in (word, quote(word, safe=""), quote_plus(word), quote(word))
)


def assert_clean(text: str) -> None:
    """No form of a canary is in it."""
    for form in FORMS:
        assert form not in text


@pytest.fixture
def leaky(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the leaky backend, and the canaries where references lead."""
    package = tmp_path / "src" / "leaky_backend"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "base.py").write_text(LEAKY)
    (tmp_path / "secret").write_text(IN_FILE + "\n")
    monkeypatch.setenv("DEVDASH_TEST_CANARY", IN_ENV)
    return tmp_path / "src"


async def test_no_failure_shows_a_password(
    context: Make,
    tmp_path: Path,
    leaky: Path,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Report, JSON, outcomes, output, log, command line and environment: no form of it is anywhere."""
    engine = "leaky_backend"
    by_env, by_file = Secret(SecretEnv("DEVDASH_TEST_CANARY")), Secret(SecretFile(str(tmp_path / "secret")))
    config = DatabasesConfig(
        python_path=(leaky,),
        databases={
            "env": Database(ENGINE=engine, NAME="x", PASSWORD=by_env),
            "file": Database(ENGINE=engine, NAME="x", PASSWORD=by_file),
            "dies": Database(ENGINE=engine, NAME="exit", PASSWORD=by_env),
            "wrong": Database(ENGINE="no_such_backend", NAME="x", USER="u", HOST="h", PASSWORD=by_file),
            "refused": Database(
                ENGINE="django.db.backends.postgresql", NAME="x", HOST="127.0.0.1", PORT=1, PASSWORD=by_env
            ),
        },
    )
    pane = await started_with(context(name="databases"), config)
    report = await pane.read()
    told = states(report)
    assert told.pop("refused") in ("driver-missing", "refused")
    assert told == {"env": "failed", "file": "failed", "dies": "probe-failed", "wrong": "driver-missing"}
    said = [
        repr(report),
        msgspec.json.encode(report.facts).decode(),
        msgspec.json.encode(report.blocks).decode(),
    ]
    for alias in config.databases:
        said += [repr(await pane.act(ActionRequest(action, alias))) for action in ("ping", "copy")]
    pids = [pid for pid in workers(pane).values() if pid is not None]
    assert len(pids) >= 3
    for pid in pids:
        said += [Path(f"/proc/{pid}/{name}").read_text() for name in ("cmdline", "environ")]
    said += [*capfd.readouterr(), caplog.text]
    assert_clean("\n".join(said))


async def test_a_reference_that_leads_nowhere_costs_only_its_alias(context: Make, tmp_path: Path) -> None:
    """It is named; nothing is asked with an empty password; once it leads somewhere the alias is asked."""
    reference = Secret(SecretFile(str(tmp_path / "later")))
    pane = await started(
        context(name="databases"),
        a=Database(ENGINE="no_such_backend", NAME="x", PASSWORD=reference),
        b=Database(ENGINE="no_such_backend", NAME="x"),
    )
    report = await pane.read()
    assert states(report) == {"a": "secret-missing", "b": "driver-missing"}
    assert str(tmp_path / "later") in report.attention[0].text
    assert workers(pane)[("a",)] is None
    (tmp_path / "later").write_text("x")
    assert states(await pane.read())["a"] == "driver-missing"


async def test_a_command_that_hangs_is_a_missing_password_and_is_not_tried_twice(
    context: Make, tmp_path: Path
) -> None:
    """It tells nothing of the database or the probe, and must not take the whole of a reading's time."""
    runs = tmp_path / "runs"
    hanging = Secret(SecretCommand(("sh", "-c", f"echo >> {runs}; exec sleep 600")))
    config = DatabasesConfig(
        timeout=Duration(9.5),
        ping_timeout=Duration(0.2),
        databases={"a": Database(ENGINE="no_such_backend", NAME="x", PASSWORD=hanging)},
    )
    report = await (await started_with(context(name="databases"), config)).read()
    assert states(report) == {"a": "secret-missing"}
    assert "gave nothing within 1.25 s" in report.attention[0].text
    assert runs.read_text() == "\n"


async def test_a_changed_password_is_fetched_when_the_worker_starts_anew(
    context: Make, tmp_path: Path, leaky: Path
) -> None:
    """The pane keeps no password: a new worker's comes from the reference again."""
    pane = await started(
        context(name="databases"),
        a=Database(ENGINE="no_such_backend", NAME="x", PASSWORD=Secret(SecretFile(str(tmp_path / "secret")))),
    )
    await pane.read()
    (tmp_path / "secret").unlink()
    assert states(await pane.read()) == {"a": "driver-missing"}
    (pid,) = workers(pane).values()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert states(await pane.read()) == {"a": "secret-missing"}
