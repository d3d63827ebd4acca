"""Repositories behind real peers: what fetching, pushing and vendored files are tried on."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http import HTTPStatus
from pathlib import Path

from git_builder import Builder
from git_http import HttpPeer
from git_peers import DaemonPeer, SshPeer, Wire, certificate

Find = Callable[[str], str]


class PeerGround:
    """A bare origin, which real peers serve, and a clone that is one commit ahead and one behind of nothing.

    Attributes:
        origin: a bare repository with a file of a megabyte that cannot be made smaller.
        clone: has origin as its remote; `aim` leads it to a peer.
    """

    def __init__(self, builder: Builder, folder: Path, needs: Find) -> None:
        self.builder = builder
        self._folder = folder
        self._needs = needs
        self._config = Path(builder.env["GIT_CONFIG_GLOBAL"])
        self._stack = ExitStack()
        self.origin = builder.repository("base/origin.git", bare=True, commits=0)
        seed = builder.repository("seed")
        builder.git(seed, "push", "-q", str(self.origin), "main")
        builder.git(self.origin, "config", "http.receivepack", "true")
        self.clone = builder.clone(self.origin, "clone")
        self._seed = seed

    def close(self) -> None:
        """End all peers."""
        self._stack.close()

    def news(self, size: int = 1_000_000) -> None:
        """A commit at the origin that the clone lacks, of `size` bytes."""
        (self._seed / "big").write_bytes(os.urandom(size))
        self.builder.git(self._seed, "add", "big")
        self.builder.git(self._seed, "commit", "-q", "-m", "News")
        self.builder.git(self._seed, "push", "-q", str(self.origin), "main")

    def work(self, size: int = 10) -> str:
        """A commit of the clone that the origin lacks."""
        (self.clone / "work").write_bytes(os.urandom(size))
        self.builder.git(self.clone, "add", "work")
        self.builder.git(self.clone, "commit", "-q", "-m", "Work")
        return self.builder.head(self.clone)

    def aim(self, url: str, ssh: str | None = None) -> None:
        """Let the clone's remote be at `url`; `ssh` becomes the person's own core.sshCommand."""
        self.builder.git(self.clone, "remote", "set-url", "origin", url)
        if ssh is not None:
            self.builder.git(self.clone, "config", "--global", "core.sshCommand", ssh)

    def tip(self, branch: str = "main") -> str:
        """Where a branch of the origin is; "" when there is none."""
        return self.builder.git(
            self.origin, "rev-parse", "-q", "--verify", f"refs/heads/{branch}", check=False
        )

    def declining(self, says: str, *, name: str = "pre-receive", shell: str = "exit 1") -> None:
        """Let the origin have a hook that writes something and says no."""
        hook = self.origin / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f"#!/bin/sh\necho '{says}' >&2\n{shell}\n")
        hook.chmod(0o755)

    def ssh(self, *, passwords: bool = True) -> SshPeer:
        """A running sshd."""
        folder = self._folder / "sshd"
        peer = SshPeer(folder, self._needs, git_config=self._config, passwords=passwords)
        self._stack.callback(peer.stop)
        peer.start()
        return peer

    def daemon(self, room: int = 0) -> DaemonPeer:
        """A running git daemon, on a disk of its own of `room` bytes."""
        base = self.origin.parent
        peer = DaemonPeer(base, self._folder / "daemon", self._needs, git_config=self._config, room=room)
        self._stack.callback(peer.stop)
        peer.start()
        return peer

    def http(self, *, login: bool = False, tls: bool = False, says: HTTPStatus | None = None) -> HttpPeer:
        """A running smart-HTTP server."""
        secure = certificate(self._folder, self._needs) if tls else None
        return self._stack.enter_context(
            HttpPeer(
                self.origin.parent,
                self._needs,
                git_config=self._config,
                login=login,
                tls=secure,
                says=says,
            )
        )

    def wire(self, port: int, *, after: int, breaks: bool, sending: bool = False) -> Wire:
        """A wire to `port` that breaks."""
        return self._stack.enter_context(Wire(port, after=after, breaks=breaks, sending=sending))


@contextmanager
def peer_ground(builder: Builder, folder: Path, needs: Find) -> Iterator[PeerGround]:
    """Ground whose peers end with the block."""
    ground = PeerGround(builder, folder, needs)
    try:
        yield ground
    finally:
        ground.close()
