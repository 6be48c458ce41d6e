"""Steadiness: on which rung each view and playbook of a definition stands, and what its views have drifted by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from inspect_pipelines.domain.drift_track import MOST_SPENT, Distance, Track
from inspect_pipelines.domain.flakiness import (
    Rung,
    Sight,
    Window,
    of_todays_pictures,
    steadiness,
    steadiness_of_views,
)
from inspect_pipelines.domain.ids import DefinitionId, Sha256
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.variants import variants_of

if TYPE_CHECKING:
    import pandas as pd

LOOKED_BACK = timedelta(days=60)  # for the beginning of an era; the ladder itself takes 30 days


@dataclass(frozen=True, slots=True)
class DriftSummary:
    """What a view's runs in a row have added up to since a person approved its picture.

    Attributes:
        spent: In budgets of one run.
        share: Of the two budgets at which a person is asked, 0.0 .. 1.0 and more.
        own_tolerance: What its noise asks for, 0.005 to 0.02; None: there were too few clean runs.
    """

    spent: float
    share: float
    runs: int
    since: datetime | None  # UTC; None: the last run was no further away than noise
    own_tolerance: float | None


@dataclass(frozen=True, slots=True)
class SteadinessSummary:
    """Of a view or a playbook.

    Attributes:
        headroom: What the worst run of 30 days left of its budget, 0.0 .. 1.0; 0.0 where one failed.
        drift: None: no run has passed with it yet, or it is a playbook.
        unneeded: Of a view's approved pictures those that are offered for removal: a letter, and why as a clause.
    """

    name: str  # `playbook/name@viewport`, or a playbook's id
    rung: Rung
    week: Window
    month: Window
    headroom: float
    era_since: datetime | None  # UTC; None: nothing ran
    drift: DriftSummary | None = None
    unneeded: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DefinitionSteadiness:
    """The worst first."""

    definition_id: DefinitionId
    views: tuple[SteadinessSummary, ...]
    playbooks: tuple[SteadinessSummary, ...]


def steadiness_of_definition(
    house: House, definition_id: str, *, now: datetime
) -> DefinitionSteadiness | None:
    """Where everything of a schedule or trigger stands; None: there is no such definition."""
    with house.ledger.read() as ledger:
        definition = ledger.definitions.find(DefinitionId(definition_id))
        if definition is None:
            return None
        policy = definition.plan.baseline
        set_name = policy.set or definition.id
        tracks, active = ledger.drift_tracks.of(set_name), ledger.baselines.active(set_name)
    org_id, since = house.org_id, (now - LOOKED_BACK).isoformat()
    try:
        views, playbooks = (
            house.history.frame(name, org_id=org_id, definition_id=definition_id, since=since)
            for name in ("flake_views", "flake_playbooks")
        )
    except NotFound:  # nothing ever ran in this home
        return DefinitionSteadiness(definition.id, (), ())
    unneeded: dict[str, dict[str, str]] = {}
    for each in variants_of(active, tracks, now=now):
        if each.unneeded:
            unneeded.setdefault(str(each.view), {})[each.letter] = each.unneeded
    by_view = of_todays_pictures(_by_view(views, policy.layout_budget_px), active)
    return DefinitionSteadiness(
        definition.id,
        tuple(
            SteadinessSummary(
                one.name, one.rung, one.week, one.month, one.headroom, one.era_since,
                drift_summary(_furthest(tracks.get(View.parse(one.name), {}))), unneeded.get(one.name, {}),
            )
            for one in steadiness_of_views(by_view, now=now)
        ),
        tuple(_of_playbooks(views, playbooks, now=now)),
    )  # fmt: skip


def _furthest(tracks: Mapping[str, Track]) -> Track | None:
    """Of several approved pictures, the one whose runs have spent most."""
    return max(tracks.values(), key=lambda one: (one.spent, one.last_at), default=None)


def drift_summary(track: Track | None) -> DriftSummary | None:
    if track is None:
        return None
    return DriftSummary(
        round(track.spent, 3), round(track.spent / MOST_SPENT, 3), track.runs, track.since, track.tolerance
    )


def _by_view(frame: pd.DataFrame, layout_budget_px: int) -> Mapping[View, Sequence[Sight]]:
    found: dict[View, list[Sight]] = {}
    for row in frame.itertuples():
        passed = bool(row.passed)
        used = Distance(_number(row.score), int(_number(row.layout_px))).of_budget(
            _number(row.tolerance), layout_budget_px
        )
        found.setdefault(View.parse(row.view), []).append(
            Sight(
                _time(row.at_ms),
                passed,
                bool(row.is_restless),
                min(used, 1.0) if passed else 0.0,
                Sha256(row.approved),
            )
        )
    return found


def _of_playbooks(
    views: pd.DataFrame, playbooks: pd.DataFrame, *, now: datetime
) -> Sequence[SteadinessSummary]:
    """A playbook passes a run where its session came to its end and all its views look as approved."""
    failing = {(row.run_seq, row.playbook_id) for row in views.itertuples() if not row.passed}
    restless = {(row.run_seq, row.playbook_id) for row in views.itertuples() if row.is_restless}
    sights: dict[str, list[Sight]] = {}
    for row in playbooks.itertuples():
        key = (row.run_seq, row.playbook_id)
        sights.setdefault(row.playbook_id, []).append(
            Sight(
                _time(row.at_ms),
                bool(row.passed) and key not in failing,
                bool(row.is_restless) or key in restless,
            )
        )
    found = [steadiness(name, each, now=now) for name, each in sights.items()]
    order = list(Rung)
    return [
        SteadinessSummary(one.name, one.rung, one.week, one.month, one.headroom, one.era_since)
        for one in sorted(found, key=lambda one: (order.index(one.rung), -one.month.rate, one.name))
    ]


def _time(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _number(value: float | None) -> float:
    """A number of the history; NULL and NaN as 0.0."""
    return 0.0 if value is None or value != value else float(value)
