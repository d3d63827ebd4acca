"""The lines of a worker: whatever they hold, they become a value, a failure, or a refusal without secrets."""

from enum import Enum

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from devdash.contract.errors import WorkerFailed
from devdash.workers.wire import NotAnAnswer, read_answer, read_hello, request_line


class Colour(Enum):
    RED = "red"


class Painted(msgspec.Struct, frozen=True):
    colour: Colour
    size: int


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"no json", "not an answer"),
        (b"", "not an answer"),
        (b"\xff\xfe", "not an answer"),
        (b'{"id": 1, "ok": NaN}', "not an answer"),
        (b'{"id": null, "ok": 1}', "not an answer"),
        (b'{"id": 7, "ok": {"colour": "red", "size": 1}}', "another call"),
        (b'{"id": 1}', "neither a result nor a failure"),
        (b'{"id": 1, "ok": {"colour": "red"}}', "missing required field `size`"),
        (b'{"id": 1, "ok": "hunter2"}', "Expected `object`, got `str`"),
        (b'{"id": 1, "ok": {"colour": "hunter2", "size": 1}}', r"not permitted at `\$\.colour`"),
        (b'{"id": 1, "ok": {"colour": "\xff", "size": 1}}', "not an answer"),
        (b'{"id": 1, "ok": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "not an answer"),
    ],
)
def test_what_is_no_answer_is_refused_and_never_quoted(line: bytes, told: str) -> None:
    with pytest.raises(NotAnAnswer, match=told) as raised:
        read_answer(line, 1, Painted)
    assert "hunter2" not in str(raised.value)


def test_a_failure_is_raised_with_kind_message_and_hint() -> None:
    line = b'{"id": 1, "error": {"kind": "refused", "message": "m", "hint": "h"}}'
    with pytest.raises(WorkerFailed) as raised:
        read_answer(line, 1, Painted)
    assert (raised.value.kind, raised.value.message, raised.value.hint) == ("refused", "m", "h")


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_no_line_raises_anything_else(line: bytes) -> None:
    for read in (lambda: read_answer(line, 1, Painted), lambda: read_hello(line)):
        with pytest.raises((NotAnAnswer, WorkerFailed)):
            read()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


class Anything(msgspec.Struct, frozen=True):
    value: object


@given(json_values, st.integers(1, 10**9))
def test_a_request_is_one_line_and_a_result_comes_back_as_it_was(value: object, number: int) -> None:
    line = request_line(number, "call", Anything(value))
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    sent = msgspec.json.decode(line)
    assert sent == {"id": number, "name": "call", "args": {"value": value}}
    answer = msgspec.json.encode({"id": number, "ok": sent["args"]})
    assert read_answer(answer, number, Anything) == Anything(value)
