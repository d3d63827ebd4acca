"""What processes leave for each other: the alerts, and wishes about them."""

import os
import resource
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from devdash.alerts.model import Alert, AlertId, Status, Terms
from devdash.contract.levels import Level
from devdash.duty import register, wishes
from devdash.duty.wishes import Wish

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def alert(item: str = "", **changes: object) -> Alert:
    """An alert that fires."""
    one = Alert(
        id=AlertId("battery", "low", item),
        terms=Terms(pane="battery", name="low", level=Level.CRITICAL),
        status=Status.FIRING,
        level=Level.CRITICAL,
        text="battery at 12 %",
        since=NOON,
        notified=1,
        notified_at=NOON,
        fired=(NOON,),
    )
    return msgspec.structs.replace(one, **changes)


def registered(*alerts: Alert) -> register.Register:
    """What is written."""
    return register.Register(NOON, "/home/me/devdash.toml", alerts)


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    """An acknowledgement outlives the process that heard it."""
    value = registered(alert(acknowledged=True, snoozed_until=NOON + timedelta(hours=1)), alert("mouse"))
    register.write(tmp_path / "state", value)
    assert register.read(tmp_path / "state") == value
    assert (tmp_path / "state" / register.NAME).stat().st_mode & 0o777 == 0o600


def test_every_writing_is_seen_by_those_who_only_look_at_the_stamp(tmp_path: Path) -> None:
    """Also when two follow within the clock's tick and are of one length."""
    stamps = {register.stamp(tmp_path)}
    for _ in range(50):
        register.write(tmp_path, registered(alert()))
        stamps.add(register.stamp(tmp_path))
    assert len(stamps) == 51


@pytest.mark.parametrize("text", [b"", b"{", b"\xff\xfe", b"[]", b'{"version": 1}', b'{"version":1,"at":5}'])
def test_a_damaged_file_is_told_from_none(tmp_path: Path, text: bytes) -> None:
    """And can be set aside, where a person finds it."""
    assert register.read(tmp_path) is None
    (tmp_path / register.NAME).write_bytes(text)
    with pytest.raises(register.Spoiled):
        register.read(tmp_path)
    assert register.set_aside(tmp_path).read_bytes() == text
    assert register.read(tmp_path) is None


def test_a_file_of_a_newer_devdash_is_not_misread(tmp_path: Path) -> None:
    """Its words may mean something else."""
    register.write(tmp_path, registered())
    file = tmp_path / register.NAME
    file.write_bytes(file.read_bytes().replace(b'"version":1', b'"version":2'))
    with pytest.raises(register.Spoiled, match="another version"):
        register.read(tmp_path)


WRITE_FOR_EVER = """
import sys
from pathlib import Path
sys.path[:0] = sys.argv[2:]
from test_register import alert, registered
from devdash.duty import register
count = 0
while True:
    count += 1
    register.write(Path(sys.argv[1]), registered(*(alert(str(n)) for n in range(count % 300))))
    print(count, flush=True)
"""


def test_a_writer_that_is_killed_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    """Never a half of one: the acknowledgements in it would be lost."""
    argv = [sys.executable, "-c", WRITE_FOR_EVER, str(tmp_path), str(Path(__file__).parent)]
    for turn in range(8):
        writer = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
        assert writer.stdout is not None
        for _ in range(3 * turn + 1):
            writer.stdout.readline()
        os.kill(writer.pid, signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        found = register.read(tmp_path)
        assert found is not None and [one.id.item for one in found.alerts] == [
            str(n) for n in range(len(found.alerts))
        ]


FULL = """
import resource, signal, sys
from pathlib import Path
sys.path[:0] = sys.argv[2:]
from test_register import alert, registered
from devdash.duty import register
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))
try:
    register.write(Path(sys.argv[1]), registered(*(alert(str(n)) for n in range(50))))
except OSError as error:
    print(error.errno)
"""


def test_a_full_disk_leaves_the_old_file(tmp_path: Path) -> None:
    """And tells, so that the duty can say it."""
    assert resource.RLIMIT_FSIZE
    register.write(tmp_path, registered(alert("old")))
    argv = [sys.executable, "-c", FULL, str(tmp_path), str(Path(__file__).parent)]
    done = subprocess.run(argv, capture_output=True, text=True, check=True)
    assert done.stdout.strip().isdigit(), done.stderr
    assert register.read(tmp_path) == registered(alert("old"))
    assert [entry.name for entry in tmp_path.iterdir()] == [register.NAME]


def test_wishes_are_read_in_their_order_until_they_are_removed(tmp_path: Path) -> None:
    """Whoever is on duty next fulfils what the last one did not."""
    first = Wish(NOON, (AlertId("battery", "low"),))
    second = Wish(NOON + timedelta(seconds=1), (AlertId("git", "diverged", "api"),), 3600.0)
    paths = [wishes.post(tmp_path, one) for one in (second, first)]
    assert [wish for _, wish in wishes.waiting(tmp_path)] == [first, second]
    for path in paths:
        path.unlink()
    assert list(wishes.waiting(tmp_path)) == []


def test_a_file_that_is_no_wish_does_not_hide_the_others(tmp_path: Path) -> None:
    """It is told as none, so that it is removed."""
    wish = Wish(NOON, (AlertId("battery", "low"),))
    path = wishes.post(tmp_path, wish)
    (path.parent / "0.json").write_bytes(b"\xff")
    (path.parent / ".hidden").write_bytes(b"half of a wis")
    assert [found for _, found in wishes.waiting(tmp_path)] == [None, wish]


def test_a_kill_between_two_configs_loses_neither(tmp_path: Path) -> None:
    """One was put away, the other not brought back yet; whoever comes next does it."""
    here = registered(alert(acknowledged=True))
    register.write(tmp_path, here)
    register.change_over(tmp_path, here.config, "there")
    assert register.read(tmp_path) is None
    register.change_over(tmp_path, None, here.config)
    assert register.read(tmp_path) == here
