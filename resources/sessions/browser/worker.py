"""The worker: one process, one run, an order a line; `python -m resources.sessions.browser.worker PARENT_PID < orders`."""

from __future__ import annotations

import gc
import os
import signal
import sys
from importlib import import_module
from threading import Thread

from resources.sessions.browser.halt import Halt
from resources.sessions.browser.hold import Hold
from resources.sessions.browser.leash import die_with


def main() -> None:
    """Read orders, play each in a browser of its own, and tell everything on what was stdout; each ends with an End."""
    die_with(int(sys.argv[1]))
    # Nobody else may write on the wire: whatever prints goes to the log.
    wire = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def write(line: str) -> None:
        wire.write(line.encode() + b"\n")
        wire.flush()

    gc.disable()  # what is imported stays; to look through it again and again takes a tenth of the start
    from playwright.sync_api import sync_playwright

    halt = Halt()
    hold = Hold()
    signal.signal(signal.SIGUSR2, hold.let_go)
    signal.signal(signal.SIGUSR1, halt.ask)  # before the driver comes up: the default would end this process
    # Playwright's driver needs half a second to come up, our own modules nearly as much: both at once.
    ours = Thread(target=import_module, args=["resources.sessions.browser.service"])
    ours.start()
    playwright = sync_playwright().start()
    ours.join()
    gc.freeze()
    gc.enable()
    serve = import_module("resources.sessions.browser.service").serve
    for order in sys.stdin.buffer:
        serve(order, playwright, write, halt, hold)
        # The parent now ends the browser: quicker than closing it politely, and just as final.
    os._exit(0)  # nobody is going to order any more; what Python would tidy up goes with the family


if __name__ == "__main__":
    main()
