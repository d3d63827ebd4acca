"""A server that does everything wrong: mute, torn, garbage, another protocol, no TLS, not the primary.

Loopback, a port of its own, in the test's own loop, so that it ends with the test:

    async with FaultServer(mute) as server:
        ...  server.port
"""

import asyncio
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType

import bson

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""What is said to one client; the connection is closed when it returns."""

LARGEST = 48_000_000
"""Bytes that a message of MongoDB's may have."""

OPCODES = (2004, 2013)
"""OP_QUERY and OP_MSG."""

LONG_S = 60.0
"""Longer than any test."""


class FaultServer:
    """Serves `talk` to whoever connects.

    Args:
        tls: the server's side of an encryption.
        port: where it listens; 0: on one that is free.

    Attributes:
        port: where it listens.
        clients: how many have connected.
    """

    def __init__(self, talk: Talk, *, tls: ssl.SSLContext | None = None, port: int = 0) -> None:
        self.port = port
        self.clients = 0
        self._talk = talk
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "FaultServer":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.clients += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            # What goes wrong here is what the test wants; asyncio would tell of it on standard error.
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._talk(reader, writer)
        finally:
            self._tasks.discard(task)
            writer.close()


async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Accept, and never answer."""
    await asyncio.sleep(LONG_S)


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Accept, and close."""


def says(text: bytes, *, first: bool) -> Talk:
    """Say `text` and close: at once where the server speaks `first`, else when the client has spoken."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not first:
            await reader.read(65536)
        writer.write(text)
        await writer.drain()

    return talk


HTTP = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

GARBAGE = bytes(range(5, 200, 3))


def mysql_greeting(*, tls: bool) -> bytes:
    """The packet with which MySQL and MariaDB begin; protocol 10."""
    capabilities = 0x000FF7FF | 0x00080000 if tls else 0x000FF7FF & ~0x0800
    payload = (
        b"\x0a10.11.6-MariaDB\x00"
        + struct.pack("<I", 7)
        + b"saltsalt\x00"
        + struct.pack("<HBHH", capabilities & 0xFFFF, 45, 2, capabilities >> 16)
        + bytes([21])
        + bytes(10)
        + b"moresaltmore\x00mysql_native_password\x00"
    )
    return struct.pack("<I", len(payload))[:3] + b"\x00" + payload


async def mysql_without_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Greet, say that there is no TLS, and wait."""
    writer.write(mysql_greeting(tls=False))
    await asyncio.sleep(LONG_S)


async def postgres_without_tls(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer the wish for TLS with no."""
    await reader.readexactly(8)
    writer.write(b"N")
    await asyncio.sleep(LONG_S)


def postgres_with(certificate: ssl.SSLContext) -> Talk:
    """Agree to TLS, and show a certificate that nobody trusts."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(8)
        writer.write(b"S")
        await writer.drain()
        await writer.start_tls(certificate)
        await asyncio.sleep(LONG_S)

    return talk


def mysql_with(certificate: ssl.SSLContext) -> Talk:
    """Greet, agree to TLS, and show a certificate that nobody trusts."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(mysql_greeting(tls=True))
        await reader.readexactly(36)  # the wish for TLS; the client does not wait for an answer to it
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        side = certificate.wrap_bio(incoming, outgoing, server_side=True)
        while True:
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                writer.write(outgoing.read())
                incoming.write(await reader.read(65536) or b"\0")

    return talk


def few(talk: Talk, count: int) -> Talk:
    """Serve the first `count` clients, and hang up on all that come later."""
    served = 0

    async def some(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal served
        served += 1
        if served <= count:
            await talk(reader, writer)

    return some


def through(port: int, sees: bytes, then: Callable[[], None]) -> Talk:
    """Hand everything on to another server; before what has `sees` in it goes there, `then` is called."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, to = await asyncio.open_connection("127.0.0.1", port)

        async def back() -> None:
            while data := await there.read(65536):
                writer.write(data)

        answers = asyncio.create_task(back())
        try:
            while data := await reader.read(65536):
                if sees in data:
                    then()
                to.write(data)
        finally:
            answers.cancel()
            to.close()

    return talk


@contextmanager
def black_hole() -> Iterator[int]:
    """A port on which no connection comes to be, nor is refused: its queue is full, and stays so."""
    with ExitStack() as stack:
        full = stack.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(4):
            waits = stack.enter_context(socket.socket())
            waits.setblocking(False)
            waits.connect_ex(full.getsockname())
        yield full.getsockname()[1]


def mongo(*, answers: Mapping[str, dict[str, object]] | None = None, **hello: object) -> Talk:
    """Speak MongoDB's protocol: OP_QUERY and OP_MSG with one document; each command gets a bare "ok".

    Args:
        answers: to commands, by their names in lower case.
        hello: what differs in the answer to the handshake.
    """
    known = answers or {}
    greeting: dict[str, object] = {
        "ismaster": True,
        "helloOk": True,
        "maxBsonObjectSize": 16777216,
        "maxMessageSizeBytes": LARGEST,
        "maxWriteBatchSize": 100000,
        "minWireVersion": 0,
        "maxWireVersion": 21,
        "ok": 1.0,
        **hello,
    }

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            length, request, _, code = struct.unpack("<iiii", await reader.readexactly(16))
            if not 16 < length <= LARGEST or code not in OPCODES:
                return  # a client that speaks TLS, whose hello may look like a length; real ones hang up too
            body = await reader.readexactly(length - 16)
            asked = bson.decode(body[5:] if code == 2013 else body[body.index(b"\x00", 4) + 9 :])
            command = next(iter(asked)).lower()
            answer = greeting if command in ("hello", "ismaster") else known.get(command, {"ok": 1.0})
            told = bson.encode(answer)
            if code == 2013:
                told = struct.pack("<iB", 0, 0) + told
                reply = 2013
            else:
                told = struct.pack("<iqii", 8, 0, 0, 1) + told
                reply = 1
            writer.write(struct.pack("<iiii", len(told) + 16, 1, request, reply) + told)

    return talk


def bad_certificate(folder: Path) -> ssl.SSLContext:
    """A server's side with a certificate that it has signed itself, for a name that is not asked for."""
    import subprocess

    folder.mkdir(exist_ok=True)
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    if not certificate.exists():
        subprocess.run(
            [
                *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
                *("-keyout", str(key), "-out", str(certificate), "-subj", "/CN=elsewhere.invalid"),
            ],
            check=True,
            capture_output=True,
        )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context
