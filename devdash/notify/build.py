"""From `[alerts]` to a dispatcher with its channels. A channel's own libraries wait for its first message."""

import sys
from collections.abc import Callable, Collection
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


def channel_configs(config: AlertsConfig) -> dict[str, ChannelConfig]:
    """Every channel that there is, by name."""
    return STANDARD | config.channel


def channel(
    config: ChannelConfig,
    folder: Path,
    on_choice: OnChoice,
    on_return: Callable[[], None],
    voice: Voice | None,
    hidden: Collection[str] = (),
    memory: Path | None = None,
) -> Channel | None:
    """The channel that `config` describes; None for the terminal's without a voice.

    Args:
        on_return: called on the loop when what had failed may work again.
        hidden: environment variables that programs do not get.
        memory: a file for what is shown and outlives this process; None: nobody comes after it.
    """
    means = ChannelMeans(folder, hidden)
    match config:
        case DesktopChannel():
            return desktop(config, on_choice, on_return, memory)
        case TerminalChannel():
            return None if voice is None else TerminalSpeaker(config, voice)
        case NtfyChannel():
            return NtfySender(config, means)
        case WebhookChannel():
            return WebhookSender(config, means)
        case CommandChannel():
            return ProgramRunner(config, means)


def build(
    config: AlertsConfig,
    *,
    folder: Path,
    names: Names,
    clock: Clock,
    on_choice: OnChoice,
    voice: Voice | None = None,
    hidden: Collection[str] = (),
    state: Path | None = None,
) -> Dispatcher:
    """A dispatcher that tells as `config` says.

    Args:
        folder: the folder of devdash.toml, in which a channel's program runs; absolute.
        on_choice: called on the loop when a person has pressed a notification's button.
        voice: the terminal's; None leaves its channel out.
        hidden: environment variables that programs do not get, for secrets are in them.
        state: the state folder, for what is shown and outlives this process; need not exist.
    """

    def make(name: str, one: ChannelConfig) -> Channel | None:
        memory = None if state is None else state / f"notifications-{name}.json"
        return channel(one, folder, on_choice, lambda: dispatcher.nudge(name), voice, hidden, memory)

    configs = channel_configs(config)
    channels = {name: make(name, one) for name, one in configs.items()}
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


def desktop(
    config: DesktopChannel, on_choice: OnChoice, on_return: Callable[[], None], memory: Path | None = None
) -> Channel:
    """The desktop's channel on this system."""
    if sys.platform in ("darwin", "win32"):
        return NativeNotifications(config, on_choice)
    return DesktopNotifications(config, on_choice, on_return, memory=memory)
