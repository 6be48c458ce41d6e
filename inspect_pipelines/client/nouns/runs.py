"""What the API can do with runs. Written by `python docs/client.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from inspect_pipelines.client.noun import Noun, below
from inspect_pipelines.client.pages import Pages
from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.session import SessionResult
from inspect_pipelines.queries.dossier import Dossier, Shot
from inspect_pipelines.queries.past import PastTimes
from inspect_pipelines.queries.run_log import RunLog
from inspect_pipelines.queries.run_pair import RunComparison
from inspect_pipelines.queries.runs import RunSummary


class Runs(Noun):
    """`client.runs`."""

    def list(
        self,
        *,
        definition_id: str | None = None,
        schedule_id: str | None = None,
        trigger_id: str | None = None,
        status: Sequence[RunStatus] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        repo: str | None = None,
        branch: str | None = None,
        environment: str | None = None,
        page_size: int = 50,
        cursor: str | None = None,
    ) -> Pages[RunSummary]:
        """Runs, newest first by (requested_at, id): open ones, and ended ones for as long as the history goes back."""
        return self._pages(
            RunSummary,
            "/runs",
            {
                "definition_id": definition_id,
                "schedule_id": schedule_id,
                "trigger_id": trigger_id,
                "status": status,
                "from": since,
                "to": until,
                "repo": repo,
                "branch": branch,
                "environment": environment,
            },
            page_size=page_size,
            cursor=cursor,
        )

    def show(self, run_id: str) -> Dossier:
        """Everything about a run; of one that only the history has any more, what that has (`is_evidence_kept`: false)."""
        return self._one(Dossier, "GET", below("/runs/{run_id}", run_id=run_id))

    def sessions(self, run_id: str) -> tuple[SessionResult, ...]:
        """Each time that one of its playbooks was played, with steps and findings, in playing order."""
        return self._many(SessionResult, "GET", below("/runs/{run_id}/sessions", run_id=run_id))

    def screenshots(self, run_id: str) -> tuple[Shot, ...]:
        """Each picture that it took, in playing order."""
        return self._many(Shot, "GET", below("/runs/{run_id}/screenshots", run_id=run_id))

    def comparisons(self, run_id: str) -> tuple[Comparison, ...]:
        """Each view beside its approved picture."""
        return self._many(Comparison, "GET", below("/runs/{run_id}/comparisons", run_id=run_id))

    def compare(self, run_id: str, other_id: str, *, view: Sequence[str] | None = None) -> RunComparison:
        """What a run's pictures differ by from another one's, by the judge of the runs; it decides nothing.

        The other run is the old side, whatever its definition; views pair by their names. At most 60 pairs are measured at
        once: `not_measured` names the rest, to be asked for by `view`.
        """
        return self._one(
            RunComparison,
            "GET",
            below("/runs/{run_id}/compare/{other_id}", run_id=run_id, other_id=other_id),
            query={"view": view},
        )

    def picture(self, run_id: str, sha256: str) -> bytes:
        """A picture that the run took, was compared with, or got drawn."""
        return self._bytes(below("/runs/{run_id}/pictures/{sha256}", run_id=run_id, sha256=sha256))

    def evidence(self, run_id: str, sha256: str) -> bytes:
        """A trace, film or network log that was kept of the run, as a file to save."""
        return self._bytes(below("/runs/{run_id}/evidence/{sha256}", run_id=run_id, sha256=sha256))

    def run_schedule(
        self,
        schedule_id: str,
        *,
        variables: Mapping[str, str] | None = None,
        branch: str = "",
        views: Sequence[str] = (),
        steps: Sequence[str] = (),
        viewports: Sequence[str] = (),
        playbooks: Sequence[str] = (),
        against: str = "",
        key: str | None = None,
    ) -> RunSummary:
        """Start a schedule's run at once, beside its times; the same key again finds the same run."""
        return self._one(
            RunSummary,
            "POST",
            below("/schedules/{schedule_id}/run-now", schedule_id=schedule_id),
            body={
                "variables": variables,
                "branch": branch,
                "views": views,
                "steps": steps,
                "viewports": viewports,
                "playbooks": playbooks,
                "against": against,
            },
            headers={"Idempotency-Key": key},
        )

    def run_trigger(
        self,
        trigger_id: str,
        *,
        variables: Mapping[str, str] | None = None,
        branch: str = "",
        views: Sequence[str] = (),
        steps: Sequence[str] = (),
        viewports: Sequence[str] = (),
        playbooks: Sequence[str] = (),
        against: str = "",
        key: str | None = None,
    ) -> RunSummary:
        """Start a trigger's run at once, without an event; the same key again finds the same run."""
        return self._one(
            RunSummary,
            "POST",
            below("/triggers/{trigger_id}/run-now", trigger_id=trigger_id),
            body={
                "variables": variables,
                "branch": branch,
                "views": views,
                "steps": steps,
                "viewports": viewports,
                "playbooks": playbooks,
                "against": against,
            },
            headers={"Idempotency-Key": key},
        )

    def past(
        self, schedule_id: str, *, since: datetime | None = None, until: datetime | None = None
    ) -> PastTimes:
        """The times of a schedule between two times, which of them ran, and which `run-past` would run: 50 at most."""
        return self._one(
            PastTimes,
            "GET",
            below("/schedules/{schedule_id}/past", schedule_id=schedule_id),
            query={"from": since, "to": until},
        )

    def run_past_time(self, schedule_id: str, *, at: datetime, key: str | None = None) -> RunSummary:
        """Start the run of a schedule's past time; what ran by itself then is 409, what was asked for is found again."""
        return self._one(
            RunSummary,
            "POST",
            below("/schedules/{schedule_id}/run-past", schedule_id=schedule_id),
            body={"at": at},
            headers={"Idempotency-Key": key},
        )

    def cancel_run(self, run_id: str, *, reason: str = "", key: str | None = None) -> RunSummary:
        """End a run within two seconds; what it saw until then is kept. Repeating it changes nothing."""
        return self._one(
            RunSummary,
            "POST",
            below("/runs/{run_id}/cancel", run_id=run_id),
            body={"reason": reason},
            headers={"Idempotency-Key": key},
        )

    def retry_run(self, run_id: str, *, key: str | None = None) -> RunSummary:
        """Run the same once more: the definition as it is now, with the variables of the first one."""
        return self._one(
            RunSummary, "POST", below("/runs/{run_id}/retry", run_id=run_id), headers={"Idempotency-Key": key}
        )

    def log(self, run_id: str) -> RunLog:
        """What its own process printed, the last 5,000 lines; Dagster's event log of it is in Dagster's UI."""
        return self._one(RunLog, "GET", below("/runs/{run_id}/log", run_id=run_id))
