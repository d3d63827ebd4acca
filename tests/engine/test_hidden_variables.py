"""Secrets in the environment that are meant for one pane do not reach the programs of another."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from panes import Registry, Scripted, engine_for, good, scripted, settings_for

from devdash.api import PaneConfig, Report, Secret, SecretEnv
from devdash.config.alerts import AlertsConfig, NtfyChannel
from devdash.config.model import Settings
from devdash.engine.engine import Engine

OWN, OTHERS, TOKEN = "DEVDASH_TEST_OWN", "DEVDASH_TEST_OTHERS", "DEVDASH_TEST_TOKEN"


class Holding(PaneConfig, frozen=True):
    """A table that refers to a secret, somewhere deep."""

    places: dict[str, tuple[Secret, ...]] = msgspec.field(default_factory=dict)


class Seen(msgspec.Struct):
    """What a worker has of the environment."""

    value: str | None


def table(variable: str) -> Holding:
    return Holding(places={"a": (Secret(SecretEnv(variable)),)})


def settings(registry: Registry, **tables: PaneConfig) -> Settings:
    """Panes with these tables, and a channel with a token."""
    channel = NtfyChannel(url="https://ntfy.example/topic", token=Secret(SecretEnv(TOKEN)))
    made = settings_for(registry, alerts=AlertsConfig(channel={"phone": channel}))
    panes = tuple(msgspec.structs.replace(one, config=tables[one.name]) for one in made.panes)
    return msgspec.structs.replace(made, panes=panes)


async def names_in(engine: Engine, tmp_path: Path, **asked: Any) -> set[str]:
    """Which of the three a program of the pane `one` is given."""
    pane = engine._members["one"].runner.pane
    assert isinstance(pane, Scripted)
    done = await pane.context.run(["env"], timeout=20, **asked)
    return {OWN, OTHERS, TOKEN} & {line.partition(b"=")[0].decode() for line in done.out.splitlines()}


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry:
    for name in (OWN, OTHERS, TOKEN):
        monkeypatch.setenv(name, "canary")
    return Registry(one=scripted(lambda pane: good()), two=scripted(lambda pane: good()))


async def test_a_program_is_given_no_secret_of_another_pane_or_a_channel(
    registry: Registry, tmp_path: Path
) -> None:
    """But those of its own table, and what its pane asks for in so many words."""
    given = settings(registry, one=table(OWN), two=table(OTHERS))
    async with engine_for(tmp_path, registry, given) as engine:
        await engine.read_once(["one"])
        assert await names_in(engine, tmp_path) == {OWN}
        assert await names_in(engine, tmp_path, env={TOKEN: "asked for"}) == {OWN, TOKEN}


async def test_a_secret_that_is_named_later_is_hidden_from_then_on(
    registry: Registry, tmp_path: Path
) -> None:
    """Saving the file is enough, also for panes that go on undisturbed."""
    async with engine_for(tmp_path, registry, settings(registry, one=table(OWN), two=table(TOKEN))) as engine:
        await engine.read_once(["one"])
        assert await names_in(engine, tmp_path) == {OWN, OTHERS}
        await engine.reload(settings(registry, one=table(OWN), two=table(OTHERS)))
        assert await names_in(engine, tmp_path) == {OWN}


async def test_a_worker_is_given_none_either(registry: Registry, tmp_path: Path) -> None:
    """Workers load other people's code."""
    module = tmp_path / "looking.py"
    module.write_text("import os\nCALLS = {'look': lambda name: {'value': os.environ.get(name)}}\n")

    class Name(msgspec.Struct):
        name: str

    found: dict[str, str | None] = {}

    async def look(pane: Scripted) -> Report:
        worker = pane.context.worker(str(module))
        for name in (OWN, OTHERS, TOKEN):
            found[name] = (await worker.call("look", Name(name), Seen, timeout=20)).value
        return good()

    registry.classes["one"] = scripted(look)
    given = settings(registry, one=table(OWN), two=table(OTHERS))
    async with engine_for(tmp_path, registry, given) as engine:
        await engine.read_once(["one"])
    assert found == {OWN: "canary", OTHERS: None, TOKEN: None}
