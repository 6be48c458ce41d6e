"""What was lost, doubled or left, counted from the ledger, Dagster's records, the gallery, the history and what a receiver got."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

from benchmarks.hosts.place import COMMAND, Place
from inspect_pipelines.domain.ids import DEFAULT_ORG
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.errors import InspectError

PICTURED = (RunStatus.PASSED, RunStatus.NEEDS_REVIEW, RunStatus.FAILED)


@dataclass(frozen=True, slots=True)
class Books:
    """What must all be zero."""

    lost: int  # minutes of a schedule, deliveries and commands without a run
    doubled: int  # runs too many, or played once more than they were lost
    stuck: int  # runs that have no end
    dagster_stuck: int
    messages_twice: int  # that a receiver handles twice, which knows an id that it had
    messages_lost: int
    facts_wrong: int  # runs that the history has not, or has twice
    pictures_lost: int  # that a run has, and the bucket not
    late_results_taken: int  # of a run that was over when its host came back
    in_another_queue: int  # runs of an organisation that another worker than its own has played, or none


@dataclass(frozen=True, slots=True)
class End:
    """How a run stood when it was over."""

    status: str
    completed_at: str
    dagster_run_id: str | None
    sessions: int


def ends(place: Place) -> dict[str, End]:
    """Of all that are over."""
    with place.house.ledger.read() as ledger:
        over = [run for run in ledger.runs.latest(limit=10**6) if run.completed_at]
        return {
            str(run.id): End(
                run.status.value,
                str(run.completed_at),
                run.dagster_run_id,
                len(ledger.evidence.sessions(run.id)),
            )
            for run in over
        }


def count(place: Place, origins: set[str], inside: set[str], before: dict[str, End]) -> Books:
    """All of it.

    Args:
        origins: Of the schedules' runs.
        inside: The same, of the other organisation.
        before: Ends that were known while a host was away.
    """
    runs = place.runs()
    known = Counter(run.origin for run in runs)
    by_id = {str(run.id) for run in runs}
    events = sum(run.is_of_event for run in runs)
    with place.house.ledger.read() as ledger:
        stored = {one.id for run in runs for one in ledger.outbox.of_run(run.id)}
    got = told(place)
    over = ends(place)
    return Books(
        lost=len(origins - {*known}) + max(0, place.delivered - events) + len({*place.called} - by_id),
        doubled=max(0, events - place.delivered)
        + max(0, len(runs) - len(origins) - events - len(place.called))
        + _played_again(place, runs),
        stuck=sum(run.status.is_open for run in runs),
        dagster_stuck=sum(not each.dagster_run.is_finished for each in place.instance.get_run_records()),
        messages_twice=max(0, len(got) - len(runs)),
        messages_lost=max(0, max(len(stored), len(runs)) - len(got)),
        facts_wrong=facts_wrong(place),
        pictures_lost=_pictures_lost(place, runs),
        in_another_queue=_in_another_queue(place, inside),
        late_results_taken=sum(over.get(run) != end for run, end in before.items()),
    )


def facts_wrong(place: Place) -> int:
    """Runs that have ended and are not, or not once, in the history of the first host."""
    ended = {str(run.id) for run in place.runs() if not run.status.is_open}
    said = place.cluster.first.call(
        COMMAND,
        "history",
        "sql",
        f"SELECT run_id FROM automated_runs WHERE org_id = '{DEFAULT_ORG}'",
        "--json",
    )
    found = Counter(row["run_id"] for row in json.loads(said or "[]"))
    return len(ended ^ {*found}) + sum(times > 1 for times in found.values())


def told(place: Place) -> set[str]:
    """The messages that the receiver has, by their ids."""
    return {json.loads(line)["id"] for line in place.lines("messages")}


def repeated(place: Place) -> int:
    """Messages that were sent again under their id, since nobody knew whether they had arrived: their sender lost its power."""
    return len(place.lines("messages")) - len(told(place))


def resumed(place: Place) -> int:
    """Runs that were lost with their host, and played anew by another one."""
    return int(place.sql("SELECT count(*) FROM lost_runs")[0][0])


def _played_again(place: Place, runs: list[Run]) -> int:
    """How often a browser was opened for a run, beyond once, and once more for each time that its host was lost."""
    query = "SELECT run_id, count(*) FROM event_logs WHERE dagster_event_type = 'STEP_START' AND step_key = 'collect_screenshots' GROUP BY 1"
    played = dict(place.sql(query, "dagster"))
    starts: Counter[str] = Counter()
    for record in place.instance.get_run_records():
        starts[record.dagster_run.tags.get(".dagster/inspect.origin", "")] += played.get(
            record.dagster_run.run_id, 0
        )
    lost = Counter(str(row[0]) for row in place.sql("SELECT run_id FROM lost_runs"))
    return sum(max(0, starts[run.origin] - 1 - lost[str(run.id)]) for run in runs)


def _in_another_queue(place: Place, inside: set[str]) -> int:
    own, holders = place.workers[-1].host.name, place.holders()
    runs = {run.origin: run for run in place.runs_inside()}
    return sum(
        (run := runs.get(asked)) is None
        or run.status not in PICTURED
        or holders.get(run.dagster_run_id or "") != own
        for asked in inside
    )


def _pictures_lost(place: Place, runs: list[Run]) -> int:
    """Runs that should have a picture and have none, and pictures that the bucket has not."""
    with place.house.ledger.read() as ledger:
        sessions = {run.id: ledger.evidence.sessions(run.id) for run in runs if run.status in PICTURED}
    shots = {run: [shot for one in of_run for shot in one.screenshots] for run, of_run in sessions.items()}
    return sum(not one for one in shots.values()) + sum(
        not _is_there(place, sha256) for sha256 in {shot.sha256 for one in shots.values() for shot in one}
    )


def _is_there(place: Place, sha256: str) -> bool:
    try:
        return bool(place.house.gallery.get(sha256))  # type: ignore[arg-type]
    except InspectError:
        return False
