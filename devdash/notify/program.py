"""The channel that runs a program of the person's own.

The message comes as JSON on standard input and in environment variables, never in
arguments: whatever an alert's text says, it cannot become an option or a command.
"""

import signal

from devdash.alerts.model import AlertId
from devdash.config.alerts import CommandChannel
from devdash.contract.errors import PaneError, ProgramMissing
from devdash.notify.face import as_json, plain
from devdash.notify.means import ChannelMeans
from devdash.notify.message import ChannelFailed, Message
from devdash.render.clean import clean


class ProgramRunner:
    """Implements `devdash.notify.message.Channel`. It is not told that an alert is closed."""

    def __init__(self, config: CommandChannel, means: ChannelMeans) -> None:
        self._config = config
        self._means = means

    async def send(self, message: Message) -> None:
        """Run the program and wait for its end; see `Channel.send`."""
        argv = self._config.argv
        if not argv:
            raise ChannelFailed("the command is empty", 'Write argv = ["program", "argument"].', lasting=True)
        # Only the program is named: a person may have put a secret among the arguments.
        what = f"the program {clean(argv[0])}"
        try:
            done = await self._means.run(
                argv,
                timeout=self._config.timeout,
                cwd=self._means.folder,
                env=variables(message),
                stdin=as_json(message),
            )
        except ProgramMissing as error:
            raise ChannelFailed(error.message, error.hint, lasting=True) from None
        except PaneError as error:
            raise ChannelFailed(error.message, error.hint) from None
        if done.code < 0:
            raise ChannelFailed(f"{what} was ended by {_signal_name(-done.code)}")
        if done.code != 0:
            raise ChannelFailed(
                f"{what} failed with exit code {done.code}", "Run it in a terminal to see why."
            )

    async def close(self, alert: AlertId) -> None:
        """What a program has done with the message is its own affair."""

    async def stop(self) -> None:
        """End the program if it still runs."""
        await self._means.close()


def variables(message: Message) -> dict[str, str | None]:
    """The environment variables that tell of `message`; a summary of many has no alert."""
    named = message.id
    return {
        "DEVDASH_OCCASION": message.occasion.value,
        "DEVDASH_LEVEL": message.level.value,
        "DEVDASH_TITLE": message.title,
        "DEVDASH_TEXT": message.text,
        "DEVDASH_ALERT": "" if named is None else plain(str(named)),
        "DEVDASH_PANE": "" if named is None else plain(named.pane),
        "DEVDASH_RULE": "" if named is None else plain(named.rule),
        "DEVDASH_ITEM": "" if named is None else plain(named.item),
    }


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
