"""Running the programs ledger and hledger: what they may know, and what they answer. In the worker only.

They run in the worker's process group, so whatever ends the worker ends them.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import IO, TypeVar

import msgspec

from devdash.api import Unavailable
from devdash_ledger import complaints
from devdash_ledger.amounts import EXACT

A = TypeVar("A")
B = TypeVar("B")

_MAX_TOGETHER = 4 * 1024 * 1024
"""Bytes of journals that are read twice at the same time: 40,000 transactions, 300 MB in each hledger."""
_NO_CONFIG_SINCE = (1, 40)
"""The hledger that first read a config file of the person's, and can be told not to."""


class Refused(Exception):
    """The program did not read the journal; `words` is what it says of it."""

    def __init__(self, words: str) -> None:
        super().__init__("refused")
        self.words = words


def program_path(name: str) -> str:
    """Where the program `name` is.

    Raises:
        Unavailable: it is not installed.
    """
    path = shutil.which(name)
    if path is None:
        raise Unavailable(
            f"the program {name} is not installed", f"install {name}, such as: apt install {name}"
        )
    return path


def _environment() -> dict[str, str]:
    """What the programs may know: no settings of the person's, and UTF-8 whatever the locale."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8", "TZ": "UTC"}


@contextmanager
def running(argv: Sequence[str], told: str = "") -> Iterator[Iterator[bytes]]:
    """The lines that a program writes when it is `told` that; at the end they are known to be all.

    Raises:
        Refused: it failed.
    """
    with (
        tempfile.TemporaryFile() as words,
        tempfile.TemporaryFile() as asked,
        subprocess.Popen(
            argv,
            stdin=_filled(asked, told),
            stdout=subprocess.PIPE,
            stderr=words,
            env=_environment(),
            cwd=Path(argv[0]).anchor,
        ) as process,
    ):
        assert process.stdout is not None
        try:
            yield iter(process.stdout)
            code = process.wait()
        except BaseException:
            process.kill()
            raise
        if code != 0:
            words.seek(0)
            text = words.read(complaints.MAX_WORDS).decode("utf-8", "replace")
            if code < 0:
                text += f"\n{Path(argv[0]).name} was ended by signal {-code}"
            raise Refused(text)


def _filled(file: IO[bytes], text: str) -> IO[bytes]:
    file.write(text.encode())
    file.seek(0)
    return file


def together(files: Iterable[str], first: Callable[[], A], second: Callable[[], B]) -> tuple[A, B]:
    """What both return; at the same time, unless the journal's `files` are so large that memory matters.

    Where both raise, the error is that of `first`.
    """
    if sum(map(_size, files)) > _MAX_TOGETHER:
        return first(), second()
    with ThreadPoolExecutor(1) as aside:
        other = aside.submit(second)
        return first(), other.result()


def _size(file: str) -> int:
    try:
        return Path(file).stat().st_size
    except OSError:
        return 0


def no_config(program: str) -> tuple[str, ...]:
    """What keeps the hledger `program` from reading a config file of the person's."""
    with running([program, "--version"]) as lines:
        text = b"".join(lines).decode("utf-8", "replace")
    found = re.search(r"(\d+)\.(\d+)", text)
    is_new = found is not None and (int(found[1]), int(found[2])) >= _NO_CONFIG_SINCE
    return ("--no-conf",) if is_new else ()


def bare(commodity: str) -> str:
    """A commodity without the quotes that programs put around some."""
    return commodity.strip().strip('"')


class Quantity(msgspec.Struct, frozen=True):
    """A number of hledger's JSON."""

    mantissa: int = msgspec.field(name="decimalMantissa")
    places: int = msgspec.field(name="decimalPlaces")

    def decimal(self) -> Decimal:
        """Exact."""
        return Decimal(self.mantissa).scaleb(-self.places, EXACT)
