"""A bank's table as the TOML text of its own file."""

import json

import msgspec

from devdash_ledger.bank_answers import Value
from devdash_ledger.bank_config import Bank

HEAD = (
    "# How this bank's CSV files are read; the page on the ledger, Bank files, tells what each key means.\n"
)


def toml(bank: Bank) -> str:
    """What differs from the defaults, a line each, in the order in which the page on the ledger has it."""
    usual, said = msgspec.to_builtins(Bank()), msgspec.to_builtins(bank)
    return HEAD + "".join(f"{key} = {_value(value)}\n" for key, value in said.items() if value != usual[key])


def _value(value: Value | list[str]) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(_value, value)) + "]"
    # A JSON string is a TOML string, but for DEL.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
