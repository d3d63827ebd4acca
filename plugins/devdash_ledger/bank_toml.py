"""A guess as the TOML text that a person copies into devdash.toml."""

import json
import re

from devdash_ledger.bank_guess import Guess, Setting, Value

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml(guess: Guess, pane: str, bank: str) -> str:
    """The table `[panes.PANE.banks.BANK]`. Each open question stands there with its answers, as comments."""
    parts = [f"[panes.{_key(pane)}.banks.{_key(bank)}]"]
    parts += [_line(one) for one in guess.settings]
    for question in guess.questions:
        parts += ["", f"# {_comment(question.text)} Keep one:"]
        for number, option in enumerate(question.options, 1):
            parts += [f"# ({number})", *(f"# {_line(one)}" for one in option)]
    return "\n".join(parts) + "\n"


def _line(setting: Setting) -> str:
    return f"{setting.key} = {_value(setting.value)}"


def _value(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_value, value)) + "]"
    # A JSON string is a TOML string, but for DEL.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _value(name)


def _comment(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)
