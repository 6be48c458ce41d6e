"""Run a program that dies with its parent: `python -IS leash.py PROGRAM ARGUMENT..` becomes PROGRAM.

The kernel kills it when the process that started it ends, however that ended (kill -9 included). That holds on Linux;
elsewhere the program runs without a leash. The file is run on its own, so it imports nothing of ours and little else.
"""

from __future__ import annotations

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1
SIGKILL = 9  # the signal module would cost 15 ms of every start


def die_with(parent_pid: int) -> None:
    """Ask the kernel to kill this process when its parent ends; ends at once if that has happened already."""
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) was refused")
    if os.getppid() != parent_pid:
        os.kill(os.getpid(), SIGKILL)


if __name__ == "__main__":
    die_with(os.getppid())
    os.execv(sys.argv[1], sys.argv[1:])  # noqa: S606 no shell: the arguments are handed on as they are
