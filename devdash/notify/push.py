"""Channels that reach a person elsewhere: ntfy, and any server that takes JSON (a webhook).

An answer that is lost on its way makes a retry say the same twice: better than never.
All tries of a message, minutes apart as well, are the same bytes with the same `Idempotency-Key`, so that a
webhook's server can tell.
"""

import asyncio
from functools import partial
from importlib import import_module
from typing import Protocol

import msgspec

from devdash.alerts.model import AlertId
from devdash.config.alerts import NtfyChannel, WebhookChannel
from devdash.contract.errors import PaneError
from devdash.contract.levels import Level
from devdash.contract.settings import Secret
from devdash.notify.face import as_json
from devdash.notify.means import ChannelMeans
from devdash.notify.message import ChannelFailed, Message
from devdash.notify.url import Target, target

PAUSES_S = (1.0, 4.0)
"""Between the three tries of one message."""

_PRIORITIES = {Level.CRITICAL: 5, Level.ATTENTION: 3, Level.UNKNOWN: 3, Level.OK: 2}
_TAGS = {Level.CRITICAL: "rotating_light", Level.ATTENTION: "warning", Level.OK: "white_check_mark"}
"""ntfy's priorities (1–5) and the names of its emojis: docs.ntfy.sh/publish."""


class PushConfig(Protocol):
    """What both have."""

    @property
    def token(self) -> Secret | None: ...
    @property
    def timeout(self) -> float: ...


class _Ntfy(msgspec.Struct, frozen=True, kw_only=True):
    topic: str
    title: str
    message: str
    priority: int
    tags: tuple[str, ...]


class _Push:
    """Sends bodies; what both channels share. It is not told that an alert is closed."""

    def __init__(self, config: PushConfig, means: ChannelMeans, pauses_s: tuple[float, ...]) -> None:
        self._config = config
        self._means = means
        self._pauses_s = pauses_s

    async def close(self, alert: AlertId) -> None:
        """What was sent cannot be recalled."""

    async def stop(self) -> None:
        """A thread that still sends ends by itself."""
        await self._means.close()

    async def _deliver(self, where: Target, key: str, body: bytes) -> None:
        """Post `body`, again after a timeout or when the server says that it is its own fault (5xx).

        Raises:
            ChannelFailed: names the server, never the path or the token.
        """
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "devdash",
            "Idempotency-Key": key,
        }
        if self._config.token is not None:
            headers["Authorization"] = f"Bearer {await self._means.reveal(self._config.token)}"
        for pause_s in (*self._pauses_s, None):
            failure, again = await self._attempt(where, headers, body)
            if failure is None:
                return
            if not again or pause_s is None:
                raise failure
            await asyncio.sleep(pause_s)

    async def _attempt(
        self, where: Target, headers: dict[str, str], body: bytes
    ) -> tuple[ChannelFailed | None, bool]:
        """How one try went, and whether another is worth it."""
        timeout = float(self._config.timeout)
        try:
            # Their import takes longer than a frame.
            await self._means.in_thread(partial(import_module, "devdash.notify.https"))
            from devdash.notify.https import Post

            post = Post(where, headers, body, timeout)
            try:
                async with asyncio.timeout(timeout):
                    status = await self._means.in_thread(post.run)
            finally:
                post.abort()
        except TimeoutError:
            return ChannelFailed(f"{where.shown} did not answer within {timeout:g} s"), True
        except ChannelFailed as failure:
            return failure, False
        except PaneError as error:
            return ChannelFailed(error.message, error.hint), False
        return _judge(where, status), status >= 500


class NtfySender(_Push):
    """Implements `devdash.notify.message.Channel`.

    JSON to the server's root, because headers hold no UTF-8 titles (docs.ntfy.sh/publish).
    """

    def __init__(
        self, config: NtfyChannel, means: ChannelMeans, pauses_s: tuple[float, ...] = PAUSES_S
    ) -> None:
        super().__init__(config, means, pauses_s)
        self._url = config.url

    async def send(self, message: Message) -> None:
        """Publish `message`; see `Channel.send`."""
        where = target(self._url)
        topic = where.path.strip("/")
        if not topic or not topic.replace("-", "").replace("_", "").isalnum():
            raise ChannelFailed(
                "the channel's url must end with a topic, such as https://ntfy.sh/TOPIC",
                "Mend it in devdash.toml.",
                lasting=True,
            )
        tag = _TAGS.get(message.level)
        body = _Ntfy(
            topic=topic,
            title=message.title,
            message=message.text,
            priority=_PRIORITIES[message.level],
            tags=() if tag is None else (tag,),
        )
        await self._deliver(msgspec.structs.replace(where, path="/"), message.key, msgspec.json.encode(body))


class WebhookSender(_Push):
    """Implements `devdash.notify.message.Channel`; `face.py` writes what is sent."""

    def __init__(
        self,
        config: WebhookChannel,
        means: ChannelMeans,
        pauses_s: tuple[float, ...] = PAUSES_S,
    ) -> None:
        super().__init__(config, means, pauses_s)
        self._url = config.url

    async def send(self, message: Message) -> None:
        """Post `message`; see `Channel.send`."""
        await self._deliver(target(self._url), message.key, as_json(message))


def _judge(where: Target, status: int) -> ChannelFailed | None:
    if 200 <= status < 300:
        return None
    if status in (401, 403):
        return ChannelFailed(
            f"{where.shown} does not let devdash in (status {status})",
            "Look at the channel's token.",
            lasting=True,
        )
    if 300 <= status < 400:
        return ChannelFailed(
            f"{where.shown} sends devdash elsewhere (status {status}); it does not follow",
            "Write the right url in devdash.toml.",
            lasting=True,
        )
    if status == 429:
        return ChannelFailed(f"{where.shown} takes no more for now (status 429)", lasting=True)
    return ChannelFailed(f"{where.shown} refused it (status {status})", lasting=status < 500)
