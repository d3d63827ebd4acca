"""The kept report of a start: shown where it is what would be built, and never otherwise."""

import ast
import asyncio
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import pytest
from ledger_journals import SHOP, MakeContext, pane, write

from devdash.api import Report
from devdash_ledger import pane as panes
from devdash_ledger import portrait, stamps
from devdash_ledger.budget_config import BudgetConfig
from devdash_ledger.pane import LedgerPane

BUDGET = '2026-01-01 custom "budget" Expenses:Food "monthly" 3.00 EUR\n'
PATIENCE = 20.0


@pytest.fixture(autouse=True)
def _trusting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that were written just now count as settled."""
    monkeypatch.setattr(stamps, "SLACK_NS", -(10**18))
    monkeypatch.setattr(panes, "_LATER_S", 0.0)


async def settled(ledger: LedgerPane) -> Report:
    """What it shows, with all done that it does afterwards."""
    report = await ledger.read()
    if ledger._settling is not None:
        await ledger._settling
    return report


def kept(folder: Path) -> Path:
    """The kept report."""
    return folder / "cache" / "ledger" / "report.json"


@pytest.fixture
def no_builds(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From its call on no report can be built."""

    def fail(*_: object, **__: object) -> Report:
        raise AssertionError("a report was built")

    return lambda: monkeypatch.setattr(portrait, "build", fail)


async def test_the_report_of_an_unchanged_journal_is_not_built_anew(
    context: MakeContext, tmp_path: Path, no_builds: Callable[[], None]
) -> None:
    """A new process shows the very same, told of its own time; nobody else may read the file."""
    file = write(tmp_path, SHOP + BUDGET)
    first = await settled(pane(context, file))
    assert kept(tmp_path).stat().st_mode & 0o777 == 0o600
    no_builds()
    assert await pane(context, file).read() == first


async def test_what_an_append_builds_upon_is_made_after_the_kept_report_is_shown(
    context: MakeContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the first append need not make every row, because the start did not."""
    file = write(tmp_path, SHOP + BUDGET)
    await settled(pane(context, file))
    monkeypatch.setattr(panes, "_LATER_S", 3600.0)
    ledger = pane(context, file)
    await ledger.read()
    assert ledger._portrait.is_old and not ledger._known.rows._last.rows
    assert ledger._portrait.settle(ledger._known)
    assert ledger._known.rows._last.rows and ledger._portrait.is_settled
    await ledger.stop()


CHANGES: Mapping[str, tuple[str, dict[str, object]]] = {
    "another day": ("2026-11-23", {}),
    "another month": ("2026-12-01", {}),
    "fewer months": ("2026-11-22", {"months": 2}),
    "another currency": ("2026-11-22", {"currency": "CHF"}),
    "a floor": ("2026-11-22", {"floors": {"Assets:Cash": "50000 EUR"}}),
    "a fixed budget": ("2026-11-22", {"budgets": BudgetConfig(fixed=("Expenses",))}),
    "rollover": ("2026-11-22", {"budgets": BudgetConfig(rollover=True)}),
    "quiet days": ("2026-11-22", {"quiet_days": 3}),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_on_another_day_and_with_other_settings_it_is_what_they_make_of_it(
    context: MakeContext, tmp_path: Path, change: str
) -> None:
    """Figures that come from the cache, and a report that was kept: the same as without either."""
    file = write(tmp_path, SHOP + BUDGET)
    before = await settled(pane(context, file, "2026-11-22"))
    day, config = CHANGES[change]
    told = await settled(pane(context, file, day, **config))
    assert told == await pane(context, file, day, cache=False, **config).read()
    assert msgspec.json.encode(told) != msgspec.json.encode(before)


async def test_a_journal_of_other_bytes_has_another_report(context: MakeContext, tmp_path: Path) -> None:
    """Of the same size, with the same time, and in the next start."""
    file = write(tmp_path, SHOP + BUDGET)
    before, old = await settled(pane(context, file)), file.stat()
    file.write_text(file.read_text().replace("4.00", "5.00"))
    os.utime(file, ns=(old.st_atime_ns, old.st_mtime_ns))
    assert file.stat().st_size == old.st_size
    told = await settled(pane(context, file))
    assert told != before and told == await pane(context, file, cache=False).read()


async def test_without_a_cache_it_is_neither_kept_nor_left(context: MakeContext, tmp_path: Path) -> None:
    """`cache = false` removes what was kept."""
    file = write(tmp_path, SHOP)
    await settled(pane(context, file))
    assert kept(tmp_path).exists()
    await settled(pane(context, file, cache=False))
    assert not kept(tmp_path).exists()


DAMAGE: Mapping[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "cut off": lambda data: data[:-20],
    "longer": lambda data: data + b" ",
    "another figure": lambda data: data.replace(b"4.00", b"5.00"),
    "another form": lambda data: data.replace(b"report 1", b"report 0"),
    "of another reading": lambda data: data[:30] + bytes([data[30] ^ 1]) + data[31:],
    "garbage": lambda _: os.urandom(5000),
}


@pytest.mark.parametrize("damage", DAMAGE)
async def test_a_damaged_one_is_none(context: MakeContext, tmp_path: Path, damage: str) -> None:
    """It is neither believed nor complained of, and written anew."""
    file = write(tmp_path, SHOP)
    before = await settled(pane(context, file))
    whole = kept(tmp_path).read_bytes()
    kept(tmp_path).write_bytes(DAMAGE[damage](whole))
    ledger = pane(context, file)
    assert await ledger.read() == before and not ledger._portrait.is_old
    await settled(ledger)
    assert kept(tmp_path).read_bytes() == whole


async def test_one_that_is_not_what_would_be_built_is_replaced_at_once(
    context: MakeContext, tmp_path: Path
) -> None:
    """However it came there, with a right sum: it is thrown away, and the pane asks for a reading."""
    file = write(tmp_path, SHOP)
    right = await settled(pane(context, file))
    mark = kept(tmp_path).read_bytes().split()[2].decode()
    portrait.keep(kept(tmp_path).parent, mark, msgspec.structs.replace(right, summary="wrong"))
    woken = asyncio.Event()
    ledger = pane(lambda **rest: context(on_wake=woken.set, **rest), file)
    assert (await ledger.read()).summary == "wrong"
    async with asyncio.timeout(PATIENCE):
        await woken.wait()
    assert await ledger.read() == right


def imports(name: str) -> set[str]:
    """The modules of the ledger's plug-in that one of them imports, also within functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(Path(portrait.__file__).with_name(f"{name}.py").read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "devdash_ledger":
            own = (node.module or "").partition(".")[2]
            found |= {own} if own else {one.name for one in node.names}
    return found


async def test_other_code_is_another_report(
    context: MakeContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every module that has a part in a report is known, and devdash's version with them."""
    seen: set[str] = set()
    waiting = {"portrait"}
    while waiting:
        name = waiting.pop()
        seen.add(name)
        waiting |= imports(name) - seen
    assert set(portrait.PARTS) == seen
    assert not any("None" in one for one in portrait._own_modules())
    file = write(tmp_path, SHOP)
    await settled(pane(context, file))
    for name, value in {"__version__": "0", "_own_modules": lambda: ["accounts 1 1"]}.items():
        with monkeypatch.context() as patch:
            patch.setattr(portrait, name, value)
            ledger = pane(context, file)
            await ledger.read()
            assert not ledger._portrait.is_old
            await ledger.stop()
