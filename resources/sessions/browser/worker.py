"""The worker: one process, one order, one browser; `python -m resources.sessions.browser.worker PARENT_PID < order`."""

from __future__ import annotations

import os
import sys
import time

from resources.sessions.browser.leash import die_with

# Chromium's own wishes for pictures that are the same on every machine, and for a quiet network.
FLAGS = (
    "--disable-gpu",
    "--disable-lcd-text",
    "--disable-partial-raster",
    "--disable-quic",
    "--disable-skia-runtime-opts",
    "--disable-sync",
    "--font-render-hinting=none",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
)
LAUNCH_SECONDS = 60.0


def main() -> None:
    """Read the order, play it, and tell everything on what was stdout; always ends with an End unless killed."""
    die_with(int(sys.argv[1]))
    # Nobody else may write on the wire: whatever prints goes to the log.
    wire = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    from resources.sessions.browser.service import serve

    def write(line: str) -> None:
        wire.write(line.encode() + b"\n")
        wire.flush()

    serve(sys.stdin.buffer.read(), write)
    # The parent now ends this process and its browser: quicker than closing it politely, and just as final.
    time.sleep(60)


if __name__ == "__main__":
    main()
