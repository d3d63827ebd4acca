"""The tables of banks: those of devdash.toml, and those that the guide has written, a file each.

A guided table lies beside devdash.toml, where a person finds, changes and keeps it, and never in it: that
file is written by the person alone, and a table in it can be given in ways to which none can be added.
"""

import os
import re
import tempfile
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from devdash.api import PaneError, Unavailable
from devdash_ledger.append import sync_folder, why
from devdash_ledger.bank_config import Bank, bank_problems

MAX_BYTES = 64 * 1024
_NAME = re.compile(r"\w[\w-]{0,39}")


class Tables:
    """All tables of a pane. Reading and writing blocks: call it in a thread.

    Args:
        settled: those of devdash.toml; they come first.
        folder: where the others lie; need not exist.
        plain: every journal is of beancount.
    """

    def __init__(self, settled: Mapping[str, Bank], folder: Path, *, plain: bool) -> None:
        self._settled, self._folder, self._plain = settled, folder, plain

    def names(self) -> tuple[str, ...]:
        """What the banks are called."""
        try:
            files = sorted(one.stem for one in self._folder.iterdir() if one.suffix == ".toml")
        except OSError:
            files = []
        return tuple(dict.fromkeys((*self._settled, *filter(_NAME.fullmatch, files))))

    def find(self, name: str) -> Bank | None:
        """The table of the bank `name`; None: there is none.

        Raises:
            PaneError: its file cannot be read, or what stands in it cannot be.
        """
        if name in self._settled:
            return self._settled[name]
        if not _NAME.fullmatch(name):
            return None
        file = self.file(name)
        try:
            with file.open("rb") as stream:
                text = stream.read(MAX_BYTES).decode()
            bank = msgspec.convert(tomllib.loads(text), Bank)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unavailable(f"{file} cannot be read: {why(error)}") from error
        except (ValueError, msgspec.ValidationError) as error:  # no UTF-8, no TOML, another type
            raise PaneError(f"{file}: {error}", "correct it, or remove it") from error
        problems = [
            f"{one.key.removeprefix('.')} {one.message}" for one in bank_problems(bank, "", plain=self._plain)
        ]
        if problems:
            raise PaneError(f"{file}: {'; '.join(problems)}", "correct it, or remove it")
        return bank

    def file(self, name: str) -> Path:
        """Where the table of a bank that is not in devdash.toml lies."""
        return self._folder / f"{name}.toml"

    def require_free(self, name: str) -> None:
        """Refuse a name that cannot be a file's, or that is taken.

        Raises:
            PaneError: it is.
        """
        if not _NAME.fullmatch(name):
            raise PaneError(f'a bank cannot be called "{name}"', "use up to 40 letters, digits, - and _")
        if name in self._settled:
            raise PaneError(f"devdash.toml has a bank {name} already", "change it there, or use another name")
        if os.path.lexists(self.file(name)):
            raise PaneError(f"{self.file(name)} is there already", "change or remove it, or use another name")

    def put(self, name: str, text: str) -> Path:
        """Write the table of a new bank: the whole file or none, and never over another.

        Raises:
            PaneError: the name is taken.
            Unavailable: it cannot be written.
        """
        self.require_free(name)
        file = self.file(name)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, whole = tempfile.mkstemp(prefix=f".{name}.", dir=self._folder)
        except OSError as error:
            raise self._unwritable(file, error) from error
        try:
            with os.fdopen(handle, "wb") as target:
                target.write(text.encode())
                target.flush()
                os.fsync(target.fileno())
            _place(Path(whole), file)
            sync_folder(self._folder)
        except FileExistsError as error:
            raise PaneError(f"{file} is there already", "it was made meanwhile; look at it") from error
        except OSError as error:
            raise self._unwritable(file, error) from error
        finally:
            with suppress(OSError):
                os.unlink(whole)  # noqa: PTH108  # a name of the system's
        return file

    def _unwritable(self, file: Path, error: OSError) -> Unavailable:
        return Unavailable(
            f"nothing was written: {file} cannot be made: {why(error)}",
            "make room, or set bank_folder in devdash.toml to another folder",
        )


def _place(whole: Path, file: Path) -> None:
    """Give a finished file its name, if that is free.

    Raises:
        FileExistsError: it is not.
    """
    try:
        os.link(whole, file)
    except FileExistsError:
        raise
    except OSError:  # no hard links there, as on FAT
        if os.path.lexists(file):
            raise FileExistsError(file) from None
        whole.rename(file)
