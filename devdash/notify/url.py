"""Where a push channel's url leads, and whether devdash may go there."""

from urllib.parse import urlsplit

import msgspec

from devdash.notify.message import ChannelFailed


class Target(msgspec.Struct, frozen=True):
    """Where to send.

    Attributes:
        host: without brackets.
        path: with the query; may hold what only the person and the server know, so it is never shown.
    """

    secure: bool
    host: str
    port: int
    path: str

    @property
    def shown(self) -> str:
        """How messages call it."""
        return self.host


def target(url: str) -> Target:
    """The parts of `url`.

    Raises:
        ChannelFailed: it is no URL that may be used; it is not quoted.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        (host or "").encode("idna")
    except ValueError:
        raise _useless("is not one") from None
    if parts.scheme not in ("https", "http") or not host:
        raise _useless("must begin with https:// and name a server")
    if parts.username is not None or parts.password is not None:
        raise _useless("must not hold a user's name or password; refer to a token instead")
    secure = parts.scheme == "https"
    if not secure and not _is_loopback(host):
        raise _useless("must begin with https://; http:// is for this machine itself only")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not (path.isascii() and path.isprintable() and " " not in path):
        raise _useless("has characters that must be written as %XX")
    return Target(secure, host, port or (443 if secure else 80), path)


def _is_loopback(host: str) -> bool:
    import ipaddress

    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _useless(why: str) -> ChannelFailed:
    return ChannelFailed(f"the channel's url {why}", "Mend it in devdash.toml.", lasting=True)
