"""A drive whose server has stopped answering, as a stopped sshfs or a network that is gone.

What asks it waits in the kernel, and cannot be ended before the drive is. Run as a program, by root, with the
mount point.

It says "mounted" when it is, and unmounts at the end of its standard input; when it dies, the kernel gives
everybody an error who waits for it.
"""

import ctypes
import os
import struct
import sys
import threading

_NOSUID_NODEV = 6
_FORCE_DETACH = 3
_MOST = 1 << 17
_HEADER = struct.Struct("<IIQ")
"""Of a request: length, operation, number; of an answer: length, error, number. Of the kernel's fuse.h."""

_PROTOCOL = struct.pack("<IIIIHHII32x", 7, 31, 65536, 0, 12, 9, 65536, 1)


def main(point: str) -> None:
    """Mount, answer the greeting and nothing more."""
    library = ctypes.CDLL(None, use_errno=True)
    server = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={server},rootmode=40000,user_id=0,group_id=0".encode()
    if library.mount(b"dead", point.encode(), b"fuse.sshfs", _NOSUID_NODEV, options) != 0:
        sys.exit(os.strerror(ctypes.get_errno()))
    _, _, number = _HEADER.unpack_from(os.read(server, _MOST))
    os.write(server, _HEADER.pack(_HEADER.size + len(_PROTOCOL), 0, number) + _PROTOCOL)
    threading.Thread(target=_take, args=(server,), daemon=True).start()
    print("mounted", flush=True)
    sys.stdin.read()
    library.umount2(point.encode(), _FORCE_DETACH)


def _take(server: int) -> None:
    """What is taken and not answered cannot be called back."""
    while True:
        os.read(server, _MOST)


if __name__ == "__main__":
    main(sys.argv[1])
