"""What could be meant by a few letters: the best first."""

from collections.abc import Iterable

MOST = 30


def fuzzy(text: str, names: Iterable[str]) -> tuple[str, ...]:
    """Those of `names` that have the letters of `text` in order, "exfo" for Expenses:Food.

    Whole beginnings come first, then words that begin so, then what is somewhere within, then words of which
    each has its beginning, then the rest; among equals the order of `names`.
    """
    wanted = text.casefold().replace(" ", "")
    ranked = []
    for place, name in enumerate(names):
        rank = _rank(text.casefold().strip(), wanted, name.casefold())
        if rank is not None:
            ranked.append((rank, place, name))
    ranked.sort()
    return tuple(name for _, _, name in ranked[:MOST])


def _rank(text: str, wanted: str, name: str) -> int | None:
    if name.startswith(text):
        return 0
    found = name.find(text)
    if found > 0:
        return 2 if name[found - 1].isalnum() else 1
    if _is_short_for(wanted, name):
        return 3
    return 4 if _is_within(wanted, name) else None


def _is_short_for(wanted: str, name: str) -> bool:
    """Whether it is made of beginnings of words of `name`, in their order; both are casefolded."""
    starts = [
        at for at, char in enumerate(name) if char.isalnum() and (at == 0 or not name[at - 1].isalnum())
    ]
    open_places = set(starts)
    for letter in wanted:
        found = {at for at in open_places if at < len(name) and name[at] == letter}
        if not found:
            return False
        first = min(found)
        open_places = {at + 1 for at in found} | {at for at in starts if at > first}
    return True


def _is_within(wanted: str, name: str) -> bool:
    letters = iter(name)
    return all(letter in letters for letter in wanted)
