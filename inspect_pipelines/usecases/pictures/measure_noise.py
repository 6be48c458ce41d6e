"""Measure noise: how far each view of a definition is from its approved picture when a run passes, as the history knows."""

from __future__ import annotations

from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.noise import NoiseFloor, Score, noise_floors
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.domain.spelling import nearest
from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.house import House

CLEAN_RUNS = 20  # newest ones; of so many the p99 is the highest


def measure_noise(house: House, definition_id: DefinitionId) -> tuple[NoiseFloor, ...]:
    """The noise floor of each view, from the definition's newest runs that passed; empty when none has compared yet.

    Raises:
        NotFound: The organisation has no such definition.
    """
    with house.ledger.read() as ledger:
        if ledger.definitions.find(definition_id) is None:
            known = sorted(each.id for each in ledger.definitions.all())
            raise NotFound(
                f"definition {definition_id!r} has no noise floor: it is not applied"
                f"{nearest(definition_id, [*known])} (applied: {', '.join(known) or 'none'}); "
                f"check the id, or run: inspect-pipelines apply"
            )
    try:
        found = house.history.frame(
            "clean_scores", org_id=house.org_id, definition_id=definition_id, runs=CLEAN_RUNS
        )
    except NotFound:  # nothing ever ran in this home
        return ()
    runs = (
        [
            Score(View.parse(row.view), row.score, row.score_method, row.tolerance, bool(row.passed))
            for row in run.itertuples()
        ]
        for _, run in found.groupby("run_seq", sort=False)
    )
    return noise_floors(runs)
