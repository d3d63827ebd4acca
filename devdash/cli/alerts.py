"""`devdash alerts`: what fires now, and silencing it, from anywhere."""

import sys
from argparse import Namespace
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from devdash.alerts.model import Alert, AlertId, Moment
from devdash.cli import loop
from devdash.cli.alert_list import as_json, blocks, caveats, worst_first
from devdash.cli.exits import Exit, UsageError
from devdash.cli.output import complain, reserved_stdout, terminal_width
from devdash.cli.past import keep
from devdash.cli.session import settings_for
from devdash.config.errors import ConfigError
from devdash.config.values import BadValue, duration
from devdash.duty.outside import ask, look
from devdash.duty.wishes import Wish
from devdash.engine.clock import SystemClock
from devdash.engine.places import state_root
from devdash.engine.registry import Registry
from devdash.render.blocks import lay_out
from devdash.render.clean import clean
from devdash.render.text import plain


def alerts(arguments: Namespace) -> Exit:
    """Print the alerts that are open, as text or JSON."""
    now = SystemClock().now()
    with reserved_stdout() as out:
        sight = look(state_root(), now)
        found = worst_first(sight.alerts)
        if arguments.json:
            out.write(as_json(sight, found, now) + "\n")
        else:
            out.write(plain(lay_out(blocks(found, now), terminal_width())) + "\n")
            for line in caveats(sight, now):
                complain(line)
    return Exit.OK


def acknowledge(arguments: Namespace) -> Exit:
    """Silence alerts until they are over.

    Raises:
        UsageError: there is no such alert.
    """
    return _wish(arguments, None, "acknowledged")


def snooze(arguments: Namespace) -> Exit:
    """Silence alerts for a time.

    Raises:
        UsageError: there is no such alert, or the time is none.
    """
    try:
        seconds = 0.0 if arguments.off else float(duration(arguments.span))
    except BadValue as error:
        raise UsageError(f"--for: {error}") from None
    return _wish(
        arguments, seconds, "no longer snoozed" if arguments.off else f"snoozed for {arguments.span}"
    )


def _wish(arguments: Namespace, seconds: float | None, done: str) -> Exit:
    clock, folder = SystemClock(), state_root()
    known = look(folder, clock.now()).alerts
    chosen = chosen_ids(known, arguments.id, every=arguments.all)
    if not chosen:
        complain("no alert fires")
        return Exit.OK
    wish = Wish(clock.now(), chosen, seconds)
    finished = ask(folder, wish, Moment(clock.now(), clock.monotonic()))
    _record([alert for alert in known if alert.id in chosen], wish, arguments.config)
    for one in chosen:
        sys.stdout.write(f"{clean(str(one))}: {done}" + ("" if finished else ", in a moment") + "\n")
    return Exit.OK


def _record(alerts: Sequence[Alert], wish: Wish, config: str | None) -> None:
    """Let the history have it, as when a key of the dashboard did it."""
    from devdash.duty.records import wish_record

    occasion = "acknowledged"
    if wish.snooze_s is not None:
        occasion = "snoozed" if wish.snooze_s > 0 else "unsnoozed"
    try:
        settings = settings_for(config, Registry())
    except ConfigError as error:
        complain(f"the history does not have it, because devdash.toml cannot be read: {error.problems[0]}")
        return
    loop.run(keep(settings, [wish_record(alert, occasion, wish.at) for alert in alerts]))


def chosen_ids(alerts: Iterable[Alert], wanted: Sequence[str], *, every: bool) -> tuple[AlertId, ...]:
    """The alerts of these names that are open; all of them when `every`.

    Raises:
        UsageError: one is not there; suggests a similar one. Or names came with `every`.
    """
    known = {str(alert.id): alert.id for alert in alerts if alert.is_open}
    if every and wanted:
        raise UsageError("name alerts, or pass --all; not both")
    if every:
        return tuple(known.values())
    if not wanted:
        raise UsageError("name an alert, or pass --all", "alerts: " + (", ".join(known) or "none"))
    wrong = [name for name in wanted if name not in known]
    if wrong:
        raise UsageError(
            "\n".join(f"there is no alert '{clean(name)}'; {_hint(name, known)}" for name in wrong)
        )
    return tuple(known[name] for name in dict.fromkeys(wanted))


def _hint(name: str, known: Iterable[str]) -> str:
    names = list(known)
    close = get_close_matches(name, names, n=1)
    return f"did you mean '{close[0]}'?" if close else "alerts: " + (", ".join(names) or "none")
