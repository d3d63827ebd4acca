"""The entry point: parses the command line and turns every failure into a sentence and an exit code."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import NoReturn

from devdash import __version__
from devdash.cli.exits import Exit, exit_of
from devdash.cli.leave import leave
from devdash.contract.errors import DevdashError

EPILOG = (
    "exit codes: 0 ok, 1 attention, 2 critical, 3 unknown, 64 wrong usage or config, 70 a bug, 74 no output"
)


class _Parser(argparse.ArgumentParser):
    """argparse ends with 2, which means "critical" here."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(Exit.USAGE, f"{self.prog}: {message}\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run devdash. Returns the exit code."""
    _open_streams()
    arguments = _parser().parse_args(argv)
    from devdash.logbook import keep_log

    log = keep_log()
    try:
        return _command(arguments.handler)(arguments)
    except DevdashError as error:
        from devdash.cli.output import complain

        for line in error.message.splitlines():
            complain(f"devdash: {line}")
        if error.hint:
            complain(f"         {error.hint}")
        return exit_of(error)
    except KeyboardInterrupt:
        return Exit.INTERRUPTED
    except BrokenPipeError:
        # The reader has gone (`devdash status | head`); Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return Exit.OK
    except Exception as error:  # noqa: BLE001 - the last line of defence; the log has the traceback
        from devdash.crash import crash_sentence, write_crash_log

        print(crash_sentence(error, write_crash_log(error)), file=sys.stderr)
        return Exit.BUG
    finally:
        log.close()


def _open_streams() -> None:
    """Give a program that was started with `<&-`, `>&-` or `2>&-` /dev/null in its place.

    Else the next file that is opened would get the descriptor, and the text.
    """
    for descriptor, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        if getattr(sys, name) is None:
            if (opened := os.open(os.devnull, os.O_RDWR)) != descriptor:
                os.dup2(opened, descriptor)
                os.close(opened)
            setattr(sys, name, os.fdopen(descriptor, mode, encoding="utf-8"))


def _command(handler: str) -> Callable[[argparse.Namespace], Exit]:
    """Import a command when it is needed: `status` must not pay for the screen."""
    module, _, function = handler.partition(":")
    found: Callable[[argparse.Namespace], Exit] = getattr(import_module(f"devdash.cli.{module}"), function)
    return found


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="devdash", description="A personal dashboard in the terminal.", epilog=EPILOG)
    parser.add_argument("--config", metavar="FILE", help="the devdash.toml to use")
    parser.add_argument("--version", action="version", version=f"devdash {__version__}")
    parser.set_defaults(handler="dashboard:dashboard")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    status = commands.add_parser("status", help="read each pane once and print it")
    status.add_argument("pane", nargs="*", metavar="PANE", help="these panes only")
    status.add_argument("--json", action="store_true", help="as JSON; docs/json.md describes it")
    status.set_defaults(handler="status:status")

    check = commands.add_parser("check", help="the same as an exit code", epilog=EPILOG)
    check.add_argument("pane", nargs="*", metavar="PANE", help="these panes only")
    closer = "a closer check of one pane, such as `databases --routers`; its own fields follow"
    check.add_argument("words", nargs=argparse.REMAINDER, metavar="[--NAME [--FIELD VALUE]…]", help=closer)
    check.set_defaults(handler="closer_check:check")

    run = commands.add_parser("run", help="do what a key does")
    run.add_argument("pane", metavar="PANE")
    run.add_argument("action", metavar="ACTION")
    run.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a field of the action")
    run.add_argument("--yes", action="store_true", help="answer its question with yes")
    rest = "the row that it is about, and --NAME VALUE for its fields; --help lists them"
    run.add_argument("words", nargs=argparse.REMAINDER, metavar="[ITEM] [--NAME VALUE]…", help=rest)
    run.set_defaults(handler="run:run")

    _history_parser(commands.add_parser("history", help="look back: series, alerts, actions, uptime"))

    init = commands.add_parser("init", help="look around and write a devdash.toml")
    init.add_argument("--print", action="store_true", help="print it instead of writing it")
    init.set_defaults(handler="init:init")

    doctor = commands.add_parser("doctor", help="what is installed, what is missing, what each pane costs")
    doctor.set_defaults(handler="doctor:doctor")

    from devdash.cli.duty_arguments import add_duty_commands

    add_duty_commands(commands)
    _config_parser(commands.add_parser("config", help="look at devdash.toml"))
    return parser


def _history_parser(history: argparse.ArgumentParser) -> None:
    history.add_argument("pane", nargs="?", metavar="PANE", help="this pane only")
    time = "7d (ago), now, 2026-11-22 or 2026-11-22T10:55"
    history.add_argument("--since", default="24h", metavar="TIME", help=f"{time}; 24h when absent")
    history.add_argument("--until", default="now", metavar="TIME")
    history.add_argument("--series", help="this series only")
    history.add_argument("--item", help="this item's series only")
    history.add_argument("--host", default="", help="another machine's, of a store that several share")
    history.add_argument("--events", action="store_true", help="alerts, actions and levels, no series")
    levels = ["ok", "attention", "critical", "unknown"]
    history.add_argument("--level", action="append", default=[], choices=levels, help="events of this level")
    history.add_argument("--text", default="", help="events that contain it")
    form = history.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="as JSON; docs/json.md describes it")
    form.add_argument("--csv", action="store_true", help="the samples of PANE, or events")
    form.add_argument("--plot", action="store_true", help="charts of the series of PANE")
    history.set_defaults(handler="history:history")


def _config_parser(config: argparse.ArgumentParser) -> None:
    config.set_defaults(handler="config:check")
    parts = config.add_subparsers(metavar="check|show|schema")
    parts.add_parser("check", help="list its problems").set_defaults(handler="config:check")
    parts.add_parser("show", help="the effective config, secrets hidden").set_defaults(handler="config:show")
    parts.add_parser("schema", help="its JSON Schema").set_defaults(handler="config:schema")


def entry() -> NoReturn:
    """What the command `devdash` calls: run it and end the process, whatever threads are left."""
    leave(main())


if __name__ == "__main__":
    entry()
