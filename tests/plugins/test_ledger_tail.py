"""What was appended is shown before the full load, and is what the full load says."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st
from ledger_journals import SHOP, MakeContext, cells, facts, pane, write

from devdash_ledger import loading, stamps, tail, worker
from devdash_ledger.content import Content, content_of, since
from devdash_ledger.sheet import Sheet

BASE = """\
2026-01-01 open Assets:Cash
2026-01-01 open Assets:Fund
2026-01-01 open Assets:Giro EUR
2026-01-01 open Assets:Gone
2026-05-01 close Assets:Gone
2026-09-01 open Expenses:Food
2026-11-25 open Assets:Late
2026-01-01 open Equity:Start
2026-01-02 * "Start"
  Assets:Cash    100.00 EUR
  Assets:Cash    10.5 CHF
  Assets:Fund  3 WRLD {4.00 EUR}
  Equity:Start
2026-01-03 pad Assets:Giro Equity:Start
2026-10-05 balance Assets:Giro  7.00 EUR
"""
OPTIONS = (
    "",
    'option "inferred_tolerance_default" "EUR:0.5"\n',
    'option "inferred_tolerance_multiplier" "1.1"\n',
    'plugin "beancount.plugins.implicit_prices"\n',
    'plugin "beancount.plugins.auto_accounts"\n',
    'plugin "beancount.plugins.leafonly"\n',
    "2026-11-20 balance Assets:Cash  99.00 EUR\n",
    "2026-11-03 pad Assets:Cash Equity:Start\n2026-11-25 balance Assets:Cash  9.00 EUR\n",
    "pushtag #trip\n",
    '2026-11-01 * "open end"\n  Assets:Cash  1.00 EUR\n  Equity:Start',
    "; a comment",
)

MUTATIONS = (
    ("2026-11", "2026-10"),
    ("2026-11", "2026-08"),
    ("2026-11-2", "2026-02-3"),
    ("*", "!"),
    ("*", "txn"),
    ("*", "P"),
    ('"x"', ""),
    ('"x"', '"Café" "Brot"'),
    ('"x"', '"a" "b" "c"'),
    ('"x"', '"a\nb"'),
    ('"x"', '"\\"x"'),
    ('"x"', '"x" #tag ^link'),
    ('"x"', '"x" ; why'),
    ('"x"', '"x"\n  note: "1"'),
    ('"x"', '"x"\n  note: 3'),
    ('"x"', '"x"\n  lineno: "4"'),
    ('"x"', '"x"\n  note: "1"\n  note: "1"'),
    ('"x"', '"x"\n  ; why'),
    ('"x"', '"x"\n '),
    ("  A", "  ! A"),
    ("  A", "\tA"),
    ("  A", "\n  A"),
    ("  A", "A"),
    ("Assets:Cash", "Assets:Gone"),
    ("Assets:Cash", "Assets:Typo"),
    ("Expenses:Food", "Expenses:Foo"),
    (" EUR", " CHF"),
    (" EUR", " NEW"),
    (" EUR", "EUR"),
    (" EUR", " EUR @ 2 CHF"),
    (" EUR", " WRLD {4.00 EUR}"),
    (" EUR", " EUR {}"),
    (" EUR", " EUR ; why"),
    ("1.00", "1,000.00"),
    ("1.00", "+1.00"),
    ("1.00", "1.004"),
    ("1.00", "1"),
    ("1.00", "(1.00)"),
    ("1.00", "1.00*2"),
    ("\n", "\r\n"),
    ("\n", ""),
    ("\n", "\n\n"),
    ("\n", "\n2026-11-01 open Assets:New\n"),
    ("\n", "\n2026-11-30 balance Assets:Cash 1.00 EUR\n"),
    ("\n", "\npoptag #trip\n"),
    ("\n", "\n* org\n"),
    ("\n", "\n2026-11-01 price WRLD 5 EUR\n"),
    ("\n", "\n2026-11-02 close Assets:Cash\n"),
    ("\n", '\noption "title" "x"\n'),
)

accounts = st.sampled_from(["Assets:Cash", "Assets:Fund", "Assets:Giro", "Expenses:Food", "Equity:Start"])
amounts = st.sampled_from(["1.00", "-1.00", "2.5", "-2.50", "3", "-3", "0.005", "0.00", "123456789.12"])


@st.composite
def entries(draw: st.DrawFn) -> str:
    """A plain entry, balanced or with one amount left out, sometimes with a change that may matter."""
    lines = [f'2026-11-{draw(st.sampled_from(["02", "21", "28"]))} * "x"']
    number, unit = draw(amounts), draw(st.sampled_from(["EUR", "EUR", "CHF", "WRLD"]))
    lines += [f"  {draw(accounts)}  {number} {unit}"]
    if draw(st.booleans()):
        lines += [f"  {draw(accounts)}  {draw(amounts)} {unit}", f"  {draw(accounts)}"]
    else:
        other = number.removeprefix("-") if number.startswith("-") else f"-{number}"
        lines += [f"  {draw(accounts)}" + draw(st.sampled_from(["", f"  {other} {unit}"]))]
    text = "\n".join(lines) + "\n"
    if draw(st.integers(0, 2)) == 0:
        text = text.replace(*draw(st.sampled_from(MUTATIONS)), draw(st.sampled_from([1, 99])))
    return draw(st.sampled_from(["", "\n"])) + text


def sheet_of(file: Path) -> Sheet:
    """As the worker reads it."""
    return msgspec.convert(worker.load(str(file), "2026-11"), Sheet)


def content(file: Path) -> Content:
    """Of a journal of one file."""
    found = content_of([str(file)], ())
    assert found is not None
    return found


PLAIN = '\n2026-11-21 * "x"\n  Expenses:Food  2.50 EUR\n  Assets:Cash\n'


@settings(max_examples=400, deadline=None)
@given(
    option=st.just("") | st.sampled_from(OPTIONS),
    added=st.lists(entries(), min_size=1, max_size=3).map("".join),
)
@example(option="", added=PLAIN)
@example(option="", added='2026-11-21 * "x"\n  Assets:Fund  -3 WRLD\n  Assets:Cash  3 WRLD\n')
@example(option="", added='2026-11-21 * "x"\r\n  Assets:Giro  1.00 EUR\r\n  Assets:Cash  -1.00 EUR\r\n')
@example(option="; a comment", added=PLAIN.lstrip())
@example(option="", added=PLAIN.replace("2.50", f"{10**15}.123456789012"))
@example(option="", added=PLAIN.replace("2026-11-21", "2026-09-30").replace("Cash", "Giro"))
@example(option="", added=PLAIN.replace("Cash", "Late"))
@example(option="", added=PLAIN.replace("Cash", "Gone"))
def test_what_is_shown_early_is_what_the_full_load_says(
    tmp_path_factory: pytest.TempPathFactory, option: str, added: str
) -> None:
    """Every sum, every count and every error; what may mean anything else is not shown early."""
    file = tmp_path_factory.mktemp("tail") / "j.beancount"
    file.write_bytes((BASE + option).encode())
    before, base = sheet_of(file), content(file)
    with file.open("ab") as stream:
        stream.write(added.encode())
    later = since(base)
    assert later is not None and later.content == content(file)
    text = tail.appended(base, later)
    found = tail.entries_of(text, before) if text is not None else None
    event("waits" if found is None else "early")
    if found is None:
        assert added != PLAIN or option not in ("", OPTIONS[3], OPTIONS[4])
        return
    full, early = sheet_of(file), tail.extended(before, found)
    assert early.moves == full.moves
    assert [msgspec.structs.replace(one, digits=0) for one in early.uses] == [
        msgspec.structs.replace(one, digits=0) for one in full.uses
    ]
    assert (early.errors, early.error_count, early.complete) == (full.errors, full.error_count, full.complete)
    assert (early.days, early.prices, early.plans) == (full.days, full.prices, full.plans)


def test_only_the_end_of_one_file_may_have_changed(tmp_path: Path) -> None:
    """Another byte before it, a second file, a new match, one shorter or gone: no tail."""
    one, two = write(tmp_path, SHOP, "a"), write(tmp_path, SHOP, "b")
    pattern = str(tmp_path / "*.x")

    def now() -> Content:
        found = content_of([str(one), str(two)], [pattern])
        assert found is not None
        return found

    def appended() -> bytes | None:
        later = since(base)
        assert later is not None and later.content == now()
        return tail.appended(base, later)

    base = now()
    write(tmp_path, SHOP + PLAIN, "a")
    assert appended() == PLAIN.encode()
    changes: tuple[Callable[[], object], ...] = (
        lambda: write(tmp_path, SHOP.replace("4", "5") + PLAIN, "a"),
        lambda: write(tmp_path, SHOP + PLAIN, "b"),
        lambda: write(tmp_path, "", "new.x"),
        lambda: write(tmp_path, SHOP[:-1], "a"),
        one.unlink,
    )
    for change in changes:
        for name in ("a", "b"):
            write(tmp_path, SHOP, name)
        (tmp_path / "new.x").unlink(missing_ok=True)
        write(tmp_path, SHOP + PLAIN, "a")
        change()
        assert appended() is None


async def test_an_appended_entry_is_there_before_the_load_and_the_load_follows(
    context: MakeContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The figures need no worker; when the worker has answered, its answer counts."""
    monkeypatch.setattr(stamps, "SLACK_NS", -(10**18))
    woken = asyncio.Event()

    def make(**rest: object) -> object:
        return context(on_wake=woken.set, **rest)

    file = write(tmp_path, SHOP)
    ledger = pane(make, file)  # type: ignore[arg-type]  # a context of its own
    await ledger.read()
    gate, real = asyncio.Event(), loading.Loader.loaded

    async def loaded(self: loading.Loader, *args: object) -> object:
        await gate.wait()
        return await real(self, *args)  # type: ignore[arg-type]

    monkeypatch.setattr(loading.Loader, "loaded", loaded)
    for count, amount in ((1, "93.50"), (2, "91.00")):  # the second while the load of the first is under way
        write(tmp_path, SHOP + PLAIN * count)
        assert cells(await facts(ledger))["Assets:Cash", "EUR", "2026-11"] == amount
    write(tmp_path, SHOP + PLAIN * 2)
    woken.clear()
    gate.set()
    async with asyncio.timeout(20):
        await woken.wait()
    assert ledger._books[0]._following is not None
    assert cells(await facts(ledger))["Assets:Cash", "EUR", "2026-11"] == "91.00"
    newest = ledger._books[0]._newest
    assert newest is not None and not newest.is_early


async def test_the_full_load_wins(
    context: MakeContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were what is shown early ever wrong, it would be so until the load is there, and no longer."""
    woken = asyncio.Event()

    def make(**rest: object) -> object:
        return context(on_wake=woken.set, **rest)

    monkeypatch.setattr(stamps, "SLACK_NS", -(10**18))
    ledger = pane(make, write(tmp_path, SHOP))  # type: ignore[arg-type]  # a context of its own
    await ledger.read()
    monkeypatch.setattr(tail, "extended", lambda sheet, entries: sheet)
    woken.clear()
    write(tmp_path, SHOP + PLAIN)
    assert cells(await facts(ledger))["Assets:Cash", "EUR", "2026-11"] == "96.00"
    async with asyncio.timeout(20):
        await woken.wait()
    assert cells(await facts(ledger))["Assets:Cash", "EUR", "2026-11"] == "93.50"


async def test_a_load_that_fails_after_an_early_reading_is_said(
    context: MakeContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The early figures do not hide that the journal cannot be loaded."""
    from devdash.api import WorkerDied

    woken = asyncio.Event()

    def make(**rest: object) -> object:
        return context(on_wake=woken.set, **rest)

    monkeypatch.setattr(stamps, "SLACK_NS", -(10**18))
    ledger = pane(make, write(tmp_path, SHOP))  # type: ignore[arg-type]  # a context of its own
    await ledger.read()
    monkeypatch.setattr(loading, "WORKER", "devdash_ledger.no_such_module")
    woken.clear()
    write(tmp_path, SHOP + PLAIN)
    assert cells(await facts(ledger))["Assets:Cash", "EUR", "2026-11"] == "93.50"
    async with asyncio.timeout(20):
        await woken.wait()
    with pytest.raises(WorkerDied):
        await ledger.read()
