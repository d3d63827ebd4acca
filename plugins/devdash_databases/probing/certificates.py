"""When a server's certificate ends, seen in a handshake of its own: drivers do not tell.

Nothing is trusted here and nothing is sent after the handshake: it only looks at a date.
"""

from __future__ import annotations

import calendar
import socket
import ssl
import time
from typing import NamedTuple

UTC_TIME = 0x17
VERSION = 0xA0

POSTGRESQL_TLS = b"\x00\x00\x00\x08\x04\xd2\x16\x2f"
"""The length of the request, and its code: 80877103."""


class NoTls(Exception):
    """The server does without."""


class Seen(NamedTuple):
    """What a handshake showed.

    Attributes:
        end: when the certificate ends, in seconds since 1970.
        version: the protocol, such as "TLSv1.3".
    """

    end: float
    version: str


def look(host: str, port: int, seconds: float, wish: bytes = b"") -> Seen:
    """The certificate of a server.

    Args:
        host, port: where it listens.
        seconds: for each step of the handshake.
        wish: what is said before it, and answered with an "S"; none where TLS begins at once.

    Raises:
        NoTls: it has none.
        OSError: it cannot be reached, or the handshake fails (`ssl.SSLError` is one).
        ValueError: the certificate cannot be read.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with socket.create_connection((host, port), timeout=seconds) as plain:
        if wish:
            plain.sendall(wish)
            if plain.recv(1) != b"S":
                raise NoTls
        with context.wrap_socket(plain, server_hostname=host) as wrapped:
            der, version = wrapped.getpeercert(binary_form=True), wrapped.version()
    if der is None:
        raise NoTls
    return Seen(not_after(der), version or "")


def not_after(der: bytes) -> float:
    """The end of an X.509 certificate, in seconds since 1970 (RFC 5280, 4.1).

    Raises:
        ValueError: it is none.
    """
    try:
        _, at, _ = _element(der, 0)
        _, at, _ = _element(der, at)
        tag, _, end = _element(der, at)
        if tag == VERSION:
            at = end
        for _ in ("serial number", "signature", "issuer"):
            _, _, at = _element(der, at)
        _, at, _ = _element(der, at)
        _, _, at = _element(der, at)  # not before
        tag, start, end = _element(der, at)
    except IndexError:
        raise ValueError("not a certificate") from None
    form = "%y%m%d%H%M%SZ" if tag == UTC_TIME else "%Y%m%d%H%M%SZ"
    return float(calendar.timegm(time.strptime(der[start:end].decode("ascii"), form)))


def _element(der: bytes, at: int) -> tuple[int, int, int]:
    """Tag, and where the content of the element at `at` begins and ends."""
    length, start = der[at + 1], at + 2
    if length & 0x80:
        count = length & 0x7F
        start += count
        length = int.from_bytes(der[at + 2 : start], "big")
    return der[at], start, start + length
