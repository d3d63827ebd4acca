"""The worker of `WorkerHangs`."""

import signal
import time


def hang() -> str:
    """Sleep, deaf to SIGTERM."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(3600)
    return ""


CALLS = {"hang": hang}
