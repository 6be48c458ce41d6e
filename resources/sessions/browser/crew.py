"""A crew: a worker with Playwright's driver, kept from one session of a run to the next; each has a browser of its own."""

from __future__ import annotations

import os
import subprocess
from contextlib import ExitStack, suppress
from pathlib import Path

from resources.sessions.browser.family import end_browsers, leashed, scratch_folder, worker

_BORN_WITH: list[
    Crew
] = []  # of the process that this one was forked from; held, so that nothing here ends them


class Crew:
    """Python and the driver take 0.75 s to come up, on loaded cores several; that is paid once a run.

    Args:
        run_id: Plays for no other run: its secrets have been in this process.
        scratch: As for `scratch_folder`.
        node: Playwright's driver program.

    Raises:
        SetupMissing: There is no folder that programs may be started from.
    """

    def __init__(self, run_id: str, *, scratch: Path, node: Path) -> None:
        self._run_id = run_id
        self._owner = os.getpid()
        with ExitStack() as stack:
            self.folder = stack.enter_context(scratch_folder(scratch))
            self.process: subprocess.Popen[bytes] = stack.enter_context(
                worker(folder=self.folder, node=leashed(node, self.folder))
            )
            self._stack = stack.pop_all()

    def plays_for(self, run_id: str) -> bool:
        """Whether it can take an order of this run now."""
        return self._run_id == run_id and self._owner == os.getpid() and self.process.poll() is None

    def order(self, text: str) -> None:
        """Hand over one line; a worker that has died says so by its silence."""
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):
            self.process.stdin.write(text.encode() + b"\n")
            self.process.stdin.flush()

    def rest(self) -> bool:
        """End the browser of the last session; False: something of it will not go."""
        return end_browsers(self.process, self.folder)

    def end(self) -> None:
        """End every process and remove the folder; a crew of the process that this one was forked from goes on.

        Raises:
            Unavailable: Some process could not be ended.
        """
        if self._owner == os.getpid():
            self._stack.close()
        else:
            _BORN_WITH.append(self)
