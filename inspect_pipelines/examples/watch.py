"""`make up`: everything that `inspect-pipelines up` starts; after a demo the shop is open too, so that its runs work."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import nullcontext

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.examples.demo import MARKER, PROJECT, command_line, demo_environment, open_shop


def main() -> int:
    """Run `up` until Ctrl-C or SIGTERM; returns its exit code."""
    home = Settings().absolute_home()
    is_demo = (home / MARKER).exists()
    with open_shop() if is_demo else nullcontext():
        environment = demo_environment(home, PROJECT) if is_demo else None
        # A group of its own: what stops us is passed on once, whether it came from a terminal or to this process alone.
        child = subprocess.Popen(command_line("up", *sys.argv[1:]), env=environment, start_new_session=True)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda received, _: child.send_signal(received))
        return child.wait()


if __name__ == "__main__":
    sys.exit(main())
