"""`devdash alerts test`: one message through each channel, to see now what would fail at night."""

import asyncio
from argparse import Namespace
from collections.abc import Sequence

from devdash.alerts.model import Occasion
from devdash.cli import loop
from devdash.cli.exits import Exit, UsageError
from devdash.cli.output import complain
from devdash.cli.session import complain_of, settings_for, suggestion
from devdash.config.alerts import ChannelConfig
from devdash.config.hidden import secret_variables
from devdash.config.model import Settings
from devdash.contract.errors import one_line
from devdash.contract.levels import Level
from devdash.engine.clock import SystemClock
from devdash.engine.registry import Registry
from devdash.notify.build import channel, channel_configs
from devdash.notify.message import ChannelFailed, Message

PATIENCE_S = 20.0


def trial(arguments: Namespace) -> Exit:
    """Send a message through the channels that are named, or all; ATTENTION when one fails.

    Raises:
        UsageError: there is no such channel.
    """
    settings = settings_for(arguments.config, Registry())
    wrong = complain_of(settings)
    chosen = chosen_channels(settings, arguments.channel)
    results = loop.run(_send(settings, chosen))
    return Exit.USAGE if wrong else Exit.OK if all(results) else Exit.ATTENTION


def chosen_channels(settings: Settings, names: Sequence[str]) -> dict[str, ChannelConfig]:
    """The channels of these names; all when there are none.

    Raises:
        UsageError: one is not there; suggests a similar one.
    """
    known = channel_configs(settings.alerts)
    wrong = [name for name in names if name not in known]
    if wrong:
        lines = [
            f"there is no channel '{name}'; {suggestion(name, list(known), 'channels')}" for name in wrong
        ]
        raise UsageError("\n".join(lines))
    return {name: known[name] for name in names or known}


async def _send(settings: Settings, chosen: dict[str, ChannelConfig]) -> list[bool]:
    return [await _try(settings, name, config) for name, config in chosen.items()]


async def _try(settings: Settings, name: str, config: ChannelConfig) -> bool:
    hidden = secret_variables(settings)
    made = channel(config, settings.folder, lambda alert, choice: None, lambda: None, None, hidden)
    if made is None:
        complain(f"{name}: speaks in the dashboard only")
        return True
    message = Message(
        id=None,
        occasion=Occasion.FIRED,
        at=SystemClock().now(),
        level=Level.ATTENTION,
        title="devdash",
        text="This is a test.",
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            await made.send(message)
    except ChannelFailed as error:
        complain(f"{name}: {one_line(error.message, error.hint)}")
        return False
    except TimeoutError:
        complain(f"{name}: no answer within {PATIENCE_S:g} s")
        return False
    finally:
        await made.stop()
    complain(f"{name}: told")
    return True
