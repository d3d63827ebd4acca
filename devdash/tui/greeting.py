"""What has to be said when the dashboard starts: problems of devdash.toml that belong to no pane."""

from collections.abc import Iterator

from devdash.config.keys import DEFAULT_BINDINGS, check_pane_keys
from devdash.config.model import Settings
from devdash.contract.levels import Level
from devdash.engine.engine import Engine


def greetings(settings: Settings, engine: Engine) -> Iterator[tuple[str, Level]]:
    """Sentences and how grave each is."""
    for problem in settings.problems:
        yield str(problem), Level.CRITICAL
    if settings.keys != DEFAULT_BINDINGS:
        actions = {pane.name: engine.actions(pane.name) for pane in settings.panes if pane.config is not None}
        for problem in check_pane_keys(settings, actions):
            yield str(problem), Level.CRITICAL
    if settings.file is None:
        yield "There is no devdash.toml: these are defaults. `devdash init` writes one.", Level.ATTENTION
