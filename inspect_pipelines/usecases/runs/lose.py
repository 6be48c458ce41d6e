"""Lose runs: what becomes of one whose worker is gone, decided once by whoever finds out first."""

from __future__ import annotations

from inspect_pipelines.domain.loss import HERE, starts_again
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.runs.conclude import abort
from inspect_pipelines.usecases.runs.find_fate import find_fate


def lose(house: House, run: Run, *, otherwise: tuple[RunStatus, str]) -> Run | None:
    """Start a run whose machine was lost again, once and before its first picture; end any other.

    From now on whoever believes to work on it is refused when it writes, so that nothing of it comes late.

    Args:
        house: Ports.
        run: Running, as it was seen.
        otherwise: How it ends when its process died, and neither its deadline nor a person has a say.

    Returns:
        The run as this call left it; None: somebody works on it, or another one was first.
    """
    host = house.workers.overtake(run.dagster_run_id or "")
    if host is None:
        return None
    if host != HERE and otherwise[0] is RunStatus.ERROR:
        otherwise = (
            RunStatus.ERROR,
            f"host: {host!r}, where it was played, was not heard of any more; start it again",
        )
    fate = find_fate(house, run, otherwise=otherwise)
    if fate == otherwise and otherwise[0] is RunStatus.ERROR and _is_given_back(house, run, host):
        with house.ledger.read() as ledger:
            return ledger.runs.find(run.id)
    conclusion = abort(house, run.id, *fate)
    return conclusion.report.run if conclusion.was_first else None


def _is_given_back(house: House, run: Run, host: str) -> bool:
    with house.ledger.write() as ledger:
        definition = ledger.definitions.find(run.definition_id)
        if definition is None or ledger.evidence.sessions(run.id):
            return False
        told = ledger.steps.of_runs([run.id]).get(run.id, [])
        if not starts_again(host, told, definition.plan.playbooks):
            return False
        if not ledger.losses.give_back(run, host=host, at=house.clock.now()):
            return False
        ledger.steps.forget(run.id)
        return True
