"""A journal on a drive that hangs: nothing of devdash waits for it for good, not even its end."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ledger_journals import SHOP, MakeContext, facts, pane, write

from devdash.api import ActionRequest, Mounts, PaneError, Unavailable
from devdash_ledger import book, drives, patience
from devdash_ledger.editing import EDIT

SERVERS = ("/usr/lib/openssh/sftp-server", "/usr/libexec/openssh/sftp-server", "/usr/lib/ssh/sftp-server")
LINE = "36 25 0:32 / {point} rw,relatime shared:1 - {kind} source rw\n"


def table(folder: Path, **kinds: str) -> Path:
    """A table of mounts: the type of each folder's file system; "_" is a space, and "root" the root."""
    text = LINE.format(point="/", kind="ext4")
    for name, kind in kinds.items():
        point = "/" if name == "root" else f"{folder}/{name.replace('_', chr(92) + '040')}"
        text += LINE.format(point=point, kind=kind.replace("_", "."))
    return write(folder, text, "mountinfo")


def test_what_lies_on_a_drive_of_the_network_is_known_without_touching_it(tmp_path: Path) -> None:
    """Also by a link, by a way back, and below a folder with a space; a vault of one's own disk is none."""
    for name in ("far", "near", "a far", "vault"):
        (tmp_path / name).mkdir()
    (tmp_path / "near" / "link").symlink_to("../far/sub")
    (tmp_path / "near" / "whole").symlink_to(tmp_path / "a far" / "main.dat")
    (tmp_path / "near" / "loop").symlink_to("loop")
    mounted = table(tmp_path, far="nfs4", a_far="fuse.sshfs", vault="fuse.gocryptfs")
    points = drives.points(Mounts(mounted).kinds())
    assert points == {str(tmp_path / "far"), str(tmp_path / "a far")}
    names = (
        "far/x/main.dat",
        "near/link/main.dat",
        "near/whole",
        "far",
        "near/../far/main.dat",
        "near/main.dat",
        "near/loop/main.dat",
        "vault/main.dat",
        "farther/main.dat",
    )
    found = drives.foreign([str(tmp_path / name) for name in names], points)
    assert [one.removeprefix(f"{tmp_path}/") for one in found] == list(names[:5])
    assert found[str(tmp_path / "near" / "whole")] == str(tmp_path / "a far")


def test_what_is_mounted_on_top_counts_and_no_table_is_none(tmp_path: Path) -> None:
    """The uppermost of several is the last; a home that is all on the network is foreign as a whole."""
    mounted = table(tmp_path, far="autofs")
    mounted.write_text(mounted.read_text() + LINE.format(point=tmp_path / "far", kind="ext4"))
    assert drives.points(Mounts(mounted).kinds()) == frozenset()
    assert drives.points(Mounts(tmp_path / "none").kinds()) == frozenset()
    everything = drives.points(Mounts(table(tmp_path, root="nfs")).kinds())
    assert drives.foreign(["/a/b"], everything) == {"/a/b": "/"}


async def test_nothing_of_devdash_touches_a_drive_before_a_program_has(
    context: MakeContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One program waits, however often it is asked; nothing is watched there; it goes on with the answer."""
    file = write(tmp_path / "far", SHOP)
    answer = tmp_path / "answer"
    monkeypatch.setattr(Mounts, "kinds", lambda self: {str(tmp_path / "far"): "nfs4"})
    waits = ("sh", "-c", f"echo >>{tmp_path}/began; while ! [ -e {answer} ]; do sleep 0.02; done")
    monkeypatch.setattr(patience, "_KNOCK", waits)
    monkeypatch.setattr(book, "USUAL_S", 0.3)
    touched: list[str] = []
    real = book._look

    def look(*given: object) -> object:
        touched.append("look")
        return real(*given)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr(book, "_look", look)
    ledger = pane(context, file)
    for _ in range(3):
        with pytest.raises(Unavailable, match="has not answered"):
            await ledger.read()
    with pytest.raises(PaneError, match="has not answered"):
        await ledger.act(ActionRequest(EDIT.name))
    assert touched == [] and (tmp_path / "began").read_text() == "\n"
    answer.touch()
    while True:
        try:
            found = await facts(ledger)
            break
        except Unavailable:
            await asyncio.sleep(0.02)
    assert found.files == (str(file),) and touched
    assert ledger._books[0].places == frozenset()


@pytest.fixture
def far(tmp_path: Path, needs: Callable[[str], str]) -> Iterator[tuple[Path, int]]:
    """A folder that a program serves, and the number of the process that it depends on."""
    program = needs("sshfs")
    server = next((one for one in SERVERS if os.access(one, os.X_OK)), None)
    if server is None:
        pytest.skip("there is no sftp-server")
    remote, mounted, number = tmp_path / "remote", tmp_path / "far", tmp_path / "number"
    mounted.mkdir()
    write(remote, SHOP)
    fake = write(tmp_path, f"#!/bin/sh\necho $$ >{number}\nexec {server}\n", "ssh")
    fake.chmod(0o700)
    done = subprocess.run(
        [program, "-o", f"ssh_command={fake}", f"nowhere:{remote}", str(mounted)],
        capture_output=True,
        text=True,
        timeout=30,
    )
    if done.returncode:
        pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")
    served = int(number.read_text())
    try:
        yield mounted, served
    finally:
        os.kill(served, signal.SIGCONT)
        subprocess.run(
            [shutil.which("fusermount3") or "fusermount", "-u", "-z", str(mounted)], check=False, timeout=30
        )


def test_a_drive_is_known_as_soon_as_it_is_mounted_and_until_it_is_not(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """The table is read only when it has changed."""
    mounts = Mounts()
    before = mounts.kinds()
    assert str(tmp_path / "far") not in before and mounts.kinds() is before
    mounted, _ = request.getfixturevalue("far")
    assert mounts.kinds() == {**before, str(mounted): "fuse.sshfs"}
    subprocess.run([shutil.which("fusermount3") or "fusermount", "-u", str(mounted)], check=True, timeout=30)
    assert mounts.kinds() == before


@pytest.mark.parametrize("stops", ["before it was read", "when it is known"])
def test_devdash_ends_while_a_drive_hangs(
    far: tuple[Path, int], home: Path, tmp_path: Path, stops: str
) -> None:
    """The process is gone, not only its screen: a shell that waits for it goes on."""
    mounted, served = far
    config = tmp_path / "devdash.toml"
    config.write_text(f"[panes.ledger]\nfile = {json.dumps(str(mounted / 'main.beancount'))}\n")
    argv = [sys.executable, "-m", "devdash", "--config", str(config), "status"]
    if stops == "when it is known":
        ready = subprocess.run(argv, capture_output=True, text=True, timeout=50)
        assert "net worth" in ready.stdout
    os.kill(served, signal.SIGSTOP)
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True) as program:
        try:
            said, _ = program.communicate(timeout=40)
        finally:
            os.kill(served, signal.SIGCONT)
    assert "has not answered" in " ".join(said.split())
