"""The names of keys, as Textual has them, without importing Textual.

A key is one printable character ("F", "+") or a name ("f5", "slash"), after any
of the modifiers ctrl, alt, shift, super, hyper and meta: "ctrl+o". Textual
names punctuation after Unicode, with six friendlier names. A key it does not
know it takes silently and never sees; hence this table.
Source: textual/keys.py and textual/_keyboard_protocol.py, 8.2.
"""

import string
import unicodedata

from devdash.config.suggest import did_you_mean

MODIFIERS = ("alt", "ctrl", "hyper", "meta", "shift", "super")
"""In Textual's order: alphabetical."""

_RENAMED = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
_NAMED = (
    "enter escape tab space backspace insert delete home end pageup pagedown "
    "up down left right pause menu print_screen"
)
_SPECIAL = frozenset((*_NAMED.split(), *(f"f{number}" for number in range(1, 25))))
_ALIASES = {
    "ctrl+i": "tab",
    "ctrl+m": "enter",
    "ctrl+left_square_bracket": "escape",
    "return": "enter",
    "esc": "escape",
    "ins": "insert",
    "del": "delete",
    "pgup": "pageup",
    "pgdn": "pagedown",
    "pgdown": "pagedown",
}
"""Other names, and keys that a terminal cannot tell from another one."""


class BadKey(ValueError):
    """Not a key. The message never has the text in it."""


def of_character(character: str) -> str:
    """Textual's name of the key that types `character`."""
    if character.isalnum():
        return character
    name = unicodedata.name(character, "").lower().replace("-", "_").replace(" ", "_")
    return _RENAMED.get(name, name)


PUNCTUATION = frozenset(of_character(character) for character in string.punctuation)


def canonical(text: str) -> str:
    """One key, as Textual names it.

    Raises:
        BadKey: `text` is none.
    """
    text = text if text == " " else text.strip()
    *modifiers, key = _parts(text)
    if len(key) == 1:
        key = of_character(key) if key.isprintable() else ""
        if not key:
            raise BadKey("this is no key")
    else:
        key = _ALIASES.get(key.lower(), key.lower())
        if key not in _SPECIAL and key not in PUNCTUATION:
            names = (*sorted(_SPECIAL), *sorted(PUNCTUATION))
            raise BadKey(
                f"this is no key; write one character or a name such as f5{did_you_mean(key, names)}"
            )
    return _join(modifiers, key)


def _parts(text: str) -> list[str]:
    """ "ctrl+o" in two; a "+" at the end is the key itself."""
    if text == "+" or text.endswith("++"):
        return [*(part for part in text[:-1].split("+") if part), "+"]
    parts = text.split("+")
    if not parts[-1]:
        raise BadKey('expected a key, such as "F" or "ctrl+o"')
    return parts


def _join(modifiers: list[str], key: str) -> str:
    held = {modifier.strip().lower() for modifier in modifiers}
    wrong = held - set(MODIFIERS)
    if wrong:
        raise BadKey("before the + stands one of " + ", ".join(MODIFIERS))
    if held == {"shift"} and len(key) == 1:
        return key.upper()  # a terminal sends the capital letter
    if "ctrl" in held:
        key = key.lower()
    name = "+".join((*sorted(held), key))
    return _ALIASES.get(name, name)
