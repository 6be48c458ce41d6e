"""`python -m inspect_pipelines.engine.warm.alone RUN LOCK`: one run in a process of its own, when no warm parent answers.

LOCK is the descriptor of the run's lock, taken by whoever starts this, so that the run has a living worker from the first
moment; Dagster's import alone takes seconds.
"""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

from resources.workers import WorkerLocks


def main() -> int:
    """Adopt the lock, then import what executes, then execute."""
    dagster_run_id, lock = sys.argv[1], int(sys.argv[2])
    # Not by the settings, whose import would keep the lock waiting; whoever starts this has set both.
    home, dagster_home = (Path(os.environ[name]) for name in ("INSPECT_HOME", "DAGSTER_HOME"))  # noqa: TID251
    WorkerLocks(home / "run" / "workers").adopt(dagster_run_id, lock)

    gc.disable()  # what is loaded stays; to look through it again and again takes a tenth of the start
    import dagster as dg
    from dagster._core.definitions.reconstruct import ReconstructableJob
    from dagster._utils.hosted_user_process import recon_job_from_origin

    from inspect_pipelines.engine.warm.execution import execute
    from inspect_pipelines.wiring import workers_of

    def find(run: dg.DagsterRun) -> ReconstructableJob:
        assert run.job_code_origin is not None  # the launcher saw to it
        return recon_job_from_origin(run.job_code_origin)

    gc.freeze()
    gc.enable()
    with dg.DagsterInstance.from_config(str(dagster_home)) as instance:
        return execute(dagster_run_id, instance, find, workers_of(home))


if __name__ == "__main__":
    sys.exit(main())
