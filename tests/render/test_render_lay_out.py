"""Promises of the layout, whatever a pane reports."""

from hypothesis import given
from hypothesis import strategies as st
from view_strategies import columns, few, reports, steers, tables, texts, tones, widths

from devdash.api import Align, Block, Cell, Column, Level, Notice, Row, Sparkline, Table, Text, Tone
from devdash.render.blocks import lay_out
from devdash.render.clean import clean
from devdash.render.columns import COMFORT, GAP, LEAST, Wanted, fit_columns
from devdash.render.lines import Line, Span, compose, cut


@few
@given(reports, widths)
def test_no_line_is_wider_than_the_width(blocks: tuple[Block, ...], width: int) -> None:
    assert all(line.width <= width for line in lay_out(blocks, width))


@few
@given(reports, widths)
def test_no_line_steers_the_terminal(blocks: tuple[Block, ...], width: int) -> None:
    assert not [c for line in lay_out(blocks, width) for c in line.text if steers(c)]


@few
@given(reports, widths)
def test_spans_are_few(blocks: tuple[Block, ...], width: int) -> None:
    """Neighbours differ in tone and none is empty: the screen pays per span."""
    for line in lay_out(blocks, width):
        assert all(span.text for span in line.spans)
        assert all(
            left.tone is not right.tone for left, right in zip(line.spans, line.spans[1:], strict=False)
        )


@few
@given(tables(), widths)
def test_every_row_is_one_line_with_its_key(table: Table, width: int) -> None:
    items = [line.item for line in lay_out((table,), width) if line.item is not None]
    assert items == [row.key for row in table.rows]


@few
@given(tables(), widths)
def test_a_row_that_is_not_ok_has_its_sign(table: Table, width: int) -> None:
    """Colour alone would say nothing to a colour-blind person or under NO_COLOR."""
    lines = {line.item: line.text for line in lay_out((table,), max(width, 3))}
    for row in table.rows:
        if row.level is not Level.OK:
            assert lines[row.key].startswith(row.level.sign)


def test_a_name_that_its_last_parts_tell_apart_keeps_them() -> None:
    """Two accounts of one root must not look the same in a narrow table."""
    names = ("Expenses:Household:Food", "Expenses:Household:Rent")
    rows = tuple(Row(name, (Cell(name), Cell("1.00"))) for name in names)
    table = Table((Column("with", shrink=True, tail=True), Column("amount", Align.RIGHT)), rows)
    _, first, second = lay_out((table,), 20)
    assert first.text.split()[0] == "…sehold:Food"
    assert second.text.split()[0] == "…sehold:Rent"


numbers = st.builds(
    Cell, st.one_of(st.decimals(allow_nan=False, allow_infinity=False), st.integers()).map(str)
)


@few
@given(st.data(), st.integers(8, 60))
def test_numbers_are_shown_whole_or_not_at_all(data: st.DataObject, width: int) -> None:
    """Half a number is a wrong number. Only a column that is alone may be cut."""
    values = data.draw(st.lists(st.lists(numbers, min_size=3, max_size=3), min_size=1, max_size=4))
    table = Table(
        (
            Column("account", shrink=True),
            *(Column(f"m{n}", Align.RIGHT, data.draw(st.integers(0, 2))) for n in range(3)),
        ),
        tuple(Row(str(n), (Cell("Assets:Bank"), *row)) for n, row in enumerate(values)),
    )
    for line in lay_out((table,), width):
        if line.item is not None:
            shown = line.text.split()[1:]
            amounts = [cell.text for cell in values[int(line.item)]]
            assert all(text in amounts for text in shown), line.text


@st.composite
def demands(draw: st.DrawFn) -> list[Wanted]:
    """What up to eight columns would take."""
    wanted = []
    for column in draw(st.lists(columns, min_size=1, max_size=8)):
        whole = draw(st.integers(0, 40))
        wanted.append(Wanted(column, whole, draw(st.integers(min(whole, 1), whole))))
    return wanted


@given(demands(), st.integers(1, 120))
def test_columns_fit_and_only_give_way_as_promised(wanted: list[Wanted], room: int) -> None:
    shown = {entry.index: entry.width for entry in fit_columns(wanted, room)}
    assert list(shown) == sorted(shown)
    assert sum(shown.values()) + GAP * (len(shown) - 1) <= room
    for index, width in shown.items():
        want = wanted[index]
        assert width <= want.whole
        if len(shown) > 1:
            least = min(want.whole, LEAST) if want.column.shrink else want.bare
            assert width >= least
            assert want.column.shrink or width in {want.whole, want.bare}


@given(demands(), st.integers(1, 120))
def test_no_column_is_left_out_for_which_there_is_room(wanted: list[Wanted], room: int) -> None:
    shown = fit_columns(wanted, room)
    if all(entry.width == wanted[entry.index].whole for entry in shown):
        used = sum(entry.width + GAP for entry in shown)
        left_out = set(range(len(wanted))) - {entry.index for entry in shown}
        assert all(used + wanted[index].whole > room for index in left_out if wanted[index].whole)


def test_columns_give_way_in_the_promised_order() -> None:
    """Highest priority first, of equals the leftmost; shrinking; charts; from the right; the cut."""
    wanted = [
        Wanted(Column("name", shrink=True), 20, 20),
        Wanted(Column("sep", Align.RIGHT, 2), 5, 5),
        Wanted(Column("oct", Align.RIGHT, 2), 5, 5),
        Wanted(Column("why", priority=1), 5, 5),
        Wanted(Column("nov", Align.RIGHT), 10, 5),
    ]

    def shown(room: int) -> list[tuple[int, int]]:
        return [(entry.index, entry.width) for entry in fit_columns(wanted, room)]

    assert shown(53) == [(0, 20), (1, 5), (2, 5), (3, 5), (4, 10)]
    assert shown(45) == [(0, COMFORT), (1, 5), (2, 5), (3, 5), (4, 10)]
    assert shown(44) == [(0, 18), (2, 5), (3, 5), (4, 10)]
    assert shown(37) == [(0, 18), (3, 5), (4, 10)]
    assert shown(30) == [(0, 18), (4, 10)]
    assert shown(16) == [(0, LEAST), (4, 10)]
    assert shown(15) == [(0, 8), (4, 5)]
    assert shown(11) == [(0, LEAST), (4, 5)]
    assert shown(10) == [(0, 10)]
    assert shown(3) == [(0, 3)]


def test_a_column_comes_back_when_a_wider_one_had_to_go() -> None:
    wanted = [
        Wanted(Column("name"), 10, 10),
        Wanted(Column("small", priority=2), 5, 5),
        Wanted(Column("large", priority=1), 30, 30),
    ]
    assert [entry.index for entry in fit_columns(wanted, 20)] == [0, 1]


def test_a_wide_column_does_not_take_a_narrow_one_along() -> None:
    wanted = [Wanted(Column("name"), 10, 10), Wanted(Column("wide"), 30, 30), Wanted(Column("narrow"), 5, 5)]
    assert [entry.index for entry in fit_columns(wanted, 20)] == [0, 2]


@given(st.lists(st.tuples(texts.map(clean), tones), max_size=8), st.integers(1, 40))
def test_a_line_that_is_cut_keeps_its_start_and_key(parts: list[tuple[str, Tone]], width: int) -> None:
    line = compose(parts, "key")
    shorter = cut(line, width)
    assert shorter.width <= width
    assert shorter.item == "key"
    if line.width <= width:
        assert shorter == line
    else:
        assert shorter.text.endswith("…")
        assert line.text.startswith(shorter.text[:-1].rstrip(" "))


def test_padding_joins_what_follows_and_ends_no_line() -> None:
    parts = [("a", Tone.PLAIN), ("  ", Tone.DIM), ("b", Tone.BAD), ("   ", Tone.PLAIN)]
    assert compose(parts) == Line((Span("a", Tone.PLAIN), Span("  b", Tone.BAD)))


def test_an_empty_table_says_its_sentence() -> None:
    table = Table((Column("name"),), (), empty="No repositories.", heading="Git")
    assert [line.text for line in lay_out((table,), 40)] == ["Git", "No repositories."]


def test_two_tables_are_kept_apart_and_nothing_else_is() -> None:
    table = Table((Column(),), (Row("a", (Cell("x"),)),))
    other = Table((Column(),), (Row("b", (Cell("y"),)),))
    laid = lay_out((Text("t"), table, other, Text("u")), 40)
    assert [line.text for line in laid] == ["t", "x", "", "y", "u"]


def test_deep_rows_can_still_be_told_apart_when_narrow() -> None:
    table = Table((Column(),), tuple(Row(str(n), (Cell(f"name{n}"),), indent=n) for n in (0, 20)))
    assert [line.text for line in lay_out((table,), 12)] == ["name0", "      name20"]


def test_a_notice_has_sign_and_next_step() -> None:
    lines = lay_out((Notice(Level.CRITICAL, "It is broken.", "fix it"),), 40)
    assert [line.text for line in lines] == ["✖ It is broken.", "  → fix it"]


def test_output_of_a_program_keeps_its_lines() -> None:
    laid = lay_out((Text("one\r\n  two\n\nthree\n"),), 40)
    assert [line.text for line in laid] == ["one", "  two", "", "three"]


def test_charts_that_follow_each_other_start_at_the_same_cell() -> None:
    lines = lay_out((Sparkline((1, 2), "24 h"), Sparkline((2, 1), "longer")), 40)
    assert [line.text for line in lines] == ["24 h    ▁█", "longer  █▁"]


def test_a_trend_without_a_change_is_dim() -> None:
    """A page of bright bars that say nothing would hide the one that rises."""
    table = Table(
        (Column("account"), Column("trend")),
        (
            Row("rent", (Cell("rent"), Cell(trend=(9.0, 9.0, None, 9.0)))),
            Row("food", (Cell("food"), Cell(trend=(1.0, 2.0, 3.0)))),
        ),
    )
    tones = {line.item: line.spans[-1].tone for line in lay_out((table,), 40) if line.item}
    assert tones == {"rent": Tone.DIM, "food": Tone.ACCENT}


@few
@given(
    st.lists(st.tuples(st.text("abc ", max_size=9), st.sampled_from(Align)), min_size=1, max_size=8), widths
)
def test_a_cell_that_can_be_chosen_stands_where_its_line_says(
    cells: list[tuple[str, Align]], width: int
) -> None:
    """Between its neighbours, and never beyond the width; columns without room have no place."""
    named = tuple(Column(f"c{n}", align, priority=n % 3, key=f"c{n}") for n, (_, align) in enumerate(cells))
    texts = [f"<{n}{text.strip()}>" for n, (text, _) in enumerate(cells)]
    row = Row("k", tuple(map(Cell, texts)), Level.ATTENTION)
    (_, line) = lay_out((Table(named, (row,), cells=True),), max(width, 14))
    for spot in line.cells:
        assert line.text[spot.start : spot.start + spot.width].strip() == texts[int(spot.column[1:])]
    shown = [n for n, text in enumerate(texts) if text in line.text]
    assert [spot.column for spot in line.cells] == [f"c{n}" for n in shown]
