"""A worker that can do everything wrong. Python 3.8."""

import os
import pathlib
import re
import signal
import subprocess
import sys
import time


class Meant(Exception):
    """An expected failure, as a worker of ours raises it."""

    kind = "refused"

    def __init__(self, message, hint):
        super().__init__(message)
        self.message = message
        self.hint = hint


class Public(Exception):
    """Says that its text may be shown."""

    public = True


def echo(value=None):
    return {"value": value, "pid": os.getpid()}


def where():
    return {
        "value": [sys.executable, sys.path, sys.argv, os.environ.get("DEVDASH_TEST", ""), __name__],
        "pid": os.getpid(),
    }


def chatter(value):
    """Prints at every level, and reads."""
    print("print")
    sys.stdout.flush()
    os.write(1, b'{"id":1,"ok":"raw"}\n')
    os.system("echo from a child")
    os.write(2, b"\xff\xfe not text\n")
    assert sys.stdin.read() == ""
    assert os.read(0, 10) == b""
    return echo(value)


def announce(file, value):
    pathlib.Path(file).write_text(f"{value}\n")


def hang(file, stubborn=True):
    """Never returns, not for SIGTERM either, and has a child that is as stubborn."""
    if stubborn:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    child = subprocess.Popen(["sleep", "1000"])
    announce(file + ".child", child.pid)
    announce(file, os.getpid())
    time.sleep(1000)


def hog(file):
    """Sits in C code that holds the interpreter's lock: no thread and no handler can run."""
    child = subprocess.Popen(["sleep", "1000"])
    announce(file + ".child", child.pid)
    announce(file, os.getpid())
    re.match(r"(a+)+$", "a" * 60 + "b")


def leave(code):
    os._exit(code)


def leave_politely(code):
    sys.exit(code)


def crash():
    os.kill(os.getpid(), signal.SIGSEGV)


def die_loudly():
    os.write(2, b"Traceback\n  password=hunter2\nMemoryError: hunter2\n")
    os._exit(1)


def fail(how):
    if how == "meant":
        raise Meant("the server refused", "start the server")
    if how == "public":
        raise Public("this may be seen")
    if how == "library":
        int("hunter2")
        import json

        json.loads("hunter2")
    if how == "import":
        import no_such_module_hunter  # noqa: F401
    raise ValueError("password is hunter2")


def unserialisable(how):
    ring = []
    ring.append(ring)
    return {
        "nan": {"value": float("nan")},
        "infinity": {"value": [float("inf")]},
        "set": {"value": {1, 2}},
        "ring": ring,
        "surrogate": {"value": "\udcff"},
        "bytes": b"x",
    }[how]


def _replies():
    """The descriptor of the lines, stolen from the serving function."""
    frame = sys._getframe()
    while "replies" not in frame.f_locals:
        frame = frame.f_back
    return frame.f_locals["replies"]


def write(text, then="return"):
    """Writes `text` among the lines."""
    os.write(_replies(), text.encode("utf-8"))
    if then == "hang":
        time.sleep(1000)
    return echo("after")


def flood(stream):
    """Writes for ever: "lines" without end of line, "noise" to standard error."""
    descriptor = _replies() if stream == "lines" else 2
    while True:
        os.write(descriptor, b"x" * 65536)


def speak_later(text, after):
    """Writes among the lines when no call is under way."""
    import threading

    descriptor = _replies()

    def speak():
        time.sleep(after)
        os.write(descriptor, text.encode("utf-8"))

    threading.Thread(target=speak, daemon=True).start()
    return echo("soon")


def fork_and_return():
    """Both processes return, and both answer."""
    os.fork()
    return echo("twice")


def spawn():
    return {"value": subprocess.Popen(["sleep", "1000"]).pid, "pid": os.getpid()}


CALLS = {
    name: value
    for name, value in list(globals().items())
    if callable(value) and name.islower() and name[0] != "_"
}
