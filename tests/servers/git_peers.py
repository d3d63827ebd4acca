"""Real peers for git: sshd, git daemon, git's smart HTTP behind a small server, and a wire that breaks.

All listen on loopback, on ports of their own, with keys of their own, and end with the test.
"""

import os
import pwd
import shlex
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from ground import Server, free_port, run

Find = Callable[[str], str]


def listens(port: int) -> bool:
    """Whether somebody accepts there."""
    with socket.socket() as one:
        one.settimeout(1)
        return one.connect_ex(("127.0.0.1", port)) == 0


class SshPeer:
    """sshd for the one who runs the tests, with a host key and a list of keys of its own.

    Args:
        passwords: it would take a password too.

    Attributes:
        port: where it listens.
    """

    def __init__(self, folder: Path, needs: Find, *, git_config: Path, passwords: bool = True) -> None:
        folder.mkdir(mode=0o700)
        self._folder = folder
        self._sshd = needs("sshd")
        self.port = free_port()
        keygen = needs("ssh-keygen")
        for name in ("host", "other", "right", "wrong", "locked"):
            secret = "secret" if name == "locked" else ""
            run([keygen, "-q", "-t", "ed25519", "-N", secret, "-f", str(folder / name)])
        keys = [(folder / f"{name}.pub").read_text() for name in ("right", "locked")]
        (folder / "authorized").write_text("".join(keys))
        (folder / "sshd_config").write_text(
            f"""
Port {self.port}
ListenAddress 127.0.0.1
HostKey {folder}/host
AuthorizedKeysFile {folder}/authorized
PidFile none
StrictModes no
UsePAM no
PermitRootLogin yes
PasswordAuthentication {"yes" if passwords else "no"}
KbdInteractiveAuthentication {"yes" if passwords else "no"}
SetEnv GIT_CONFIG_GLOBAL={git_config} GIT_CONFIG_NOSYSTEM=1
"""
        )
        self._server = Server([self._sshd, "-D", "-e", "-f", str(folder / "sshd_config")], log=folder / "log")

    def start(self) -> None:
        """Start it, and wait until it accepts."""
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # as Debian's own start of sshd does
        self._server.start()
        self._server.wait_until(lambda: listens(self.port))

    def stop(self) -> None:
        """End it."""
        self._server.stop()

    def url(self, repository: Path, *, port: int = 0) -> str:
        """The URL of a folder; over another `port` when the wire is between."""
        user = pwd.getpwuid(os.geteuid()).pw_name
        return f"ssh://{user}@127.0.0.1:{port or self.port}{repository}"

    def command(self, *, key: str = "right", host: str | None = "host", port: int = 0) -> str:
        """An ssh command as a person's core.sshCommand.

        Args:
            key: "right", "wrong", or "locked" (right, but with a passphrase).
            host: the host key that the person knows: "host", "other" (it has changed), None (none).
            port: of the wire, where one is between.
        """
        known = self._folder / f"known-{host}-{port}"
        lines = ""
        if host is not None:
            lines = f"[127.0.0.1]:{port or self.port} {(self._folder / f'{host}.pub').read_text()}"
        known.write_text(lines)
        options = {
            "IdentityFile": self._folder / key,
            "IdentitiesOnly": "yes",
            "IdentityAgent": "none",
            "UserKnownHostsFile": known,
            "GlobalKnownHostsFile": "/dev/null",
        }
        return " ".join(["ssh -F /dev/null", *(shlex.quote(f"-o{k}={v}") for k, v in options.items())])


class DaemonPeer:
    """`git daemon` for the repositories below `base`, which may be pushed to.

    Args:
        room: bytes left on a disk of its own, where a copy of `base` is served from; 0: `base` itself.
    """

    def __init__(self, base: Path, folder: Path, needs: Find, *, git_config: Path, room: int = 0) -> None:
        folder.mkdir()
        self.port = free_port()
        git = needs("git")
        daemon = [git, "daemon", "--reuseaddr", "--listen=127.0.0.1", f"--port={self.port}",
                  f"--base-path={base}", "--export-all", "--enable=receive-pack", str(base)]  # fmt: skip
        env = ["env", f"GIT_CONFIG_GLOBAL={git_config}", "GIT_CONFIG_NOSYSTEM=1"]
        argv = [*env, *daemon]
        if room:
            copy, quoted = folder / "copy", shlex.quote(str(base))
            script = (
                f"cp -a {quoted} {copy} && mount -t tmpfs -o size=32m none {quoted}"
                f" && cp -a {copy}/. {quoted} && dd if=/dev/zero of={quoted}/filler bs=4096 2>/dev/null;"
                f" truncate -s -{room} {quoted}/filler && exec {shlex.join(argv)}"
            )
            argv = [needs("unshare"), "--user", "--map-root-user", "--mount", "sh", "-c", script]
        self._server = Server(argv, log=folder / "log")

    def start(self) -> None:
        """Start it, and wait until it accepts."""
        self._server.start()
        self._server.wait_until(lambda: listens(self.port))

    def stop(self) -> None:
        """End it."""
        self._server.stop()

    def url(self, name: str, *, port: int = 0) -> str:
        """The URL of a repository below the base."""
        return f"git://127.0.0.1:{port or self.port}/{name}"


class Wire:
    """A port that passes everything on to another, until one side has sent `after` bytes.

    Args:
        port: where to.
        after: bytes that still come through.
        breaks: then the connection is closed; else nothing comes any more.
        sending: count what is sent to the peer; else what comes from it.

    Attributes:
        port: where to connect.
        used: set when nothing more comes through.
    """

    def __init__(self, port: int, *, after: int, breaks: bool, sending: bool = False) -> None:
        self._target = port
        self._after = after
        self._breaks = breaks
        self._sending = sending
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._open: list[socket.socket] = []
        self._ended = threading.Event()
        self.used = threading.Event()

    def __enter__(self) -> "Wire":
        self._thread(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        for one in (self._socket, *self._open):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _thread(self, work: Callable[..., None], *args: object) -> None:
        threading.Thread(target=work, args=args, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._socket.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
                self._open += [near, far]
                self._thread(self._pass, near, far, self._after if self._sending else None)
                self._thread(self._pass, far, near, None if self._sending else self._after)

    def _pass(self, source: socket.socket, to: socket.socket, left: int | None) -> None:
        with suppress(OSError):
            while left is None or left > 0:
                data = source.recv(65536 if left is None else min(65536, left))
                if not data:
                    to.shutdown(socket.SHUT_WR)
                    return
                to.sendall(data)
                left = None if left is None else left - len(data)
            self.used.set()
            if not self._breaks:
                self._ended.wait()
            for one in (source, to):
                one.shutdown(socket.SHUT_RDWR)


def certificate(folder: Path, needs: Find) -> ssl.SSLContext:
    """What a server needs for TLS with a certificate that nobody knows, made in `folder`."""
    run([needs("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
         "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")])  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


def backend(git: str) -> str:
    """git's own CGI program for smart HTTP."""
    core = subprocess.run([git, "--exec-path"], capture_output=True, text=True, check=True).stdout.strip()
    return f"{core}/git-http-backend"


def backend_environment(base: Path, git_config: Path) -> Mapping[str, str]:
    """What git-http-backend(1) reads."""
    return {
        "GIT_PROJECT_ROOT": str(base),
        "GIT_HTTP_EXPORT_ALL": "1",
        "GIT_CONFIG_GLOBAL": str(git_config),
        "GIT_CONFIG_NOSYSTEM": "1",
        "PATH": os.environ["PATH"],
    }
