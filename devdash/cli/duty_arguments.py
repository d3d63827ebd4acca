"""The command line of `devdash watch` and `devdash alerts`."""

import argparse
from typing import Any


def add_duty_commands(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add them to the commands."""
    _add_watch(commands.add_parser("watch", help="alerts and history without a screen"))
    _add_alerts(commands.add_parser("alerts", help="what fires now; acknowledge it, or snooze it"))


def _add_watch(watch: argparse.ArgumentParser) -> None:
    watch.set_defaults(handler="watch:watch")
    parts = watch.add_subparsers(metavar="install|uninstall|status")
    install = parts.add_parser("install", help="start it at every login, and now")
    install.set_defaults(handler="watch_service:install")
    parts.add_parser("uninstall", help="stop it, and no longer start it").set_defaults(
        handler="watch_service:uninstall"
    )
    parts.add_parser("status", help="is it installed, is it running, who is on duty").set_defaults(
        handler="watch_service:status"
    )


def _add_alerts(alerts: argparse.ArgumentParser) -> None:
    alerts.set_defaults(handler="alerts:alerts")
    alerts.add_argument("--json", action="store_true", help="as JSON; docs/json.md describes it")
    parts = alerts.add_subparsers(metavar="ack|snooze|test")
    acknowledge = parts.add_parser("ack", help="silence alerts until they are over")
    acknowledge.set_defaults(handler="alerts:acknowledge")
    snooze = parts.add_parser("snooze", help="silence alerts for a time")
    snooze.set_defaults(handler="alerts:snooze")
    for part in (acknowledge, snooze):
        part.add_argument("id", nargs="*", metavar="ALERT", help="such as battery.low or git.diverged:api")
        part.add_argument("--all", action="store_true", help="every alert that fires")
    trial = parts.add_parser("test", help="send a message through each channel")
    trial.set_defaults(handler="channel_trial:trial")
    trial.add_argument("channel", nargs="*", metavar="CHANNEL", help="these channels only")
    snooze.add_argument("--for", dest="span", default="1h", metavar="TIME", help='such as "90m"; 1h')
    snooze.add_argument("--off", action="store_true", help="let them ring again")
