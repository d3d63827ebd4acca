"""Leaving because somebody else says so: a signal, or a terminal that is gone.

Left to themselves, SIGTERM and SIGHUP would end the process with the terminal
still in the dashboard's hands. And where SIGHUP is ignored (nohup) or never
comes, Textual's reader would go on for good at the end of a lost terminal's
input, as fast as a processor can.
"""

import asyncio
import os
import signal
from collections.abc import Callable, Sequence

LOOK_S = 2.0
"""Seconds between two looks at the terminal."""

SIGNALS = (signal.SIGTERM, signal.SIGHUP)


class Departure:
    """Calls `leave` once, when it is time to go.

    Args:
        terminal: the descriptor from which keys are read; None: there is none to lose.
        leave: ends the dashboard in order.
        signals: which ones mean it; None: SIGTERM and SIGHUP.

    Attributes:
        called: it was.
    """

    def __init__(
        self,
        terminal: int | None,
        leave: Callable[[], object],
        signals: Sequence[signal.Signals] | None = None,
    ) -> None:
        self._signals = SIGNALS if signals is None else signals
        self._terminal = terminal
        self._leave = leave
        self.called = False

    def watch(self) -> None:
        """Begin, on the running loop; its end is the end of this too."""
        loop = asyncio.get_running_loop()
        for number in self._signals:
            loop.add_signal_handler(number, self._go)
        if self._terminal is not None:
            self._look(loop, self._terminal)

    def _look(self, loop: asyncio.AbstractEventLoop, terminal: int) -> None:
        if os.isatty(terminal):
            loop.call_later(LOOK_S, self._look, loop, terminal)
        else:
            self._go()

    def _go(self) -> None:
        if not self.called:
            self.called = True
            self._leave()
