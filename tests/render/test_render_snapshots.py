"""What each block looks like, at four widths: a change of looks is seen in the diff."""

import pytest
from syrupy.assertion import SnapshotAssertion

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
from devdash.render.blocks import lay_out
from devdash.render.lines import Line

WIDTHS = (20, 40, 80, 120)

LEDGER = Table(
    (
        Column(shrink=True),
        Column("Sep", Align.RIGHT, 3),
        Column("Oct", Align.RIGHT, 2),
        Column("Nov", Align.RIGHT),
        Column("6 months", priority=1),
    ),
    (
        Row(
            "a",
            (
                Cell("Assets", Tone.STRONG),
                Cell("18 240.10"),
                Cell("18 911.55"),
                Cell("19 402.00"),
                Cell(trend=(1, 2, 3, 4, 5, 6)),
            ),
        ),
        Row(
            "b",
            (
                Cell("Bank:Checking"),
                Cell("3 240.10"),
                Cell("2 911.55"),
                Cell("3 402.00"),
                Cell(trend=(4, 2, None, 1, 5, 4)),
            ),
            indent=1,
        ),
        Row(
            "f",
            (
                Cell("Food"),
                Cell("402.10"),
                Cell("388.90"),
                Cell("−312.45", Tone.BAD),
                Cell("78 %", percent=78),
            ),
            level=Level.ATTENTION,
        ),
    ),
    heading="Household",
)

ALIASES = Table(
    (Column(shrink=True), Column(priority=2), Column(align=Align.RIGHT), Column(priority=1, shrink=True)),
    (
        Row(
            "default",
            (Cell("default"), Cell("MariaDB 10.11"), Cell("0.8 ms", trend=(1, 1, 2)), Cell("primary")),
        ),
        Row(
            "replica",
            (
                Cell("replica"),
                Cell("MariaDB 10.11"),
                Cell("11.1 ms", Tone.WARN, trend=(1, 5, 9, 20, 40)),
                Cell("lag 41 s"),
            ),
            level=Level.ATTENTION,
        ),
        Row(
            "mongo",
            (Cell("mongo"), Cell(), Cell("–"), Cell("connection refused by 127.0.0.1:27017", Tone.BAD)),
            level=Level.CRITICAL,
        ),
    ),
)

BLOCKS: dict[str, tuple[Block, ...]] = {
    "meters": (
        Meter(78, "78 %", "−9.4 W · discharging"),
        Meter(4.2, "BAT1", "nearly empty", Level.CRITICAL),
        Meter(100, "", "", Level.UNKNOWN),
    ),
    "sparkline": (Sparkline(tuple(float(n * 7 % 50) for n in range(100)), "24 h", "12.0 W now"),),
    "pairs": (
        Pairs(
            (
                Pair("health", "91 %"),
                Pair("charge limit", "none: BAT0 has no charge_control_end_threshold", Tone.WARN),
            )
        ),
    ),
    "text": (
        Text(
            "Discharging since noon; at this rate 2 h 50 min are left.\n\n  日本語のテキスト e\u0301",
            Tone.DIM,
        ),
    ),
    "notices": (
        Notice(Level.CRITICAL, "The journal has 3 errors.", "press e to open it at the first"),
        Notice(Level.UNKNOWN, "git did not answer within 20 s."),
        Notice(Level.OK, "No battery."),
    ),
    "ledger": (LEDGER,),
    "aliases": (ALIASES, Table((Column("model"),), (), empty="No routes.", heading="Routes")),
}

_MARKS = {Tone.DIM: "d", Tone.STRONG: "s", Tone.ACCENT: "a", Tone.GOOD: "g", Tone.WARN: "w", Tone.BAD: "b"}


def toned(line: Line) -> str:
    """The line, its tones as letters, and its key."""
    tones = "".join(_MARKS.get(span.tone, ".") for span in line.spans)
    return f"{line.text}|  {tones}" + (f"  [{line.item}]" if line.item else "")


@pytest.mark.parametrize("name", BLOCKS)
def test_looks(name: str, snapshot: SnapshotAssertion) -> None:
    pages = [f"{'─' * width}\n" + "\n".join(map(toned, lay_out(BLOCKS[name], width))) for width in WIDTHS]
    assert "\n".join(pages) == snapshot
