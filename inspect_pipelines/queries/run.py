"""A run: the one that a person means by what they type, or that Dagster names."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches

from inspect_pipelines.domain.access import Caller, Permission, may_see, why
from inspect_pipelines.domain.ids import DefinitionId, RunId, Sha256
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.session import SessionResult
from inspect_pipelines.domain.spelling import nearest
from inspect_pipelines.errors import Forbidden, NotFound, Refused, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.queries import beginning

RECENT = 200  # runs among which the nearest matches of a wrong id are looked for
ENDED = [status for status in RunStatus if not status.is_open]
JUDGED = [status for status in ENDED if status is not RunStatus.SKIPPED]


def find_run(house: House, text: str, *, or_definition: bool = False) -> Run:
    """The run that is meant.

    Args:
        house: Ports.
        text: A run's id, or at least 6 characters of its beginning when only one run begins so.
        or_definition: A definition's id means its latest run.

    Raises:
        NotFound: Nothing matches; the sentence names what is near.
        Refused: Several runs begin so.
        UsageError: The beginning is too short to mean one run.
    """
    typed = text.strip().lower()
    with house.ledger.read() as ledger:
        if run := ledger.runs.find(RunId(typed)):
            return run
        if or_definition and (latest := ledger.runs.latest(definition_id=DefinitionId(text), limit=1)):
            return latest[0]
        if not beginning.OF_AN_ID.match(typed):
            raise NotFound(_unknown(house, ledger, text))
        if len(typed) < beginning.SHORTEST:
            raise UsageError(
                f"run {text!r} is too short to mean one run: type at least {beginning.SHORTEST} characters of its id"
            )
        found = ledger.runs.with_prefix(typed)
        if not found:
            raise NotFound(_unknown(house, ledger, text))
    if len(found) > 1:
        some = ", ".join(_described(run) for run in found[: beginning.SHOWN])
        raise Refused(f"run {text!r} is not clear: several runs begin so ({some}); type more of the id")
    return found[0]


def find_ended_run(house: House, text: str) -> Run:
    """The run that is meant by its id or the beginning of it, or the latest of a definition's that has ended.

    Raises:
        NotFound: Nothing matches; the sentence names what is near.
        Refused: Several runs begin so.
        UsageError: The beginning is too short to mean one run.
    """
    with house.ledger.read() as ledger:
        if latest := ledger.runs.latest(definition_id=DefinitionId(text), status=ENDED, limit=1):
            return latest[0]
        known = [definition.id for definition in ledger.definitions.all()]
    if beginning.OF_AN_ID.match(text.strip().lower()):
        return find_run(house, text)
    if text in known:
        raise NotFound(
            f"{text!r} has no run that has ended; start one with: inspect-pipelines run {text} --wait"
        )
    raise NotFound(
        f"{text!r} is neither a run nor a definition with a run{nearest(text, [*known])}; "
        "list them with: inspect-pipelines runs"
    )


def refuse_unknown(house: House, definition_id: DefinitionId) -> None:
    """A filter that can match nothing is a typing error; runs of deleted definitions are still found.

    Raises:
        NotFound: Nothing of that id is applied or ever ran.
    """
    with house.ledger.read() as ledger:
        known = [definition.id for definition in ledger.definitions.all()]
        if definition_id in known or ledger.runs.latest(definition_id=definition_id, limit=1):
            return
    applied = ", ".join(sorted(known)) or "none"
    raise NotFound(
        f"--definition {definition_id!r} names nothing that is applied or ever ran{nearest(definition_id, [*known])}; "
        f"applied: {applied}"
    )


def current_run(house: House, run_id: RunId) -> Run | None:
    """The run as the ledger has it now."""
    with house.ledger.read() as ledger:
        return ledger.runs.find(run_id)


def has_ended_runs(house: House) -> bool:
    """Whether any run has ended by now, so that there is something to be said of them."""
    with house.ledger.read() as ledger:
        return bool(ledger.runs.latest(status=ENDED, limit=1))


def run_for(house: House, caller: Caller, run_id: RunId) -> Run | None:
    """The run as the ledger has it now; None: there is none.

    Raises:
        Forbidden: They see none but those that they asked for, and this is none of them, whether there is one or not.
    """
    run = current_run(house, run_id)
    refuse_others(caller, run_id, asked_by=run.requested_by if run else None)
    return run


def refuse_others(caller: Caller, run_id: RunId, *, asked_by: str | None) -> None:
    """Return when they may see a run of whoever asked for it; None: there is none.

    Raises:
        Forbidden: As `run_for`.
    """
    if not may_see(caller, Permission.RUNS_READ, asked_by=asked_by):
        raise Forbidden(
            f"run {run_id[:100]!r} is none that you asked for: {why(caller, Permission.RUNS_READ)}"
        )


def run_anywhere(houses: Iterable[House], run_id: RunId) -> tuple[House, Run] | None:
    """A run of one of these organisations with its house; a link in a message names none."""
    for house in houses:
        run = current_run(house, run_id)
        if run is not None:
            return house, run
    return None


def pictures_of(house: House, run_id: RunId) -> set[Sha256]:
    """Every picture that a run refers to: taken, compared with, and drawn over."""
    with house.ledger.read() as ledger:
        sessions, comparisons = ledger.evidence.sessions(run_id), ledger.evidence.comparisons(run_id)
    taken = {shot.sha256 for session in sessions for shot in session.screenshots}
    taken |= {shot.sha256 for each in sessions if each.beside is not None for shot in each.beside.screenshots}
    compared = {
        sha
        for each in comparisons
        for sha in (each.old_sha256, each.new_sha256, each.overlay_sha256, each.side_by_side_sha256)
        if sha
    }
    return taken | compared


def sessions_of(house: House, run_id: RunId) -> list[SessionResult]:
    """Everything that was played for a run, in order."""
    with house.ledger.read() as ledger:
        return ledger.evidence.sessions(run_id)


def runs_of_dagster(house: House, dagster_run_ids: Collection[str]) -> Mapping[str, Run]:
    """Our runs by the Dagster runs that hold them, as far as they came to the door."""
    with house.ledger.read() as ledger:
        return ledger.runs.of_dagster_runs(dagster_run_ids)


def taken_from(house: House, dagster_run_ids: Collection[str]) -> frozenset[str]:
    """Those of these Dagster runs that lost our run with their machine, so that it is another one's."""
    with house.ledger.read() as ledger:
        return ledger.losses.taken_from(dagster_run_ids)


def last_judged(house: House, definition_id: DefinitionId) -> Run | None:
    """The newest run of a definition that has ended and was not skipped."""
    with house.ledger.read() as ledger:
        return next(iter(ledger.runs.latest(definition_id=definition_id, status=JUDGED, limit=1)), None)


def _unknown(house: House, ledger: LedgerSession, text: str) -> str:
    recent = ledger.runs.latest(limit=RECENT)
    if not recent:
        return f"run {text!r} does not exist: nothing has run yet; start one with: inspect-pipelines run ID"
    by_id = {run.id: run for run in recent}
    near = get_close_matches(text.lower(), [*by_id], n=beginning.SHOWN, cutoff=0.75)
    named = [_described(by_id[RunId(one)]) for one in near] or [_described(recent[0])]
    what = "nearest" if near else "the latest one"
    return f"run {text!r} does not exist; {what}: {', '.join(named)}; list them with: inspect-pipelines runs list"


def _described(run: Run) -> str:
    return f"{run.id} ({run.definition_id}, {run.status.value})"
