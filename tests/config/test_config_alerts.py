"""`[alerts]`: what it becomes, and that a wrong rule or channel costs itself alone."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from config_rig import Plugins, alerts, load_text
from hypothesis import given
from hypothesis import strategies as st

from devdash.alerts.change import RuleChange
from devdash.api import Duration, Level, Secret, SecretEnv
from devdash.config.alerts import (
    AlertsConfig,
    CommandChannel,
    DesktopChannel,
    NtfyChannel,
    TerminalChannel,
    WebhookChannel,
)
from devdash.config.alerts_table import AlertsReader
from devdash.config.history_table import read_history
from devdash.config.plain import plain_fields
from devdash.config.schema import schema
from devdash.config.show import show
from devdash.contract.settings import DurationOrZero

RIGHT = """
[panes.git]
[panes.battery]
[alerts]
channels = ["desktop", "phone"]
most = 3
per = "5m"
[alerts.channel.phone]
type = "ntfy"
url = "https://ntfy.sh/my-topic"
token = { env = "NTFY_TOKEN" }
least = "critical"
[alerts.channel.desktop]
buttons = false
[alerts.channel.office]
type = "webhook"
url = "http://127.0.0.1:8080/hook"
timeout = "3s"
[alerts.channel.terminal]
type = "terminal"
osc9 = true
[alerts.channel.lamp]
type = "command"
argv = ["lamp", "--red"]
[alerts.rules.git.diverged]
for = "30m"
keep = 0
[alerts.rules.git.too-many]
when = "git.repos.*.ahead > 20"
clear = "git.repos.*.ahead < 10"
level = "critical"
text = "{item} has many commits"
for = "1h"
repeat = "1d"
max_repeats = 2
escalate = "0s"
resolve = true
action = "push"
channels = ["phone", "desktop"]
[alerts.rules.battery.low]
enabled = false
"""


def test_a_right_table_becomes_typed_values(tmp_path: Path) -> None:
    settings = load_text(tmp_path, RIGHT)
    assert settings.all_problems == ()
    assert settings.alerts == AlertsConfig(
        channels=("desktop", "phone"),
        most=3,
        per=Duration(300),
        channel={
            "phone": NtfyChannel(
                url="https://ntfy.sh/my-topic", token=Secret(SecretEnv("NTFY_TOKEN")), least=Level.CRITICAL
            ),
            "desktop": DesktopChannel(buttons=False),
            "office": WebhookChannel(url="http://127.0.0.1:8080/hook", timeout=Duration(3)),
            "terminal": TerminalChannel(osc9=True),
            "lamp": CommandChannel(argv=("lamp", "--red")),
        },
        rules={
            "git": {
                "diverged": RuleChange(for_=DurationOrZero(1800), keep=DurationOrZero(0)),
                "too-many": RuleChange(
                    when="git.repos.*.ahead > 20",
                    clear="git.repos.*.ahead < 10",
                    level=Level.CRITICAL,
                    text="{item} has many commits",
                    for_=DurationOrZero(3600),
                    repeat=DurationOrZero(86400),
                    max_repeats=2,
                    escalate=DurationOrZero(0),
                    resolve=True,
                    action="push",
                    channels=("phone", "desktop"),
                ),
            },
            "battery": {"low": RuleChange(enabled=False)},
        },
    )


def test_without_the_table_alerts_are_as_they_come(tmp_path: Path) -> None:
    assert alerts(tmp_path, "") == (AlertsConfig(), [])


def test_what_is_shown_means_the_same(tmp_path: Path) -> None:
    """`config show` can be a devdash.toml again; its reference to a secret is one still."""
    settings = load_text(tmp_path, RIGHT)
    (tmp_path / "again").mkdir()
    again = load_text(tmp_path / "again", show(settings))
    assert again.all_problems == ()
    assert again.alerts == settings.alerts


def test_every_mistake_is_told_with_its_line_and_costs_itself_alone(tmp_path: Path) -> None:
    """Nested tables too: each problem stands at the key that is wrong."""
    found, problems = alerts(
        tmp_path,
        """[alerts]
enabledd = true
most = 0
per = "5x"
channels = ["desktp", "phone", "lamp"]
[alerts.channel.phone]
type = "nfty"
[alerts.channel.pager]
url = "https://example.org/x"
[alerts.channel.ntfy]
url = "https://ntfy.sh/topic"
least = "loud"
[alerts.channel.lamp]
type = "command"
argv = ["lamp"]
[alerts.channel.empty]
type = "command"
argv = []
[alerts.channel.desktop]
button = true
[alerts.channel."a b"]
type = "terminal"
[alerts.rules.git.diverged]
for = "5 parsecs"
level = "boss"
[alerts.rules.git.stale]
keep = "1h"
[alerts.rules.git.too-many]
when = "git.repos.*.ahead >"
[alerts.rules.git.mixed]
when = "battery.percent > 3"
[alerts.rules.git.calm]
clear = "git.x == 1"
[alerts.rules.git.other]
when = "git.repos.*.ahead > 3"
clear = "git.vendored.*.x == 1"
[alerts.rules.git.negative]
max_repeats = -1
level = "ok"
text = ""
[alerts.rules.git.unheard]
channels = ["pone", "lamp"]
wen = "git.x == 1"
[alerts.rules.gti.diverged]
for = "1m"
[alerts.rules.lone]
when = "git.x == 1"
[alerts.rules.ledger.errors]
whatever = 1
""",
    )
    assert problems == [
        (2, "alerts.enabledd", "unknown key; did you mean 'enabled'?"),
        (3, "alerts.most", "at least 1; to be told nothing, write enabled = false"),
        (
            4,
            "alerts.per",
            'expected a duration: a number and ms, s, m, h or d, such as "90s" or "5m"',
        ),
        (5, "alerts.channels[0]", "there is no channel of this name; did you mean 'desktop'?"),
        (
            7,
            "alerts.channel.phone.type",
            'expected one of "desktop", "terminal", "ntfy", "webhook", "command"; did you mean \'ntfy\'?',
        ),
        (
            8,
            "alerts.channel.pager",
            'the key \'type\' is missing: one of "desktop", "terminal", "ntfy", "webhook", "command"',
        ),
        (12, "alerts.channel.ntfy.least", 'expected one of "attention", "critical"'),
        (
            18,
            "alerts.channel.empty.argv",
            'expected a program and its arguments, such as ["notify", "--now"]',
        ),
        (20, "alerts.channel.desktop.button", "unknown key; did you mean 'buttons'?"),
        (21, 'alerts.channel."a b"', "a channel's name has letters, digits, - and _ only, 40 at most"),
        (
            24,
            "alerts.rules.git.diverged.for",
            'expected a duration: a number and ms, s, m, h or d, such as "90s" or "5m"',
        ),
        (25, "alerts.rules.git.diverged.level", 'expected one of "attention", "critical"'),
        (
            29,
            "alerts.rules.git.too-many.when",
            "column 20: expected a fact such as git.NAME, a number, a text in quotes or (",
        ),
        (31, "alerts.rules.git.mixed.when", "column 1: a fact begins with “git.”, the rule's own pane"),
        (
            33,
            "alerts.rules.git.calm.clear",
            "goes with `when`: a plug-in's own condition has its own end",
        ),
        (
            36,
            "alerts.rules.git.other.clear",
            "is about other items than `when`: both must have the same lists with * in them",
        ),
        (38, "alerts.rules.git.negative.max_repeats", "0 or more"),
        (39, "alerts.rules.git.negative.level", 'expected one of "attention", "critical"'),
        (40, "alerts.rules.git.negative.text", "expected one line, in which {item} stands for the item"),
        (43, "alerts.rules.git.unheard.wen", "unknown key; did you mean 'when'?"),
        (44, "alerts.rules.gti", "there is no pane of this name; did you mean 'git'?"),
        (46, "alerts.rules.lone", "a rule's table is [alerts.rules.PANE.NAME]"),
    ]
    assert found == AlertsConfig(
        channels=("lamp",),
        channel={"lamp": CommandChannel(argv=("lamp",))},
        rules={"git": {"stale": RuleChange(keep=DurationOrZero(3600))}},
    )


def test_a_rule_that_is_switched_off_stays_off_whatever_else_is_wrong_in_its_table(tmp_path: Path) -> None:
    """Somebody did not want to hear it."""
    for line in ('for = "soon"', "level = 'ok'", "clear = 'x'"):
        found, problems = alerts(tmp_path, f"[alerts.rules.git.diverged]\nenabled = false\n{line}")
        assert len(problems) == 1
        assert found.rules == {"git": {"diverged": RuleChange(enabled=False)}}


@pytest.mark.parametrize("written", ['["gone"]', '["broken"]', '["gone", "broken"]'])
def test_nobody_is_left_untold_by_a_slip(tmp_path: Path, written: str) -> None:
    """A list of channels of which none can tell is as if it were not there; an empty one is meant."""
    broken = "[alerts.channel.broken]\ntype = 'ntfy'\nurl = 'ntfy.sh'"
    found, problems = alerts(
        tmp_path,
        f"[alerts]\nchannels = {written}\n{broken}\n[alerts.rules.git.diverged]\nchannels = {written}",
    )
    assert problems
    assert found.channels == AlertsConfig().channels
    assert found.rules["git"]["diverged"].channels is None
    found, problems = alerts(tmp_path, "[alerts]\nchannels = []\n[alerts.rules.git.diverged]\nchannels = []")
    assert (found.channels, found.rules["git"]["diverged"].channels, problems) == ((), (), [])


@pytest.mark.parametrize(
    "text",
    [
        "alerts = 3",
        "alerts = []",
        "[alerts]\nrules = 3",
        "[alerts]\nchannel = []",
        "[alerts]\nrules.git = 3",
        "[alerts]\nrules.git.diverged = 3",
        "[alerts]\nchannel.phone = 'x'",
        "[alerts]\nchannels = 'desktop'",
        "[alerts]\nenabled = 'no'",
    ],
)
def test_a_value_of_another_type_is_one_problem(tmp_path: Path, text: str) -> None:
    found, problems = alerts(tmp_path, text)
    assert len(problems) == 1, problems
    assert found in (AlertsConfig(), AlertsConfig(rules={"git": {}}))


def test_the_schema_knows_channels_by_type_and_by_name() -> None:
    """An editor asks for `type` unless the channel's name is one."""
    definitions = json.loads(schema(Plugins()))["$defs"]
    channel = definitions["alerts.AlertsConfig"]["properties"]["channel"]
    assert channel["additionalProperties"]["required"] == ["type"]
    assert set(channel["properties"]) == {"desktop", "terminal", "ntfy", "webhook", "command"}
    ntfy = definitions[channel["properties"]["ntfy"]["else"]["$ref"].removeprefix("#/$defs/")]
    assert ntfy["required"] == ["url"]
    assert ntfy["properties"]["type"] == {"enum": ["ntfy"]}
    rule = definitions["alerts.RuleChange"]
    assert {"when", "for", "max_repeats"} <= set(rule["properties"])


KEYS = """
    enabled channels most per rules channel git battery low own when clear level text for keep max_repeats
    phone desktop type url argv token env least timeout default databases ENGINE PASSWORD OPTIONS raw host x
"""
VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(max_size=8),
        st.dates(),
        st.sampled_from(["ntfy", "command", "https://x.org/y", "git.x.* > 1", "5m", "critical", "desktop"]),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS.split()), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.sampled_from(KEYS.split()), VALUES, max_size=5))
def test_no_table_whatever_makes_the_reader_raise(table: dict[str, object]) -> None:
    """And what it reads can be shown."""
    reader = AlertsReader(["git", "battery"], (), Path("/x"), ())
    plain_fields(reader.read(table))
    assert all(flaw.path[0] == "alerts" and flaw.message for flaw in reader.flaws)
    history, flaws = read_history(table, Path("/x"), ())
    plain_fields(history)
    assert all(flaw.path[0] == "history" and flaw.message for flaw in flaws)


LOADED = """
import sys
from pathlib import Path
sys.path[:0] = sys.argv[2:]
from config_rig import Plugins
from devdash.config.load import load
assert load(Path(sys.argv[1]), Plugins()).all_problems == ()
print(*sorted(name for name in sys.modules if name.startswith("devdash.")))
"""


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("", False),
        ("[alerts.rules.git.a]\nfor = 0", False),
        ("[alerts.rules.git.a]\nwhen = 'git.x == 1'", True),
    ],
)
def test_the_language_of_conditions_is_loaded_where_one_is_written(
    tmp_path: Path, text: str, language: bool
) -> None:
    """Start-up does not pay for it otherwise."""
    file = tmp_path / "devdash.toml"
    file.write_text(text + "\n[panes.git]")
    done = subprocess.run(
        [sys.executable, "-c", LOADED, str(file), str(Path(__file__).parent)],
        capture_output=True,
        text=True,
        timeout=50,
    )
    names = done.stdout.split()
    assert "devdash.config.load" in names, done.stderr
    assert ("devdash.alerts.expression" in names) is language
    assert ("devdash.config.alerts_table" in names) is bool(text)


@pytest.mark.parametrize(
    ("key", "short", "least", "fitting"),
    [
        ("repeat", "0.001s", "at least 10 s", "10s"),
        ("escalate", "9s", "at least 10 s", "10s"),
        ("for", "500ms", "at least 1 s", "1s"),
        ("keep", "5ms", "at least 1 s", "1s"),
    ],
)
def test_a_time_that_nobody_can_mean_is_refused(
    tmp_path: Path, key: str, short: str, least: str, fitting: str
) -> None:
    """A notification each millisecond; 0 means none or at once, and stays right."""

    def read(value: str) -> tuple[AlertsConfig, list[tuple[int, str, str]]]:
        return alerts(tmp_path, f"[alerts.rules.git.diverged]\n{key} = {value}")

    config, problems = read(f'"{short}"')
    assert config.rules == {"git": {}}
    ((line, where, message),) = problems
    assert (line, where) == (2, f"alerts.rules.git.diverged.{key}")
    assert message.startswith(f"{least}, or 0")
    for right in ("0", f'"{fitting}"'):
        config, problems = read(right)
        assert problems == []
        assert list(config.rules["git"]) == ["diverged"]
