"""One POST over TLS, bounded in every way: the part of `push.py` that blocks, for a daemon thread.

The certificate is always verified, against what the system trusts (or SSL_CERT_FILE says).
Redirects are not followed at all: a token must not travel to where nobody wrote it.
Clear HTTP is spoken to loopback only.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress

from devdash.notify.message import ChannelFailed
from devdash.notify.url import Target

READ_LIMIT = 64 * 1024
"""Bytes of an answer's body that are looked at; it is only read so that the server can finish."""


class Post:
    """One request. `run` blocks and belongs into a thread; `abort` may be called from anywhere."""

    def __init__(self, where: Target, headers: Mapping[str, str], body: bytes, timeout: float) -> None:
        self._where = where
        self._headers = dict(headers)
        self._body = body
        self._timeout = timeout
        self._connection: http.client.HTTPConnection | None = None
        self._aborted = threading.Event()

    def run(self) -> int:
        """The answer's status.

        Raises:
            TimeoutError: no answer in time.
            ChannelFailed: no connection, no verified one, or an answer that is not HTTP.
        """
        try:
            return self._run()
        except TimeoutError:
            raise TimeoutError from None
        except ssl.SSLError as error:
            raise _untrusted(self._where, error) from None
        except http.client.HTTPException:
            raise ChannelFailed(f"{self._where.shown} answered with something that is not HTTP") from None
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise ChannelFailed(f"{self._where.shown} cannot be reached: {reason}") from None

    def _run(self) -> int:
        where = self._where
        if where.secure:
            trusted = ssl.create_default_context()
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                where.host, where.port, timeout=self._timeout, context=trusted
            )
        else:
            connection = http.client.HTTPConnection(where.host, where.port, timeout=self._timeout)
        self._connection = connection
        try:
            connection.connect()
            if self._aborted.is_set():
                raise TimeoutError
            connection.request("POST", where.path, body=self._body, headers=self._headers)
            with connection.getresponse() as answer:
                answer.read(READ_LIMIT)
                return answer.status
        finally:
            connection.close()

    def abort(self) -> None:
        """Make `run` end soon: what drips byte by byte never meets a socket's own timeout."""
        self._aborted.set()
        sock: socket.socket | None = getattr(self._connection, "sock", None)
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


def _untrusted(where: Target, error: ssl.SSLError) -> ChannelFailed:
    if isinstance(error, ssl.SSLCertVerificationError):
        return ChannelFailed(
            f"{where.shown} could not prove who it is: {error.verify_message}",
            "Its certificate must be one that this system trusts; SSL_CERT_FILE can name a CA of one's own.",
            lasting=True,
        )
    reason = error.reason or type(error).__name__
    return ChannelFailed(f"{where.shown} cannot be spoken to by TLS: {reason}", lasting=True)
