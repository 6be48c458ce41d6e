"""What the stdout and stderr tabs of Dagster's UI show of a run, without the four processes that Dagster's own copy takes.

A run's process writes into a log of its own anyway (`warm/logs.py`): that is stderr. stdout is what people look for
first, the steps that were played, as far as sessions have ended.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

import dagster as dg
from dagster._core.storage.cloud_storage_compute_log_manager import PollingComputeLogSubscriptionManager
from dagster._core.storage.compute_log_manager import (
    CapturedLogMetadata,
    CapturedLogSubscription,
    ComputeIOType,
)
from dagster._core.storage.noop_compute_log_manager import NoOpComputeLogManager

from assets import tags
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.domain.session import SessionResult, StepResult
from inspect_pipelines.engine.home import home_of
from inspect_pipelines.engine.warm.logs import run_log
from inspect_pipelines.ports.estate import Estate
from inspect_pipelines.queries.run import runs_of_dagster, sessions_of
from inspect_pipelines.queries.session_card import MARKS
from inspect_pipelines.wiring import estate


class RunLogs(NoOpComputeLogManager):
    """Captures nothing, and reads what is there."""

    def get_log_data_for_type(
        self, log_key: Sequence[str], io_type: ComputeIOType, offset: int, max_bytes: int | None
    ) -> tuple[bytes | None, int]:
        """A piece of the log from `offset` on, and where the next one begins."""
        run = self._run(log_key)
        if run is None:
            return None, offset
        if io_type is ComputeIOType.STDOUT:
            whole = self._steps(run).encode()
            piece = whole[offset : None if max_bytes is None else offset + max_bytes]
        else:
            piece = self._said(run, offset, max_bytes)
        return piece or None, offset + len(piece)

    def get_log_metadata(self, log_key: Sequence[str]) -> CapturedLogMetadata:
        """Where to read on."""
        run = self._run(log_key)
        log = self._log(run) if run is not None else None
        return CapturedLogMetadata(stderr_location=str(log) if log else None)

    def is_capture_complete(self, log_key: Sequence[str]) -> bool:
        """Whether nothing comes any more."""
        run = self._run(log_key)
        return run is None or run.is_finished

    def subscribe(self, log_key: Sequence[str], cursor: str | None = None) -> CapturedLogSubscription:
        """Called for a tab that somebody looks at."""
        subscription = CapturedLogSubscription(self, log_key, cursor)
        self._subscriptions.add_subscription(subscription)
        return subscription

    def unsubscribe(self, subscription: CapturedLogSubscription) -> None:
        """Called when nobody looks at it any more."""
        self._subscriptions.remove_subscription(subscription)

    @cached_property
    def _subscriptions(self) -> PollingComputeLogSubscriptionManager:
        return PollingComputeLogSubscriptionManager(self)  # type: ignore[no-untyped-call]  # Dagster's

    @cached_property
    def _estate(self) -> Estate:
        return estate(Settings(home=self._home))

    @property
    def _home(self) -> Path:
        return home_of(self._instance)

    def _run(self, log_key: Sequence[str]) -> dg.DagsterRun | None:
        return self._instance.get_run_by_id(log_key[0])

    def _log(self, run: dg.DagsterRun) -> Path | None:
        names = (run.run_id, run.tags.get(tags.ORIGIN))
        paths = [run_log(self._home, name) for name in names if name]
        return next((path for path in paths if path.exists()), None)

    def _said(self, run: dg.DagsterRun, offset: int, max_bytes: int | None) -> bytes:
        log = self._log(run)
        if log is None:
            return b""
        with log.open("rb") as file:
            file.seek(offset, os.SEEK_SET)
            return file.read(-1 if max_bytes is None else max_bytes)

    def _steps(self, run: dg.DagsterRun) -> str:
        if tags.ORG not in run.tags:
            return ""
        house = self._estate.house(OrgId(run.tags[tags.ORG]))
        ours = runs_of_dagster(house, [run.run_id]).get(run.run_id)
        sessions = sessions_of(house, ours.id) if ours is not None else []
        return "".join(f"{line}\n" for session in sessions for line in _lines(session))


def _lines(session: SessionResult) -> Iterator[str]:
    nth = f", attempt {session.attempt}" if session.attempt > 1 else ""
    took = (session.completed_at - session.started_at).total_seconds()
    yield f"{session.playbook}{nth}: {session.status.value} in {took:.1f} s"
    yield from map(_line, session.steps)
    yield ""


def _line(step: StepResult) -> str:
    says = " ".join(step.message.split())
    took = f"{step.duration_ms / 1000:.1f} s" if step.status.is_played else "not played"
    return f"  {MARKS[step.status]} {step.step_id}@{step.viewport}  {took}  {says}".rstrip()
