"""The cells cache: an unchanged journal is there without a load, and nothing else ever comes from it."""

import ast
import os
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_journals import SHOP, MakeContext, cells, facts, pane, plugin, write

from devdash.api import WorkerDied
from devdash_ledger import book, cache, loading, portrait, stamps
from devdash_ledger.config import Trust
from devdash_ledger.content import content_of
from devdash_ledger.journal import AccountType, Format, LoadRequest
from devdash_ledger.sheet import Sheet

BOOKED = '2026-11-0{0} * "x"\n  Expenses:Food  {0}.00 EUR\n  Assets:Cash\n'


@pytest.fixture(autouse=True)
def _trusting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that were written just now count as settled; no report is kept beside a test that goes on."""
    monkeypatch.setattr(stamps, "SLACK_NS", -(10**18))
    monkeypatch.setattr(portrait, "keep", lambda *_: None)


@pytest.fixture
def no_loads(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From its call on, a load ends in `WorkerDied`: only the cache can answer."""
    return lambda: monkeypatch.setattr(loading, "WORKER", "devdash_ledger.no_such_module")


def split(folder: Path) -> Path:
    """A journal of three files: itself, one that it names, one that it finds; a fourth is missing."""
    write(folder, BOOKED.format(1), "years/2025.beancount")
    write(folder, BOOKED.format(2), "named.beancount")
    includes = 'include "years/*.beancount"\ninclude "named.beancount"\ninclude "missing.beancount"\n'
    return write(folder, SHOP + includes)


def kept(folder: Path) -> Path:
    """The one file of the cells cache."""
    [file] = (folder / "cache" / "ledger").glob("cells-*")
    return file


async def test_an_unchanged_journal_needs_no_load(
    context: MakeContext, tmp_path: Path, no_loads: Callable[[], None]
) -> None:
    """A new process shows the very same report, for other months too; only its owner may read the cache."""
    file = split(tmp_path)
    report = await pane(context, file).read()
    wide = await facts(pane(context, file, months=0))
    no_loads()
    assert await pane(context, file).read() == report
    assert await facts(pane(context, file, months=0)) == wide
    assert kept(tmp_path).stat().st_mode & 0o777 == 0o600
    with pytest.raises(WorkerDied):
        await pane(context, file, cache=False).read()
    assert not list((tmp_path / "cache" / "ledger").iterdir())


def same_times(file: Path, text: str) -> None:
    """Other bytes under the same name, size and time of content."""
    before = file.stat()
    assert before.st_size == len(text.encode())
    file.write_text(text)
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


CHANGES: Mapping[str, Callable[[Path], object]] = {
    "the same size and time": lambda f: same_times(
        f / "main.beancount", (f / "main.beancount").read_text().replace("4.00", "5.00")
    ),
    "an include": lambda f: same_times(f / "named.beancount", BOOKED.format(3)),
    "a file of a glob": lambda f: write(f, BOOKED.format(4), "years/2025.beancount"),
    "a new match": lambda f: write(f, BOOKED.format(5), "years/2026.beancount"),
    "an empty new match": lambda f: write(f, "", "years/2026.beancount"),
    "a lost match": lambda f: (f / "years" / "2025.beancount").unlink(),
    "a lost include": lambda f: (f / "named.beancount").unlink(),
    "one that was missing": lambda f: write(f, "", "missing.beancount"),
    "swapped files": lambda f: (
        (f / "named.beancount").rename(f / "x"),
        (f / "years" / "2025.beancount").rename(f / "named.beancount"),
        (f / "x").rename(f / "years" / "2025.beancount"),
    ),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_changed_journal_is_loaded(
    context: MakeContext,
    tmp_path: Path,
    no_loads: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    change: str,
) -> None:
    """Whatever changed, and however little shows: the cache keeps silent, and is then written anew."""
    file = split(tmp_path)
    await pane(context, file).read()
    CHANGES[change](tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(loading, "WORKER", "devdash_ledger.no_such_module")
        with pytest.raises(WorkerDied):
            await pane(context, file).read()
    fresh = await facts(pane(context, file, cache=False))
    await pane(context, file).read()
    no_loads()
    assert await facts(pane(context, file)) == fresh


def flipped(data: bytes) -> bytes:
    """One bit in the middle of it is another."""
    place = len(data) // 2
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


DAMAGE: Mapping[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "cut off": lambda data: data[:-20],
    "longer": lambda data: data + b" ",
    "one bit": flipped,
    "another figure": lambda data: data.replace(b'"4.00"', b'"5.00"'),
    "another form": lambda data: data.replace(b"devdash-cells 2", b"devdash-cells 1"),
    "of another program": lambda _: b'{"cells": []}',
    "garbage": lambda _: os.urandom(5000),
}


@pytest.mark.parametrize("damage", DAMAGE)
async def test_a_damaged_cache_is_none(
    context: MakeContext, tmp_path: Path, no_loads: Callable[[], None], damage: str
) -> None:
    """It is neither believed nor complained of; the next load writes it anew."""
    file = split(tmp_path)
    before = await facts(pane(context, file))
    kept(tmp_path).write_bytes(DAMAGE[damage](kept(tmp_path).read_bytes()))
    assert await facts(pane(context, file)) == before
    no_loads()
    assert await facts(pane(context, file)) == before


@pytest.mark.parametrize("place", ["pipe", "folder", "unwritable"])
async def test_what_is_no_cache_file_is_not_read(context: MakeContext, tmp_path: Path, place: str) -> None:
    """A pipe that would wait for ever, a folder, one that cannot be made: the journal is loaded."""
    file = split(tmp_path)
    before = await facts(pane(context, file))
    cached = kept(tmp_path)
    cached.unlink()
    if place == "pipe":
        os.mkfifo(cached)
    elif place == "folder":
        cached.mkdir()
    elif place == "unwritable":
        cached.parent.rmdir()
        write(tmp_path, "a file in the way", "cache/ledger")
    assert await facts(pane(context, file)) == before


async def test_other_settings_and_other_programs_are_another_reading(
    context: MakeContext, tmp_path: Path, no_loads: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """devdash, its ledger's code, the interpreter, beancount: when it is new, it may read otherwise."""
    file = split(tmp_path)
    await pane(context, file).read()
    no_loads()
    changed = {
        "__version__": "0.0.0",
        "_own_modules": lambda: ["book.py 1 1"],
        "_reader": lambda _: "/elsewhere/beancount/__init__.py",
        "stamp_of": lambda path: stamps.Stamp(path, (0, 0, 0, 0, 0)),
    }
    for name, value in changed.items():
        with monkeypatch.context() as patch:
            patch.setattr(cache, name, value)
            with pytest.raises(WorkerDied):
                await pane(context, file).read()
    await pane(context, file, format=Format.BEANCOUNT, months=2).read()
    others: tuple[dict[str, object], ...] = (
        {"virtual": False},
        {"roots": {"Aktiva": AccountType.ASSETS}},
        {"trust": Trust.ASK},
    )
    for config in others:
        with pytest.raises(WorkerDied):
            await pane(context, file, "2026-11-22", **config).read()


def imports(name: str) -> set[str]:
    """The modules of the ledger's plug-in that one of them imports, also within functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(Path(cache.__file__).with_name(f"{name}.py").read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "devdash_ledger":
            own = (node.module or "").partition(".")[2]
            found |= {own} if own else {one.name for one in node.names}
    return found


def test_every_module_that_has_a_part_in_a_sheet_is_known() -> None:
    """Whatever the reading process imports, and whatever keeps its answer, makes the cache another one."""
    seen: set[str] = set()
    waiting = {"worker", "cache"}
    while waiting:
        name = waiting.pop()
        seen.add(name)
        waiting |= imports(name) - seen
    assert set(cache.PARTS) == seen | {"loading"}
    before = list(cache._own_modules())
    assert all(part in one for part, one in zip(cache.PARTS, before, strict=True))
    assert not any("None" in one for one in before)


@pytest.mark.parametrize("what", ["plug-in", "document", "documents"])
async def test_what_the_files_alone_do_not_decide_is_not_cached(
    context: MakeContext, tmp_path: Path, what: str
) -> None:
    """A plug-in of one's own may read anything; whether a document is there is part of the answer."""
    file = plugin(tmp_path, "pass") if what == "plug-in" else write(tmp_path, SHOP)
    text = file.read_text()
    if what == "document":
        file.write_text(text + '2026-01-03 document Assets:Cash "receipt.pdf"\n')
    elif what == "documents":
        (tmp_path / "papers").mkdir()
        file.write_text(text + 'option "documents" "papers"\n')
    first = await facts(pane(context, file))
    assert not (tmp_path / "cache").exists()
    if what == "document":
        write(tmp_path, "", "receipt.pdf")
        assert first.error_count == 1 and (await facts(pane(context, file))).error_count == 0


async def test_beancounts_own_plug_ins_are_cached(
    context: MakeContext, tmp_path: Path, no_loads: Callable[[], None]
) -> None:
    """They are functions of the entries, and change with beancount alone."""
    file = write(tmp_path, 'plugin "beancount.plugins.implicit_prices"\n' + SHOP)
    found = await facts(pane(context, file))
    no_loads()
    assert await facts(pane(context, file)) == found


@pytest.mark.parametrize("program", ["ledger", "hledger"])
async def test_programs_are_cached_within_a_month(
    context: MakeContext,
    tmp_path: Path,
    needs: Callable[[str], str],
    no_loads: Callable[[], None],
    program: str,
) -> None:
    """They take a date without a year for this one's, so another month is another reading."""
    needs(program)
    file = write(tmp_path, "2026-10-05 Bread\n  Expenses:Food  4.00 EUR\n  Assets:Cash\n", f"a.{program}")
    found = await facts(pane(context, file))
    assert cells(found)["Expenses:Food", "EUR", "2026-10"] in ("4", "4.00")
    no_loads()
    assert (await facts(pane(context, file, today="2026-11-30"))).cells == found.cells
    with pytest.raises(WorkerDied):
        await pane(context, file, today="2026-12-01").read()


@pytest.mark.parametrize(
    ("program", "text"),
    [
        ("ledger", "= expr date < today\n  (A)  1 EUR\n"),
        ("ledger", "i 2026/11/22 09:00:00 Work\n"),
        ("hledger", "include x.timedot\n"),
        ("hledger", "include csv:x\n"),
        ("ledger", "python\n  1\n"),
    ],
)
async def test_what_changes_by_itself_is_not_cached(
    context: MakeContext, tmp_path: Path, needs: Callable[[str], str], program: str, text: str
) -> None:
    """The day in an expression, a running time, rules beside a table, code."""
    needs(program)
    write(tmp_path, "", "x.timedot")
    await pane(context, write(tmp_path, text, f"a.{program}")).read()
    assert not (tmp_path / "cache").exists()


STEPS = st.lists(
    st.tuples(st.sampled_from(["main", "y/1", "y/2", "other"]), st.sampled_from([None, "a", "b", "ab"])),
    max_size=6,
)


@settings(max_examples=150, deadline=None)
@given(before=STEPS, after=STEPS)
def test_a_cache_answers_for_equal_bytes_alone(
    tmp_path_factory: pytest.TempPathFactory,
    before: list[tuple[str, str | None]],
    after: list[tuple[str, str | None]],
) -> None:
    """Whatever is written, removed and given its old time back: only the same is found."""
    folder = tmp_path_factory.mktemp("tree")
    (folder / "y").mkdir()
    state: dict[str, str | None] = dict.fromkeys(("main", "y/1", "y/2", "other"))

    def go(steps: list[tuple[str, str | None]]) -> None:
        for name, text in steps:
            state[name] = text
            if text is None:
                (folder / name).unlink(missing_ok=True)
            else:
                (folder / name).write_text(text)
                os.utime(folder / name, ns=(0, 0))

    go(before)
    told = dict(state)
    now = cache.circumstances(LoadRequest(str(folder / "main"), "2026-11", Format.BEANCOUNT), "")
    matches = [str(folder / name) for name in ("y/1", "y/2") if state[name] is not None]
    sheet = msgspec.convert(
        {"title": "", "operating": [], "uses": [], "files": [], "watched": [], "patterns": [], "moves": []}
        | {"prices": [], "plans": [], "errors": [], "error_count": 0, "complete": True, "last": 0}
        | {"lasting": True, "readers": [now.reader]},
        Sheet,
    )
    content = content_of([str(folder / "main"), *matches], [str(folder / "y" / "*")])
    assert content is not None
    cache.keep(folder / "cache", now, content, sheet)
    go(after)
    same = all(state[name] == told[name] for name in ("main", "y/1", "y/2"))
    assert (cache.find(folder / "cache", now) is not None) is same


async def test_what_came_from_the_cache_is_opened_after_it_is_shown(
    context: MakeContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the first key or append need not wait for it; the start did not."""
    file = write(tmp_path, SHOP)
    await pane(context, file).read()
    monkeypatch.setattr(book, "_LATER_S", 0.0)
    again = pane(context, file)
    await again.read()
    [own] = again._books
    assert own._preparing is not None and own._newest is not None
    await own._preparing
    assert own._newest._unfolding is not None
