"""The load runs apart: it may be missing, hang, die or make noise."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from ledger_journals import ROOT, SHOP, MakeContext, facts, pane, plugin, write

from devdash.api import (
    ActionRequest,
    Duration,
    OpenEditor,
    Unavailable,
    WorkerDied,
    WorkerFailed,
    WorkerTimeout,
)

READ_AND_LIST = """
import asyncio, sys, time
from pathlib import Path
import devdash_ledger.worker
from devdash.engine.context import Context
from ledger_journals import EXAMPLE, pane

def make(**rest):
    here = Path(".")
    return Context(folder=here, state_dir=here, cache_dir=here, monotonic=time.monotonic,
                   on_wake=lambda: None, on_progress=lambda text: None, **rest)

async def main():
    ledger = pane(make, EXAMPLE)
    report = await ledger.read()
    print(len(report.facts.cells) > 100)
    print([name for name in ("beancount", "textual", "django", "git", "psutil") if name in sys.modules])

asyncio.run(main())
"""


def test_the_dashboards_process_never_imports_beancount(tmp_path: Path) -> None:
    """A whole reading leaves this process without the loader, or anything else heavy."""
    done = subprocess.run(
        [sys.executable, "-c", READ_AND_LIST],
        check=True,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT / "tests" / "plugins")},
    )
    assert done.stdout.splitlines() == ["True", "[]"]


async def test_a_folder_as_journal_is_said(context: MakeContext, tmp_path: Path) -> None:
    """What cannot be read is named with the reason."""
    with pytest.raises(Unavailable, match="cannot be read: Is a directory"):
        await pane(context, tmp_path).read()


async def test_a_pipe_or_a_device_is_refused_at_once(context: MakeContext, tmp_path: Path) -> None:
    """What would hang, or never end, is neither loaded nor opened to find its last line."""
    pipe = tmp_path / "main.beancount"
    os.mkfifo(pipe)
    for file in (pipe, Path("/dev/zero")):
        ledger = pane(context, file)
        with pytest.raises(Unavailable, match="no plain file"):
            await ledger.read()
        with pytest.raises(Unavailable, match="no plain file"):
            await ledger.act(ActionRequest("edit"))


def test_without_the_package_the_hint_installs_it(tmp_path: Path) -> None:
    """Without beancount the answer is a sentence with the command that installs it."""
    file = write(tmp_path, SHOP)
    code = f"""
import sys
sys.modules["beancount"] = None
from devdash.api import Unavailable
from devdash_ledger import worker
try:
    worker.load({str(file)!r}, "2026-11")
except Unavailable as error:
    print(error.message, "|", error.hint)
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == 'beancount is not installed | pip install "devdash[ledger]"'


async def test_bytes_that_are_no_text_are_an_error_with_a_line(context: MakeContext, tmp_path: Path) -> None:
    """A journal in another encoding is an error of the journal, not of the pane."""
    file = tmp_path / "main.beancount"
    file.write_bytes(SHOP.encode().replace(b"Bread", b"Caf\xe9"))
    found = await facts(pane(context, file))
    assert [error.line for error in found.errors] == [9]


async def test_a_worker_killed_while_loading_is_a_state(context: MakeContext, tmp_path: Path) -> None:
    """A load that dies becomes the pane's state; the next reading starts anew."""
    file = plugin(tmp_path, "os.kill(os.getpid(), signal.SIGKILL)")
    ledger = pane(context, file)
    with pytest.raises(WorkerDied):
        await ledger.read()
    with pytest.raises(WorkerDied):
        await ledger.read()
    plugin(tmp_path, "pass")
    assert (await facts(ledger)).complete


async def test_a_journal_that_cannot_be_loaded_can_be_edited(context: MakeContext, tmp_path: Path) -> None:
    """When the load dies, the editor still opens; without a file there is nothing to open."""
    file = plugin(tmp_path, "os.kill(os.getpid(), signal.SIGKILL)")
    outcome = await pane(context, file).act(ActionRequest("edit"))
    assert outcome.effects == (OpenEditor(str(file), 13),)
    with pytest.raises(Unavailable, match="cannot be read"):
        await pane(context, tmp_path / "none.beancount").act(ActionRequest("edit"))


async def test_a_load_that_hangs_is_killed(context: MakeContext, tmp_path: Path) -> None:
    """A journal that takes longer than the timeout leaves no process behind."""
    mark = tmp_path / "pid"
    file = plugin(tmp_path, f"open({str(mark)!r}, 'w').write(str(os.getpid())); time.sleep(600)")
    with pytest.raises(WorkerTimeout, match=r"loading .*main\.beancount took longer than 1 s") as caught:
        await pane(context, file, timeout=Duration(1)).read()
    assert "timeout" in caught.value.hint
    if mark.exists():
        with pytest.raises(ProcessLookupError):
            os.kill(int(mark.read_text()), 0)


async def test_cancelling_a_load_ends_it(context: MakeContext, tmp_path: Path) -> None:
    """A reading that is cancelled takes its worker with it."""
    mark = tmp_path / "pid"
    file = plugin(tmp_path, f"open({str(mark)!r}, 'w').write(str(os.getpid())); time.sleep(600)")
    reading = asyncio.create_task(pane(context, file).read())
    while not mark.exists() or not mark.read_text():
        await asyncio.sleep(0.01)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)


async def test_a_noisy_plug_in_disturbs_nothing(context: MakeContext, tmp_path: Path) -> None:
    """What a plug-in prints, at any level, does not reach the answer; its exceptions are errors."""
    noise = "print('{}'); os.write(1, b'[]\\n'); raise RuntimeError('broken')"
    found = await facts(pane(context, plugin(tmp_path, noise)))
    assert [error.message.splitlines()[-1].strip() for error in found.errors] == ["RuntimeError: broken"]
    assert not found.complete


async def test_a_plug_in_that_exits_is_contained(context: MakeContext, tmp_path: Path) -> None:
    """`sys.exit` in a plug-in fails the reading, not the dashboard."""
    with pytest.raises((WorkerDied, WorkerFailed)):
        await pane(context, plugin(tmp_path, "sys.exit(3)")).read()
