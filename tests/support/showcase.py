"""Reports for pictures: one with every block."""

from devdash.api import (
    Align,
    Attention,
    Cell,
    Column,
    Level,
    Meter,
    Notice,
    Pair,
    Pairs,
    Report,
    Row,
    Sparkline,
    Table,
    Text,
    Tone,
)

EVERYTHING = Report(
    Level.ATTENTION,
    "one of everything",
    (
        Meter(78, "level", "−9.4 W"),
        Text("discharging · 2 h 50 min left"),
        Sparkline((1, 2, 3, None, 5, 8, 5, 3, 2), "24 h"),
        Pairs((Pair("health", "91 %"), Pair("cycles", "214", Tone.DIM))),
        Notice(Level.ATTENTION, "something to know", "and what to do about it"),
        Table(
            (Column("name", shrink=True), Column("amount", Align.RIGHT), Column("trend", priority=1)),
            (
                Row(
                    "api",
                    (Cell("api"), Cell("1 204.77"), Cell(trend=(1, 4, 2, 6))),
                    detail=(Text("more of api"),),
                ),
                Row(
                    "web",
                    (Cell("web", Tone.ACCENT), Cell("−12.00", Tone.BAD), Cell(percent=78)),
                    Level.CRITICAL,
                ),
                Row("web/cart", (Cell("cart"), Cell("3.50"), Cell("no trend", Tone.DIM)), indent=1),
            ),
        ),
    ),
    attention=(Attention("web:low", Level.ATTENTION, "web is below zero", item="web"),),
)
