"""A busy machine is no fault of a project: what waits for a processor is not taken for what hangs."""

import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from databases_rig import POSTGRESQL, aliases, sound, states
from projects_rig import FILES, django_project, watching

from devdash.api import Duration
from devdash.engine.context import Context
from devdash_databases.config import Project
from devdash_databases.probing import project

Make = Callable[..., Context]


class Alarm:
    """The system's timer, rung by hand; and the time for which a process has waited for a processor."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.set_to: list[float] = []
        self.waited = 100.0
        monkeypatch.setattr(signal, "setitimer", lambda which, seconds: self.set_to.append(seconds))
        monkeypatch.setattr(project, "_waited", lambda: self.waited)

    def ring(self) -> None:
        """As the system would."""
        handler = signal.getsignal(signal.SIGALRM)
        assert callable(handler)
        handler(signal.SIGALRM, None)


@pytest.fixture
def alarm(monkeypatch: pytest.MonkeyPatch) -> Alarm:
    """In place of the system's."""
    return Alarm(monkeypatch)


def test_what_was_waited_for_a_processor_is_added_to_the_time(alarm: Alarm) -> None:
    """Again and again, but not without end; and who has waited for nothing hangs."""
    with pytest.raises(project.Late), project.within(5, 8):
        alarm.waited += 3
        alarm.ring()
        alarm.waited += 2
        alarm.ring()
        alarm.waited += 50
        alarm.ring()
        assert alarm.set_to == [5, 3, 2, 3]
        alarm.ring()
    assert alarm.set_to == [5, 3, 2, 3, 0], "it is off afterwards"


def test_who_sleeps_hangs_whatever_was_waited_before(alarm: Alarm) -> None:
    """That of before does not count, and a little is not worth it."""
    with pytest.raises(project.Late), project.within(5, 8):
        alarm.waited += project.LITTLE_S / 2
        alarm.ring()
    with pytest.raises(project.Late), project.within(5):
        alarm.waited += 3
        alarm.ring()


def test_the_system_tells_what_was_waited() -> None:
    """Or nothing, where it is not Linux."""
    assert project._waited() >= 0.0


@pytest.fixture
def mute() -> Iterator[int]:
    """The port of a server that accepts and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


async def test_a_project_that_loads_for_all_but_the_hung_is_no_trouble(
    context: Make, tmp_path: Path, mute: int
) -> None:
    """The process for those that hang is started again and again, and may be late: that costs them alone."""
    pytest.importorskip("psycopg")
    entry = {"ENGINE": POSTGRESQL, "NAME": "x", "USER": "u", "HOST": "127.0.0.1", "PORT": mute}
    slow = "import os, time\nwhile os.path.exists('gate'):\n    time.sleep(0.02)\n"
    settings = f"{slow}{FILES}DATABASES['mute'] = {entry!r}\n"
    folder = django_project(tmp_path / "shop", settings)
    sound(folder / "db.sqlite3")
    one = Project(path=folder, aliases=("default", "mute"), start_timeout=Duration(3))
    pane = await watching(context(), one, ping_timeout=1.5, timeout=60)
    both = {"shop/default": "ok", "shop/mute": "timeout"}
    for _ in range(2):
        assert states(await pane.read()) == both
    sides = pane._projects[0]._sides
    assert sides is not None
    await sides[1].stop()
    (folder / "gate").touch()
    report = await pane.read()
    assert states(report) == {"shop/default": "ok", "shop/mute": "probe-failed"}
    assert aliases(report)["shop/default"].latency_ms is not None
    assert [item.text for item in report.attention if item.item == "shop/mute"] == [
        "database shop/mute: probe failed (its settings did not load in time (site_settings.py:3))"
    ]
    (folder / "gate").unlink()
    assert states(await pane.read()) == both
