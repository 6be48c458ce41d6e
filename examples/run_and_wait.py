"""Start a run, follow its steps, and keep a picture of each difference: run_and_wait.py nightly-checkout

INSPECT_SERVER: the server; INSPECT_TOKEN: a token with runs:write, runs:read and pictures:read (none on the server's own
machine). Ends as `inspect-pipelines run --wait` does.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from inspect_pipelines.client.client import Client
from inspect_pipelines.domain.comparison import Outcome
from inspect_pipelines.errors import InspectError
from inspect_pipelines.queries.news import StepNews


def run_and_wait(client: Client, schedule: str, folder: Path) -> int:
    """The exit code of the run."""
    run = client.runs.run_schedule(schedule)  # a lost answer is asked for again, and nothing starts twice
    print(f"run {run.id}")
    for told in client.progress.of_run(run.id):
        if isinstance(told.news, StepNews):
            print(f"  {told.news.step.name}: {told.news.step.status}")
    ended = client.runs.show(run.id).run
    print(f"{ended.status}: {ended.reason}")
    for one in client.runs.comparisons(run.id):
        if one.outcome is Outcome.UNCHANGED or one.side_by_side_sha256 is None:
            continue
        picture = folder / f"{one.view.name}-{one.view.viewport}.png"
        picture.write_bytes(client.runs.picture(run.id, one.side_by_side_sha256))
        print(f"  {one.view}: {one.sentence}; {picture}")
    return ended.status.exit_code


if __name__ == "__main__":
    server = os.environ.get("INSPECT_SERVER", "http://127.0.0.1:8460")
    try:
        with Client(server, os.environ.get("INSPECT_TOKEN")) as client:
            sys.exit(run_and_wait(client, sys.argv[1], Path()))
    except InspectError as error:  # a sentence: what was asked, what is wrong, what to do next
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
