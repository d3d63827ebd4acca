"""Months as "YYYY-MM" text and as a count, so that a month can be stepped and compared.

The index of a month is year × 12 + month − 1.
"""

from datetime import date

_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def index_of(day: date) -> int:
    """The index of the month in which `day` lies."""
    return day.year * 12 + day.month - 1


def text_of(index: int) -> str:
    """The month of that index as "YYYY-MM"."""
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def parse(text: str) -> int:
    """The index of "YYYY-MM".

    Raises:
        ValueError: `text` is not such a month.
    """
    year, _, month = text.partition("-")
    if not 1 <= int(month) <= 12:
        raise ValueError(f"not a month: {text!r}")
    return int(year) * 12 + int(month) - 1


def heading(text: str, last: str) -> str:
    """How the month `text` heads a column: "Nov", with its year when that is not the year of `last`."""
    index = parse(text)
    name = _NAMES[index % 12]
    return name if index // 12 == parse(last) // 12 else f"{name} {index // 12:04d}"


def title(text: str) -> str:
    """The month `text` with its year, such as "Nov 2026"."""
    index = parse(text)
    return f"{_NAMES[index % 12]} {index // 12:04d}"
