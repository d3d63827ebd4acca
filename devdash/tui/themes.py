"""The themes that there are, for who only needs their names: no app is built for it."""

from textual.theme import BUILTIN_THEMES


def theme_names() -> tuple[str, ...]:
    """Every theme's name, sorted."""
    return tuple(sorted(BUILTIN_THEMES))
