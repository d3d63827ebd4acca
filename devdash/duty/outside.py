"""The alerts from outside: for a command, which has no engine and is over in a moment."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from devdash.alerts.book import Book
from devdash.alerts.model import Alert, Moment
from devdash.contract.errors import DevdashError
from devdash.duty import register, wishes
from devdash.duty.applying import apply
from devdash.duty.seat import SILENT_S, Holder, Seat, holder_of, last_sign
from devdash.duty.wishes import Wish


class AlertsUnknown(DevdashError):
    """What is known of the alerts cannot be read or changed."""

    kind = "alerts"


class Sight(msgspec.Struct, frozen=True):
    """What can be seen from outside.

    Attributes:
        holder: who is on duty; None: nobody.
        silent: it has shown no sign of life for a while: it is stopped or hangs.
        at: wall time at which the alerts were last written; None when they never were.
        config: the devdash.toml that they are of.
        alerts: every one that is remembered, in no order.
        troubles: what did not work then of rules, channels and history, a sentence each.
    """

    holder: Holder | None
    silent: bool
    at: datetime | None
    config: str
    alerts: tuple[Alert, ...]
    troubles: tuple[str, ...] = ()


def look(folder: Path, now: datetime) -> Sight:
    """The alerts as they were last written, and who writes them.

    Raises:
        AlertsUnknown: the file cannot be read or understood.
    """
    holder, known = holder_of(folder), _read(folder)
    sign = last_sign(folder)
    silent = holder is not None and sign is not None and now.timestamp() - sign > SILENT_S
    if known is None:
        return Sight(holder, silent, None, "", ())
    return Sight(holder, silent, known.at, known.config, known.alerts, known.troubles)


def ask(folder: Path, wish: Wish, moment: Moment) -> bool:
    """Have `wish` fulfilled: by whoever is on duty, soon, or here and now when nobody is.

    Returns:
        Whether it is done already.

    Raises:
        AlertsUnknown: the state folder cannot be read or written.
    """
    seat = Seat(folder, "devdash alerts", "")
    try:
        if not seat.take():
            wishes.post(folder, wish)
            return False
        known = _read(folder)
        if known is not None:
            register.write(
                folder, msgspec.structs.replace(known, alerts=_changed(known.alerts, wish, moment))
            )
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise AlertsUnknown(f"the alerts cannot be changed: {reason}", f"is {folder} writable?") from error
    finally:
        seat.leave()
    return True


def _changed(alerts: Sequence[Alert], wish: Wish, moment: Moment) -> tuple[Alert, ...]:
    book = Book()
    book.mirror(alerts, moment)
    apply(book, wish, moment)
    return book.dump()


def _read(folder: Path) -> register.Register | None:
    try:
        return register.read(folder)
    except register.Spoiled as error:
        raise AlertsUnknown(str(error), "the next devdash that is on duty sets it aside") from error
    except OSError as error:
        raise AlertsUnknown(f"the alerts cannot be read: {error.strerror}") from error
