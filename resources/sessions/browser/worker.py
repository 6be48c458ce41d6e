"""The worker: one process, one order, one browser; `python -m resources.sessions.browser.worker PARENT_PID < order`."""

from __future__ import annotations

import os
import sys
import time
from importlib import import_module
from threading import Thread

from resources.sessions.browser.leash import die_with


def main() -> None:
    """Read the order, play it, and tell everything on what was stdout; always ends with an End unless killed."""
    die_with(int(sys.argv[1]))
    # Nobody else may write on the wire: whatever prints goes to the log.
    wire = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    def write(line: str) -> None:
        wire.write(line.encode() + b"\n")
        wire.flush()

    from playwright.sync_api import sync_playwright

    # Playwright's driver needs half a second to come up, our own modules nearly as much: both at once.
    ours = Thread(target=import_module, args=["resources.sessions.browser.service"])
    ours.start()
    playwright = sync_playwright().start()
    ours.join()
    import_module("resources.sessions.browser.service").serve(sys.stdin.buffer.read(), playwright, write)
    # The parent now ends this process and its browser: quicker than closing it politely, and just as final.
    time.sleep(60)


if __name__ == "__main__":
    main()
