"""Where a review lies while it is interrupted: one file of the pane's state, whole or not at all."""

from pathlib import Path

import msgspec

from devdash.api import PaneError, Unavailable, keep_file
from devdash_ledger.bank_review import Review

VERSION = 1
MAX_BYTES = 200 * 1024 * 1024


class _Kept(msgspec.Struct, frozen=True):
    version: int
    review: Review


class Shelf:
    """One review in one file. Blocking: call it in a thread."""

    def __init__(self, folder: Path) -> None:
        """`folder` may not exist yet."""
        self.file = folder / "bank-review.json"

    def load(self) -> Review | None:
        """The review that was put here; None when there is none.

        Raises:
            PaneError: the file is there and cannot be read.
        """
        try:
            if self.file.stat().st_size > MAX_BYTES:
                raise self._unreadable("it is too large")
            kept = msgspec.json.decode(self.file.read_bytes(), type=_Kept)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise self._unreadable(error.strerror or type(error).__name__) from error
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise self._unreadable("it is damaged") from error
        if kept.version != VERSION:
            raise self._unreadable("it is of another version of devdash")
        return kept.review

    def _unreadable(self, reason: str) -> PaneError:
        return PaneError(
            f"the review in {self.file} cannot be read: {reason}", "remove it and import the file again"
        )

    def keep(self, review: Review) -> None:
        """Put `review` in the place of what was there; readable by its owner only.

        Raises:
            Unavailable: it cannot be written; what was there is as it was.
        """
        try:
            keep_file(self.file, msgspec.json.encode(_Kept(VERSION, review)))
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> Unavailable:
        return Unavailable(f"{self.file} cannot be written: {error.strerror or type(error).__name__}")

    def clear(self) -> None:
        """Take the review away, if there is one.

        Raises:
            Unavailable: it cannot be removed.
        """
        try:
            self.file.unlink(missing_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error
