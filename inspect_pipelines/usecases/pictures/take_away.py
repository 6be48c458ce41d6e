"""Take away: one of several approved pictures of a view is right no more."""

from __future__ import annotations

from dataclasses import replace

from inspect_pipelines.domain.any_of import pictures, without
from inspect_pipelines.domain.baseline import Baseline
from inspect_pipelines.domain.branch import named
from inspect_pipelines.domain.ids import BaselineId
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.errors import NotFound, Refused
from inspect_pipelines.facts.baseline import baseline_facts
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.pictures.choose_variants import take_back_words
from inspect_pipelines.usecases.pictures.go_back import none_in
from inspect_pipelines.usecases.pictures.promote import overtake


def take_away(house: House, set_name: str, view: View, letter: str, *, by: str, note: str = "") -> Baseline:
    """The baseline that follows; the one before stays, and a rollback goes back to it.

    Raises:
        NotFound: The set has no baseline, or no such picture.
        Refused: It is the only one of its view.
    """
    now = house.clock.now()
    with house.ledger.write() as ledger:
        active = ledger.baselines.active(set_name)
        if active is None:
            raise none_in(set_name)
        image = active.images.get(view)
        letters = [one.letter for one in pictures(image)] if image else []
        if image is None or letter not in letters:
            there = f"of '{view}' it has {', '.join(letters)}" if letters else "it has no such view"
            raise NotFound(
                f"baseline set {named(set_name)!r} has no picture {letter!r} of view '{view}': {there}; list them with: "
                f"inspect-pipelines baselines variants list {set_name}"
            )
        left = without(image, letter)
        if left is None:
            raise Refused(
                f"picture {letter!r} of view '{view}' stays: it is the only one that is approved; a view that is gone on "
                "purpose is dropped with: inspect-pipelines baselines adopt RUN --drop VIEW"
            )
        told = f"variant {letter} of {view} was taken away"
        after = replace(
            active,
            id=BaselineId(house.clock.new_id()),
            images={**active.images, view: left},
            created_at=now,
            created_by=by,
            notes=f"{told}: {note.strip()}" if note.strip() else told,
        )
        ledger.baselines.add(after)
        ledger.journal.append("baseline", baseline_facts(after), at=now)
        ledger.audit.append("baseline.variant_removed", after.id, by=by, at=now, detail=f"{set_name}: {told}")
        take_back_words(ledger, set_name, active.images, after.images, by=by, at=now)
        ledger.drift_tracks.forget(set_name, view, letter)
        if not active.branch:
            overtake(ledger, set_name, {view}, new_id=house.clock.new_id, at=now)
    return after
