"""The chart of a report as SVG within a page, coloured by the page's style. Pure."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction

from devdash_ledger import months
from devdash_ledger.amounts import readable
from devdash_ledger.printed import Chart

_WIDTH, _HEIGHT = 760, 240
_LEFT, _TOP, _BOTTOM = 90, 24, 24
_CLASSES = ("one", "two")
_GRID = 4


def svg(chart: Chart, digits: int, quoted: Callable[[str], str]) -> str:
    """Bars side by side for each month, each with its amount as a tooltip.

    Args:
        digits: decimals of the amounts.
        quoted: makes text fit for the page.
    """
    names = ", ".join(months.title(one) for one in dict.fromkeys((chart.months[0], chart.months[-1])))
    return "\n".join(
        (
            f'<svg role="img" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}">',
            f"<title>{quoted(f'{chart.title} by month: {names}')}</title>",
            *_axis(chart, digits, quoted),
            *_bars(chart, digits, quoted),
            *_legend(chart, quoted),
            "</svg>",
        )
    )


def _ends(chart: Chart) -> tuple[Fraction, Fraction]:
    """The lowest and highest amount, zero among them; never the same."""
    every = [Fraction(amount) for curve in chart.curves for amount in curve.amounts]
    low, high = min(*every, Fraction(0)), max(*every, Fraction(0))
    return (low, high) if low < high else (low, low + 1)


def _height(amount: Fraction, chart: Chart) -> float:
    low, high = _ends(chart)
    return float(_TOP + (high - amount) / (high - low) * (_HEIGHT - _TOP - _BOTTOM))


def _axis(chart: Chart, digits: int, quoted: Callable[[str], str]) -> Iterator[str]:
    low, high = _ends(chart)
    steps = {low + (high - low) * step / _GRID for step in range(_GRID + 1)} | {Fraction(0)}
    near = (high - low) / 12
    for step in sorted(one for one in steps if one == 0 or abs(one) > near):
        y = _height(step, chart)
        label = readable(
            Decimal(step.numerator) / Decimal(step.denominator), min(digits, _digits(high - low))
        )
        yield f'<line class="axis" x1="{_LEFT}" x2="{_WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{quoted(label)}</text>'


def _digits(span: Fraction) -> int:
    """Decimals that an axis over `span` needs."""
    return 0 if span >= 20 else 2


def _bars(chart: Chart, digits: int, quoted: Callable[[str], str]) -> Iterator[str]:
    slot = (_WIDTH - _LEFT) / len(chart.months)
    bar = slot * 0.8 / len(chart.curves)
    zero = _height(Fraction(0), chart)
    every = 1 if slot >= 45 else 2 if slot >= 23 else 3
    for place, month in enumerate(chart.months):
        x = _LEFT + place * slot + slot * 0.1
        for which, curve in enumerate(chart.curves):
            y = _height(Fraction(curve.amounts[place]), chart)
            said = f"{months.title(month)}: {readable(curve.amounts[place], digits)} {chart.currency}"
            yield (
                f'<rect class="{_CLASSES[which]}" x="{x + which * bar:.1f}" y="{min(y, zero):.1f}" '
                f'width="{bar:.1f}" height="{abs(zero - y):.1f}">'
                f"<title>{quoted(f'{curve.title}, {said}')}</title></rect>"
            )
        if (len(chart.months) - 1 - place) % every == 0:
            name = quoted(f"{months.title(month)[:3]} {month[2:4]}")
            yield f'<text x="{x + slot * 0.4:.1f}" y="{_HEIGHT - 6}" text-anchor="middle">{name}</text>'


def _legend(chart: Chart, quoted: Callable[[str], str]) -> Iterator[str]:
    if len(chart.curves) < 2:
        return
    for which, curve in enumerate(chart.curves):
        x = _LEFT + which * 120
        yield f'<rect class="{_CLASSES[which]}" x="{x}" y="4" width="10" height="10"/>'
        yield f'<text x="{x + 15}" y="13">{quoted(curve.title)}</text>'
