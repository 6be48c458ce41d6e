"""Drift: what no single run shows, since each is compared with what the rule took over the night before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from builders import ENVIRONMENT, a_baseline, a_schedule, a_session, a_view
from galleries import MemoryGallery
from houses import SteppedClock, a_house, apply
from inspect_pipelines.domain.baseline import image_of
from inspect_pipelines.domain.drift import Drift
from inspect_pipelines.domain.ids import BaselineId, DefinitionId
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.screenshot import Environment
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.pictures.measure_drift import drifting_views, measure_drift
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import abort
from reviewed_runs import a_shot

NAME = "nightly-shop"
HOME, CART = a_view("home"), a_view("cart")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = a_house(tmp_path, gallery=MemoryGallery())
    apply(house, a_schedule(NAME))
    yield house
    house.ledgers.close()


def a_night(house: House, changed: str, *, by: str = "", environment: Environment = ENVIRONMENT) -> str:
    """A run of both views of which `home` shows that change; `by` approves what it shows."""
    clock = house.clock
    assert isinstance(clock, SteppedClock)
    clock.at += timedelta(days=1)
    run = start.request(house, DefinitionId(NAME), {}, by="user:ada", key=clock.new_id())
    shots = [replace(a_shot(house, HOME, changed), environment=environment), a_shot(house, CART)]
    with house.ledger.write() as ledger:
        ledger.evidence.save_session(run.id, a_session(id=f"{run.id}.1", screenshots=tuple(shots)))
        if by:
            images = {shot.view: image_of(shot, run.id) for shot in shots}
            ledger.baselines.add(
                replace(
                    a_baseline(), id=BaselineId(clock.new_id()), set=NAME, images=images, created_by=by,
                    created_at=clock.now(),
                )
            )  # fmt: skip
    abort(house, run.id, RunStatus.FAILED, "it differs")
    return run.id


def scores(drift: Drift | None) -> Sequence[float | None]:
    assert drift is not None
    return [one.score for one in drift.points]


def test_each_later_run_is_measured_against_what_a_person_approved_and_no_rule(house: House) -> None:
    first = a_night(house, "", by="user:ada")
    a_night(house, "button", by="policy:update_on_success")
    last = a_night(house, "header", by="policy:update_on_success")

    drift = measure_drift(house, NAME, HOME)

    assert drift is not None
    assert (drift.points[0].run_id, drift.points[-1].run_id) == (first, last)
    assert drift.approved_by == "user:ada"
    same, *others = scores(drift)
    assert same == 0.0
    assert all(score and score > drift.tolerance for score in others)
    assert "2 were over the tolerance of 0.02" in drift.sentence()
    assert scores(measure_drift(house, NAME, CART)) == [0.0, 0.0, 0.0]


def test_views_that_rules_took_over_come_first(house: House) -> None:
    a_night(house, "", by="user:ada")
    assert drifting_views(house, NAME) == (CART, HOME)
    a_night(house, "button", by="policy:update_on_success")

    assert drifting_views(house, NAME) == (HOME, CART)


def test_a_picture_that_is_gone_has_no_score_and_another_environment_is_said(house: House) -> None:
    a_night(house, "", by="user:ada")
    lost = a_night(house, "button")
    a_night(house, "", environment=replace(ENVIRONMENT, browser="Chromium 9"))
    with house.ledger.read() as ledger:
        (session,) = ledger.evidence.sessions(lost)  # type: ignore[arg-type]
    del house.gallery.images[session.screenshots[0].sha256]  # type: ignore[attr-defined]

    drift = measure_drift(house, NAME, HOME)

    assert scores(drift) == [0.0, None, 0.0]
    assert drift is not None
    assert [one.is_elsewhere for one in drift.points] == [False, False, True]


@pytest.mark.parametrize("by", ["", "policy:first_run"])
def test_without_a_persons_word_there_is_nothing_to_drift_from(house: House, by: str) -> None:
    a_night(house, "", by=by)

    assert measure_drift(house, NAME, HOME) is None
    assert drifting_views(house, NAME) == ()


def test_a_view_that_nobody_approved_has_no_drift(house: House) -> None:
    a_night(house, "", by="user:ada")

    assert measure_drift(house, NAME, a_view("elsewhere")) is None
