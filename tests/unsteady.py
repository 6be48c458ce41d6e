"""How `make check` plays all tests: one or two that are red are played once more, alone, and named last if they are green then.

    python tests/unsteady.py PYTEST_ARGUMENTS..    # ends as pytest does, or with 0 where what was red is only unsteady

Among ten thousand tests one race of a test refuses everybody's work, so that it is reported instead, and written to
`.unsteady` until it is mended. Three red tests are no accident; a file that cannot be collected, a test that was never
played or an interrupted run are none either. `make test` knows nothing of this.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

FEW = 2  # red tests that may be a race each; CI's four refusals had one
REPORT = Path(".unsteady")  # of the last run; git does not see it


class Played:
    """What a run was to play, what it has played, and what of that was red; its workers' tests, too."""

    def __init__(self) -> None:
        self.collected: set[str] = set()
        self.done: set[str] = set()
        self.red: list[str] = []  # in the order in which they failed

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.collected.update(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        self.collected.update(ids)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and report.nodeid not in self.red:  # of a worker that died, too
            self.red.append(report.nodeid)
        if report.failed or report.when == "teardown":
            self.done.add(report.nodeid)

    def few_are_red(self, ended: int) -> bool:
        """Everything was collected and played, and nothing but one or two tests is wrong."""
        is_whole = ended == pytest.ExitCode.TESTS_FAILED and self.done == self.collected
        return is_whole and 0 < len(self.red) <= FEW


def main(arguments: list[str]) -> int:
    environment = dict(os.environ)  # before our conftest names its own temporary folder there
    REPORT.unlink(missing_ok=True)
    played = Played()
    ended = int(pytest.main(arguments, plugins=[played]))
    if not played.few_are_red(ended):
        return ended
    print(f"\nplayed once more, alone: {len(played.red)} of {len(played.done)} tests", flush=True)
    again = [sys.executable, "-m", "pytest", "-q", *played.red]
    if subprocess.run(again, env=environment, check=False).returncode != 0:
        return ended
    REPORT.write_text("".join(f"{node}\n" for node in played.red), encoding="utf-8")
    print(f"\nUNSTEADY (mend first): red among {len(played.done)} tests, green alone; also in {REPORT}")
    print("\n".join(f"  {node}" for node in played.red), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
