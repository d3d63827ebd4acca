"""From rows to a decision about each: duplicates, suggestions, the list that can be laid aside."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devdash.api import PaneError, Unavailable
from devdash_ledger import bank_review
from devdash_ledger.bank_match import Booked, Likeness, Match, match
from devdash_ledger.bank_review import Bulk, Choice, Review
from devdash_ledger.bank_rows import BankRow, identified
from devdash_ledger.bank_shelf import Shelf
from devdash_ledger.bank_suggest import Elsewhere, History
from devdash_ledger.bank_words import words
from devdash_ledger.kinds import kinds as kinds_of_names
from devdash_ledger.orders import Habit


def rows(*given_rows: tuple[str, str, str]) -> tuple[BankRow, ...]:
    """Rows of (date, amount, payee)."""
    made = [
        BankRow(line, date, amount, "EUR", payee, "", "")
        for line, (date, amount, payee) in enumerate(given_rows, 2)
    ]
    return identified(made, "Assets:Bank")


def kinds(found: tuple[Match, ...]) -> list[Likeness]:
    """The likeness of each."""
    return [one.likeness for one in found]


ROWS = st.lists(
    st.tuples(
        st.dates().map(lambda day: day.isoformat()).filter(lambda day: day > "1970"),
        st.integers(-99, 99).map(str),
        st.sampled_from(["Cafe", "Shop", ""]),
    ),
    max_size=20,
).map(lambda many: rows(*many))


@given(ROWS)
def test_what_was_imported_is_found_again_whole(many: tuple[BankRow, ...]) -> None:
    """All rows that were written are the same at the next import, whatever a person made of their words."""
    booked = [Booked(row.date, row.amount, "EUR", "changed by hand", id=row.id) for row in many]
    assert set(kinds(match(many, booked[::-1], 3))) <= {Likeness.SAME}


@given(ROWS, ROWS)
def test_a_posting_stands_for_one_row_only(many: tuple[BankRow, ...], others: tuple[BankRow, ...]) -> None:
    """Never more rows are taken for known than the journal has postings."""
    booked = [Booked(row.date, row.amount, "EUR", row.payee) for row in others]
    known = [kind for kind in kinds(match(many, booked, 3)) if kind is not Likeness.NEW]
    assert len(known) <= len(booked)


def test_what_was_entered_by_hand_is_found() -> None:
    """Same amount and near: with words in common likely, else maybe; another amount or far: new."""
    many = rows(
        ("2026-01-05", "-12.5", "REWE Markt 4711 Berlin"),
        ("2026-01-05", "-30", "Kartenzahlung"),
        ("2026-01-05", "-40", "Far"),
        ("2026-01-05", "-50", "Other"),
    )
    booked = [
        Booked("2026-01-03", "-12.50", "EUR", "Rewe", place="main:3"),
        Booked("2026-01-06", "-30.00", "EUR", "Bakery", place="main:9"),
        Booked("2026-01-09", "-40.00", "EUR", "Far"),
        Booked("2026-01-05", "-50.00", "USD", "Other"),
    ]
    found = match(many, booked, 3)
    assert kinds(found) == [Likeness.LIKELY, Likeness.MAYBE, Likeness.NEW, Likeness.NEW]
    assert [one.place for one in found] == ["main:3", "main:9", "", ""]


def test_one_coffee_by_hand_and_two_in_the_file() -> None:
    """One is known, one is new."""
    many = rows(("2026-01-05", "-2", "Cafe"), ("2026-01-05", "-2", "Cafe"))
    found = match(many, [Booked("2026-01-05", "-2", "EUR", "Cafe")], 3)
    assert sorted(kinds(found)) == [Likeness.LIKELY, Likeness.NEW]


def test_the_likest_pair_goes_first() -> None:
    """A row with words in common has the posting, not the row before it that only has the amount."""
    many = rows(("2026-01-05", "-2", "Kiosk"), ("2026-01-06", "-2", "Cafe"))
    found = match(many, [Booked("2026-01-05", "-2", "EUR", "Cafe")], 3)
    assert kinds(found) == [Likeness.NEW, Likeness.LIKELY]


def test_history_suggests() -> None:
    """The payee's newest entry; else the likest words; else nothing. Numbers and case say nothing."""
    history = History(
        [
            Booked("2026-01-01", "-1", "EUR", "Rewe", other="Expenses:Food"),
            Booked("2026-03-01", "-1", "EUR", "REWE", other="Expenses:Party"),
            Booked("2026-02-01", "-1", "EUR", "Stadtwerke Köln", "Strom Abschlag", other="Expenses:Power"),
            Booked("2026-02-01", "-1", "EUR", "Split", other=""),
        ]
    )
    asked = rows(
        ("2026-04-01", "-1", "rewe"),
        ("2026-04-01", "-1", "STADTWERKE KOELN STADTWERKE KÖLN 0815"),
        ("2026-04-01", "-1", "Split"),
        ("2026-04-01", "-1", "4711"),
    )
    assert [history.suggest(row) for row in asked] == ["Expenses:Party", "Expenses:Power", "", ""]
    assert words("VISA *4711 Café-Bar 12/26") == {"visa", "cafe", "bar"}


def test_what_another_account_paid_for_suggests() -> None:
    """A payee that this bank never paid: where the payee's newest entry went, if that is one account."""
    habits = (
        Habit("Cafe", "Dinner", ("Expenses:Food", "Liabilities:Card"), ("1 EUR", "")),
        Habit("Employer", "", ("Assets:Other", "Income:Salary"), ("1 EUR", "")),
        Habit("Split", "", ("Expenses:Food", "Expenses:Gift", "Assets:Other"), ("1 EUR", "1 EUR", "")),
        Habit("Move", "", ("Assets:Other", "Assets:Cash"), ("1 EUR", "")),
    )
    elsewhere = Elsewhere(habits, kinds_of_names({}, {}))
    asked = rows(
        *(("2026-04-01", "-1", payee) for payee in ("CAFE", "Employer", "Split", "Move", "", "Else"))
    )
    assert [elsewhere.suggest(row) for row in asked] == ["Expenses:Food", "Income:Salary", "", "", "", ""]


def review() -> Review:
    """New with account, new without, maybe, the same, a twin of the first."""
    many = rows(
        ("2026-01-05", "-1", "Cafe"),
        ("2026-01-05", "-2", "Unknown"),
        ("2026-01-05", "-3", "Cafe"),
        ("2026-01-05", "-4", "Cafe"),
        ("2026-01-05", "-1", "Cafe"),
    )
    found = [Match(Likeness.NEW)] * 2 + [
        Match(Likeness.MAYBE, "m:1"),
        Match(Likeness.SAME, "m:2"),
        Match(Likeness.NEW),
    ]
    return bank_review.begin(
        "giro",
        "Assets:Bank",
        "s.csv",
        many,
        found,
        lambda row: "Expenses:Food" if row.payee == "Cafe" else "",
        {},
    )


def choices(one: Review) -> str:
    """The first letters."""
    return "".join(item.choice[0] for item in one.items)


def test_a_review_goes_from_open_to_decided() -> None:
    """What the journal has is skipped from the start; a change gives an account and accepts."""
    start = review()
    assert choices(start) == "oooso"
    ids = [item.row.id for item in start.items]
    done = bank_review.accept(start, ids[0])
    done = bank_review.change(done, ids[1], "Expenses:Gift", "Aunt", "birthday")
    done = bank_review.skip(done, ids[2])
    assert choices(done) == "aasso"
    assert (done.items[1].account, done.items[1].payee) == ("Expenses:Gift", "Aunt")
    assert [item.row.value for item in done.those(Choice.ACCEPTED)] == [Decimal(-1), Decimal(-2)]


def test_what_cannot_be_accepted_is_refused() -> None:
    """No account, the statement's own account, a row that the journal has, a row that there is not."""
    start = review()
    ids = [item.row.id for item in start.items]
    with pytest.raises(PaneError, match="no account"):
        bank_review.accept(start, ids[1])
    with pytest.raises(PaneError, match="already: m:2"):
        bank_review.accept(start, ids[3])
    with pytest.raises(PaneError, match="not under review"):
        bank_review.accept(start, "nothing")
    with pytest.raises(PaneError, match="the statement itself"):
        bank_review.change(start, ids[0], "Assets:Bank", "", "")
    with pytest.raises(PaneError, match="already: m:2"):
        bank_review.change(start, ids[3], "Expenses:Food", "", "")
    with pytest.raises(PaneError, match=r"1 rows have no account \(lines 3\)"):
        bank_review.accept_many(start, Bulk.ALL)


def test_many_at_once_are_the_sure_ones() -> None:
    """Suggested: new rows that history knows, once each. All: all that are new. Never what may be there."""
    start = review()
    assert choices(bank_review.accept_many(start, Bulk.SUGGESTED)) == "aooso"
    decided = bank_review.skip(start, start.items[1].row.id)
    assert choices(bank_review.accept_many(decided, Bulk.ALL)) == "asosa"


def test_what_was_written_meanwhile_is_not_written_again() -> None:
    """After a crash between writing and putting the review away, the id in the journal decides."""
    start = bank_review.accept_many(review(), Bulk.SUGGESTED)
    found = [Match(Likeness.SAME, "m:9")] + [Match(Likeness.NEW)] * 4
    after = bank_review.rematched(start, found)
    assert choices(after) == "sooso" and after.items[0].place == "m:9"


def test_a_review_can_be_laid_aside(tmp_path: Path) -> None:
    """What was kept comes back equal, for its owner only; cleared, it is gone."""
    shelf = Shelf(tmp_path / "state" / "ledger")
    assert shelf.load() is None
    kept = bank_review.accept_many(review(), Bulk.SUGGESTED)
    shelf.keep(review())
    shelf.keep(kept)
    assert Shelf(tmp_path / "state" / "ledger").load() == kept
    assert shelf.file.stat().st_mode & 0o077 == 0
    assert [one.name for one in shelf.file.parent.iterdir()] == [shelf.file.name]
    shelf.clear()
    assert shelf.load() is None


@pytest.mark.parametrize("content", [b"", b"{", b'{"version":2}', b"\xff\xfe", b"[]"])
def test_a_damaged_review_is_said(tmp_path: Path, content: bytes) -> None:
    """It is neither taken for none nor overwritten in silence."""
    shelf = Shelf(tmp_path)
    shelf.file.write_bytes(content)
    with pytest.raises(PaneError, match="cannot be read"):
        shelf.load()


def test_a_full_disk_leaves_the_old_review(tmp_path: Path) -> None:
    """What cannot be written leaves what was there, and says so."""
    shelf = Shelf(tmp_path)
    shelf.keep(review())
    blocked = Shelf(tmp_path / shelf.file.name)  # a file where a folder should be
    with pytest.raises(Unavailable):
        blocked.keep(review())
    assert shelf.load() == review()
    assert [one.name for one in tmp_path.iterdir()] == [shelf.file.name]
