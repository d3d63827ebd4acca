"""`devdash history`: what was kept, in every form; and `devdash run`, which keeps what it did."""

import csv
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from cli_rig import Result

from devdash.cli.history import moment
from devdash.cli.history_faces import _History, label
from devdash.contract.levels import Level
from devdash.engine.places import state_root
from devdash.history.spool import Spool
from devdash.history.wire import AlertRecord, Record, SampleRecord, StatusRecord

Run = Callable[..., Result]
Write = Callable[[str], Path]

NOW = datetime(2026, 11, 22, 10, 55, tzinfo=UTC)


@pytest.fixture(autouse=True)
def doer(config: Write) -> None:
    """A pane of that name."""
    config("[panes.doer]\n")


def spool(records: Sequence[Record]) -> None:
    """As another devdash leaves them."""
    Spool(state_root() / "history").append(records)


@pytest.fixture
def day() -> None:
    """A day of the pane: two series, two alerts with hostile text, a change of level."""
    now = time.time()
    spool(
        [
            *(SampleRecord(now - 3570 + 59 * step, "doer", "load", "one", step % 30) for step in range(60)),
            SampleRecord(now - 100, "doer", "heat", "", 36.6),
            AlertRecord(
                "a", now - 1800, "doer", "hot", "one", "fired", Level.CRITICAL, "it is\x1b[2J hot, \u202eno"
            ),
            AlertRecord("b", now - 900, "doer", "hot", "one", "resolved", Level.OK, 'it is "cool"'),
            StatusRecord("c", now - 1800, "doer", Level.OK, "fine"),
        ]
    )


@pytest.mark.usefixtures("day")
def test_the_overview_has_uptime_series_and_events(devdash: Run) -> None:
    """Of what was only spooled until now, too; nothing in it steers the terminal."""
    code, out, err = devdash("history").calm()
    assert (code, err) == (0, "")
    for line in (
        "doer  load    one      60      29      0  14.5",
        "it is hot, no",
        'it is "cool"',
        "Uptime",
    ):
        assert line in out
    assert "\u202e" not in out
    assert out.index("cool") < out.index("hot, no")


@pytest.mark.usefixtures("day")
def test_a_change_of_level_says_which_level(devdash: Run) -> None:
    """In words: the sign before a line is not there for every level."""
    (line,) = [line for line in devdash("history", "--events").calm().out.splitlines() if "fine" in line]
    assert line.split()[1:] == ["doer", "is", "ok", "fine"]


@pytest.mark.usefixtures("day")
def test_events_are_chosen_by_level_and_text(devdash: Run) -> None:
    """Either makes it a list of events."""
    assert "Series" not in devdash("history", "--events").out
    loud = devdash("history", "doer", "--level", "critical").out
    assert "hot, no" in loud
    assert "cool" not in loud
    assert "hot, no" not in devdash("history", "--text", "COOL").out
    assert "Nothing happened" in devdash("history", "--text", "elsewhere").out


@pytest.mark.usefixtures("day")
def test_csv_has_every_point_with_its_time_and_offset(devdash: Run) -> None:
    """For a spreadsheet; values as they were kept."""
    code, out, err = devdash("history", "doer", "--csv", "--series", "load").calm()
    assert (code, err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [float(row["value"]) for row in rows] == [step % 30 for step in range(60)]
    times = [datetime.fromisoformat(row["at"]) for row in rows]
    assert all(at.utcoffset() is not None for at in times)
    assert times == sorted(times)
    assert {(row["pane"], row["series"], row["item"], row["span_s"]) for row in rows} == {
        ("doer", "load", "one", "0")
    }
    events = list(csv.DictReader(io.StringIO(devdash("history", "--events", "--csv").calm().out)))
    assert [row["text"] for row in events] == ['it is "cool"', "it is hot, no", "fine"]


@pytest.mark.usefixtures("day")
def test_csv_goes_beyond_one_page(devdash: Run) -> None:
    """The pages of the answer join without a seam."""
    now = time.time()
    spool([SampleRecord(now - 12_000 + step, "doer", "many", "", step) for step in range(11_000)])
    rows = list(csv.DictReader(io.StringIO(devdash("history", "doer", "--csv", "--series", "many").out)))
    assert [float(row["value"]) for row in rows] == list(range(11_000))


@pytest.mark.usefixtures("day")
def test_json_is_what_the_page_describes(devdash: Run) -> None:
    """Every name of it stands in docs/json.md."""
    code, out, err = devdash("history", "doer", "--json").calm()
    assert (code, err) == (0, "")
    told = json.loads(out)
    assert told["schema"] == 1
    assert [one["series"] for one in told["series"]] == ["heat", "load"]
    assert [event["text"] for event in told["events"]] == [
        'it is "cool"',
        "it is\x1b[2J hot, \u202eno",
        "fine",
    ]
    assert told["uptime"][0]["pane"] == "doer"
    page = (Path(__file__).parents[2] / "docs" / "json.md").read_text()
    section = page.partition("# `devdash history --json`")[2].partition("\n# ")[0]
    assert [name for name in _names(_History) if f"`{name}`" not in section] == []


def _names(kind: object) -> set[str]:
    """All fields, however deep."""
    found: set[str] = set()
    info = msgspec.inspect.type_info(kind)
    stack: list[msgspec.inspect.Type] = [info]
    while stack:
        one = stack.pop()
        if isinstance(one, msgspec.inspect.StructType):
            found |= {field.encode_name for field in one.fields}
            stack += [field.type for field in one.fields]
        elif isinstance(one, msgspec.inspect.VarTupleType):
            stack.append(one.item_type)
    return found


@pytest.mark.usefixtures("day")
@pytest.mark.parametrize("columns", ["20", "80", "200"])
def test_plot_draws_each_series_within_the_terminal(
    devdash: Run, monkeypatch: pytest.MonkeyPatch, columns: str
) -> None:
    """With its name, its highest and lowest value."""
    monkeypatch.setenv("COLUMNS", columns)
    code, out, err = devdash("history", "doer", "--plot", "--since", "1h").calm()
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert max(map(len, lines)) <= int(columns)
    assert any("\u2800" < char <= "\u28ff" for char in out)
    if columns != "20":
        assert "doer · load · one  latest 29, mean 14.5 of 60" in lines
        assert any(line.startswith("29 │") for line in lines) or any(
            line.startswith("28.5 │") for line in lines
        )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--since", "yesterdayish"], "--since: 'yesterdayish' is no time: write 7d"),
        (["--since", "-3d"], "expected one argument"),
        (["--since", "1h", "--until", "2h"], "--since must be before --until"),
        (["--since", "bad", "--until", "worse", "--plot"], "--until: 'worse' is no time"),
        (["--since", "0001-01-01"], "is no time"),
        (["--plot"], "--plot and --csv need a PANE"),
        (["--csv"], "--plot and --csv need a PANE (or --events)"),
        (["doer", "--plot", "--events"], "--plot draws series"),
        (["doer", "--plot", "--csv"], "not allowed with argument"),
        (["--level", "loud"], "invalid choice: 'loud'"),
        (["dour"], "there is no pane 'dour'; did you mean 'doer'?"),
        (["doer", "--plot"], "doer has no samples in this time"),
    ],
)
def test_what_makes_no_sense_is_refused_with_a_reason(devdash: Run, arguments: list[str], said: str) -> None:
    """As wrong usage, before anything is printed."""
    code, out, err = devdash("history", *arguments).calm()
    assert (code, out) == (64, "")
    assert said in err


@pytest.mark.usefixtures("day")
@pytest.mark.parametrize("form", [["doer", "--csv"], ["doer", "--plot"], ["doer", "--json"], ["doer"], []])
def test_an_unknown_series_is_refused_with_those_that_there_are(devdash: Run, form: list[str]) -> None:
    """As a pane would be, in whatever form."""
    code, out, err = devdash("history", *form, "--series", "lode")
    assert (code, out) == (64, "")
    assert "series: heat, load of one" in err


@pytest.mark.parametrize(
    ("span", "value", "said"),
    [
        (20.0, 26.6667, "27"),
        (8.0, 26.6667, "26.7"),
        (0.05, 26.6667, "26.667"),
        (0.0, 26.6667, "26.67"),
        (0.0, 18.0, "18"),
        (30.0, -9.0, "-9"),
        (4000.0, 22406.44, "22406"),
        (1e9, 4.2e9, "4.2e+09"),
        (1e-9, 0.123456789, "0.123457"),
        (0.0, 0.0, "0"),
        (200.0, 100.0, "100"),
    ],
)
def test_an_axis_is_labelled_with_no_more_digits_than_it_needs(span: float, value: float, said: str) -> None:
    """A long number leaves little room for the chart."""
    assert label(span)(value) == said


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("now", NOW),
        ("7d", NOW - timedelta(days=7)),
        ("90m", NOW - timedelta(minutes=90)),
        ("1800d", NOW - timedelta(days=1800)),
        ("2026-11-20T08:00+02:00", datetime(2026, 11, 20, 6, tzinfo=UTC)),
        ("2026-11-20", datetime(2026, 11, 20).astimezone()),
    ],
)
def test_times_are_as_people_write_them(text: str, meant: datetime) -> None:
    """Local where no offset is given."""
    assert moment(text, NOW) == meant


def test_switched_off_it_says_so(devdash: Run, config: Write) -> None:
    """With the next step, and the code of what could not be told."""
    config("[history]\nenabled = false\n[panes.doer]\n")
    code, out, err = devdash("history").calm()
    assert (code, out) == (3, "")
    assert err == "devdash: no history is kept: Set enabled = true in [history] of devdash.toml.\n"
    assert not state_root().exists() or not (state_root() / "history").exists()


def test_a_server_that_is_down_is_a_sentence(devdash: Run, config: Write) -> None:
    """And no traceback, and no password."""
    config(
        "[history.databases.default]\n"
        'ENGINE = "django.db.backends.postgresql"\nNAME = "x"\nHOST = "127.0.0.1"\nPORT = 1\n'
        'USER = "me"\nPASSWORD = { env = "HISTORY_PASSWORD" }\n[panes.doer]\n'
    )
    os.environ["HISTORY_PASSWORD"] = "open sesame"  # the fixtures give each test a home, not an environment
    try:
        code, out, err = devdash("history").calm()
    finally:
        del os.environ["HISTORY_PASSWORD"]
    assert (code, out) == (3, "")
    assert err.startswith("devdash: ")
    assert "sesame" not in err


def test_an_action_that_was_run_is_in_the_history(devdash: Run) -> None:
    """Whatever came of it; and without a database in the way."""
    assert devdash("run", "doer", "touch", "two").code == 0
    assert not (state_root() / "history.sqlite3").exists()
    events = json.loads(devdash("history", "--json").calm().out)["events"]
    assert [
        (one["kind"], one["pane"], one["name"], one["item"], one["what"], one["level"]) for one in events
    ] == [("action", "doer", "touch", "two", "done", "ok")]
    assert events[0]["text"] == "touch two"
    assert devdash("run", "doer", "refuse").code != 0
    last = json.loads(devdash("history", "--json").calm().out)["events"][0]
    assert (last["name"], last["what"], last["level"]) == ("refuse", "failed", "critical")


def test_an_action_is_done_where_history_cannot_be_kept(devdash: Run, home: Path) -> None:
    """It costs the history, nothing else."""
    (home / ".local").mkdir(exist_ok=True)
    (home / ".local" / "state").write_text("a file where the folder should be")
    assert devdash("run", "doer", "touch", "two") == Result(0, "touch two\n", "")


def test_an_action_is_not_kept_where_history_is_switched_off(devdash: Run, config: Write) -> None:
    """Nor is a folder made for it."""
    config("[history]\nenabled = false\n[panes.doer]\n")
    assert devdash("run", "doer", "touch", "two").code == 0
    assert not (state_root() / "history").exists()


@pytest.mark.usefixtures("day")
def test_a_reader_that_leaves_early_is_no_failure() -> None:
    """`devdash history doer --csv | head -1`."""
    command = f"{sys.executable} -m devdash history doer --csv | head -1"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, timeout=50
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "at,pane,series,item,value,span_s\n"


def test_looking_back_never_starts_django_in_this_process(devdash: Run) -> None:
    """It is the worker's."""
    code = (
        "import sys; from devdash.cli.main import main; main(['history']); "
        "sys.exit('django' in sys.modules or 'textual' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=50).returncode == 0


def test_a_store_that_machines_share_shows_the_other_one_too(
    devdash: Run, config: Callable[[str], object]
) -> None:
    """Series and uptime are one machine's; a list of events of both says whose each is."""
    now = time.time()
    for host, value in (("desk", 70.5), ("lap", 80.5)):
        config(f'[panes.doer]\n[history]\nhost = "{host}"\n')
        spool(
            [
                SampleRecord(now - 50, "doer", "load", "", value),
                AlertRecord(host, now - 40, "doer", "hot", "", "fired", Level.CRITICAL, f"hot {host}"),
            ]
        )
        assert f"hot {host}" in devdash("history").calm().out
    own, other = devdash("history").calm().out, devdash("history", "--host", "desk").calm().out
    assert "lap   doer" in own and "desk  doer" in own
    assert "80.5" in own and "70.5" not in own
    assert "hot lap" not in other and "70.5" in other
    rows = list(csv.DictReader(io.StringIO(devdash("history", "doer", "--csv", "--host", "desk").calm().out)))
    assert [float(row["value"]) for row in rows] == [70.5]
