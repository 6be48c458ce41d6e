"""Checks that alert: views that drift, looks that are flaky, runs that never began; each told once for as long as it lasts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import dagster as dg

from inspect_pipelines.domain.concern import Concern
from inspect_pipelines.errors import InspectError
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.alerts.find_concerns import drifting, flaking, missing
from inspect_pipelines.usecases.alerts.raise_concerns import raise_concerns

MOST_TOLD = 20  # sentences of a description
Find = Callable[[House], Sequence[Concern]]


@dataclass(frozen=True, slots=True)
class Watched:
    """What is looked for.

    Attributes:
        asset: On which of the trends the check stands.
    """

    asset: str
    name: str
    says: str
    find: Find
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.WARN


CHECKS = (
    Watched("drift", "no_view_drifts", "No view has spent half of what makes a run need review.", drifting),
    Watched(
        "flake_rate",
        "looks_are_steady",
        "In the last seven days fewer than one look in twenty was flaky, of each definition.",
        flaking,
    ),
    Watched(
        "lateness",
        "no_run_is_missing",
        "Each time of the day before has its run.",
        missing,
        dg.AssetCheckSeverity.ERROR,
    ),
)


def checks_of(house: House, prefix: str) -> list[dg.AssetChecksDefinition]:
    """The checks of an organisation's assets.

    They are about now, whichever days are computed: a month that is computed anew tells nobody of a month ago.

    Args:
        prefix: Of its assets' keys.
    """
    return [_check(house, dg.AssetKey([prefix, one.asset]), one) for one in CHECKS]


def _check(house: House, asset: dg.AssetKey, watched: Watched) -> dg.AssetChecksDefinition:
    @dg.asset_check(asset=asset, name=watched.name, description=watched.says)
    def look() -> dg.AssetCheckResult:
        try:
            found = watched.find(house)
            told = raise_concerns(house, found)
        except InspectError as error:
            raise dg.Failure(description=str(error), allow_retries=False) from error
        sentences = [f"{one.definition_id}: {one.sentence}" for one in found]
        more = [f"and {len(found) - MOST_TOLD} more"] if len(found) > MOST_TOLD else []
        return dg.AssetCheckResult(
            passed=not found,
            severity=watched.severity,
            description="\n".join([*sentences[:MOST_TOLD], *more]) or watched.says,
            metadata={"found": len(found), "told_now": len(told)},
        )

    return look
