"""`devdash watch install`, `uninstall`, `status`."""

import contextlib
import os
import shutil
import subprocess
import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path

from devdash.cli.exits import Exit
from devdash.cli.login_items import LABEL, NAME, LoginItem, Way, login_item
from devdash.cli.output import complain
from devdash.config.locate import find
from devdash.contract.errors import DevdashError
from devdash.duty.outside import AlertsUnknown, Sight, look
from devdash.engine.clock import SystemClock
from devdash.engine.places import state_root
from devdash.render.clean import clean
from devdash.render.when import day_and_time

TIMEOUT_S = 30.0


class NotInstalled(DevdashError):
    """The session's manager refused."""

    kind = "install"


def install(arguments: Namespace) -> Exit:
    """Start the watch at every login, and now where the session can do that. One that runs starts anew.

    Raises:
        UsageError: devdash.toml is not there.
        NotInstalled: the file cannot be written, or the session's manager refuses it; nothing is changed.
    """
    item = _item(_argv(arguments.config))
    before = _at(item.path)
    _put(item.path, item.text.encode())
    try:
        said = _begin(item, anew=before is not None)
    except NotInstalled:
        # A file that nothing has taken would let `status` say that it is installed.
        _take_away(item.path) if before is None else _put(item.path, before)
        raise
    _say(f"wrote {item.path}")
    _say(said)
    return Exit.OK


def _begin(item: LoginItem, *, anew: bool) -> str:
    """Have the session take what was written. Returns what is so then. Raises NotInstalled."""
    match item.way:
        case Way.SYSTEMD:
            _manage(["systemctl", "--user", "daemon-reload"])
            _manage(["systemctl", "--user", "enable", f"{NAME}.service"])
            _manage(["systemctl", "--user", "restart", f"{NAME}.service"])
            return f"started; `journalctl --user -u {NAME}` shows what it says"
        case Way.LAUNCHD:
            if anew:
                with contextlib.suppress(NotInstalled):  # it may not be loaded
                    _manage(["launchctl", "bootout", f"{_domain()}/{LABEL}"])
            _manage(["launchctl", "bootstrap", _domain(), str(item.path)])
            return "started"
        case Way.AUTOSTART:
            return "it starts with the next login; `devdash watch &` starts it now"


def _at(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise NotInstalled(f"{path} cannot be replaced: {error.strerror}") from error


def _put(path: Path, text: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
    except OSError as error:
        raise NotInstalled(f"{path} cannot be written: {error.strerror}") from error


def _take_away(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise NotInstalled(f"{path} cannot be removed: {error.strerror}") from error


def uninstall(arguments: Namespace) -> Exit:
    """Stop the watch, and no longer start it at login.

    Raises:
        NotInstalled: the file cannot be removed, or the session's manager refuses.
    """
    found = _installed()
    if not found:
        _say("it is not installed")
    for item in found:
        match item.way:
            case Way.SYSTEMD:
                _manage(["systemctl", "--user", "disable", "--now", f"{NAME}.service"])
            case Way.LAUNCHD:
                _manage(["launchctl", "bootout", f"{_domain()}/{LABEL}"])
            case Way.AUTOSTART:
                pass
        _take_away(item.path)
        _say(f"removed {item.path}")
        if item.way is Way.SYSTEMD:
            _manage(["systemctl", "--user", "daemon-reload"])
    return Exit.OK


def status(arguments: Namespace) -> Exit:
    """Say whether it is installed, whether it runs, and who is on duty. ATTENTION when nobody is."""
    found = _installed()
    for item in found:
        _say(f"installed: {item.path}")
    if not found:
        _say("not installed; `devdash watch install` starts it at every login")
    now = SystemClock().now()
    try:
        sight = look(state_root(), now)
    except AlertsUnknown as error:
        complain(error.message)
        return Exit.ATTENTION
    _say(who_is_on_duty(sight))
    if sight.holder is not None:
        for trouble in sight.troubles:
            complain(trouble)
    if sight.at is not None:
        open_ones = sum(alert.is_open for alert in sight.alerts)
        _say(f"alerts: {open_ones} open, last written {day_and_time(sight.at, now)}")
    return Exit.OK if sight.holder is not None and not sight.silent else Exit.ATTENTION


def who_is_on_duty(sight: Sight) -> str:
    """One line."""
    holder = sight.holder
    if holder is None:
        return "nobody is on duty"
    told = f"on duty: {holder.what}, process {holder.pid}, {holder.config or 'built-in defaults'}"
    if sight.silent:
        return f"{told}; it shows no sign of life"
    return f"{told}; it cannot write down what it knows" if holder.behind else told


def _argv(option: str | None) -> tuple[str, ...]:
    path = find(Path(option) if option is not None else None)
    chosen = ("--config", str(path.absolute())) if path is not None else ()
    return (sys.executable, "-m", "devdash", *chosen, "watch")


def _item(argv: Sequence[str]) -> LoginItem:
    return _of_way(way_of_this_session(os.environ), argv)


def _of_way(way: Way, argv: Sequence[str]) -> LoginItem:
    home = Path.home()
    config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    return login_item(way, argv, os.environ, home, config)


def _installed() -> tuple[LoginItem, ...]:
    items = (_of_way(way, ("devdash",)) for way in Way)
    return tuple(item for item in items if item.path.exists())


def way_of_this_session(environment: Mapping[str, str]) -> Way:
    """launchd on macOS; systemd where its user manager runs (sd_booted(3), for a user); else autostart."""
    if sys.platform == "darwin":
        return Way.LAUNCHD
    runtime = environment.get("XDG_RUNTIME_DIR")
    running = runtime is not None and (Path(runtime) / "systemd").is_dir()
    return Way.SYSTEMD if running and shutil.which("systemctl") else Way.AUTOSTART


def _manage(argv: Sequence[str]) -> None:
    try:
        done = subprocess.run(
            argv,
            check=False,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT_S,
        )
    except OSError as error:
        raise NotInstalled(f"{argv[0]} cannot be run: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise NotInstalled(f"{argv[0]} did not answer within {TIMEOUT_S:g} s") from error
    if done.returncode != 0:
        said = clean(" ".join(done.stderr.split()))
        raise NotInstalled(f"{' '.join(argv)} ended with {done.returncode}: {said}")


def _domain() -> str:
    return f"gui/{os.getuid()}"


def _say(text: str) -> None:
    sys.stdout.write(clean(text) + "\n")
