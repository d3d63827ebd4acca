"""Real Django projects are asked by their own interpreter, whatever their settings do."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from databases_rig import sound
from projects_rig import FILES, django_project, watching

from devdash.api import ActionRequest, Level, PaneError, Report, Secret, SecretFile, Value
from devdash.engine.context import Context
from devdash_databases.config import DatabasesConfig, Project
from devdash_databases.facts import DatabasesFacts
from devdash_databases.pane import DatabasesPane
from devdash_databases.probing import project

Make = Callable[..., Context]

ROOT = Path(__file__).parents[2]


def told(report: Report) -> dict[str, str]:
    """The state of each alias of all projects, and the trouble of each that has some."""
    assert isinstance(report.facts, DatabasesFacts)
    states = {alias.alias: alias.state.value for one in report.facts.projects for alias in one.aliases}
    troubles = {one.name: one.trouble for one in report.facts.projects if one.trouble is not None}
    return states | troubles


async def test_several_projects_in_one_pane(context: Make, tmp_path: Path) -> None:
    """Aliases are called project/alias, in order; a file that is missing is not made."""
    shop = django_project(tmp_path / "shop", module="shop.settings")
    blog = django_project(tmp_path / "work" / "blog")
    sound(shop / "db.sqlite3")
    pane = await watching(context(), Project(path=Path("shop")), Project(path=blog / "manage.py", name="b"))
    report = await pane.read()
    assert told(report) == {
        "shop/default": "ok",
        "shop/other": "cannot-open",
        "b/default": "cannot-open",
        "b/other": "cannot-open",
    }
    assert not (shop / "other.sqlite3").exists()
    assert [item.item for item in report.attention] == ["shop/other", "b/default", "b/other"]
    copied = await pane.act(ActionRequest("copy", "shop/default"))
    assert f"sqlite:///{shop / 'db.sqlite3'}" in repr(copied.effects)


async def test_a_manage_py_one_folder_below_is_found(context: Make, tmp_path: Path) -> None:
    """As in repositories that keep their code in src; two of them are no guess."""
    django_project(tmp_path / "repository" / "src")
    pane = await watching(context(), Project(path=tmp_path / "repository"))
    assert set(told(await pane.read())) == {"repository/default", "repository/other"}
    django_project(tmp_path / "repository" / "demo")
    pane = await watching(context(), Project(path=tmp_path / "repository"))
    assert told(await pane.read()) == {"repository": "manage-several"}


async def test_the_check_names_the_project_that_cannot_be_loaded(context: Make, tmp_path: Path) -> None:
    """There may be several."""
    sound = Project(path=django_project(tmp_path / "sound"))
    pane = await watching(context(), sound, Project(path=django_project(tmp_path / "odd", WRONG["exit"][0])))
    with pytest.raises(PaneError, match="The apps of odd cannot be loaded: its settings end the process"):
        await pane.act(ActionRequest("check-routers", None, (Value("format", "text"),)))


WRONG = {
    "exit": ("import sys; sys.exit(3)", "its settings end the process with code 3 (site_settings.py:1)"),
    "died": ("import os; os._exit(3)", "its Python ended while it loaded the settings"),
    "hang": ("\nimport time; time.sleep(600)", "its settings did not load in time (site_settings.py:2)"),
    "environment": (
        'import os\nKEY = os.environ["SHOP_KEY"]',
        "its settings need the environment variable SHOP_KEY (site_settings.py:2)",
    ),
    "module-missing": ("import no_such_thing", "its settings import no_such_thing, which cannot be had"),
    "raises": ('raise ValueError("pw-canary")', "its settings raise ValueError (site_settings.py:1)"),
    "databases-odd": ("DATABASES = 7", "its DATABASES is no mapping of mappings"),
}

RAISING = "class Odd(dict):\n    def items(self):\n        raise ValueError('canary')\n    __str__ = items\n"
ODD = {
    "a mapping that raises": f"{RAISING}DATABASES = Odd(default={{}})",
    "a value that raises": f"{RAISING}DATABASES = {{'default': {{'ENGINE': 'x', 'NAME': Odd(a=1)}}}}",
}


@pytest.mark.parametrize("kind", ODD)
async def test_databases_that_cannot_be_read_are_not_taken_for_an_end_of_the_process(
    context: Make, tmp_path: Path, kind: str
) -> None:
    """They may be made of somebody's classes."""
    pane = await watching(context(), Project(path=django_project(tmp_path / "odd", ODD[kind])))
    report = await pane.read()
    assert told(report) == {"odd": "databases-odd"}
    assert "canary" not in repr(report)


async def test_what_is_not_utf8_costs_its_project_at_most(context: Make, tmp_path: Path) -> None:
    """A file's name is shown with a sign in place of what is none; a folder is named as the trouble."""
    entry = "{'ENGINE': 'django.db.backends.sqlite3', 'NAME': 'db\\udcff.sqlite3'}"
    folder = django_project(tmp_path / "shop", f"DATABASES = {{'default': {entry}}}")
    sound(folder / "db\udcff.sqlite3")
    bad = django_project(tmp_path / "b\udcff")
    pane = await watching(context(), Project(path=folder), Project(path=bad, name="bad"))
    assert told(await pane.read()) == {"shop/default": "ok", "bad": "folder"}


async def test_a_file_is_looked_for_where_the_settings_have_gone(context: Make, tmp_path: Path) -> None:
    """Settings that change the folder mean the other one, and so does what is told of the file."""
    (tmp_path / "data").mkdir()
    sound(tmp_path / "data" / "db.sqlite3")
    gone = FILES + f"import os\nos.chdir({str(tmp_path / 'data')!r})\n"
    folder = django_project(tmp_path / "shop", gone)
    pane = await watching(context(), Project(path=folder, aliases=("default",)))
    assert told(await pane.read()) == {"shop/default": "ok"}
    copied = await pane.act(ActionRequest("copy", "shop/default"))
    assert f"sqlite:///{tmp_path / 'data' / 'db.sqlite3'}" in repr(copied.effects)


@pytest.mark.parametrize("kind", WRONG)
async def test_settings_that_cannot_be_loaded_are_told_by_name(
    context: Make, tmp_path: Path, kind: str
) -> None:
    """Each in a sentence with a next step, and the project beside it is asked all the same."""
    settings, sentence = WRONG[kind]
    bad = Project(
        path=django_project(tmp_path / "bad", settings), start_timeout=DatabasesConfig().ping_timeout
    )
    sound(django_project(tmp_path / "good") / "db.sqlite3")
    pane = await watching(context(), bad, Project(path=tmp_path / "good", aliases=("default",)))
    report = await pane.read()
    assert told(report) == {"good/default": "ok", "bad": kind}
    (item,) = report.attention
    assert item.text.startswith(f"bad: {sentence}")
    assert item.level is Level.ATTENTION
    assert "canary" not in repr(report)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Set the SHOP_KEY environment variable", "SHOP_KEY"),
        ("SHOP_KEY not found. Declare it as envvar or define a default value.", "SHOP_KEY"),
    ],
)
def test_the_variable_is_named_whoever_missed_it(text: str, name: str) -> None:
    """django-environ's and python-decouple's words."""
    trouble = project.told(RuntimeError(text), "shop.settings", "/srv")
    assert (trouble.kind, trouble.name) == ("environment", name)


async def test_settings_that_print_and_leave_threads_behind_disturb_nothing(
    context: Make, tmp_path: Path
) -> None:
    """Not even by many megabytes, and not by what they do to descriptors."""
    noisy = (
        "import os, threading, time\n"
        "print('x' * 100_000_000)\n"
        "os.write(2, b'y' * 80_000_000)\n"
        "threading.Thread(target=time.sleep, args=(600,)).start()\n"
    )
    sound(django_project(tmp_path / "noisy", noisy + FILES) / "db.sqlite3")
    pane = await watching(context(), Project(path=tmp_path / "noisy", aliases=("default",)))
    for _ in range(2):
        assert told(await pane.read()) == {"noisy/default": "ok"}


async def test_what_settings_need_is_given(context: Make, tmp_path: Path) -> None:
    """Variables and secrets reach the settings, and no process's environment."""
    (tmp_path / "key").write_text("canary-key\n")
    needy = FILES + (
        "\nimport os\n"
        "assert (os.environ['SHOP_MODE'], os.environ['SHOP_KEY']) == ('dev', 'canary-key')\n"
        "assert 'canary' not in open('/proc/self/environ').read()\n"
    )
    sound(django_project(tmp_path / "needy", needy) / "db.sqlite3")
    given = Project(
        path=tmp_path / "needy",
        environment={"SHOP_MODE": "dev"},
        secrets={"SHOP_KEY": Secret(SecretFile(str(tmp_path / "key")))},
        aliases=("default",),
    )
    assert told(await (await watching(context(), given)).read()) == {"needy/default": "ok"}


async def test_a_project_that_was_mended_is_there_again(context: Make, tmp_path: Path) -> None:
    """When a person asks, at once; else after a minute, since loading settings is dear."""
    folder, now, asked = django_project(tmp_path / "shop", "1/0"), [0.0], [True]
    pane = await watching(
        context(monotonic=lambda: now[0], asked=lambda: asked[0]), Project(path=folder, aliases=("default",))
    )
    assert told(await pane.read()) == {"shop": "raises"}
    (folder / "site_settings.py").write_text(FILES)
    sound(folder / "db.sqlite3")
    asked[0] = False
    assert told(await pane.read()) == {"shop": "raises"}
    now[0] += 61
    assert told(await pane.read()) == {"shop/default": "ok"}


async def test_a_missing_driver_costs_only_its_alias(context: Make, tmp_path: Path) -> None:
    """django.setup() would fail for all of them; pings do without it."""
    settings = FILES + (
        "INSTALLED_APPS = ['django.contrib.contenttypes']\n"
        "DATABASES['far'] = {'ENGINE': 'django.db.backends.oracle', 'NAME': 'x'}\n"
        "DATABASES['old'] = {'ENGINE': 'djongo', 'NAME': 'x'}\n"
    )
    sound(django_project(tmp_path / "shop", settings) / "db.sqlite3")
    pane = await watching(context(), Project(path=tmp_path / "shop", aliases=("default", "far", "old")))
    assert told(await pane.read()) == {
        "shop/default": "ok",
        "shop/far": "driver-missing",
        "shop/old": "unsafe-engine",
    }


def test_the_probe_runs_where_there_is_no_devdash(tmp_path: Path) -> None:
    """Its files import the standard library and one another; Django when they are asked."""
    code = (
        "import runpy, sys\n"
        f"calls = runpy.run_path({str(ROOT / 'plugins/devdash_databases/project_probe.py')!r})['CALLS']\n"
        "foreign = {name.partition('.')[0] for name in sys.modules} - set(sys.stdlib_module_names)\n"
        "print(sorted(foreign - {'__main__', '__mp_main__'}), sorted(calls))\n"
    )
    ended = subprocess.run(
        [sys.executable, "-S", "-I", "-c", code], capture_output=True, text=True, timeout=50, cwd=tmp_path
    )
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("['devdash_databases']")


def processes(pane: DatabasesPane) -> list[int]:
    """The probes of the first project that run: the steady one, and the one for those that hung."""
    sides = pane._projects[0]._sides
    assert sides is not None
    pids = [getattr(side.worker, "pid", None) for side in sides]
    return [pid for pid in pids if pid is not None]


async def test_ten_that_hang_cost_forty_others_neither_time_nor_their_process(
    context: Make, tmp_path: Path
) -> None:
    """They are told within their timeout, by a process of their own from then on, until they answer."""
    names = [f"hangs{number}" for number in range(10)] + [f"fine{number}" for number in range(40)]
    entries = {name: {"ENGINE": "django.db.backends.sqlite3", "NAME": f"{name}.db"} for name in names}
    folder = django_project(tmp_path / "shop", f"DATABASES = {entries!r}")
    for name in names:
        os.mkfifo(folder / f"{name}.db") if name.startswith("hangs") else sound(folder / f"{name}.db")
    pane = await watching(context(), Project(path=folder), ping_timeout=1)
    expected = {f"shop/{name}": "timeout" if name.startswith("hangs") else "ok" for name in names}
    assert told(await pane.read()) == expected
    assert processes(pane) == [], "what hangs holds the whole process, once"
    assert told(await pane.read()) == expected
    (steady,) = processes(pane)
    assert told(await pane.read()) == expected
    assert processes(pane) == [steady], "the sound ones keep theirs"
    for name in names[:10]:
        (folder / f"{name}.db").unlink()
        sound(folder / f"{name}.db")
    assert set(told(await pane.read()).values()) == {"ok"}
    assert set(told(await pane.read()).values()) == {"ok"}
    assert processes(pane) == [steady]


async def test_a_probe_that_was_killed_or_stopped_is_replaced(context: Make, tmp_path: Path) -> None:
    """Within the reading, and the project is loaded anew."""
    sound(django_project(tmp_path / "shop") / "db.sqlite3")
    pane = await watching(context(), Project(path=tmp_path / "shop", aliases=("default",)), ping_timeout=2)
    assert told(await pane.read()) == {"shop/default": "ok"}
    for number in (signal.SIGKILL, signal.SIGSTOP):
        (pid,) = processes(pane)
        os.kill(pid, number)
        assert told(await pane.read()) == {"shop/default": "ok"}
        assert processes(pane) != [pid]


async def test_settings_that_were_edited_are_loaded_anew(context: Make, tmp_path: Path) -> None:
    """Also when the edit is a mistake, and when it is mended: nobody has to ask."""
    folder = django_project(tmp_path / "shop")
    settings = folder / "site_settings.py"
    sound(folder / "db.sqlite3")
    pane = await watching(context(asked=lambda: False), Project(path=folder))
    assert told(await pane.read()) == {"shop/default": "ok", "shop/other": "cannot-open"}
    (pid,) = processes(pane)
    assert told(await pane.read())["shop/default"] == "ok"
    assert processes(pane) == [pid]
    times = iter(range(1, 9))

    def edit(text: str) -> None:
        settings.write_text(text)
        moment = settings.stat().st_mtime + next(times)  # as far apart as edits are
        os.utime(settings, (moment, moment))

    edit(FILES.replace("other", "another"))
    assert set(told(await pane.read())) == {"shop/default", "shop/another"}
    edit("1/0")
    assert told(await pane.read())["shop"] == "raises"
    edit(FILES)
    assert set(told(await pane.read())) == {"shop/default", "shop/other"}
