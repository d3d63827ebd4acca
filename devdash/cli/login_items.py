"""What starts `devdash watch` at login, as text: a systemd unit, an autostart entry, a launchd agent."""

import plistlib
from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path

import msgspec

NAME = "devdash-watch"
LABEL = "org.devdash.watch"

PASSED_ON = ("PATH", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")
"""Variables that decide what devdash finds and where it keeps its state: they are as at the installation."""


class Way(StrEnum):
    """What the session starts things with."""

    SYSTEMD = "systemd"
    AUTOSTART = "autostart"
    LAUNCHD = "launchd"


class LoginItem(msgspec.Struct, frozen=True):
    """A file that makes the session start something.

    Attributes:
        path: where it stands.
        text: what it holds.
    """

    way: Way
    path: Path
    text: str


def login_item(
    way: Way, argv: Sequence[str], environment: Mapping[str, str], home: Path, config: Path
) -> LoginItem:
    """The file for `argv`.

    Args:
        argv: the command; its program is absolute.
        environment: where the variables of `PASSED_ON` are taken from.
        home: the person's home folder.
        config: the folder of settings, `$XDG_CONFIG_HOME` or its default.
    """
    passed = {name: environment[name] for name in PASSED_ON if environment.get(name)}
    match way:
        case Way.SYSTEMD:
            return LoginItem(way, config / "systemd" / "user" / f"{NAME}.service", unit(argv, passed))
        case Way.AUTOSTART:
            return LoginItem(way, config / "autostart" / f"{NAME}.desktop", desktop_entry(argv, passed))
        case Way.LAUNCHD:
            path = home / "Library" / "LaunchAgents" / f"{LABEL}.plist"
            return LoginItem(way, path, agent(argv, passed))


def unit(argv: Sequence[str], environment: Mapping[str, str]) -> str:
    """A systemd user unit (systemd.service(5)). A wrong devdash.toml (64) is not tried again and again."""
    variables = "".join(f"Environment={_quoted(f'{name}={value}')}\n" for name, value in environment.items())
    command = " ".join(_quoted(word, dollars=True) for word in argv)
    return f"""[Unit]
Description=devdash watch: alerts and history
After=dbus.socket

[Service]
ExecStart={command}
{variables}Restart=on-failure
RestartSec=10
RestartPreventExitStatus=64
Nice=5

[Install]
WantedBy=default.target
"""


def _quoted(word: str, *, dollars: bool = False) -> str:
    """A word as systemd.syntax(7) quotes it; % begins a specifier, and $ a variable in a command."""
    text = word.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("%", "%%")
    return '"' + (text.replace("$", "$$") if dollars else text) + '"'


def desktop_entry(argv: Sequence[str], environment: Mapping[str, str]) -> str:
    """An autostart entry (Desktop Entry Specification, "The Exec key")."""
    words = ["env", *(f"{name}={value}" for name, value in environment.items()), *argv]
    command = " ".join(_exec_word(word) for word in words)
    return f"""[Desktop Entry]
Type=Application
Name=devdash watch
Comment=Alerts and history without a screen
Exec={command}
Terminal=false
NoDisplay=true
"""


def _exec_word(word: str) -> str:
    """A word of the Exec key: quoted for it, % doubled, and backslashes once more as in all of the file."""
    text = word
    for sign in ("\\", '"', "`", "$"):
        text = text.replace(sign, "\\" + sign)
    return '"' + text.replace("%", "%%").replace("\\", "\\\\").replace("\n", "\\n") + '"'


def agent(argv: Sequence[str], environment: Mapping[str, str]) -> str:
    """A launchd agent (launchd.plist(5)); started again when it failed, not when it was told to go."""
    return plistlib.dumps(
        {
            "Label": LABEL,
            "ProgramArguments": list(argv),
            "EnvironmentVariables": dict(environment),
            "RunAtLoad": True,
            "KeepAlive": {"SuccessfulExit": False},
            "ProcessType": "Background",
        }
    ).decode()
