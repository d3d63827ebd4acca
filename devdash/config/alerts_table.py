"""Reads `[alerts]`: rule by rule and channel by channel, so that a wrong one costs itself alone.

A rule or channel in which anything is wrong is left out; a plug-in's rule then goes on as the plug-in has
it, unless it is switched off. A name of a channel that is not there is left out of the lists that name it,
and a list in which none is left counts as absent: nobody is left untold by a slip.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from devdash.alerts.change import RuleChange
from devdash.config.alerts import (
    AlertsConfig,
    ChannelConfig,
    CommandChannel,
    NtfyChannel,
    WebhookChannel,
)
from devdash.config.convert import Flaw, Flawed, convert, tagged
from devdash.config.keypath import KeyPath
from devdash.config.suggest import did_you_mean
from devdash.contract.levels import Level

AT: KeyPath = ("alerts",)

STANDING = ("desktop", "terminal")
"""Channels that are there without being written down."""

LEAST_REPEAT_S = 10.0
LEAST_ESCALATE_S = 10.0
LEAST_WAIT_S = 1.0
"""For `for` and `keep`. What is shorter is a slip, such as "5ms" for five minutes."""

_TYPES = tagged(ChannelConfig)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_LEVELS = (Level.ATTENTION, Level.CRITICAL)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class AlertsReader:
    """Reads one `[alerts]`.

    Args:
        panes: the names of the enabled panes.
        disabled: those of the disabled ones; their rules wait.
        folder: where relative paths start.
        secrets: the places of literal secrets in the whole document.

    Attributes:
        flaws: what is wrong; after `read`.
    """

    def __init__(
        self, panes: Sequence[str], disabled: Collection[str], folder: Path, secrets: Collection[KeyPath]
    ) -> None:
        self._panes = panes
        self._disabled = disabled
        self._folder = folder
        self._secrets = secrets
        self.flaws: list[Flaw] = []

    def read(self, table: Mapping[str, object]) -> AlertsConfig:
        """The table, without what is wrong in it."""
        channels = self._channels(self._tables((*AT, "channel"), table.get("channel", {})))
        rules = self._rules(self._tables((*AT, "rules"), table.get("rules", {})))
        top = self._top({key: value for key, value in table.items() if key not in ("channel", "rules")})
        names = (*STANDING, *self._tables_of(table.get("channel")))
        told = self._known(top.channels, (*AT, "channels"), names, channels)
        return msgspec.structs.replace(
            top,
            channels=AlertsConfig().channels if told is None else told,
            channel=channels,
            rules={
                pane: {name: self._heard(pane, name, rule, names, channels) for name, rule in of_pane.items()}
                for pane, of_pane in rules.items()
            },
        )

    def _top(self, table: Mapping[str, object]) -> AlertsConfig:
        """The keys of the table itself; one that is wrong has its default."""
        try:
            config = convert(table, AlertsConfig, self._folder, AT)
        except Flawed as error:
            self.flaws += error.flaws
            wrong = {flaw.path[1] for flaw in error.flaws if len(flaw.path) > 1}
            right = {key: value for key, value in table.items() if key not in wrong}
            config = convert(right, AlertsConfig, self._folder)
        if config.most < 1:
            self.flaws.append(Flaw((*AT, "most"), "at least 1; to be told nothing, write enabled = false"))
            config = msgspec.structs.replace(config, most=AlertsConfig().most)
        return config

    def _tables(self, at: KeyPath, value: object) -> dict[str, Mapping[str, object]]:
        """The tables in the table at `at`, by name."""
        if not isinstance(value, dict):
            self.flaws.append(Flaw(at, f"expected tables, [{'.'.join(map(str, at))}.NAME]"))
            return {}
        found: dict[str, Mapping[str, object]] = {}
        for name, inner in value.items():
            if not isinstance(inner, dict):
                self.flaws.append(Flaw((*at, name), "expected a table"))
            else:
                found[name] = inner
        return found

    def _tables_of(self, value: object) -> tuple[str, ...]:
        return tuple(value) if isinstance(value, dict) else ()

    # Channels

    def _channels(self, tables: Mapping[str, Mapping[str, object]]) -> dict[str, ChannelConfig]:
        found: dict[str, ChannelConfig] = {}
        for name, table in tables.items():
            channel = self._channel(name, table)
            if channel is not None:
                found[name] = channel
        return found

    def _channel(self, name: str, table: Mapping[str, object]) -> ChannelConfig | None:
        at = (*AT, "channel", name)
        if not _NAME.fullmatch(name):
            self.flaws.append(Flaw(at, "a channel's name has letters, digits, - and _ only, 40 at most"))
            return None
        if "type" not in table and name in _TYPES:
            table = {"type": name, **table}
        try:
            channel = convert({"channel": table}, _Holder, self._folder, at).channel
        except Flawed as error:
            self.flaws += _told(
                [Flaw((*at, *flaw.path[len(at) + 1 :]), flaw.message) for flaw in error.flaws]
            )
            return None
        flaws = [Flaw((*at, key), message) for key, message in _channel_flaws(channel)]
        self.flaws += flaws
        return None if flaws or self._hides(at) else channel

    # Rules

    def _rules(self, panes: Mapping[str, Mapping[str, object]]) -> dict[str, dict[str, RuleChange]]:
        found: dict[str, dict[str, RuleChange]] = {}
        for pane, table in panes.items():
            at = (*AT, "rules", pane)
            if pane not in self._panes and pane not in self._disabled:
                lone = not all(isinstance(inner, dict) for inner in table.values())
                self.flaws.append(
                    Flaw(at, "a rule's table is [alerts.rules.PANE.NAME]")
                    if lone
                    else Flaw(at, f"there is no pane of this name{did_you_mean(pane, self._panes)}")
                )
            elif pane in self._panes:
                rules = {name: self._rule(pane, name, rule) for name, rule in self._tables(at, table).items()}
                found[pane] = {name: rule for name, rule in rules.items() if rule is not None}
        return found

    def _rule(self, pane: str, name: str, table: Mapping[str, object]) -> RuleChange | None:
        at = (*AT, "rules", pane, name)
        off = RuleChange(enabled=False) if table.get("enabled") is False else None
        if not _NAME.fullmatch(name):
            self.flaws.append(Flaw(at, "a rule's name has letters, digits, - and _ only, 40 at most"))
            return None
        try:
            rule = convert(table, RuleChange, self._folder, at)
        except Flawed as error:
            self.flaws += _told(error.flaws)
            return off
        flaws = [Flaw((*at, key), message) for key, message in _rule_flaws(pane, rule)]
        self.flaws += flaws
        return off if flaws or self._hides(at) else rule

    def _heard(
        self,
        pane: str,
        name: str,
        rule: RuleChange,
        names: Collection[str],
        channels: Mapping[str, ChannelConfig],
    ) -> RuleChange:
        if rule.channels is None:
            return rule
        told = self._known(rule.channels, (*AT, "rules", pane, name, "channels"), names, channels)
        return msgspec.structs.replace(rule, channels=told)

    def _known(
        self, wanted: tuple[str, ...], at: KeyPath, names: Collection[str], right: Mapping[str, ChannelConfig]
    ) -> tuple[str, ...] | None:
        """Those of `wanted` that can tell; None when there were some and none is left.

        Args:
            names: all that are written, wrong ones too: these have said already what is wrong.
        """
        for place, name in enumerate(wanted):
            if name not in names:
                hint = did_you_mean(name, names) or "; write [alerts.channel.NAME]"
                self.flaws.append(Flaw((*at, place), f"there is no channel of this name{hint}"))
        left = tuple(name for name in wanted if name in STANDING or name in right)
        return left if left or not wanted else None

    def _hides(self, at: KeyPath) -> bool:
        """Whether a literal secret is in the table at `at`: reported elsewhere, and never used."""
        return any(path[: len(at)] == at for path in self._secrets)


class _Holder(msgspec.Struct, frozen=True):
    """Gives the union of channels a struct around it, which is what `convert` makes."""

    channel: ChannelConfig


def _channel_flaws(channel: ChannelConfig) -> Iterator[tuple[str, str]]:
    if channel.least not in _LEVELS:
        yield "least", _LEVEL
    if isinstance(channel, NtfyChannel | WebhookChannel):
        message = _url_flaw(channel.url, topic=isinstance(channel, NtfyChannel))
        if message:
            yield "url", message
    if isinstance(channel, CommandChannel) and not (channel.argv and channel.argv[0].strip()):
        yield "argv", 'expected a program and its arguments, such as ["notify", "--now"]'
    if isinstance(channel, CommandChannel) and any("\0" in word for word in channel.argv):
        yield "argv", "no argument of a program can have this character in it"


_LEVEL = 'expected one of "attention", "critical"'


def _told(flaws: Sequence[Flaw]) -> Iterator[Flaw]:
    """`flaws`, with the two levels that alerts have where `Level` has four."""
    for flaw in flaws:
        yield Flaw(flaw.path, _LEVEL) if flaw.path[-1] in ("level", "least") else flaw


def _url_flaw(url: str, *, topic: bool) -> str:
    """What is wrong with an address to which alerts are sent; "" for nothing."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "this is no address; write such as https://example.org/path"
    if parts.username is not None or parts.password is not None:
        return "leave the name and password out, and refer to a secret with `token`"
    if not host or not url.isprintable() or " " in url:
        return "this is no address; write such as https://example.org/path"
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOOPBACK):
        return "expected https://; http:// is for this machine alone"
    if topic and not parts.path.strip("/"):
        return "the topic is missing; write such as https://ntfy.sh/my-topic"
    return ""


def _rule_flaws(pane: str, rule: RuleChange) -> Iterator[tuple[str, str]]:
    if rule.level is not None and rule.level not in _LEVELS:
        yield "level", _LEVEL
    if rule.max_repeats is not None and rule.max_repeats < 0:
        yield "max_repeats", "0 or more"
    if rule.repeat is not None and 0 < rule.repeat < LEAST_REPEAT_S:
        yield "repeat", f"at least {LEAST_REPEAT_S:g} s, or 0 for none: each repeat is a notification"
    if rule.escalate is not None and 0 < rule.escalate < LEAST_ESCALATE_S:
        yield "escalate", f"at least {LEAST_ESCALATE_S:g} s, or 0 for never: nobody can be that fast"
    for key, wait in (("for", rule.for_), ("keep", rule.keep)):
        if wait is not None and 0 < wait < LEAST_WAIT_S:
            yield key, f"at least {LEAST_WAIT_S:g} s, or 0 for at once: nothing is looked at more often"
    if rule.text is not None and (not rule.text.strip() or not rule.text.isprintable()):
        yield "text", "expected one line, in which {item} stands for the item"
    if rule.when is not None or rule.clear is not None:
        from devdash.alerts.rules import wrong_conditions  # most files have no rules of their own

        yield from wrong_conditions(pane, rule)
