"""Channels of `[alerts]`: where alerts may go, and that no secret goes with them."""

from pathlib import Path

import pytest
from config_rig import alerts, load_text

from devdash.config.alerts import NtfyChannel
from devdash.config.model import Settings
from devdash.config.show import show

CANARY = "hunter2-c4n4ry"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://ntfy.sh/topic", "expected https://"),
        ("ftp://ntfy.sh/topic", "expected https://"),
        ("http://127.0.0.1.example.org/topic", "expected https://"),
        ("ntfy.sh/topic", "no address"),
        ("https:///topic", "no address"),
        ("https://ntfy.sh:port/topic", "no address"),
        ("https://[::1/topic", "no address"),
        ("https://ntfy.sh/a topic", "no address"),
        ("https://ntfy.sh/a\\ntopic", "no address"),
        ("", "no address"),
        ("https://ntfy.sh", "the topic is missing"),
        ("https://ntfy.sh/", "the topic is missing"),
        ("https://kim@ntfy.sh/topic", "leave the name and password out"),
    ],
)
def test_an_address_that_alerts_must_not_go_to(tmp_path: Path, url: str, words: str) -> None:
    """Unencrypted over a network, nowhere, or with a name in it. It is told and the channel is not there."""
    found, problems = alerts(tmp_path, f'[alerts.channel.phone]\ntype = "ntfy"\nurl = "{url}"')
    ((line, key, message),) = problems
    assert (line, key) == (3, "alerts.channel.phone.url")
    assert words in message
    assert found.channel == {}


@pytest.mark.parametrize(
    "url",
    ["https://ntfy.sh/topic", "http://localhost/topic", "http://[::1]:80/topic", "http://127.0.0.1/topic"],
)
def test_an_address_over_tls_or_on_this_machine(tmp_path: Path, url: str) -> None:
    found, problems = alerts(tmp_path, f'[alerts.channel.phone]\ntype = "ntfy"\nurl = "{url}"')
    assert problems == []
    assert found.channel == {"phone": NtfyChannel(url=url)}


@pytest.mark.parametrize(
    ("table", "line", "key"),
    [
        (f'[alerts.channel.phone]\ntype = "ntfy"\nurl = "https://x.org/y"\ntoken = "{CANARY}"', 4, "token"),
        (f'[alerts.channel.phone]\ntype = "ntfy"\nurl = "https://kim:{CANARY}@x.org/y"', 3, "url"),
        (f'[alerts.channel.phone]\ntype = "webhook"\nurl = "https://x.org/y?token={CANARY}"', 3, "url"),
        (f'[alerts.channel.phone]\ntype = "command"\nargv = ["x", "--password={CANARY}"]', 3, "argv[1]"),
        (f'[alerts.channel.phone]\ntype = "{CANARY}"', 2, "type"),
        (f'[alerts.rules.git.phone]\nwhen = "git.x == \\"a password={CANARY}\\""', 2, "when"),
        (f'[alerts.rules.git.phone]\nwhen = "git.x == {CANARY}"', 2, "when"),
        (f"[alerts.rules.git.phone]\nwhen = 'git.x == \"{CANARY}'", 2, "when"),
        (f'[alerts.rules.git.phone]\nwhen = "git.{CANARY}.* > 1 and git.x.* > 1"', 2, "when"),
    ],
)
def test_a_secret_is_refused_with_its_line_and_never_repeated(
    tmp_path: Path, table: str, line: int, key: str
) -> None:
    """Neither in a problem nor by `config show`, and the table that holds it is not used."""
    settings = load_text(tmp_path, table + "\n[panes.git]")
    problem = settings.all_problems[0]
    assert (problem.line, problem.key.rpartition("phone.")[2]) == (line, key)
    assert settings.alerts.channel == {}
    assert not settings.alerts.rules.get("git")
    assert CANARY not in voices(settings)


def voices(settings: Settings) -> str:
    return "\n".join(map(repr, settings.all_problems)) + show(settings)
