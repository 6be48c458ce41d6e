"""`python -m inspect_pipelines.engine.stem.growing LINE MODULE.. ROOM`: loads the modules, then forks a part for each order.

LINE is the descriptor of a socket of the supervisor's. An order is the command line of a part as JSON, with descriptors: the
part's log, and what it shall keep open. One thread, no database, no channel: what a fork inherits is memory and nothing else.
A part is played as Python would play its command line, and is the supervisor's child: the process between the two ends at once.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import runpy
import signal
import socket
import sys
import time
from collections.abc import Sequence
from importlib import import_module

from inspect_pipelines.engine.processes import PR_SET_PDEATHSIG
from inspect_pipelines.engine.stem.stem import LONGEST_BYTES
from inspect_pipelines.engine.stem.title import entitle

MOST_DESCRIPTORS = 8
ADOPTION_SECONDS = 10.0


def main(line: int, modules: Sequence[str]) -> None:
    """Load, say so, and fork until the supervisor hangs up; in each fork: play the part."""
    supervisor = os.getppid()
    entitle(sys.orig_argv[:-1])
    gc.disable()  # what is loaded stays; to look through it again and again takes a tenth of the time
    for name in modules:
        import_module(name)
    gc.collect()
    gc.freeze()  # what is loaded is shared with every part; a collection would copy its pages
    if len(os.listdir("/proc/self/task")) != 1:  # noqa: PTH208 as cheap as it gets
        sys.exit("a module has started a thread, which a fork would lose")
    with socket.socket(fileno=line) as orders:
        orders.send(b"ready")
        argv = _part(orders, supervisor)
    gc.enable()
    if argv:
        _play(argv)


def _part(orders: socket.socket, supervisor: int) -> list[str] | None:
    """Returns in a fork, with its command line; in the stem when it is not needed any more, with None."""
    while True:
        order, descriptors, _, _ = socket.recv_fds(orders, LONGEST_BYTES, MOST_DESCRIPTORS)
        if not order:
            return None
        between = os.fork()
        if between == 0:
            if os.fork():
                os._exit(0)
            _settle(supervisor, descriptors)
            argv: list[str] = json.loads(order)
            entitle(argv)
            orders.send(str(os.getpid()).encode())
            return argv
        os.waitpid(between, 0)
        for each in descriptors:
            os.close(each)


def _settle(supervisor: int, descriptors: Sequence[int]) -> None:
    """Be what `processes.Child` makes of a program: in a group of its own, logged, gone when the supervisor is gone."""
    os.setsid()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    since = time.monotonic()
    while os.getppid() != supervisor:
        if time.monotonic() - since > ADOPTION_SECONDS:
            os._exit(127)
        time.sleep(0.001)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != supervisor:
        os._exit(127)
    log = descriptors[0]
    for stream in (sys.stdout, sys.stderr):
        os.dup2(log, stream.fileno())
    os.close(log)


def _play(argv: Sequence[str]) -> None:
    """As `python -m MODULE ..` does."""
    _, option, module, *words = argv
    assert option == "-m", argv
    if not hasattr(sys.modules.get(module), "__path__"):  # of a package, its `__main__` is executed
        sys.modules.pop(module, None)
    sys.argv = [module, *words]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:-1])
