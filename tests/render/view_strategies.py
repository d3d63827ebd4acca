"""Any report that may reach the renderer, with the nastiest text that files and programs have."""

import unicodedata

from hypothesis import settings
from hypothesis import strategies as st

from devdash.api import (
    Align,
    Block,
    Cell,
    Column,
    Level,
    Meter,
    Notice,
    Pair,
    Pairs,
    Row,
    Sparkline,
    Table,
    Text,
    Tone,
)

few = settings(max_examples=25)
"""For promises about whole reports, which take long to make up."""

NASTY = (
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07after",
    "\x1b]8;;http://example.org\x1b\\link\x1b]8;;\x1b\\",
    "\x1b]unterminated",
    "\x9b2Jwiped",
    "\x1bcreset",
    "a\tb",
    "two\nlines",
    "over\rwritten",
    "evil\u202etxt.exe",
    "\u2066isolate\u2069",
    "para\u2029graph",
    "zero\u200bwidth\ufeff",
    "\udc80\udcff",
    "日本語のテキスト",
    "e\u0301\u0301\u0301",
    "👩‍💻 ⚠️ 🇫🇷 👍🏽",
    "[/x] [b]markup",
    "\x00nul\x7fdel",
    "no\u00a0break",
    "a b  c   d",
    "longwordwithoutanyspaceinitthatgoesonandon",
)

anything = st.text(st.characters(exclude_categories=()), max_size=24)
texts = st.one_of(
    anything, st.sampled_from(NASTY), st.lists(st.sampled_from(NASTY), max_size=4).map(" ".join)
)
tones = st.sampled_from(Tone)
levels = st.sampled_from(Level)
percents = st.one_of(st.floats(0, 100), st.integers(0, 100).map(float))
series = st.lists(st.one_of(st.none(), st.floats(), st.floats(-10, 10)), max_size=40).map(tuple)
widths = st.one_of(st.integers(1, 30), st.integers(1, 140))

cells = st.builds(
    Cell,
    text=texts,
    tone=tones,
    trend=st.one_of(st.just(()), series),
    percent=st.one_of(st.none(), percents),
)
columns = st.builds(
    Column,
    title=st.one_of(st.just(""), texts),
    align=st.sampled_from(Align),
    priority=st.integers(0, 3),
    shrink=st.booleans(),
    tail=st.booleans(),
)


@st.composite
def tables(draw: st.DrawFn, cell: st.SearchStrategy[Cell] = cells) -> Table:
    """A table whose rows have a cell per column and keys of their own."""
    across = draw(st.lists(columns, min_size=1, max_size=6))
    depth = draw(st.integers(0, 6))
    rows = [
        Row(
            key=str(number),
            cells=tuple(draw(cell) for _ in across),
            level=draw(levels),
            indent=draw(st.integers(0, depth)),
        )
        for number in range(draw(st.integers(0, 6)))
    ]
    return Table(tuple(across), tuple(rows), empty=draw(texts), heading=draw(texts))


meters = st.builds(Meter, percent=percents, label=texts, note=texts, level=levels)
sparklines = st.builds(Sparkline, values=series, label=texts, note=texts)
pairs = st.builds(
    Pairs,
    items=st.lists(st.builds(Pair, label=texts, value=texts, tone=tones), max_size=4).map(tuple),
)
paragraphs = st.builds(Text, text=texts, tone=tones)
notices = st.builds(Notice, level=levels, text=texts, hint=texts)

any_block: st.SearchStrategy[Block] = st.one_of(tables(), meters, sparklines, pairs, paragraphs, notices)
reports = st.lists(any_block, max_size=5).map(tuple)

plain_cells = st.builds(Cell, text=st.from_regex(r"[a-z0-9 .]{0,10}", fullmatch=True))


def steers(character: str) -> bool:
    """Whether the character could control a terminal, reorder text, break a line or fail to encode."""
    return unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or unicodedata.bidirectional(
        character
    ) in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
