"""The worker's side: serves the calls of one module as JSON lines.

Run as `python child.py MODULE`, where MODULE is a dotted name or the path of a
.py file that defines CALLS, a mapping of names to functions. Line by line on
standard input and output:

    → {"id": 1, "name": "ping", "args": {"alias": "default"}}
    ← {"hello": 1, "python": "3.11.7"}          once, when the module is imported
    ← {"id": 1, "ok": …}
    ← {"id": 1, "error": {"kind": "…", "message": "…", "hint": "…"}}

One file, standard library only, Python 3.8 or later: a watched project's own
interpreter runs it, where devdash is not installed.

Printing cannot disturb the lines, at no level: before the module is imported,
descriptor 1 becomes standard error and descriptor 0 the end of file. What an
exception says is not passed on, because it may hold a password, unless the
exception says itself that it is meant to be shown.
"""

import importlib
import importlib.util
import json
import os
import platform
import queue
import signal
import sys
import threading

HELLO = 1
"""The version of the lines' form."""


def main():
    """Import the module, say hello, serve until standard input ends."""
    requests, replies = take_pipes()
    lines = queue.Queue()
    threading.Thread(target=read_lines, args=(requests, lines), daemon=True).start()
    if len(sys.argv) != 2:
        send(replies, {"hello": HELLO, "error": failure("usage", "usage: child.py MODULE")})
        end_group()
    try:
        calls = import_calls(sys.argv[1])
    except BaseException as error:
        send(replies, {"hello": HELLO, "error": describe(error)})
        end_group()
    send(replies, {"hello": HELLO, "python": platform.python_version()})
    while True:
        send(replies, answer(calls, lines.get()))


def take_pipes():
    """Move the pipes to private descriptors; leave harmless ones in their place."""
    requests, replies = os.dup(0), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, replies


def read_lines(requests, lines):
    """In a thread: queue every line. At the end of file devdash is gone or wants no more: so end."""
    rest = []
    while True:
        try:
            chunk = os.read(requests, 65536)
        except OSError:
            chunk = b""
        if not chunk:
            end_group()
        head, *more = chunk.split(b"\n")
        rest.append(head)
        for part in more:
            lines.put(b"".join(rest))
            rest = [part]


def end_group():
    """End this process and all that it started; a group that is not its own is left alone."""
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(0)


def import_calls(module):
    """The CALLS of `module`."""
    here = os.path.realpath(os.path.dirname(os.path.abspath(__file__)))
    sys.path[:] = [entry for entry in sys.path if not entry or os.path.realpath(entry) != here]
    sys.argv = [module]
    if module.endswith(".py"):
        name = os.path.splitext(os.path.basename(module))[0]
        spec = importlib.util.spec_from_file_location(name, module)
        loaded = importlib.util.module_from_spec(spec)
        sys.modules[name] = loaded
        spec.loader.exec_module(loaded)
    else:
        loaded = importlib.import_module(module)
    return dict(loaded.CALLS)


def answer(calls, line):
    """The reply to one request line."""
    number = None
    try:
        request = json.loads(line.decode("utf-8"), parse_constant=refuse_constant)
        number, name, args = request["id"], request["name"], request["args"]
        if name not in calls:
            return {"id": number, "error": failure("no-such-call", "the worker has no call " + repr(name))}
        result = calls[name](**args)
    except BaseException as error:
        return {"id": number, "error": describe(error)}
    return {"id": number, "ok": result}


def refuse_constant(name):
    """JSON has no NaN and no infinities."""
    raise ValueError(name)


def send(replies, reply):
    """Write one reply line; one that JSON cannot hold becomes an error."""
    try:
        text = json.dumps(reply, allow_nan=False, separators=(",", ":"))
    except BaseException as error:
        kind = type(error).__name__
        reason = failure("unserialisable", "the answer cannot be written as JSON (" + kind + ")")
        text = json.dumps({"id": reply.get("id"), "error": reason})
    rest = memoryview((text + "\n").encode("utf-8"))
    while rest:
        try:
            rest = rest[os.write(replies, rest) :]
        except OSError:
            end_group()


def failure(kind, message, hint=""):
    """The form of an error."""
    return {"kind": str(kind), "message": str(message), "hint": str(hint)}


def describe(error):
    """What may be told about an exception: its own words only when they are meant to be shown."""
    name = type(error).__name__
    kind = getattr(error, "kind", name)
    if not isinstance(kind, str):
        kind = name
    message = getattr(error, "message", None)
    hint = getattr(error, "hint", None)
    if isinstance(message, str) and isinstance(hint, str):
        return failure(kind, message, hint)
    if getattr(error, "public", False) is True:
        return failure(kind, str(error), hint if isinstance(hint, str) else "")
    what = name
    if isinstance(error, ImportError) and error.name:
        what += " (" + error.name + ")"
    return failure(kind, what + " at " + place(error))


def place(error):
    """File and line where `error` was raised, seen from the outermost code that is not ours."""
    trace, found = error.__traceback__, "an unknown place"
    while trace is not None:
        filename = trace.tb_frame.f_code.co_filename
        found = filename + ":" + str(trace.tb_lineno)
        trace = trace.tb_next
    return found


if __name__ == "__main__":
    main()
