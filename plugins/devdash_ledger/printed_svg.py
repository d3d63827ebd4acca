"""The chart of a report as SVG within a page, coloured by the page's style. Pure."""

from collections.abc import Callable, Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import msgspec

from devdash_ledger import months
from devdash_ledger.amounts import readable
from devdash_ledger.printed import Chart

_WIDTH, _HEIGHT = 760, 240
_LEFT, _RIGHT, _TOP, _BOTTOM = 90, 16, 24, 24
_CLASSES = ("one", "two")
_STEPS = 4
_ROUND = tuple(map(Decimal, ("1", "2", "2.5", "5", "10")))
"""What a step may be, times a power of ten."""


def svg(chart: Chart, digits: int, quoted: Callable[[str], str]) -> str:
    """Bars side by side for each month, each with its amount as a tooltip.

    Args:
        digits: decimals of the amounts.
        quoted: makes text fit for the page.
    """
    scale = _scale(chart)
    names = " – ".join(months.title(one) for one in dict.fromkeys((chart.months[0], chart.months[-1])))
    return "\n".join(
        (
            f'<svg role="img" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}">',
            f"<title>{quoted(f'{chart.title} by month: {names}')}</title>",
            *_axis(scale, quoted),
            *_bars(chart, scale, digits, quoted),
            *_legend(chart, quoted),
            "</svg>",
        )
    )


class _Scale(msgspec.Struct, frozen=True):
    """What the height stands for: from `low` to `high`, zero among them, with a line at every `step`."""

    low: Decimal
    high: Decimal
    step: Decimal

    def y(self, amount: Decimal) -> float:
        """How far from the top `amount` lies."""
        share = (self.high - amount) / (self.high - self.low)
        return float(_TOP + share * (_HEIGHT - _TOP - _BOTTOM))


def _scale(chart: Chart) -> _Scale:
    """Ends and steps are round numbers."""
    every = [amount for curve in chart.curves for amount in curve.amounts]
    low, high = min(*every, Decimal(0)), max(*every, Decimal(0))
    wanted = (high - low) / _STEPS or Decimal(1)
    unit = Decimal(1).scaleb(wanted.adjusted())
    step = next(unit * factor for factor in _ROUND if unit * factor >= wanted)
    floor, ceiling = (
        (low / step).to_integral_value(ROUND_FLOOR),
        (high / step).to_integral_value(ROUND_CEILING),
    )
    return _Scale(floor * step, max(ceiling, floor + 1) * step, step)


def _axis(scale: _Scale, quoted: Callable[[str], str]) -> Iterator[str]:
    digits = max(0, -int(scale.step.normalize().as_tuple().exponent))
    for place in range(int((scale.high - scale.low) / scale.step) + 1):
        amount = scale.low + place * scale.step
        y, label = scale.y(amount), quoted(readable(amount, digits))
        yield f'<line class="axis" x1="{_LEFT}" x2="{_WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{label}</text>'


def _bars(chart: Chart, scale: _Scale, digits: int, quoted: Callable[[str], str]) -> Iterator[str]:
    slot = (_WIDTH - _LEFT - _RIGHT) / len(chart.months)
    bar = slot * 0.8 / len(chart.curves)
    zero = scale.y(Decimal(0))
    every = 1 if slot >= 45 else 2 if slot >= 23 else 3
    for place, month in enumerate(chart.months):
        x = _LEFT + place * slot + slot * 0.1
        for which, curve in enumerate(chart.curves):
            y = scale.y(curve.amounts[place])
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
