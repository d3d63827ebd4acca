"""The ledger pane's table in devdash.toml; apart from the pane, so that the config is read without it."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import msgspec

from devdash.api import ConfigProblem, Duration, PaneConfig

# beancount/parser/lexer.l, CURRENCY
_CURRENCY = re.compile(r"(?:[A-Z]|/[A-Z0-9'._-]*[A-Z])(?:[A-Z0-9'._-]*[A-Z0-9])?")


class LedgerConfig(PaneConfig, frozen=True):
    """The table of a ledger pane.

    Attributes:
        file: the journal; none: the pane says how to set it.
        months: how many months are reported, the current one included; 0: all.
        currency: shown first; the journal's first operating currency when absent.
    """

    timeout: Duration = Duration(60)
    file: Path | None = None
    months: Annotated[int, msgspec.Meta(ge=0, le=1200)] = 6
    currency: str | None = None

    def problems(self) -> Iterable[ConfigProblem]:
        """A currency that no journal could hold."""
        if self.currency is not None and not _CURRENCY.fullmatch(self.currency):
            yield ConfigProblem(
                "currency", f'"{self.currency}" is no currency; write it as the journal does, such as "EUR"'
            )
