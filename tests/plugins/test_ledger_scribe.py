"""What is checked before an entry is written: the whole journal, with the entry in place."""

import datetime
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from ledger_journals import SHOP, write
from ledger_programs import posting

from devdash.api import PaneError
from devdash_ledger import checking, scribe, staying
from devdash_ledger.append import Changed, Undoable
from devdash_ledger.check import Candidate, Refused, check_beancount
from devdash_ledger.entry import BadEntry, Entry, Flag
from devdash_ledger.orders import Draft, DraftLeg, JournalRef, TakeBack, Write
from devdash_ledger.style import Syntax
from devdash_ledger.target import AccountFile, WriteConfig

DAY = datetime.date(2026, 11, 22)
BREAD = (DraftLeg("Expenses:Food", "2.50+1.50"), DraftLeg("Assets:Cash"))
TEXT = '2026-11-22 * "Bakery" "Bread"\n  Expenses:Food    4.00 EUR\n  Assets:Cash     -4.00 EUR'
PLAIN = (
    "account Expenses:Food\naccount Assets:Cash\n\n"
    "2026-10-05 * Bread\n    Expenses:Food  4.00 EUR\n    Assets:Cash\n"
)


def reference(file: Path, syntax: Syntax = Syntax.BEANCOUNT, config: WriteConfig | None = None) -> JournalRef:
    """The journal `file`, its notes beside it."""
    return JournalRef(str(file), syntax, str(file.parent / "state"), config or WriteConfig())


def order(file: Path, legs: tuple[DraftLeg, ...] = BREAD, **more: object) -> Write:
    """An entry for bread, to be written."""
    draft = Draft(DAY, str(more.pop("payee", "Bakery")), "Bread", legs, Flag.CLEARED)
    journal = more.pop("journal", None) or reference(file)
    return Write(**{"journal": journal, "drafts": (draft,), "write": True, **more})  # type: ignore[arg-type]  # a test's shorthand


def test_an_entry_is_written_as_it_was_shown_and_taken_back(tmp_path: Path) -> None:
    """The sum is worked out, the balancing amount filled in, the text exact; undo gives the old bytes."""
    file = write(tmp_path, SHOP)
    shown = scribe.write(order(file, write=False))
    assert shown.text == TEXT and file.read_text() == SHOP
    done = scribe.write(order(file, expected=shown.text))
    assert (done.text, done.target, done.line) == (TEXT, str(file), 13)
    assert file.read_text() == f"{SHOP}\n{TEXT}\n"
    assert scribe.undo(TakeBack(reference(file))).text == TEXT
    scribe.undo(TakeBack(reference(file), write=True, expected=TEXT))
    assert file.read_text() == SHOP
    with pytest.raises(Undoable):
        scribe.undo(TakeBack(reference(file), write=True))


def test_what_was_not_shown_is_not_written(tmp_path: Path) -> None:
    """The journal's style changed between question and yes."""
    file = write(tmp_path, SHOP)
    shown = scribe.write(order(file, write=False))
    file.write_text(
        SHOP.replace("  Expenses", "      Expenses").replace("  Assets:Cash  ", "      Assets:Cash  ")
    )
    before = file.read_text()
    with pytest.raises(Changed, match="another"):
        scribe.write(order(file, expected=shown.text))
    assert file.read_text() == before


def test_a_later_balance_that_would_break_refuses_the_entry(tmp_path: Path) -> None:
    """The assertion stands after the entry's day; the file stays as it is."""
    file = write(tmp_path, SHOP + "\n2026-12-01 balance Assets:Cash  96.00 EUR\n")
    before = file.read_text()
    with pytest.raises(Refused, match=r"main.beancount:13.*Balance failed"):
        scribe.write(order(file))
    assert file.read_text() == before


def test_errors_from_before_do_not_refuse_an_entry(tmp_path: Path) -> None:
    """Also one whose words the entry changes, as a broken balance does."""
    broken = SHOP + '\n2026-11-01 * "x"\n  Assets:Cash  1 EUR\n\n2026-12-01 balance Assets:Cash  9.00 EUR\n'
    file = write(tmp_path, broken)
    scribe.write(order(file))
    assert file.read_text() == f"{broken}\n{TEXT}\n"


def test_a_mistyped_account_is_refused_or_opened_in_the_same_step(tmp_path: Path) -> None:
    """Refused with its name; opened with the entry when that was asked for."""
    file = write(tmp_path, SHOP)
    legs = (DraftLeg("Expenses:Fod", "4"), DraftLeg("Assets:Cash"))
    with pytest.raises(Refused, match="not opened Expenses:Fod"):
        scribe.write(order(file, legs))
    assert file.read_text() == SHOP
    done = scribe.write(order(file, legs, open_new=True))
    assert done.text.startswith("2026-11-22 open Expenses:Fod\n\n2026-11-22 *")
    scribe.undo(TakeBack(reference(file), write=True))
    assert file.read_text() == SHOP


@pytest.mark.parametrize("syntax", [Syntax.LEDGER, Syntax.HLEDGER])
def test_ledger_and_hledger_check_with_their_own_programs(
    syntax: Syntax, needs: Callable[[str], str], tmp_path: Path
) -> None:
    """A right entry is written, a mistyped account and a balance that would break are refused."""
    needs(str(syntax))
    file = write(tmp_path, "include sub/*.journal\n", "main.journal")
    part = write(tmp_path, PLAIN, "sub/2026.journal")
    journal = reference(file, syntax, WriteConfig(file="sub/{year}.journal"))
    evil = 'Joe"s\n2026-01-01 * x\n  A  1\n  B'
    done = scribe.write(order(file, journal=journal, payee=evil))
    assert done.target == str(part)
    assert done.text.splitlines()[1:] == ["    Expenses:Food  4.00 EUR", "    Assets:Cash   -4.00 EUR"]
    before = part.read_text()
    with pytest.raises(Refused, match=r"no account Expenses:Fod.*"):
        scribe.write(order(file, (DraftLeg("Expenses:Fod", "4"), DraftLeg("Assets:Cash")), journal=journal))
    assert part.read_text() == before
    asserted = before + "\n2026-12-01 * check\n    Assets:Cash  0 EUR = -8.00 EUR\n    Expenses:Food\n"
    part.write_text(asserted)
    early = (DraftLeg("Expenses:Food", "1"), DraftLeg("Assets:Cash"))
    if (
        syntax is Syntax.HLEDGER
    ):  # ledger asserts in the order of the file, so what is appended breaks nothing
        with pytest.raises(Refused, match="new error"):
            scribe.write(order(file, early, journal=journal))
        assert part.read_text() == asserted
    part.write_text(asserted.replace("-8.00", "-7.50"))
    warned = scribe.write(order(file, early, journal=journal))
    assert "had an error before" in " ".join(warned.warnings)


def test_the_target_follows_the_rule_and_the_link(tmp_path: Path) -> None:
    """By year, by account, through a symbolic link; a file that is no part of the journal is refused."""
    real = tmp_path / "real"
    main = write(real, 'include "20*.beancount"\ninclude "cash.beancount"\n' + SHOP)
    write(real, "", "cash.beancount")
    link = tmp_path / "journal.beancount"
    link.symlink_to(main)
    year = WriteConfig(file="{year}.beancount")
    done = scribe.write(order(main, journal=reference(main, config=year)))
    assert done.target == str(real / "2026.beancount")
    assert (real / "2026.beancount").read_text() == f"{TEXT}\n"
    by_account = WriteConfig(file="{year}.beancount", accounts=(AccountFile("Assets", "cash.beancount"),))
    assert scribe.write(order(main, journal=reference(main, config=by_account))).target.endswith(
        "cash.beancount"
    )
    main.write_text(SHOP)
    assert scribe.write(order(link)).target == str(main)
    assert link.is_symlink() and main.read_text() == f"{SHOP}\n{TEXT}\n"
    with pytest.raises(Refused, match="no part of the journal"):
        scribe.write(order(main, journal=reference(main, config=year)))


def test_the_first_entry_of_a_year_is_written_as_those_of_the_years_before(tmp_path: Path) -> None:
    """A main file that only includes others shows no style, and a new file of the year none either."""
    write(tmp_path, SHOP.replace("  ", "      "), "2025.beancount")
    main = write(tmp_path, 'include "20*.beancount"\n')
    bread = (DraftLeg("Expenses:Food", "4"), DraftLeg("Assets:Cash"))
    journal = reference(main, config=WriteConfig(file="{year}.beancount"))
    assert "      Expenses:Food" in scribe.write(order(main, bread, journal=journal)).text
    assert " 4.00 EUR\n" in (tmp_path / "2026.beancount").read_text()


def test_an_amount_whose_currency_nothing_tells_is_refused(tmp_path: Path) -> None:
    """The first entry of a journal says what it is in."""
    main = write(tmp_path, "2026-01-01 open Assets:Cash\n2026-01-01 open Expenses:Food\n")
    with pytest.raises(BadEntry, match="4 has no currency"):
        scribe.write(order(main, (DraftLeg("Expenses:Food", "4"), DraftLeg("Assets:Cash"))))


def test_a_file_with_windows_line_ends_keeps_them(tmp_path: Path) -> None:
    """And beancount reads what was written."""
    file = tmp_path / "main.beancount"
    file.write_bytes(SHOP.replace("\n", "\r\n").encode())
    scribe.write(order(file))
    assert file.read_bytes() == f"{SHOP}\n{TEXT}\n".replace("\n", "\r\n").encode()


def test_an_editor_that_saves_while_it_is_checked_wins_and_the_entry_follows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check is made anew on what the editor saved; both are in the file."""
    file = write(tmp_path, SHOP)
    real, saves = check_beancount, [SHOP + "; edited\n"]

    def check(candidate: Candidate) -> None:
        if saves:
            write(tmp_path, saves.pop(), "saved").rename(file)
        real(candidate)

    monkeypatch.setattr(checking, "check_beancount", check)
    scribe.write(order(file))
    assert file.read_text() == f"{SHOP}; edited\n\n{TEXT}\n"


def test_a_warning_names_the_editor(tmp_path: Path) -> None:
    """Vim's swap file is there: the entry is written, and the person is told to load it anew."""
    file = write(tmp_path, SHOP)
    (tmp_path / ".main.beancount.swp").write_bytes(b"")
    assert "Vim" in scribe.write(order(file)).warnings[0]


def test_entries_of_a_bank_are_one_write_or_none(tmp_path: Path) -> None:
    """The second has an account that is not opened: the first is not written either."""
    file = write(tmp_path, SHOP)
    good = Entry(DAY, "a", "", (posting("Expenses:Food", "1.00"), posting("Assets:Cash", "-1.00")))
    bad = Entry(DAY, "b", "", (posting("Expenses:Oops", "1.00"), posting("Assets:Cash", "-1.00")))
    with pytest.raises(PaneError):
        scribe.write(Write(reference(file), entries=(good, bad), write=True))
    assert file.read_text() == SHOP
    scribe.write(Write(reference(file), entries=(good, good), write=True))
    scribe.undo(TakeBack(reference(file), write=True))
    assert file.read_text() == SHOP


def _fifty(place: int, file: Path) -> None:
    staying.GRACE_S = 0.0  # no other program is about
    for number in range(50):
        scribe.write(order(file, payee=f"P{place}-{number}"))


def test_eight_processes_that_check_and_write_lose_none(tmp_path: Path) -> None:
    """400 of 400 through the whole path, with beancount's check of each."""
    file = write(tmp_path, SHOP)
    with ProcessPoolExecutor(8, get_context("spawn")) as pool:
        for done in [pool.submit(_fifty, place, file) for place in range(8)]:
            done.result(timeout=55)
    text = file.read_text()
    assert [text.count(f'"P{place}-{number}"') for place in range(8) for number in range(50)] == [1] * 400
    assert len(scribe.index(reference(file)).places) == 300


class Formatter(threading.Thread):
    """A program that has read a file, and saves it anew as soon as it has grown; `times` times."""

    def __init__(
        self, file: Path, times: int = 1, change: Callable[[str], str] = str, late: float = 0
    ) -> None:
        super().__init__(daemon=True)
        self._file, self._times, self._change, self._late = file, times, change, late
        self._is_over = False
        self._had = file.read_text()

    def saved(self, seconds: float) -> None:
        """Instead of so many seconds: until the file is as it has saved it."""
        while self.is_alive() and self._file.read_text() != self._had:
            time.sleep(0.001)

    def end(self) -> None:
        """It saves no more: what a test leaves running slows down all that come after it."""
        self._is_over = True
        self.join()

    def run(self) -> None:
        for _ in range(self._times):
            while (now := self._file.read_text()) == self._had:
                if self._is_over:
                    return
                time.sleep(0.001)
            time.sleep(self._late)
            new = self._file.with_name("new")
            self._had = self._had if self._change is str else self._change(now)
            new.write_text(self._had)
            new.replace(self._file)


@pytest.mark.parametrize("late", [0, 0.03])
def test_an_entry_that_another_program_saves_over_at_once_is_written_again(
    tmp_path: Path, late: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it is written, or just after. It had read the file before, so that neither side could know.

    Undo takes back the one that stayed.
    """
    file = write(tmp_path, SHOP)
    first = scribe.write(order(file, payee="Butcher"))
    before = file.read_text()
    formatter = Formatter(file, late=late)
    monkeypatch.setattr(staying, "sleep", formatter.saved)
    formatter.start()
    done = scribe.write(order(file))
    formatter.join()
    assert file.read_text() == f"{before}\n{TEXT}\n" and done.text == TEXT
    assert scribe.undo(TakeBack(reference(file), write=True)).text == TEXT
    assert scribe.undo(TakeBack(reference(file), write=True)).text == first.text
    assert file.read_text() == SHOP


def test_an_entry_that_another_program_sets_otherwise_is_not_written_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as one that aligns amounts."""
    file = write(tmp_path, SHOP)
    formatter = Formatter(file, change=lambda text: text.replace("    4.00", "  4.00"))
    monkeypatch.setattr(staying, "sleep", formatter.saved)
    formatter.start()
    scribe.write(order(file))
    formatter.join()
    assert file.read_text().count("Bakery") == 1


def test_a_program_that_saves_over_everything_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is an end to trying."""
    file = write(tmp_path, SHOP)
    formatter = Formatter(file, times=100)
    monkeypatch.setattr(staying, "sleep", formatter.saved)
    formatter.start()
    with pytest.raises(Changed, match=r"again and again|replaced meanwhile"):
        scribe.write(order(file))
    while file.read_text() != SHOP:
        time.sleep(0.001)
    formatter.end()


def test_a_journal_may_call_its_kinds_of_accounts_otherwise(tmp_path: Path) -> None:
    """As journals do that are not in English; the options hold for the file in which they stand."""
    german = SHOP.replace("Assets", "Vermögen").replace("Expenses", "Ausgaben").replace("Equity", "Anfang")
    names = "".join(
        f'option "name_{kind}" "{name}"\n'
        for kind, name in (("assets", "Vermögen"), ("expenses", "Ausgaben"), ("equity", "Anfang"))
    )
    file = write(tmp_path, names + german)
    legs = (DraftLeg("Ausgaben:Food", "4"), DraftLeg("Vermögen:Cash"))
    scribe.write(order(file, legs))
    assert "\n  Ausgaben:Food    4.00 EUR\n" in file.read_text()
    with pytest.raises(PaneError, match="Invalid account name") as refused:
        scribe.write(order(file, (DraftLeg("Expenses:Food", "4"), legs[1])))
    assert "account" in refused.value.hint


@pytest.mark.parametrize("syntax", list(Syntax))
@pytest.mark.parametrize("amount", ["9" * 30, "9" * 28 + ".99", "-0"])
def test_an_amount_of_many_digits_is_written_as_it_is_or_refused(
    syntax: Syntax, amount: str, needs: Callable[[str], str], tmp_path: Path
) -> None:
    """beancount itself takes 28 digits; nothing is rounded on the way, and zero has no sign."""
    if syntax is not Syntax.BEANCOUNT:
        needs(str(syntax))
    file = write(tmp_path, SHOP if syntax is Syntax.BEANCOUNT else PLAIN)
    before = file.read_text()
    legs = (DraftLeg("Expenses:Food", amount), DraftLeg("Assets:Cash"))
    if syntax is Syntax.BEANCOUNT and amount != "-0":
        with pytest.raises(Refused, match="not mean what was typed"):
            scribe.write(order(file, legs, journal=reference(file, syntax)))
        assert file.read_text() == before
        return
    scribe.write(order(file, legs, journal=reference(file, syntax)))
    written = "0.00" if amount == "-0" else amount if "." in amount else f"{amount}.00"
    added = file.read_text().removeprefix(before).split()
    assert [one.lstrip("-") for one in added].count(written) == 2 and "-0.00" not in added


@pytest.mark.parametrize(
    ("syntax", "end"),
    [
        (Syntax.LEDGER, "comment\nold things\n"),
        (Syntax.LEDGER, "test\nold things\n"),
        (Syntax.HLEDGER, "comment\nold things\n"),
        (Syntax.HLEDGER, "decimal-mark ,\n"),
        (Syntax.HLEDGER, "commodity 1.000,00 EUR\n"),
    ],
)
def test_an_entry_that_would_stand_in_a_comment_or_mean_another_amount_is_refused(
    syntax: Syntax, end: str, needs: Callable[[str], str], tmp_path: Path
) -> None:
    """No error tells of it: 4.00 is four hundred there. Also where the day has such an entry already."""
    needs(str(syntax))
    twin = f"\n{DAY} * Bakery\n    Expenses:Food  4.00 EUR\n    Assets:Cash  -4.00 EUR\n"
    for before in (f"{PLAIN}\n{end}", f"{PLAIN}{twin}\n{end}"):
        file = write(tmp_path, before)
        with pytest.raises(Refused, match="would not mean what was typed"):
            scribe.write(order(file, journal=reference(file, syntax)))
        assert file.read_text() == before
    file = write(tmp_path, f"{PLAIN}{twin}")
    assert scribe.write(order(file, journal=reference(file, syntax))).count == 1


def test_the_decimal_mark_may_be_known_from_a_declaration_alone(
    needs: Callable[[str], str], tmp_path: Path
) -> None:
    """Where no amount of the journal has decimals yet."""
    needs("hledger")
    file = write(tmp_path, f"commodity 1.000,00 EUR\n{PLAIN}".replace("4.00", "4"), "main.journal")
    legs = (DraftLeg("Expenses:Food", "2,50"), DraftLeg("Assets:Cash"))
    scribe.write(order(file, legs, journal=reference(file, Syntax.HLEDGER)))
    assert "2,50 EUR" in file.read_text()
