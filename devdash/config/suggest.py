"""Did you mean …? The nearest known name to a mistyped one."""

from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The end of a message: "; did you mean 'x'?", else ""; it repeats a known name, never `word`."""
    from difflib import get_close_matches

    names = {name.lower(): name for name in known}
    close = get_close_matches(word.lower(), names, n=1)
    return f"; did you mean '{names[close[0]]}'?" if close else ""
