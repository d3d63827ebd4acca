"""Why a Django project could not be loaded: said to a person, each with its next step."""

from devdash_databases.wire import Trouble

_SAID = {
    "folder": ("its folder cannot be read ({name})", "Look at `path`."),
    "manage-missing": (
        "there is no manage.py in its folder, nor in one below",
        "Let `path` lead to the folder of manage.py, or name the `settings` module.",
    ),
    "manage-several": (
        "there are several manage.py below its folder",
        "Let `path` lead to the one that is meant.",
    ),
    "settings-unnamed": (
        "its manage.py names no settings module",
        'Name it: settings = "shop.settings".',
    ),
    "django-missing": (
        "its Python has no Django",
        "Let `python` lead to the project's interpreter or virtual environment.",
    ),
    "module-missing": (
        "its settings import {name}, which cannot be had",
        "Install it in the project's environment, or let `python` lead to the right one.",
    ),
    "environment": (
        "its settings need the environment variable {name}",
        "Give it under `environment`, or under `secrets` as a reference, or name an `env_file`.",
    ),
    "env-file": (
        "{name}, its file of variables, cannot be read",
        'Look at `env_file`: each line is NAME=VALUE; a value with $, " or \\ stands in single quotes.',
    ),
    "exit": ("its settings end the process{code}", "Look at what they check before they exit."),
    "hang": (
        "its settings did not load in time",
        "Look at what they wait for, or allow more: `start_timeout`.",
    ),
    "raises": ("its settings raise {name}", "`manage.py check` in the project says more."),
    "databases-odd": ("its DATABASES is no mapping of mappings of plain values", "Look at the settings."),
    "secret": ("the reference of {name} leads nowhere", "Look at `secrets` in devdash.toml."),
    "died": (
        "its Python ended while it loaded the settings, or could not be started",
        "Look at `python`, and try `manage.py check` in the project.",
    ),
}


def sentence(trouble: Trouble) -> str:
    """What is the matter, such as "its settings need the environment variable SHOP_KEY (settings.py:12)"."""
    words, _ = _SAID.get(trouble.kind, ("it cannot be loaded ({kind})", ""))
    code = f" with code {trouble.name}" if trouble.name else ""
    text = words.format(name=trouble.name or "something", code=code, kind=trouble.kind)
    return f"{text} ({trouble.where})" if trouble.where else text


def advice(trouble: Trouble) -> str:
    """The next step."""
    return _SAID.get(trouble.kind, ("", ""))[1]
