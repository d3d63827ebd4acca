"""Promises of filtering and finding rows."""

from hypothesis import given
from hypothesis import strategies as st
from view_strategies import few, plain_cells, reports, tables

from devdash.api import Block, Cell, Column, Row, Table, Text
from devdash.render.blocks import lay_out
from devdash.render.rows import filter_rows, find_row, row_keys

words = st.lists(st.from_regex(r"[a-z0-9.]{1,2}", fullmatch=True), min_size=1, max_size=2)


def matches(row: Row, wanted: list[str]) -> bool:
    texts = [row.key.casefold(), *(cell.text.casefold() for cell in row.cells)]
    return all(any(word in text for text in texts) for word in wanted)


def ancestors(rows: tuple[Row, ...], number: int) -> set[str]:
    """The keys of the rows above `number` in the tree, by the definition of a parent: its first line."""
    found: set[str] = set()
    indent = rows[number].indent
    for at in reversed(range(number)):
        if rows[at].indent < indent:
            indent, first = rows[at].indent, at
            while first and line_of(rows[first - 1]) == line_of(rows[at]):
                first -= 1
            found.add(rows[first].key)
    return found


def line_of(row: Row) -> tuple[int, str]:
    """What neighbours share that are lines of one node."""
    return row.indent, row.cells[0].text


@few
@given(tables(plain_cells), words)
def test_filtering_keeps_exactly_matches_and_their_ancestors(table: Table, wanted: list[str]) -> None:
    expected: set[str] = set()
    for number, row in enumerate(table.rows):
        if matches(row, wanted):
            expected |= {row.key} | ancestors(table.rows, number)
    kept = row_keys(filter_rows((table,), " ".join(wanted)))
    assert list(kept) == [row.key for row in table.rows if row.key in expected]


@few
@given(reports, st.text(" \t", max_size=3))
def test_a_blank_query_changes_nothing(blocks: tuple[Block, ...], query: str) -> None:
    """Repr, because a NaN in a trend does not equal itself."""
    assert repr(filter_rows(blocks, query)) == repr(blocks)


def people() -> tuple[Block, ...]:
    columns = (Column("name"), Column("state"))
    return (
        Text("above"),
        Table(
            columns, (Row("api", (Cell("API"), Cell("diverged"))), Row("web", (Cell("web"), Cell("clean"))))
        ),
        Table(columns, (Row("notes", (Cell("notes"), Cell("clean"))),)),
    )


def test_of_a_parent_with_several_lines_the_first_comes_along() -> None:
    """Under an account in three currencies, a match shows the main one: not whichever is the last."""
    columns = (Column("account"), Column(""))
    lines = (("a", 0, "Assets", "EUR"), ("b", 0, "Assets", "CHF"), ("c", 1, "Bank", "EUR"))
    rows = tuple(Row(key, (Cell(name), Cell(unit)), indent=indent) for key, indent, name, unit in lines)
    assert row_keys(filter_rows((Table(columns, rows),), "bank")) == ("a", "c")
    assert row_keys(filter_rows((Table(columns, rows),), "chf")) == ("b",)


def test_a_parents_name_finds_its_children_through_their_keys() -> None:
    rows = (
        Row("Food", (Cell("Food"),)),
        Row("Food:Coffee", (Cell("Coffee"),), indent=1),
        Row("Rent", (Cell("Rent"),)),
    )
    assert row_keys(filter_rows((Table((Column("account"),), rows),), "food")) == ("Food", "Food:Coffee")


def test_all_words_must_occur_in_any_order_and_case() -> None:
    assert row_keys(filter_rows(people(), "clean WEB")) == ("web",)
    assert row_keys(filter_rows(people(), "api clean")) == ()


def test_words_do_not_match_across_cells() -> None:
    assert row_keys(filter_rows(people(), "webclean")) == ()


def test_tables_without_a_match_go_when_another_has_one() -> None:
    text, table = filter_rows(people(), "notes")
    assert text == Text("above")
    assert isinstance(table, Table)
    assert [row.key for row in table.rows] == ["notes"]


def test_no_match_at_all_is_said_in_place_of_the_rows() -> None:
    tables_left = [block for block in filter_rows(people(), "zzz") if isinstance(block, Table)]
    assert [table.empty for table in tables_left] == ["No row has “zzz”."] * 2


def test_rows_are_found_by_key() -> None:
    row = find_row(people(), "notes")
    assert row is not None
    assert row.cells[0].text == "notes"
    assert find_row(people(), "absent") is None
    assert row_keys(people()) == ("api", "web", "notes")


def tree(*rows: tuple[str, int, bool]) -> Table:
    """Rows by name, indent and whether they are folded."""
    made = (Row(name, (Cell(name),), indent=indent, folded=folded) for name, indent, folded in rows)
    return Table((Column(),), tuple(made))


def drawn(blocks: tuple[Block, ...]) -> list[str]:
    return [line.text.rstrip() for line in lay_out(blocks, 40)]


def test_rows_below_a_folded_one_are_not_drawn() -> None:
    """All that is deeper is hidden, up to the next row that is not; the folded row says so."""
    table = tree(
        ("a", 0, True), ("b", 1, False), ("c", 2, True), ("d", 0, False), ("e", 1, True), ("f", 2, False)
    )
    assert drawn((table,)) == ["▸ a", "d", "  ▸ e"]
    assert row_keys((table,)) == ("a", "b", "c", "d", "e", "f")


def test_a_filter_looks_through_what_is_folded() -> None:
    """A hidden row that matches is shown with its ancestors, which are open then."""
    table = tree(("a", 0, True), ("b", 1, True), ("needle", 2, False), ("d", 0, False))
    assert drawn(filter_rows((table,), "needle")) == ["a", "  b", "    needle"]
