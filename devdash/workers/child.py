"""The worker's side: serves the calls of one module as JSON lines.

Run as `python child.py MODULE`, where MODULE is a dotted name or the path of a
.py file that defines CALLS, a mapping of names to functions. Line by line, on
standard input (→) and output (←):

    ← {"hello": 1}                              once, when the module is imported
    → {"id": 1, "name": "ping", "args": {"alias": "default"}}
    ← {"id": 1, "ok": …}
    ← {"id": 1, "error": {"kind": "…", "message": "…", "hint": "…"}}

One file, standard library only, Python 3.8 or later: a watched project's own
interpreter runs it, where devdash is not installed.

Printing cannot disturb the lines, at no level: before the module is imported,
descriptor 1 becomes standard error, and descriptor 0 is at its end. What an
exception says is not passed on, because it may hold a password, unless the
exception tells that it is meant to be shown: by `public = True`, or by having
both `message` and `hint`.
"""

# Whatever a handler raises must become a reply, SystemExit too; and pathlib would double the time to start.
# ruff: noqa: BLE001, PTH100, PTH119, PTH120, PTH122
from __future__ import annotations

import _thread
import gc
import importlib
import json
import os
import sys

# What queue, threading, signal, typing and importlib.util bring along would take as long to import as all
# of the rest; the handlers that need them import them.
try:
    from _queue import SimpleQueue
except ImportError:
    from queue import SimpleQueue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import NoReturn

HELLO = 1
"""The version of the lines' form."""

SIGKILL = 9


def main() -> NoReturn:
    """Import the module, say hello, serve until standard input ends."""
    requests, replies = take_pipes()
    lines: SimpleQueue[bytes] = SimpleQueue()
    _thread.start_new_thread(read_lines, (requests, lines))
    # What an import makes stays: to look through it for garbage would only delay the first answer.
    gc.disable()
    try:
        calls = import_calls(sys.argv[1])
    except BaseException as error:
        send(replies, {"hello": HELLO, "error": describe(error)})
        end_group()
    gc.freeze()
    gc.enable()
    send(replies, {"hello": HELLO})
    while True:
        send(replies, answer(calls, lines.get()))


def take_pipes() -> tuple[int, int]:
    """Move the pipes to descriptors that children do not inherit; leave harmless ones in their place."""
    requests, replies = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, replies


def read_lines(requests: int, lines: SimpleQueue[bytes]) -> None:
    """In a thread: queue every line. At the end of file devdash is gone or wants no more: so end."""
    begun: list[bytes] = []
    while True:
        try:
            chunk = os.read(requests, 65536)
        except OSError:
            chunk = b""
        if not chunk:
            end_group()
        rest, *others = chunk.split(b"\n")
        for part in others:
            lines.put(b"".join([*begun, rest]))
            begun, rest = [], part
        begun.append(rest)


def end_group() -> NoReturn:
    """End this process and all that it started; a group that is not its own is left alone."""
    if os.getpgrp() == os.getpid():
        os.killpg(0, SIGKILL)
    os._exit(0)


def import_calls(module: str) -> Mapping[str, Callable[..., object]]:
    """The CALLS of `module`, imported without this file's folder on the path."""
    here = os.path.dirname(os.path.realpath(__file__))
    sys.path[:] = [entry for entry in sys.path if not entry or os.path.realpath(entry) != here]
    sys.argv = [module]
    if not module.endswith(".py"):
        return dict(importlib.import_module(module).CALLS)
    from importlib.util import module_from_spec, spec_from_file_location

    # The prefix keeps a file called json.py from being taken for the library's.
    name = "devdash_worker_" + os.path.splitext(os.path.basename(module))[0]
    spec = spec_from_file_location(name, module)
    if spec is None or spec.loader is None:
        raise ImportError("not a module", name=name, path=module)
    loaded = module_from_spec(spec)
    sys.modules[name] = loaded
    spec.loader.exec_module(loaded)
    return dict(loaded.CALLS)


def answer(calls: Mapping[str, Callable[..., object]], line: bytes) -> dict[str, object]:
    """The reply to one request line."""
    number = None
    try:
        request = json.loads(line.decode("utf-8"), parse_constant=refuse_constant)
        number, name, args = request["id"], request["name"], request["args"]
        if name not in calls:
            return {"id": number, "error": failure("no-such-call", "the worker has no call " + repr(name))}
        return {"id": number, "ok": calls[name](**args)}
    except BaseException as error:
        return {"id": number, "error": describe(error)}


def refuse_constant(name: str) -> NoReturn:
    """JSON has no NaN and no infinities."""
    raise ValueError(name)


def send(replies: int, reply: dict[str, object]) -> None:
    """Write one reply line; what JSON cannot hold becomes an error."""
    try:
        data = json.dumps(reply, allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    except BaseException as error:
        kind = type(error).__name__
        reason = failure("unserialisable", "the answer cannot be written as JSON (" + kind + ")")
        data = json.dumps({"id": reply.get("id"), "error": reason}).encode("utf-8")
    rest = memoryview(data + b"\n")
    while rest:
        try:
            rest = rest[os.write(replies, rest) :]
        except OSError:
            end_group()


def failure(kind: str, message: str, hint: str = "") -> dict[str, str]:
    """The form of an error."""
    return {"kind": kind, "message": message, "hint": hint}


def describe(error: BaseException) -> dict[str, str]:
    """What may be told about an exception: its own words only when they are meant to be shown."""
    name = type(error).__name__
    kind, message, hint = (getattr(error, field, None) for field in ("kind", "message", "hint"))
    kind = kind if isinstance(kind, str) else name
    if isinstance(message, str) and isinstance(hint, str):
        return failure(kind, message, hint)
    if getattr(error, "public", False) is True:
        return failure(kind, str(error), hint if isinstance(hint, str) else "")
    if isinstance(error, ImportError) and error.name:
        name += " (" + error.name + ")"
    if isinstance(error, SystemExit) and isinstance(error.code, int):
        name += " (exit code " + str(error.code) + ")"
    return failure(kind, name + " at " + place(error))


def place(error: BaseException) -> str:
    """Where `error` was raised, as "file.py:31": the last place outside of libraries, if there is one."""
    if isinstance(error, SyntaxError) and error.filename:
        return os.path.basename(error.filename) + ":" + str(error.lineno or 0)
    own = os.path.abspath(__file__)
    library = os.path.dirname(os.__file__) + os.sep
    found, outside, trace = "an unknown place", "", error.__traceback__
    while trace is not None:
        filename = trace.tb_frame.f_code.co_filename
        found = os.path.basename(filename) + ":" + str(trace.tb_lineno)
        packaged = "site-packages" in filename or "dist-packages" in filename
        if not (packaged or filename.startswith((library, "<frozen")) or os.path.abspath(filename) == own):
            outside = found
        trace = trace.tb_next
    return outside or found


if __name__ == "__main__":
    main()
