"""`celery -A inspect_pipelines.engine.celery.app worker`: takes orders out of queues and has them played on this machine.

The process has no Dagster in it: the warm parent beside it forks a run's process (`worker.py`), and here a thread waits
for that one's end, so that no more runs are taken than the worker has room for.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from celery import Celery
from celery.signals import worker_ready, worker_shutdown
from celery.worker.control import control_command

from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.presence import WORKER
from inspect_pipelines.engine.beat import Beat
from inspect_pipelines.engine.celery.broker import INTERRUPT, TASK, make_app
from inspect_pipelines.engine.celery.names import ready_file
from inspect_pipelines.engine.presence import presence
from inspect_pipelines.engine.warm.local import LocalRuns, Order
from inspect_pipelines.errors import InspectError
from resources.clock import SystemClock

LOOK_EVERY_SECONDS = 0.1


def serve(settings: Settings) -> Celery:
    """The app with its one task and what it listens to.

    Raises:
        UsageError: The broker's address is missing, or does not fit.
    """
    app, home, clock = make_app(settings), settings.absolute_home(), SystemClock()
    runs = LocalRuns(home)

    @app.task(name=TASK)  # type: ignore[untyped-decorator]  # Celery's
    def execute_job(dagster_run_id: str, job_name: str, module: str) -> None:
        try:
            said = runs.start(Order(dagster_run_id, job_name, module))
        except InspectError as error:  # Dagster's records have it still, so the order is given again
            sys.stderr.write(f"{error}\n")
            return
        sys.stderr.write(f"Dagster run {dagster_run_id}: {said or 'is being worked on already'}\n")
        while runs.workers.is_alive(dagster_run_id):
            clock.sleep(LOOK_EVERY_SECONDS)

    @control_command(name=INTERRUPT, args=[("run", str)], signature="RUN")  # type: ignore[untyped-decorator]
    def interrupt_run(state: Any, run: str) -> dict[str, Any]:
        return {"ok": runs.interrupt(run)}

    def tell(sentence: str) -> None:
        sys.stderr.write(f"{sentence}\n")

    beat = Beat(
        settings,
        lambda: presence(settings, WORKER, str(home)),
        say=tell,
        too_old=lambda: os.kill(os.getppid(), signal.SIGTERM),  # the worker's supervisor, which drains
    )

    def tell_ready(**_: object) -> None:
        ready_file(home).touch()
        beat.start()

    def tell_gone(**_: object) -> None:
        beat.stop()

    worker_ready.connect(tell_ready, weak=False)
    worker_shutdown.connect(tell_gone, weak=False)
    return app


app = serve(Settings())
