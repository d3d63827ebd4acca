"""A server that push channels meet: over TLS with a certificate of the test's own, and as odd as told."""

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import msgspec

_EC = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]


class Authority:
    """A certificate authority in `folder`; `ca` is the file to trust."""

    def __init__(self, openssl: str, folder: Path) -> None:
        self.ca = folder / "ca.pem"
        self._openssl = openssl
        self._folder = folder
        subject = ["-subj", "/CN=devdash tests", "-days", "2"]
        self._run("req", "-x509", *_EC, "-keyout", "ca.key", "-out", "ca.pem", *subject)

    def certify(self, names: str) -> ssl.SSLContext:
        """A server's context for `names`, such as "DNS:localhost,IP:127.0.0.1"."""
        stem = names.replace(":", "-").replace(",", "_")
        extension = self._folder / f"{stem}.ext"
        extension.write_text(f"subjectAltName={names}\n")
        request = ["-keyout", f"{stem}.key", "-out", f"{stem}.csr", "-subj", "/CN=a server"]
        self._run("req", *_EC, *request)
        signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-out", f"{stem}.pem", "-days", "2"]
        self._run("x509", "-req", "-in", f"{stem}.csr", *signed, "-extfile", extension.name)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._folder / f"{stem}.pem", self._folder / f"{stem}.key")
        return context

    def _run(self, *words: str) -> None:
        subprocess.run([self._openssl, *words], cwd=self._folder, check=True, capture_output=True, timeout=30)


class Request(msgspec.Struct, frozen=True):
    """What a server was asked; header names in lower case."""

    line: str
    headers: dict[str, str]
    body: bytes


Behaviour = Callable[[socket.socket], None]


def says(status: int, *headers: str, body: bytes = b"{}") -> Behaviour:
    """Answer with `status`."""
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", *headers, "", ""]
    return writes("\r\n".join(lines).encode() + body)


def writes(data: bytes) -> Behaviour:
    """Answer with `data`, whatever that means."""
    return lambda line: line.sendall(data)


def mute(line: socket.socket) -> None:
    """Take the request, and say nothing until the other side gives up."""
    while line.recv(4096):
        pass


def drip(line: socket.socket) -> None:
    """One byte at a time, for ever: no single read ever waits long."""
    line.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        line.sendall(b"x")
        time.sleep(0.01)


def flood(line: socket.socket) -> None:
    """A body without an end."""
    line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        line.sendall(b"x" * 65536)


class Server:
    """Listens on loopback; the n-th request meets the n-th of `behaviours`, the last one for ever."""

    def __init__(self, *behaviours: Behaviour, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self._behaviours = behaviours or (says(200),)
        self._tls = tls
        self._lines: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{self.port}"
        self._threads = [threading.Thread(target=self._listen, daemon=True)]
        self._threads[0].start()

    def close(self) -> None:
        """Hang up on everybody."""
        for line in (self._listener, *self._lines):
            with suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                line, _ = self._listener.accept()
                self._lines.append(line)
                self._threads.append(threading.Thread(target=self._serve, args=(line,), daemon=True))
                self._threads[-1].start()

    def _serve(self, line: socket.socket) -> None:
        with suppress(OSError), line:
            if self._tls is None:
                self._meet(line)
            else:
                with self._tls.wrap_socket(line, server_side=True) as secure:
                    self._lines.append(secure)
                    self._meet(secure)

    def _meet(self, line: socket.socket) -> None:
        with line.makefile("rb") as stream:
            first = stream.readline().decode("latin-1").strip()
            if not first:
                return
            headers: dict[str, str] = {}
            while header := stream.readline().decode("latin-1").strip():
                name, _, value = header.partition(": ")
                headers[name.lower()] = value
            body = stream.read(int(headers["content-length"]))
            behaviour = self._behaviours[min(len(self.requests), len(self._behaviours) - 1)]
            self.requests.append(Request(first, headers, body))
            behaviour(line)
