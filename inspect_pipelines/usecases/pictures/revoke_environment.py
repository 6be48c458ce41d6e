"""Revoke an environment: what a person said was right asks again, from the next run on."""

from __future__ import annotations

from inspect_pipelines.domain.access import Caller, Permission
from inspect_pipelines.domain.environment_change import AcceptedEnvironment
from inspect_pipelines.domain.wish import forbidden
from inspect_pipelines.errors import Forbidden, NotFound
from inspect_pipelines.ports.house import House


def revoke_environment(
    house: House, accepted_id: str, *, caller: Caller, note: str = ""
) -> AcceptedEnvironment:
    """Take back that a change of the environment is right; what was accepted, as it was.

    The next run whose pictures differ by it asks for a person again, for all definitions at once. Pictures that were approved
    there meanwhile stay approved: compared with those, nothing has changed.

    Args:
        house: Ports.
        accepted_id: Of the change.
        caller: Who says so; it takes the right to make pictures the approved ones.
        note: Kept with it.

    Raises:
        NotFound: It is not accepted.
        Forbidden: Not by them.
    """
    with house.ledger.write() as ledger:
        accepted = next((one for one in ledger.environments.accepted() if one.id == accepted_id), None)
        if accepted is None:
            raise NotFound(
                f"no accepted environment {accepted_id!r}; list them with: "
                "inspect-pipelines environments list --accepted"
            )
        allowed = ledger.organizations.find().machines_finalize
        needed = (Permission.REVIEW_DECIDE, Permission.BASELINE_FINALIZE)
        if problem := forbidden(needed, caller, machines_finalize=allowed):
            raise Forbidden(problem)
        now = house.clock.now()
        ledger.environments.revoke(accepted.change, by=caller.actor, at=now, note=note.strip())
    return accepted
