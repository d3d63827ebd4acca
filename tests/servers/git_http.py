"""git's smart HTTP as a real peer: `git http-backend` behind a server of the standard library."""

import base64
import http.server
import ssl
import subprocess
import threading
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

from git_peers import Find, backend, backend_environment


class HttpPeer:
    """Serves the repositories below `base` for fetch and push.

    Args:
        login: "ada" with the password "right" may come in; "bob" with it is known, and may do nothing.
        tls: what to encrypt with; None: plain.
        says: answers everything with this status instead.
    """

    def __init__(
        self,
        base: Path,
        needs: Find,
        *,
        git_config: Path,
        login: bool = False,
        tls: ssl.SSLContext | None = None,
        says: HTTPStatus | None = None,
    ) -> None:
        program, env = backend(needs("git")), backend_environment(base, git_config)

        class Handler(_Backend):
            pass

        Handler.program, Handler.settings, Handler.login, Handler.says = program, dict(env), login, says
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        if tls is not None:
            self._server.socket = tls.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._scheme = "http" if tls is None else "https"
        self.port = self._server.server_port

    def __enter__(self) -> "HttpPeer":
        serve = self._server.serve_forever
        self._thread = threading.Thread(target=serve, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def url(self, name: str, *, user: str = "", port: int = 0) -> str:
        """The URL of a repository below the base; with a `user`, such as "ada:right", in it."""
        login = f"{user}@" if user else ""
        return f"{self._scheme}://{login}127.0.0.1:{port or self.port}/{name}"


class _Backend(http.server.BaseHTTPRequestHandler):
    """A request becomes a call of the CGI program (RFC 3875), as git-http-backend(1) wants it."""

    program = ""
    settings: dict[str, str] = {}  # noqa: RUF012  # set once for each class made of this one
    login = False
    says: HTTPStatus | None = None

    def do_GET(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(self._body())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name in the base class
        """Stay quiet."""

    def _serve(self, body: bytes) -> None:
        user = self._user()
        if self.says is not None:
            self._refuse(self.says)
        elif self.login and user not in ("ada", "bob"):
            self._refuse(HTTPStatus.UNAUTHORIZED)
        elif user == "bob":
            self._refuse(HTTPStatus.FORBIDDEN)
        else:
            self._run(body, user)

    def _user(self) -> str:
        """Who has sent the right password."""
        kind, _, sent = self.headers.get("Authorization", "").partition(" ")
        if kind != "Basic":
            return ""
        user, _, password = base64.b64decode(sent).decode().partition(":")
        return user if password == "right" else ""

    def _refuse(self, status: HTTPStatus) -> None:
        self.send_response(status)
        if status is HTTPStatus.UNAUTHORIZED:
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", "0")))
        pieces = []
        while size := int(self.rfile.readline(), 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def _run(self, body: bytes, user: str) -> None:
        url = urlsplit(self.path)
        env = {
            **self.settings,
            "REQUEST_METHOD": self.command,
            "PATH_INFO": url.path,
            "QUERY_STRING": url.query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REMOTE_USER": user or "anybody",
            "REMOTE_ADDR": self.client_address[0],
        }
        done = subprocess.run([self.program], input=body, capture_output=True, env=env)
        head, _, answer = done.stdout.partition(b"\r\n\r\n")
        fields = dict(line.split(": ", 1) for line in head.decode("latin-1").split("\r\n") if ": " in line)
        self.send_response(int(fields.pop("Status", "200 OK").split()[0]))
        for name, value in fields.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
