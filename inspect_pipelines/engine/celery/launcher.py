"""Launch runs on any machine: the order goes into a queue of the broker, and the first worker with room takes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg
from dagster._core.launcher import CheckRunHealthResult
from dagster._serdes import ConfigurableClassData
from dagster_celery.launcher import CeleryRunLauncher
from dagster_celery.tags import DAGSTER_CELERY_QUEUE_TAG

from assets import tags
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.engine.celery.broker import (
    BROKEN,
    INTERRUPT,
    QUEUE,
    TASK,
    Broker,
    broker_url,
    configuration,
)
from inspect_pipelines.engine.launcher import NOT_STARTED_YET, HomeLauncher, order_of
from inspect_pipelines.engine.warm.local import Order
from inspect_pipelines.engine.warm.logs import run_log
from inspect_pipelines.errors import Unavailable

if TYPE_CHECKING:
    from dagster._core.launcher import LaunchRunContext

EVERY = "*"  # in `queues`: whoever has none of their own
WAITS = (*NOT_STARTED_YET, dg.DagsterRunStatus.STARTING)


class InspectCeleryLauncher(HomeLauncher, CeleryRunLauncher):
    """dagster-celery's launcher, which sends; what it asks a result store for is known from locks here.

    A broker that is away or was emptied costs no run: a launched one without worker and order is sent again
    (`send_again`, by the reconcile sensor). An order that comes twice is played once, because of the run's lock.

    Args:
        queues: Organisation -> queue; `*` for the others, else `runs`.
    """

    def __init__(
        self,
        queues: Mapping[str, str] | None = None,
        inst_data: ConfigurableClassData | None = None,
    ) -> None:
        self._queues = dict(queues or {})
        url = broker_url(Settings())
        self._broker = Broker(url)
        super().__init__(
            default_queue=self._queues.get(EVERY, QUEUE),
            broker=url,
            config_source=configuration(url),
            inst_data=inst_data,
        )

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        """`{"queues": {"acme": "inner", "*": "outer"}}`; where the broker is, is a setting, for it holds a password."""
        return {"queues": dg.Field({str: str}, is_required=False)}

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData, config_value: Mapping[str, Any]
    ) -> InspectCeleryLauncher:
        """Called by Dagster."""
        return cls(inst_data=inst_data, **config_value)

    def launch_run(self, context: LaunchRunContext) -> None:
        """Send the order; a broker that does not answer gets it later.

        Raises:
            Unavailable: The run does not say where its job is defined.
        """
        try:
            self._send(context.dagster_run, order_of(context))
        except BROKEN as error:
            self._instance.report_engine_event(
                f"{self._broker.unavailable(error)}, and are sent when it answers.",
                context.dagster_run,
                cls=type(self),
            )

    def send_again(self, runs: Sequence[dg.DagsterRun]) -> list[str]:
        """Send the orders of launched runs that got lost: the broker was away or emptied, or a worker died with one.

        Returns:
            The ids of those Dagster runs. Left as they are: what a worker has, what waits in its queue, and all that
            come after the broker did not answer.
        """
        sent: list[str] = []
        for run in runs:
            origin = run.job_code_origin
            if origin is None or self._workers.is_alive(run.run_id):
                continue
            module = getattr(origin.repository_origin.code_pointer, "module", "")
            try:
                if self._broker.has(run.run_id, [self._queue_of(run)]):
                    continue
                self._send(run, Order(run.run_id, run.job_name, module))
            except (Unavailable, *BROKEN):
                break
            sent.append(run.run_id)
        return sent

    def terminate(self, run_id: str) -> bool:
        """Interrupt a run, wherever it is played; it keeps its evidence, closes its browser and concludes.

        Returns:
            False when it had ended already.
        """
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return False
        self._instance.report_run_canceling(run)
        if self._local.interrupt(run_id) is None:
            waits = run.status in WAITS and not self._workers.is_alive(run_id)
            if waits or self._workers.is_gone(run_id):
                self._instance.report_run_canceled(run, "Canceled; no process worked on it.")
            try:
                self.celery.control.broadcast(INTERRUPT, arguments={"run": run_id})
            except BROKEN as error:
                self._instance.report_engine_event(str(self._broker.unavailable(error)), run, cls=type(self))
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Whether its process lives; one that waits in a queue is in order."""
        return self._health_of(run, not_started_yet=WAITS)

    def get_run_worker_debug_info(
        self, run: dg.DagsterRun, include_container_logs: bool | None = True
    ) -> str:
        """Where to read on."""
        return f"What it printed, on the machine of its worker: {run_log(self._home, run.run_id)}"

    def _send(self, run: dg.DagsterRun, order: Order) -> None:
        """The message names the run and nothing else: what is played, and with which secrets, is known where it is played."""
        signature = self.celery.signature(
            TASK,
            args=(order.dagster_run_id, order.job_name, order.module),
            immutable=True,
            task_id=order.dagster_run_id,
        )
        queued = run.with_tags({**run.tags, DAGSTER_CELERY_QUEUE_TAG: self._queue_of(run)})
        self._launch_celery_task_run(run=queued, task_signature=signature, routing_key=TASK)

    def _queue_of(self, run: dg.DagsterRun) -> str:
        return self._queues.get(run.tags.get(tags.ORG, ""), self.default_queue)
