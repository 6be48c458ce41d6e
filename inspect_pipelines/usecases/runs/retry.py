"""Retry a run: a person's second try is a run of its own that names the first."""

from __future__ import annotations

from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.run import Run, retry_origin
from inspect_pipelines.domain.selection import check_selection
from inspect_pipelines.domain.session_request import session_requests
from inspect_pipelines.errors import NotFound, Refused
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs.check_room import check_room


def retry(house: House, run_id: RunId, *, by: str) -> Run:
    """Store the wish for a run like this one: the same definition as it is now, the same variables, the same part of it.

    Args:
        house: Ports.
        run_id: A run that has ended.
        by: Who asks, `user:NAME`.

    Raises:
        NotFound: There is no such run, or its definition was deleted.
        Refused: It is still open.
        UsageError: The definition has changed, and its new variables have no value, or the part is not there any more.
        Unavailable: There is no room for a run.
    """
    check_room(house)
    now = house.clock.now()
    with house.ledger.write() as ledger:
        first = ledger.runs.find(run_id)
        if first is None:
            raise NotFound(f"run {run_id!r} does not exist; list them with: inspect-pipelines runs list")
        if first.status.is_open:
            raise Refused(
                f"run {first.id!r} cannot be retried: it is still {first.status.value}; wait for its end, "
                f"or end it with: inspect-pipelines runs cancel {first.id}"
            )
        definition = ledger.definitions.find(first.definition_id)
        if definition is None:
            raise NotFound(
                f"run {first.id!r} cannot be retried: its definition {first.definition_id!r} was deleted; "
                "bring it back with: inspect-pipelines apply"
            )
        wanted = Run(
            id=RunId(house.clock.new_id()),
            org_id=first.org_id,
            origin=retry_origin(first.id, ledger.runs.retries(first.id) + 1),
            definition_id=first.definition_id,
            definition_kind=definition.kind,
            nominal_at=now,
            requested_at=now,
            timeout_minutes=definition.plan.timeout_minutes,
            variables=first.variables,
            requested_by=by,
            retry_of=first.id,
            selection=first.selection,
            against=first.against,
        )
        check_selection(definition.plan.playbooks, first.selection)
        session_requests(wanted, definition)  # a missing value is told now, not by a run that fails
        return ledger.runs.request(wanted)
