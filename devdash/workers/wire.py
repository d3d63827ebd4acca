"""The lines between devdash and a worker, as values; the other side is `child.py`."""

import re
from typing import TypeVar

import msgspec

from devdash.contract.errors import WorkerFailed

T = TypeVar("T")

HELLO = 1
"""The version of the lines' form."""

# `from None` where these are caught: the exceptions carry the line, and with it perhaps a secret.
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class NotAnAnswer(Exception):
    """A line is not what was asked for; the text says why, without quoting the line."""


class Failure(msgspec.Struct, frozen=True):
    """What went wrong in the worker, in words that are safe to show."""

    kind: str
    message: str
    hint: str = ""


class Hello(msgspec.Struct, frozen=True):
    """The first line: the module is imported, or could not be."""

    hello: int
    error: Failure | None = None


class Request(msgspec.Struct, frozen=True):
    """A call: `args` is an object of keyword arguments."""

    id: int
    name: str
    args: msgspec.Raw


class Answer(msgspec.Struct, frozen=True):
    """The reply to the request `id`: a result or a failure."""

    id: int
    ok: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    error: Failure | None = None


def request_line(number: int, name: str, args: msgspec.Struct | None) -> bytes:
    """One call as a line."""
    fields = msgspec.Raw(msgspec.json.encode(args) if args is not None else b"{}")
    return msgspec.json.encode(Request(number, name, fields)) + b"\n"


def read_hello(line: bytes) -> Hello:
    """The greeting.

    Raises:
        NotAnAnswer: it is none, or one of another version.
    """
    try:
        hello = msgspec.json.decode(line, type=Hello)
    except _UNREADABLE:
        raise NotAnAnswer("its first line is not a greeting") from None
    if hello.hello != HELLO:
        raise NotAnAnswer(f"it greets in form {hello.hello} instead of {HELLO}")
    return hello


def read_answer(line: bytes, number: int, reply: type[T]) -> T:
    """The result of the call `number`.

    Raises:
        WorkerFailed: the call failed.
        NotAnAnswer: the line is no answer, one to another call, or not a `reply`.
    """
    try:
        answer = msgspec.json.decode(line, type=Answer)
    except _UNREADABLE:
        raise NotAnAnswer("a line was not an answer") from None
    if answer.id != number:
        raise NotAnAnswer("an answer belonged to another call")
    if answer.error is not None:
        raise WorkerFailed(answer.error.kind, answer.error.message, answer.error.hint)
    if isinstance(answer.ok, msgspec.UnsetType):
        raise NotAnAnswer("an answer held neither a result nor a failure")
    try:
        return msgspec.json.decode(answer.ok, type=reply)
    except msgspec.ValidationError as error:
        raise NotAnAnswer(f"an answer has the wrong shape: {_without_values(str(error))}") from None
    except _UNREADABLE:
        raise NotAnAnswer("a line was not an answer") from None


def _without_values(complaint: str) -> str:
    """msgspec's complaint; where it quotes a value, which may be a secret, only the value's place."""
    if complaint.startswith(("Expected", "Object missing required field")):
        return complaint
    where = re.search(r"at `(\$[^`]*)`$", complaint)
    return f"a value is not permitted at `{where[1] if where else '$'}`"
