"""Follows references to secrets. What is found is returned, never kept, logged or quoted."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Protocol

from devdash.contract.context import Completed
from devdash.contract.errors import ProcessError, ProgramMissing, Unavailable
from devdash.contract.settings import Secret, SecretCommand, SecretEnv, SecretFile, SecretKeyring

TIMEOUT = 10.0
"""Seconds for a program, a file or a keyring to give its secret."""

_FILE_LIMIT = 64 * 1024


class Means(Protocol):
    """What following a reference needs; `PaneContext` has it."""

    @property
    def folder(self) -> Path:
        """Paths are relative to it."""
        ...

    async def run(self, argv: Sequence[str], *, timeout: float, cwd: Path | None = None) -> Completed:
        """Run a program."""
        ...

    def in_thread(self, function: Callable[[], str | None]) -> Awaitable[str | None]:
        """Run a blocking function."""
        ...


async def reveal(secret: Secret, means: Means) -> str:
    """The secret that `secret` refers to; never empty.

    Raises:
        Unavailable: it leads nowhere; names the reference, never a secret.
    """
    match secret.source:
        case SecretEnv(env=name):
            found = os.environ.get(name, "")
            if not found:
                raise Unavailable(
                    f"the environment variable {name} is not set", f"Set {name} before devdash starts."
                )
            return found
        case SecretFile(file=file):
            return await _in_file(file, means)
        case SecretCommand(command=command):
            return await _printed(command, means)
        case SecretKeyring(keyring=entry):
            return await _in_keyring(entry, means)


async def _in_file(file: str, means: Means) -> str:
    folder = means.folder
    path = folder / os.path.expanduser(file)  # noqa: PTH111, ASYNC240  # an unknown "~name" stays as it is

    def read() -> str:
        if not path.is_file():
            raise Unavailable(f"the secret's file {path} is not there, or not a plain file")
        with path.open("rb") as stream:
            data = stream.read(_FILE_LIMIT + 1)
        if len(data) > _FILE_LIMIT:
            raise Unavailable(f"the secret's file {path} is larger than {_FILE_LIMIT} bytes")
        return data.decode("utf-8")

    what = f"the secret's file {path}"
    try:
        async with asyncio.timeout(TIMEOUT):
            text = await means.in_thread(read)
    except TimeoutError:
        raise Unavailable(f"{what} could not be read within {TIMEOUT:g} s") from None
    except UnicodeDecodeError:
        # `from None`: the exception carries the file's bytes.
        raise Unavailable(f"{what} is not UTF-8 text") from None
    except OSError as error:
        raise Unavailable(f"{what} cannot be read: {error.strerror}") from None
    return _not_empty((text or "").removesuffix("\n").removesuffix("\r"), what)


async def _printed(command: tuple[str, ...], means: Means) -> str:
    if not command:
        raise Unavailable("the secret's command is empty", 'Write command = ["program", "argument"].')
    # Only the program is named: a person may have put a secret among the arguments.
    what = f"the secret's command {command[0]}"
    try:
        completed = await means.run(command, timeout=TIMEOUT, cwd=means.folder)
    except ProgramMissing as error:
        raise Unavailable(f"{what} was not found", error.hint) from None
    except ProcessError as error:
        raise Unavailable(
            f"{what} failed: {error.message}", "It must print the secret without asking for anything."
        ) from None
    if completed.code != 0:
        raise Unavailable(
            f"{what} failed with exit code {completed.code}", "Run it in a terminal to see why."
        )
    try:
        first = completed.out.partition(b"\n")[0].decode("utf-8")
    except UnicodeDecodeError:
        raise Unavailable(f"{what} printed something that is not UTF-8 text") from None
    return _not_empty(first.removesuffix("\r"), what)


async def _in_keyring(entry: str, means: Means) -> str:
    service, _, user = entry.rpartition("/")
    what = f"the keyring's entry {entry}"
    if not service or not user:
        raise Unavailable(f"{what} is not written as service/user")

    def ask() -> str | None:
        # Not required by devdash; only who uses this form needs it.
        import keyring  # type: ignore[import-not-found,unused-ignore]
        from keyring.errors import KeyringError  # type: ignore[import-not-found,unused-ignore]

        try:
            found: str | None = keyring.get_password(service, user)
        except KeyringError as error:
            raise Unavailable(f"{what} cannot be read ({type(error).__name__})") from None
        return found

    try:
        async with asyncio.timeout(TIMEOUT):
            found = await means.in_thread(ask)
    except TimeoutError:
        raise Unavailable(f"{what} was not given within {TIMEOUT:g} s", "Unlock the keyring.") from None
    except ImportError:
        raise Unavailable(f"{what} needs the package keyring", "pip install keyring") from None
    if found is None:
        raise Unavailable(f"{what} is not there", f"keyring set {service} {user}")
    return _not_empty(found, what)


def _not_empty(text: str, what: str) -> str:
    if not text:
        raise Unavailable(f"{what} gave nothing")
    return text
