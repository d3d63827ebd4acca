"""From `[alerts]` to a dispatcher with its channels. A channel's own libraries wait for its first message."""

import sys
from collections.abc import Callable
from pathlib import Path

from devdash.config.alerts import (
    AlertsConfig,
    ChannelConfig,
    CommandChannel,
    DesktopChannel,
    NtfyChannel,
    TerminalChannel,
    WebhookChannel,
)
from devdash.engine.clock import Clock
from devdash.notify.desktop import DesktopNotifications
from devdash.notify.dispatcher import Dispatcher, Outlet
from devdash.notify.means import ChannelMeans
from devdash.notify.message import Channel, OnChoice
from devdash.notify.native import NativeNotifications
from devdash.notify.program import ProgramRunner
from devdash.notify.push import NtfySender, WebhookSender
from devdash.notify.terminal import TerminalSpeaker
from devdash.notify.voice import Voice
from devdash.notify.wording import Names

STANDARD: dict[str, ChannelConfig] = {"desktop": DesktopChannel(), "terminal": TerminalChannel()}
"""There without being written down; `[alerts.channel.NAME]` changes them."""


def build(
    config: AlertsConfig,
    *,
    folder: Path,
    names: Names,
    clock: Clock,
    on_choice: OnChoice,
    voice: Voice | None = None,
) -> Dispatcher:
    """A dispatcher that tells as `config` says.

    Args:
        folder: the folder of devdash.toml, in which a channel's program runs; absolute.
        on_choice: called on the loop when a person has pressed a notification's button.
        voice: the terminal's; None leaves its channel out.
    """

    def channel(name: str, one: ChannelConfig) -> Channel | None:
        means = ChannelMeans(folder)
        match one:
            case DesktopChannel():
                return desktop(one, on_choice, lambda: dispatcher.nudge(name))
            case TerminalChannel():
                return None if voice is None else TerminalSpeaker(one, voice)
            case NtfyChannel():
                return NtfySender(one, means)
            case WebhookChannel():
                return WebhookSender(one, means, clock)
            case CommandChannel():
                return ProgramRunner(one, means, clock)

    configs = STANDARD | config.channel
    channels = {name: channel(name, one) for name, one in configs.items()}
    dispatcher = Dispatcher(
        {
            name: Outlet(one, configs[name].least, isinstance(configs[name], DesktopChannel))
            for name, one in channels.items()
            if one is not None
        },
        default=config.channels,
        most=config.most,
        per_s=config.per,
        names=names,
        clock=clock,
        absent=(name for name, one in channels.items() if one is None),
    )
    return dispatcher


def desktop(config: DesktopChannel, on_choice: OnChoice, on_return: Callable[[], None]) -> Channel:
    """The desktop's channel on this system."""
    if sys.platform in ("darwin", "win32"):
        return NativeNotifications(config, on_choice)
    return DesktopNotifications(config, on_choice, on_return)
