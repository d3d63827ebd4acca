"""What is asked where a bank's file does not say how it is to be read, and what the answers set."""

import msgspec

Value = str | int | bool | tuple[str, ...]


class Setting(msgspec.Struct, frozen=True):
    """One line of a bank's table."""

    key: str
    value: Value


class Question(msgspec.Struct, frozen=True):
    """Something that the file does not say.

    Attributes:
        text: the question.
        options: its answers, each as lines of the table.
    """

    text: str
    options: tuple[tuple[Setting, ...], ...]
