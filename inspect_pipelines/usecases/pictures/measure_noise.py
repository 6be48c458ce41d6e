"""Measure noise: how far each view of a definition is from its approved picture when a run passes."""

from __future__ import annotations

from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.noise import NoiseFloor, noise_floors
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.house import House

CLEAN_RUNS = 30  # newest ones; a month of nights


def measure_noise(house: House, definition_id: DefinitionId) -> tuple[NoiseFloor, ...]:
    """The noise floor of each view, from the definition's newest runs that passed; empty when none has compared yet.

    Raises:
        NotFound: The organisation has no such definition.
    """
    with house.ledger.read() as ledger:
        if ledger.definitions.find(house.org_id, definition_id) is None:
            known = ", ".join(sorted(each.id for each in ledger.definitions.all(house.org_id))) or "none"
            raise NotFound(
                f"definition {definition_id!r} has no noise floor: it is not applied (applied: {known}); "
                f"check the id, or run: inspect-pipelines apply"
            )
        passed = ledger.runs.latest(
            house.org_id, definition_id=definition_id, status=RunStatus.PASSED, limit=CLEAN_RUNS
        )
        compared = [ledger.evidence.comparisons(run.id) for run in passed]
    return noise_floors(run for run in compared if run)
