"""Where devdash.toml is: `--config`, `$DEVDASH_CONFIG`, `./devdash.toml`, the user's config folder."""

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from devdash.config.errors import ConfigError
from devdash.config.model import Problem

NAME = "devdash.toml"


def find(option: str | Path | None = None, environ: Mapping[str, str] = os.environ) -> Path | None:
    """The config file to use; None when there is none anywhere.

    A dangling link counts as a file in the places that are only looked at, so
    that it is complained about and not passed over.

    Args:
        option: what `--config` was given.

    Raises:
        ConfigError: the file that the option or `$DEVDASH_CONFIG` names is not there.
    """
    if option is not None:
        return _named(Path(option), "--config")
    if environ.get("DEVDASH_CONFIG"):
        return _named(Path(environ["DEVDASH_CONFIG"]), "$DEVDASH_CONFIG")
    here = Path(NAME)
    if os.path.lexists(here):
        return here
    folder = user_folder(environ)
    if folder is not None and os.path.lexists(folder / NAME):
        return folder / NAME
    return None


def user_folder(environ: Mapping[str, str] = os.environ) -> Path | None:
    """The user's config folder for devdash; need not exist. None when there is no home.

    On Linux the two lines of the XDG rule are spelt out, since platformdirs
    takes 15 ms to import; elsewhere it knows better.
    """
    if sys.platform != "linux":
        from platformdirs import user_config_path

        return user_config_path("devdash", appauthor=False)
    given = environ.get("XDG_CONFIG_HOME", "")
    if Path(given).is_absolute():
        return Path(given) / "devdash"
    try:
        home = Path(environ["HOME"]) if environ.get("HOME") else Path.home()
    except RuntimeError:
        return None
    return home / ".config" / "devdash"


def _named(path: Path, by: str) -> Path:
    with suppress(RuntimeError):  # "~nobody" stays as it is and is not found
        path = path.expanduser()
    if not os.path.lexists(path):
        message = f"there is no such file; {by} names it"
        raise ConfigError([Problem(str(path), 0, "", message)], "run `devdash init` to write one")
    return path
