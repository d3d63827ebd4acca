"""The cells cache: the sheet of a journal in a file, so that an unchanged journal is there at once.

A cache counts only when everything that decides the answer is as it was: the bytes of every file, what
the includes match, the settings, the programs that read (theirs and ours), and for ledger and hledger the
month, since they take dates without a year for this one's. A cache that is damaged, foreign, of another
version or not to be read is none: the journal is loaded, and the cache written anew. Blocks: for a thread.
"""

import hashlib
import importlib.util
import os
import platform
import shutil
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import msgspec

from devdash import __version__
from devdash.api import keep_file
from devdash_ledger.content import Content, code_stamps, content_of, read_plain, sum_of
from devdash_ledger.journal import Format, LoadRequest
from devdash_ledger.reading import Folded
from devdash_ledger.sheet import Head, Sheet, head_of
from devdash_ledger.stamps import Look, Stamp, look_at, stamp_of

_MAGIC = b"devdash-cells 2\n"
PARTS = (
    "amounts",
    "assemble",
    "beans",
    "budgets",
    "cache",
    "complaints",
    "content",
    "copies",
    "cut",
    "elements",
    "encoding",
    "fold",
    "globs",
    "journal",
    "kinds",
    "lasting",
    "loading",
    "looking",
    "months",
    "odd_lines",
    "periodic",
    "prices",
    "program",
    "programs",
    "reading",
    "refusal",
    "scan",
    "sheet",
    "stamps",
    "trust",
    "unfold",
    "worker",
    "worth",
)
"""The modules of this plug-in that have a part in a sheet: those that read one, keep one and fold one."""
_MAX_BYTES = 64 * 1024 * 1024


class Circumstances(msgspec.Struct, frozen=True):
    """What decides a reading beside the files' content.

    Attributes:
        request: what was asked, with the month empty where it does not matter.
        home: the folder that "~" in an include means.
        own: devdash's version, and a sum over the names, sizes and times of `PARTS`.
        python: the interpreter.
        reader: the place of the program or package that reads; empty: there is none.
        utc_month: of the program's clock (ledger, hledger).
    """

    request: LoadRequest
    home: str
    own: str
    python: str
    reader: str
    utc_month: str


class Kept(msgspec.Struct, frozen=True):
    """All that a sheet stands on.

    Attributes:
        readers: the files of the reading program or package, as they were.
        folded: the months that a start shows first, so that the sheet need not be opened for them.
    """

    circumstances: Circumstances
    readers: tuple[Stamp, ...]
    content: Content
    head: Head
    folded: Folded | None


class Found(msgspec.Struct, frozen=True):
    """What the cache has of the journal as it is.

    Attributes:
        packed: the sheet; see `unpacked`.
        look: at the files, before they were compared.
    """

    kept: Kept
    packed: bytes
    look: Look


def circumstances(request: LoadRequest, utc_month: str) -> Circumstances:
    """Those of now."""
    is_dated = request.language is not Format.BEANCOUNT
    return Circumstances(
        request if is_dated else msgspec.structs.replace(request, last_month=""),
        str(Path.home()),
        f"{__version__} {_own_sum()}",
        f"{sys.prefix} {platform.python_version()}",
        _reader(request.language),
        utc_month if is_dated else "",
    )


def keep(
    folder: Path, now: Circumstances, content: Content, sheet: Sheet, folded: Folded | None = None
) -> bool:
    """Put a sheet into the cache, for its owner only. Failing costs the next start some time, no more.

    Returns:
        whether it lasts, so that it is there at the next start.
    """
    if not (sheet.lasting and sheet.readers and sheet.readers[0] == now.reader):
        return False
    kept = Kept(now, tuple(map(stamp_of, sheet.readers)), content, head_of(sheet), folded)
    body = msgspec.json.encode(kept) + b"\n" + msgspec.json.encode(sheet)
    file = _file(folder, now.request)
    with suppress(OSError):
        keep_file(file, _MAGIC + sum_of(body).encode() + b"\n" + body, lasting=False)
        return True
    return False


def find(folder: Path, now: Circumstances) -> Found | None:
    """The sheet of the journal as it is, if the cache has it."""
    kept, packed = _read(_file(folder, now.request)) or (None, b"")
    if kept is None or kept.circumstances != now:
        return None
    if any(stamp.identity is None or stamp_of(stamp.path) != stamp for stamp in kept.readers):
        return None
    paths, patterns = kept.content.paths, [one.pattern for one in kept.content.patterns]
    look = look_at(paths, patterns)
    return Found(kept, packed, look) if content_of(paths, patterns) == kept.content else None


def unpacked(packed: bytes) -> Sheet:
    """The sheet that was kept. It can be read: its sum was right, and the code that wrote it is this one."""
    return msgspec.json.decode(packed, type=Sheet)


def discard(folder: Path, request: LoadRequest) -> None:
    """Take the cache of a journal away, if there is one."""
    with suppress(OSError):
        _file(folder, request).unlink(missing_ok=True)


def _read(file: Path) -> tuple[Kept, bytes] | None:
    try:
        if file.stat().st_uid != os.geteuid():
            return None
        data = read_plain(str(file), _MAX_BYTES)
    except OSError:
        return None
    if data is None or not data.startswith(_MAGIC):
        return None
    told, _, body = data.removeprefix(_MAGIC).partition(b"\n")
    if told != sum_of(body).encode():
        return None
    kept, _, packed = body.partition(b"\n")
    try:
        return msgspec.json.decode(kept, type=Kept), packed
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError):
        return None


def _file(folder: Path, request: LoadRequest) -> Path:
    return folder / f"cells-{hashlib.sha256(os.fsencode(request.file)).hexdigest()[:24]}.json"


def _reader(language: Format) -> str:
    """Where the reader is; beancount is looked for and not imported."""
    if language is Format.BEANCOUNT:
        with suppress(ImportError, ValueError):
            found = importlib.util.find_spec("beancount")
            return found.origin or "" if found is not None else ""
        return ""
    program = shutil.which(str(language))
    return os.path.realpath(program) if program is not None else ""


def _own_sum() -> str:
    """Changes whenever a module does that has a part in a sheet: a cache is of the code that made it."""
    return sum_of("\n".join(_own_modules()).encode())[:32]


def _own_modules() -> Iterable[str]:
    return code_stamps(PARTS)
