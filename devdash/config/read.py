"""A file's text, and the TOML in it: whatever stops the whole file from being read."""

import re
import stat
import tomllib
from pathlib import Path

from devdash.config.errors import ConfigError
from devdash.config.model import Problem
from devdash.config.secrets import looks_secret

LIMIT = 1024 * 1024
"""Bytes; a config is never this large, and a wrong `--config` may be."""

_TOML_PLACE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)\s*$")
_KEY_TUPLE = re.compile(r"\('.*'.*\)")
_QUOTED = re.compile(r"'([^']*)'")


def display(path: Path) -> str:
    """The file as a person would write it: short when it is in the current folder."""
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except (OSError, ValueError):
        return str(path)


def read_text(path: Path) -> str:
    """The text of the file.

    Raises:
        ConfigError: it is missing, no file, unreadable, too large, or not UTF-8.
    """
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise _whole(path, 0, "not a file" if not stat.S_ISDIR(mode) else "a folder, not a file")
        with path.open("rb") as file:
            data = file.read(LIMIT + 1)
    except FileNotFoundError as error:
        dangling = path.is_symlink()
        message = "a link to a file that is not there" if dangling else "there is no such file"
        raise _whole(path, 0, message, "run `devdash init` to write one") from error
    except OSError as error:
        raise _whole(path, 0, f"cannot be read: {error.strerror or type(error).__name__}") from error
    if len(data) > LIMIT:
        raise _whole(path, 0, f"larger than {LIMIT // 1024} KiB: this is no config")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise _whole(path, line, f"not UTF-8 text: byte 0x{data[error.start]:02x}") from error


def parse(text: str, path: Path) -> dict[str, object]:
    """The document that `text` writes.

    Raises:
        ConfigError: it is no TOML; the line is tomllib's.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _whole(path, *_toml_message(str(error), text)) from None
    except RecursionError:
        raise _whole(path, 0, "nested too deeply") from None
    except ValueError:  # such as a number of more digits than Python converts
        raise _whole(path, 0, "a value in it is out of every range") from None


def _toml_message(message: str, text: str) -> tuple[int, str]:
    place = _TOML_PLACE.search(message)
    if place is None:
        return 0, "not valid TOML"
    line = int(place[1]) if place[1] else text.count("\n") + 1
    told = _KEY_TUPLE.sub(lambda match: ".".join(_QUOTED.findall(match[0])), message[: place.start()])
    return line, "not valid TOML" if looks_secret(told) else f"not valid TOML: {told}"


def _whole(path: Path, line: int, message: str, hint: str = "") -> ConfigError:
    return ConfigError([Problem(display(path), line, "", message)], hint)
