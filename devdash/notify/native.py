"""Notifications on macOS and Windows, through desktop-notifier.

This was written against version 6.2 as its source has it, and never run on either
system: a machine with one of them was not at hand. It cannot replace a notification, so an earlier one
about the same alert is cleared first. On macOS only a signed Python may notify.
"""

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from devdash.alerts.model import AlertId
from devdash.config.alerts import DesktopChannel
from devdash.contract.levels import Level
from devdash.notify.message import ChannelFailed, Choice, Message, OnChoice

if TYPE_CHECKING:
    from desktop_notifier import (  # type: ignore[import-not-found,unused-ignore]  # not installed on Linux
        Button,
        DesktopNotifier,
    )

TIMEOUT_S = 10.0


class NativeNotifications:
    """Implements `devdash.notify.message.Channel`."""

    def __init__(self, config: DesktopChannel, on_choice: OnChoice) -> None:
        self._config = config
        self._on_choice = on_choice
        self._notifier: DesktopNotifier | None = None
        self._shown: dict[AlertId | None, str] = {}

    async def send(self, message: Message) -> None:
        """Show `message`, after what it replaces was cleared. See `Channel.send`."""
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await self._show(message)
        except ImportError:
            raise ChannelFailed(
                "the package desktop-notifier is not installed", "pip install desktop-notifier", lasting=True
            ) from None
        except TimeoutError:
            raise ChannelFailed(f"the system did not take the notification within {TIMEOUT_S:g} s") from None
        except Exception as error:  # noqa: BLE001 - whatever the system's own interface raises
            raise ChannelFailed(
                f"the system refused the notification ({type(error).__name__})",
                "Its settings may forbid notifications.",
                lasting=True,
            ) from None

    async def close(self, alert: AlertId) -> None:
        """Clear the notification about `alert`; one that cannot be cleared goes by itself."""
        shown = self._shown.pop(alert, None)
        if self._notifier is not None and shown is not None:
            with suppress(Exception):
                await self._notifier.clear(shown)

    async def stop(self) -> None:
        """Nothing to let go of; what is shown stays."""

    async def _show(self, message: Message) -> None:
        from desktop_notifier import (  # type: ignore[import-not-found,unused-ignore]  # not installed on Linux
            DesktopNotifier,
            Urgency,
        )

        notifier = self._notifier or DesktopNotifier(app_name="devdash")
        self._notifier = notifier
        lasts = not message.parting
        if lasts and message.id is not None:
            await self.close(message.id)
        shown: str = await notifier.send(
            title=message.title,
            message=message.text,
            urgency=Urgency.Critical if message.level is Level.CRITICAL else Urgency.Normal,
            buttons=self._buttons(message.id, message.fix) if lasts else (),
        )
        if lasts:
            self._shown[message.id] = shown

    def _buttons(self, alert: AlertId | None, fix: str) -> "tuple[Button, ...]":
        from desktop_notifier import Button  # type: ignore[import-not-found,unused-ignore]

        if alert is None or not self._config.buttons:
            return ()
        titles = {Choice.FIX: fix, Choice.SNOOZE: "Snooze 1 h", Choice.ACKNOWLEDGE: "Acknowledge"}
        loop = asyncio.get_running_loop()

        def press(choice: Choice) -> None:
            # The system may call from a thread of its own.
            loop.call_soon_threadsafe(self._on_choice, alert, choice)

        return tuple(
            Button(title=title, on_pressed=lambda choice=choice: press(choice))
            for choice, title in titles.items()
            if title
        )
