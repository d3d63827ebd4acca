"""The table `[alerts]`: rules changed or added, and the channels that tell of them."""

import msgspec

from devdash.alerts.change import RuleChange
from devdash.contract.levels import Level
from devdash.contract.settings import Duration, Secret


class ChannelBase(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="type"):
    """What every channel has.

    Attributes:
        least: alerts below this level are not told here.
    """

    least: Level = Level.ATTENTION


class DesktopChannel(ChannelBase, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="desktop"):
    """Notifications of the desktop.

    Attributes:
        buttons: offer Snooze, Acknowledge and what helps.
    """

    buttons: bool = True


class TerminalChannel(ChannelBase, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="terminal"):
    """In the terminal of the dashboard: a toast, the bell, OSC 9 (a notification by the terminal itself)."""

    toast: bool = True
    bell: bool = True
    osc9: bool = False


class NtfyChannel(ChannelBase, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="ntfy"):
    """A topic of an ntfy server (https://ntfy.sh or one's own). `url` ends with the topic."""

    url: str
    token: Secret | None = None
    timeout: Duration = Duration(10)


class WebhookChannel(ChannelBase, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="webhook"):
    """JSON, sent by POST. `token` goes into the header `Authorization: Bearer …`."""

    url: str
    token: Secret | None = None
    timeout: Duration = Duration(10)


class CommandChannel(ChannelBase, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="command"):
    """A program. It is told the alert by environment variables and as JSON on standard input."""

    argv: tuple[str, ...]
    timeout: Duration = Duration(10)


ChannelConfig = DesktopChannel | TerminalChannel | NtfyChannel | WebhookChannel | CommandChannel


class AlertsConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The table `[alerts]`.

    Attributes:
        enabled: False evaluates no rule and tells nobody anything.
        channels: the names of the channels that are told when a rule does not say.
        most: notifications in `per` at most; what is more becomes one summary.
        rules: pane's name → rule's name → change. `[alerts.rules.git.diverged]`.
        channel: name → how. `[alerts.channel.phone]` with `type = "ntfy"`; "desktop" and "terminal"
            are there without being written down.
    """

    enabled: bool = True
    channels: tuple[str, ...] = ("desktop", "terminal")
    most: int = 10
    per: Duration = Duration(60)
    rules: dict[str, dict[str, RuleChange]] = {}
    channel: dict[str, ChannelConfig] = {}
