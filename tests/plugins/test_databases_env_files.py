"""A project's file of variables: what is read of it, what is refused, and that its values are not told."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from databases_rig import project, sound, started_with
from hypothesis import given
from hypothesis import strategies as st
from projects_rig import FILES, django_project, watching

from devdash.api import ActionRequest, PaneError, Report
from devdash.config.convert import convert
from devdash.engine.context import Context
from devdash_databases.config import DatabasesConfig, Project
from devdash_databases.env_files import LARGEST, BadEnvFile, parse, read

Make = Callable[..., Context]


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=", ""),
        ("A=b", "b"),
        ("  export A = b c  ", "b c"),
        ("A=b # not c", "b"),
        ("A=b#c", "b#c"),
        ("A=postgres://u:p@h:5432/x?y=z", "postgres://u:p@h:5432/x?y=z"),
        ("A=pa$", "pa$"),
        ("A='b # $c \\n'", "b # $c \\n"),
        ("A='b'   # c", "b"),
        ('A="b # c"', "b # c"),
        (r'A="b\n\"\\\$c"', 'b\n"\\$c'),
        ("A=b\r", "b"),
    ],
)
def test_a_line_says_one_thing(line: str, value: str) -> None:
    """Bare, in single quotes and in double quotes."""
    assert parse(line) == {"A": value}


@pytest.mark.parametrize(
    "line",
    [
        "A",
        "2A=b",
        "A-B=c",
        "A='b",
        "A='b'c",
        'A="b',
        r"A=b\c",
        r'A="\x41"',
        "A=b'c",
        "A=`b`",
        "A=$B",
        "A=$1",
        "A=x${B}",
        'A="x$B"',
        "A=$(b)",
        "A=#b",
        "A= #b",
    ],
)
def test_what_libraries_would_not_agree_upon_is_refused(line: str) -> None:
    """With its line, and without a word of it."""
    with pytest.raises(BadEnvFile) as raised:
        parse(f"# first\n\n{line}\n")
    assert (raised.value.line, str(raised.value)) == (3, "3")


@given(
    st.dictionaries(
        st.from_regex(r"[A-Za-z_]\w{0,9}", fullmatch=True).filter(str.isascii), st.text("ab $#\\\"'\n\t`{(=")
    )
)
def test_whatever_stands_in_double_quotes_comes_back(values: dict[str, str]) -> None:
    """Written with the escapes that there are."""

    def quoted(value: str) -> str:
        for sign, escape in (("\\", r"\\"), ('"', r"\""), ("$", r"\$"), ("\n", r"\n"), ("\t", r"\t")):
            value = value.replace(sign, escape)
        return f'"{value}"'

    assert parse("\n".join(f"{name}={quoted(value)}" for name, value in values.items())) == values


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    """And nothing else is raised, however long a line is."""
    try:
        found = parse(text)
    except BadEnvFile as error:
        assert error.line > 0
    else:
        assert all(name.isidentifier() for name in found)


def test_what_is_no_such_file_is_refused(tmp_path: Path) -> None:
    """Not there, a folder, a FIFO, which would hang, too large, no text."""
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "large").write_bytes(b"#" * (LARGEST + 1))
    (tmp_path / "latin").write_bytes(b"A=\xe4")
    (tmp_path / "zero").write_bytes(b"A=b\0c")
    for name in ("nothing", "folder", "fifo", "large", "latin", "zero"):
        with pytest.raises(BadEnvFile) as raised:
            read(tmp_path / name)
        assert raised.value.line == 0
    (tmp_path / "marked").write_bytes(b"\xef\xbb\xbfA=b")
    assert read(tmp_path / "marked") == {"A": "b"}


NEEDY = FILES + (
    "\nimport os, sys\n"
    "assert (os.environ['SHOP_MODE'], os.environ['SHOP_KEY']) == ('dev', 'canary key')\n"
    "told = open('/proc/self/environ').read() + open('/proc/self/cmdline').read()\n"
    "assert 'canary' not in told\n"
)


def states(report: Report) -> dict[str, str] | str | None:
    """The states of a project's aliases, or its trouble."""
    one = project(report)
    return one.trouble or {alias.alias: alias.state.value for alias in one.aliases}


async def test_settings_get_it_and_it_is_read_anew_when_it_was_edited(context: Make, tmp_path: Path) -> None:
    """Not through a command line nor a process's environment; and what the table says comes first."""
    folder = django_project(tmp_path / "shop", NEEDY)
    sound(folder / "db.sqlite3")
    file = folder / "dev.env"
    file.write_text("SHOP_MODE=live\nSHOP_KEY='canary key'\n")
    given_to = Project(
        path=folder, env_file="dev.env", environment={"SHOP_MODE": "dev"}, aliases=("default",)
    )
    pane = await watching(context(asked=lambda: False), given_to)
    assert states(await pane.read()) == {"shop/default": "ok"}
    file.write_text("SHOP_KEY=canary$key\n")
    os.utime(file, (1, 1))
    broken = await pane.read()
    assert states(broken) == "env-file"
    (one,) = broken.attention
    assert one.text == "shop: dev.env, its file of variables, cannot be read (line 1)"
    assert "canary" not in msgspec.json.encode(broken.facts).decode() + repr(broken)
    file.write_text("SHOP_KEY='canary key'\n")
    os.utime(file, (2, 2))
    assert states(await pane.read()) == {"shop/default": "ok"}


async def test_it_may_name_the_settings(context: Make, tmp_path: Path) -> None:
    """As such files do; the table's own `settings` comes first."""
    folder = django_project(tmp_path / "shop", "1/0")
    sound(folder / "db.sqlite3")
    (folder / "other.py").write_text(FILES)
    (folder / ".env").write_text("DJANGO_SETTINGS_MODULE=other\n")
    one = Project(path=folder / "manage.py", name="shop", env_file=".env", aliases=("default",))
    assert states(await (await watching(context(), one)).read()) == {"shop/default": "ok"}
    named = msgspec.structs.replace(one, settings="site_settings")
    assert states(await (await watching(context(), named)).read()) == "raises"


async def test_one_that_is_missing_is_named(context: Make, tmp_path: Path) -> None:
    """And no settings are loaded without it."""
    folder = django_project(tmp_path / "shop")
    report = await (await watching(context(), Project(path=folder, env_file="gone.env"))).read()
    assert states(report) == "env-file"
    assert report.attention[0].text == "shop: gone.env, its file of variables, cannot be read"


async def test_a_shell_without_it_says_what_is_missing(context: Make, tmp_path: Path) -> None:
    """In a sentence with a next step, as the reading does; it was there when the project was loaded."""
    folder = django_project(tmp_path / "shop")
    sound(folder / "db.sqlite3")
    (folder / ".env").write_text("A=b\n")
    pane = await watching(context(), Project(path=folder, env_file=".env", aliases=("default",)))
    assert states(await pane.read()) == {"shop/default": "ok"}
    (folder / ".env").unlink()
    with pytest.raises(PaneError, match="cannot be read") as raised:
        await pane.act(ActionRequest("dbshell", "shop/default"))
    assert raised.value.hint is not None
    assert "env_file" in raised.value.hint


async def test_what_a_table_names_within_a_project_is_looked_for_there(context: Make, tmp_path: Path) -> None:
    """Not beside devdash.toml, which is where its `path` starts."""
    folder = django_project(tmp_path / "shop", FILES + "\nimport os\nos.environ['SHOP_KEY']\n")
    sound(folder / "db.sqlite3")
    (folder / ".env").write_text("SHOP_KEY=k\n")
    (folder / "own" / "bin").mkdir(parents=True)
    script = folder / "own" / "bin" / "python"
    script.write_text(f'#!/bin/sh\ntouch {folder / "used"}\nexec {sys.executable} "$@"\n')
    script.chmod(0o700)
    (tmp_path / "config").mkdir()
    table = {"path": "../shop", "name": "shop", "python": "own", "env_file": ".env", "aliases": ["default"]}
    config = convert({"projects": [table]}, DatabasesConfig, tmp_path / "config")
    pane = await started_with(context(folder=tmp_path / "config"), config)
    assert states(await pane.read()) == {"shop/default": "ok"}
    assert (folder / "used").exists()
