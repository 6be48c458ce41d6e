"""Promote: what somebody approved on a branch is right on the target, too, once the target shows it; other branches follow."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime

from inspect_pipelines.domain.baseline import Baseline
from inspect_pipelines.domain.comparison import Comparison, Outcome
from inspect_pipelines.domain.decision import Decision, open_changes
from inspect_pipelines.domain.ids import BaselineId
from inspect_pipelines.domain.layer import approval_in, overtaken
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.domain.screenshot import Screenshot, View
from inspect_pipelines.facts.baseline import baseline_facts
from inspect_pipelines.ports.gallery import Gallery
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.pictures.compare import compare

NewId = Callable[[], str]


def shown_alike(
    gallery: Gallery,
    policy: BaselinePolicy,
    layers: Sequence[Baseline],
    comparisons: Sequence[Comparison],
    shots: Sequence[Screenshot],
) -> dict[View, list[Baseline]]:
    """Of each view that waits for a person, the layers that hold just what a run of the target shows, the newest first.

    By content: the same bytes, or a picture that passes beside the layer's own.
    """
    by_view = {shot.view: shot for shot in shots}
    newest_first = sorted(layers, key=lambda one: (one.created_at, one.id), reverse=True)
    return {
        found.view: alike
        for found in open_changes(comparisons)
        if (
            alike := [
                own for own in newest_first if _is_shown(gallery, policy, own, found, by_view.get(found.view))
            ]
        )
    }


def follow_layers(
    ledger: LedgerSession,
    comparisons: Sequence[Comparison],
    alike: dict[View, list[Baseline]],
    *,
    at: datetime,
) -> list[Comparison]:
    """The comparisons of a run of the target, with what branches had approved of exactly what it shows."""
    about = {
        own.set: ledger.decisions.about(own.set, alike.keys())
        for own in {one.set: one for found in alike.values() for one in found}.values()
    }
    return [_promoted(each, alike, about, at) for each in comparisons]


def overtake(
    ledger: LedgerSession, set_name: str, views: Collection[View], *, new_id: NewId, at: datetime
) -> None:
    """Take pictures out of every layer of a set: another one is approved on the target by a person's word, or the same."""
    for own in ledger.baselines.layers(set_name) if views else ():
        without = overtaken(own, views, BaselineId(new_id()), at=at)
        if without is not None:
            ledger.baselines.add(without)
            ledger.journal.append("baseline", baseline_facts(without), at=at)


def _is_shown(
    gallery: Gallery, policy: BaselinePolicy, own: Baseline, found: Comparison, shot: Screenshot | None
) -> bool:
    if found.outcome is Outcome.REMOVED:
        return found.view in own.gone
    image = own.images.get(found.view)
    if image is None or shot is None or found.outcome is Outcome.UNREADABLE:
        return False
    if image.sha256 == shot.sha256:
        return True
    (beside,) = compare(gallery, replace(own, images={found.view: image}), [shot], policy, draws=False)
    return beside.passed


def _promoted(
    found: Comparison, alike: dict[View, list[Baseline]], about: dict[str, list[Decision]], at: datetime
) -> Comparison:
    if found.passed or found.said is not None:
        return found
    words = (approval_in(own, found, about[own.set], now=at) for own in alike.get(found.view, ()))
    said = next((one for one in words if one is not None), None)
    return found if said is None else replace(found, passed=True, said=said)
