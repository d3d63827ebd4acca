"""A reference to a secret is followed, or named; a secret is never quoted."""

import os
import sys
import time
import traceback
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from devdash.contract.errors import Unavailable
from devdash.contract.settings import Secret, SecretCommand, SecretEnv, SecretFile, SecretKeyring
from devdash.engine import secrets
from devdash.engine.context import Context

SECRET = "hunter2"


@pytest.fixture
async def context(tmp_path: Path) -> AsyncIterator[Context]:
    one = Context(
        name="databases",
        folder=tmp_path,
        state_dir=tmp_path,
        cache_dir=tmp_path,
        now=lambda: datetime.now().astimezone(),
        monotonic=time.monotonic,
        on_wake=lambda: None,
        on_progress=lambda text: None,
    )
    yield one
    await one.close()


async def refused(context: Context, source: SecretEnv | SecretFile | SecretCommand | SecretKeyring) -> str:
    """The message of the refusal, which shows no secret in any form that is logged."""
    with pytest.raises(Unavailable) as raised:
        await context.reveal(Secret(source))
    assert SECRET not in "".join(traceback.format_exception(raised.value)) + raised.value.hint
    return raised.value.message


async def test_an_environment_variable(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEVDASH_SECRET", SECRET)
    assert await context.reveal(Secret(SecretEnv("DEVDASH_SECRET"))) == SECRET
    monkeypatch.setenv("DEVDASH_SECRET", "")
    assert "DEVDASH_SECRET is not set" in await refused(context, SecretEnv("DEVDASH_SECRET"))
    monkeypatch.delenv("DEVDASH_SECRET")
    assert "DEVDASH_SECRET is not set" in await refused(context, SecretEnv("DEVDASH_SECRET"))


@pytest.mark.parametrize(
    ("content", "secret"),
    [("hunter2", "hunter2"), ("hunter2\n", "hunter2"), ("a\r\n", "a"), (" a b \n\n", " a b \n"), ("ä", "ä")],
)
async def test_a_file_without_its_last_newline(
    content: str, secret: str, context: Context, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_bytes(content.encode())
    assert await context.reveal(Secret(SecretFile("secret"))) == secret


async def test_a_file_in_the_home_folder(
    context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "secret").write_text(SECRET)
    monkeypatch.setenv("HOME", str(home))
    assert await context.reveal(Secret(SecretFile("~/secret"))) == SECRET
    assert await context.reveal(Secret(SecretFile(str(home / "secret")))) == SECRET


async def test_a_file_that_gives_no_secret_is_named(context: Context, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(SECRET.encode() + b"\xff")
    (tmp_path / "large").write_text(SECRET * 20_000)
    os.mkfifo(tmp_path / "fifo")  # opening it would hang
    for name, told in (
        ("absent", "not there"),
        ("folder", "not a plain file"),
        ("fifo", "not a plain file"),
        ("empty", "gave nothing"),
        ("binary", "not UTF-8"),
        ("large", "larger than"),
        ("~no-such-user-here/secret", "not there"),
    ):
        message = await refused(context, SecretFile(name))
        assert told in message
        assert name in message


async def test_the_first_line_of_a_program(context: Context, tmp_path: Path) -> None:
    command = ("sh", "-c", "cat secret; echo second line")
    (tmp_path / "secret").write_text(SECRET + "\n")
    assert await context.reveal(Secret(SecretCommand(command))) == SECRET


async def test_a_program_that_gives_no_secret_is_named_without_its_arguments(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "TIMEOUT", 0.3)
    for command, told in (
        ((), "empty"),
        (("devdash-no-such", SECRET), "devdash-no-such was not found"),
        (("sh", "-c", f"echo {SECRET}; exit 4"), "sh failed with exit code 4"),
        (("sh", "-c", f"echo {SECRET} >&2"), "gave nothing"),
        (("sh", "-c", f"printf '{SECRET}\\377'"), "not UTF-8"),
        (("sh", "-c", f"echo {SECRET}; sleep 1000"), "did not end within 0.3 s"),
    ):
        assert told in await refused(context, SecretCommand(command))


async def test_the_keyring_is_an_extra(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    assert "needs the package keyring" in await refused(context, SecretKeyring("service/user"))
    assert "not written as service/user" in await refused(context, SecretKeyring("service"))


async def test_an_entry_of_the_keyring(
    context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The package is not required here, so a small one of the same form stands for it."""
    package = tmp_path / "site" / "keyring"
    package.mkdir(parents=True)
    (package / "errors.py").write_text("class KeyringError(Exception): pass\n")
    (package / "__init__.py").write_text(
        "from keyring.errors import KeyringError\n"
        "def get_password(service, user):\n"
        "    if user == 'locked': raise KeyringError('hunter2')\n"
        "    return {('https://db/x', 'me'): 'hunter2'}.get((service, user))\n"
    )
    monkeypatch.syspath_prepend(str(package.parent))
    for name in ("keyring", "keyring.errors"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    assert await context.reveal(Secret(SecretKeyring("https://db/x/me"))) == SECRET
    assert "is not there" in await refused(context, SecretKeyring("https://db/x/you"))
    assert "cannot be read (KeyringError)" in await refused(context, SecretKeyring("db/locked"))
    for name in ("keyring", "keyring.errors"):
        monkeypatch.delitem(sys.modules, name)
