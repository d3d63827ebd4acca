"""SQLite files in every state, pinged for real."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from databases_rig import SQLITE, aliases, file, locked, sound, started, states, workers

from devdash.api import ActionRequest, CopyText, Level, PaneError
from devdash.engine.context import Context
from devdash.history.place import LatePast
from devdash_databases.config import Database, OptionValue
from devdash_databases.facts import DatabasesFacts
from devdash_databases.probe import APPLICATION_ID
from devdash_databases.report import NOTHING

Make = Callable[..., Context]


def with_history(context: Make, folder: Path) -> tuple[Path, Context]:
    """The file of devdash's own history, not there yet, and a context that knows it."""
    own = folder / "home" / "history.sqlite3"
    return own, context(name="databases", past=LatePast(own))


async def test_without_configuration_devdash_serves_its_own(context: Make, tmp_path: Path) -> None:
    """default is made and pinged, replica is the same read-only, mongo is calmly not configured."""
    own, made = with_history(context, tmp_path)
    pane = await started(made)
    report = await pane.read()
    assert states(report) == {"default": "ok", "replica": "ok", "mongo": "not-configured"}
    facts = aliases(report)
    assert [facts[alias].read_only for alias in facts] == [False, True, None]
    assert facts["default"].latency_ms is not None
    assert facts["default"].latency_ms > 0
    assert (report.level, report.attention) == (Level.OK, ())
    assert own.stat().st_mode & 0o777 == 0o600
    connection = sqlite3.connect(own)
    assert connection.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    connection.close()


async def test_an_existing_own_file_is_left_as_it_is(context: Make, tmp_path: Path) -> None:
    """Making sure of the file never writes to one that is there."""
    own, made = with_history(context, tmp_path)
    own.parent.mkdir()
    sound(own)
    before = own.read_bytes()
    assert states(await (await started(made)).read())["default"] == "ok"
    assert own.read_bytes() == before


async def test_where_the_state_folder_cannot_be_made_the_aliases_cannot_open(
    context: Make, tmp_path: Path
) -> None:
    """As with a read-only home: a state with a reason, no crash, and nothing else is lost."""
    own, made = with_history(context, tmp_path)
    own.parent.write_text("a file where the folder should be")
    report = await (await started(made)).read()
    assert states(report) == {"default": "cannot-open", "replica": "cannot-open", "mongo": "not-configured"}
    assert "its folder does not exist" in report.attention[0].text


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_read_only_home_is_a_state(context: Make, tmp_path: Path) -> None:
    """The same, with permissions."""
    own, made = with_history(context, tmp_path)
    own.parent.mkdir()
    own.parent.chmod(0o500)
    assert states(await (await started(made)).read())["default"] == "cannot-open"


async def test_an_own_file_that_vanished_is_made_again(context: Make, tmp_path: Path) -> None:
    """One reading says that it is gone; the next has made it."""
    own, made = with_history(context, tmp_path)
    pane = await started(made)
    await pane.read()
    own.unlink()
    assert states(await pane.read())["default"] == "cannot-open"
    assert states(await pane.read())["default"] == "ok"


async def test_where_the_history_is_kept_elsewhere_or_not_at_all_the_pane_says_so(context: Make) -> None:
    """Calmly, with the next step, and without a worker."""
    pane = await started(context(name="databases", past=LatePast(None)))
    report = await pane.read()
    assert (report.level, report.summary, states(report)) == (Level.OK, "no database configured", {})
    assert NOTHING in report.blocks
    assert "[history]" in NOTHING.hint
    assert workers(pane) == {}
    outcome = await pane.act(ActionRequest("ping"))
    assert outcome.message == "there is no database to ping"


@pytest.mark.parametrize("options", [{}, {"cached_statements": 64}], ids=["plain", "through Django"])
async def test_every_state_of_a_file_is_told_apart_and_nothing_is_created(
    context: Make, tmp_path: Path, options: dict[str, OptionValue]
) -> None:
    """Missing, junk, empty, folder, corrupt, locked, in memory; a sound one beside them is fine.

    The second reading asks the sound ones in a thread.
    """
    (tmp_path / "junk").write_bytes(b"this is not a database, it only looks like a file" * 40)
    (tmp_path / "empty").touch()
    (tmp_path / "folder").mkdir()
    for name in ("fine", "held", "it's #1? 100%"):
        sound(tmp_path / name)
    names = ("fine", "it's #1? 100%", "empty", "missing", "junk", "folder", "held", "nowhere/x")
    pane = await started(
        context(name="databases"),
        ping_timeout=1,
        **{name: Database(ENGINE=SQLITE, NAME=str(tmp_path / name), OPTIONS=options) for name in names},
        memory=Database(ENGINE=SQLITE, NAME=":memory:"),
    )
    with locked(tmp_path / "held"):
        first, report = await pane.read(), await pane.read()
    assert states(first) == states(report)
    assert states(report) == {
        "fine": "ok",
        "it's #1? 100%": "ok",
        "empty": "ok",
        "missing": "cannot-open",
        "junk": "not-a-database",
        "folder": "cannot-open",
        "held": "locked",
        "nowhere/x": "cannot-open",
        "memory": "in-memory",
    }
    assert aliases(report)["junk"].error == "DatabaseError (SQLITE_NOTADB)"
    assert aliases(report)["held"].error == "OperationalError (SQLITE_BUSY)"
    assert not (tmp_path / "missing").exists()
    levels = {item.item: item.level for item in report.attention}
    assert levels == {
        "missing": Level.CRITICAL,
        "junk": Level.CRITICAL,
        "folder": Level.CRITICAL,
        "nowhere/x": Level.CRITICAL,
        "held": Level.ATTENTION,
    }
    assert {item.action for item in report.attention} == {"ping"}
    assert states(await pane.read())["held"] == "ok"


async def test_a_relative_name_starts_at_the_config_files_folder(context: Make, tmp_path: Path) -> None:
    """As every path in devdash.toml."""
    sound(tmp_path / "here.sqlite3")
    pane = await started(
        context(name="databases", folder=tmp_path), here=Database(ENGINE=SQLITE, NAME="here.sqlite3")
    )
    assert states(await pane.read()) == {"here": "ok"}


async def test_a_replaced_file_is_seen(context: Make, tmp_path: Path) -> None:
    """No connection is kept that would still see the old file."""
    path = sound(tmp_path / "db")
    pane = await started(context(name="databases"), db=file(path))
    assert states(await pane.read()) == {"db": "ok"}
    path.unlink()
    path.write_bytes(b"junk" * 1000)
    assert states(await pane.read()) == {"db": "not-a-database"}


async def test_ping_is_an_action_of_one_alias_or_of_all(context: Make, tmp_path: Path) -> None:
    """Its outcome tells the latency, or what failed and the next step; an unknown alias is refused."""
    pane = await started(
        context(name="databases"), fine=file(sound(tmp_path / "fine")), gone=file(tmp_path / "gone")
    )
    fine = await pane.act(ActionRequest("ping", "fine"))
    gone = await pane.act(ActionRequest("ping", "gone"))
    both = await pane.act(ActionRequest("ping"))
    assert fine.level is Level.OK
    assert fine.message.startswith("fine answered in ")
    assert fine.message.endswith(" ms")
    assert gone.level is Level.CRITICAL
    assert gone.message.startswith("gone: cannot open (there is no such file). Look at")
    assert both.level is Level.CRITICAL
    assert "; gone: cannot open" in both.message
    with pytest.raises(PaneError, match="there is no alias “other”"):
        await pane.act(ActionRequest("ping", "other"))


async def test_copy_gives_the_connection(context: Make, tmp_path: Path) -> None:
    """And refuses an alias that has none."""
    own, made = with_history(context, tmp_path)
    pane = await started(made)
    outcome = await pane.act(ActionRequest("copy", "default"))
    assert outcome.effects == (CopyText(f"sqlite:///{own}"),)
    with pytest.raises(PaneError, match="not configured"):
        await pane.act(ActionRequest("copy", "mongo"))


async def test_the_down_rule_follows_the_aliases(context: Make, tmp_path: Path) -> None:
    """It holds for what is down, is over for what answers, and leaves the locked as they were."""
    sound(tmp_path / "held")
    pane = await started(
        context(name="databases"),
        ping_timeout=0.3,
        fine=file(sound(tmp_path / "fine")),
        gone=file(tmp_path / "gone"),
        held=file(tmp_path / "held"),
        none=Database(),
    )
    rule = next(rule for rule in pane.rules() if rule.name == "down")
    with locked(tmp_path / "held"):
        facts = (await pane.read()).facts
    assert isinstance(facts, DatabasesFacts)
    assert rule.enter(facts) == {"gone"}
    assert rule.clear(facts) == {"fine"}


@pytest.mark.parametrize(("options", "loaded"), [({}, False), ({"cached_statements": 64}, True)])
def test_plain_files_are_asked_without_django(
    tmp_path: Path, options: dict[str, OptionValue], loaded: bool
) -> None:
    """It is two thirds of the worker's memory, all day; OPTIONS are for Django to understand."""
    databases = {
        "default": {"ENGINE": SQLITE, "NAME": str(sound(tmp_path / "fine")), "OPTIONS": options},
    }
    code = (
        "import json, sys\n"
        "from devdash_databases import probe\n"
        "probe.connect(databases=json.loads(sys.argv[1]), ping_timeout=3)\n"
        "(ping,) = probe.ping_all(aliases=['default'], timeout=3)['pings']\n"
        "print(ping['state'], 'django.db' in sys.modules)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", code, json.dumps(databases)], capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == ["ok", str(loaded)]
