"""Our ends of a child's pipes, driven by the event loop.

Plain descriptors instead of asyncio's transports: opening and closing them
takes no await, so a child is never left half connected by a cancellation, and
nothing remains to be closed by a loop that has ended.
"""

import asyncio
import os
from collections.abc import Callable

CHUNK = 64 * 1024
"""Bytes read at a time: what a pipe holds. Between two chunks the loop does other things."""


class PipeReader:
    """Hands on what arrives at `fd`, until end of file or `close`.

    Args:
        on_data: gets each chunk, never empty.
        on_end: called once, when no more will come.
    """

    def __init__(self, fd: int, on_data: Callable[[bytes], None], on_end: Callable[[], None]) -> None:
        self._fd = fd
        self._on_data = on_data
        self._on_end = on_end
        self._loop = asyncio.get_running_loop()
        os.set_blocking(fd, False)
        self._loop.add_reader(fd, self._readable)

    @property
    def ended(self) -> bool:
        """No more will come."""
        return self._fd < 0

    def _readable(self) -> None:
        try:
            data = os.read(self._fd, CHUNK)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        if data:
            self._on_data(data)
        else:
            self.close()

    def close(self) -> None:
        """Stop reading. Harmless when repeated."""
        if self._fd < 0:
            return
        fd, self._fd = self._fd, -1
        if not self._loop.is_closed():
            self._loop.remove_reader(fd)
        os.close(fd)
        self._on_end()


class PipeWriter:
    """Writes to `fd` as fast as the other side reads, without holding up the loop.

    What cannot be written because nobody reads any more is dropped: the reader's
    exit tells the rest.
    """

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._pending = bytearray()
        self._last = False
        self._loop = asyncio.get_running_loop()
        os.set_blocking(fd, False)

    def write(self, data: bytes) -> None:
        """Queue `data`."""
        if self._fd < 0:
            return
        waiting = bool(self._pending)
        self._pending += data
        if self._pending and not waiting:
            self._loop.add_writer(self._fd, self._writable)

    def finish(self) -> None:
        """Close after what is queued has been written."""
        self._last = True
        if not self._pending:
            self.close()

    def _writable(self) -> None:
        try:
            count = os.write(self._fd, memoryview(self._pending)[:CHUNK])
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self.close()
            return
        del self._pending[:count]
        if not self._pending:
            self._loop.remove_writer(self._fd)
            if self._last:
                self.close()

    def close(self) -> None:
        """Close now. Harmless when repeated."""
        if self._fd < 0:
            return
        fd, self._fd = self._fd, -1
        if self._pending and not self._loop.is_closed():
            self._loop.remove_writer(fd)
        self._pending.clear()
        os.close(fd)
