"""Following drift: real pictures, one night after the other, from the first that passes to the one that a person has to see."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from builders import ENVIRONMENT, a_plan, a_schedule, a_screenshot, a_session, a_view
from galleries import MemoryGallery
from houses import SteppedClock, a_house, apply
from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.decision import Decision, shown_by
from inspect_pipelines.domain.drift_track import MOST_TOLERANCE, STEPS_KEPT
from inspect_pipelines.domain.ids import DecisionId, DefinitionId
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.said import DecisionKind
from inspect_pipelines.domain.verdict import ADRIFT
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.pictures import adopt
from inspect_pipelines.usecases.pictures.compare_run import compare_run
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import judge
from inspect_pipelines.usecases.runs.start import Ticket

NAME, HOME = "nightly-shop", a_view("home")
SIZE = (480, 360)
PALE, FAINT, CLEAR = (
    14,
    8,
    90,
)  # levels of a row of hairlines: scores of 0.012, 0.0085, and far over any budget


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = a_house(tmp_path, gallery=MemoryGallery())
    yield house
    house.ledgers.close()


def drawn(levels: int, compression: int = 6) -> bytes:
    image = Image.new("RGB", SIZE, "#ffffff")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(18)
    draw.text((40, 30), "Our shop", "#14161a", font)
    draw.rectangle((40, 100, 200, 140), "#14724a")
    draw.text((60, 108), "Pay now", "#ffffff", font)
    for x in range(40, 440, 4):
        draw.line((x, 250, x, 270), (255 - levels,) * 3)
    written = io.BytesIO()
    image.save(written, "PNG", compress_level=compression)
    return written.getvalue()


def a_night(house: House, levels: int = 0, *, compression: int = 6, browser: str = "") -> Run:
    """A run of the shop with hairlines of so many levels, compared and judged."""
    clock = house.clock
    assert isinstance(clock, SteppedClock)
    clock.at += timedelta(days=1)
    ticket = Ticket(DefinitionId(NAME), clock.new_id(), origin=f"cron:{NAME}:{clock.at:%Y-%m-%dT%H:%MZ}")
    run_id = start.admit(house, ticket).run.id
    shot = a_screenshot(
        "home",
        sha256=house.gallery.put(drawn(levels, compression)),
        width=SIZE[0],
        height=SIZE[1],
        environment=replace(ENVIRONMENT, browser=browser) if browser else ENVIRONMENT,
    )
    with house.ledger.write() as ledger:
        ledger.evidence.save_session(run_id, a_session(id=f"{run_id}.1", screenshots=(shot,)))
    compare_run(house, run_id)
    return judge(house, run_id).report.run


def approved(house: House, policy: BaselinePolicy | None = None) -> Run:
    """A first night, whose picture a person approves."""
    apply(house, a_schedule(NAME, plan=a_plan(baseline=policy or BaselinePolicy())))
    first = a_night(house)
    adopt.adopt(house, first.id, by="user:ada")
    return first


def compared(house: House, run: Run) -> Comparison:
    with house.ledger.read() as ledger:
        (found,) = ledger.evidence.comparisons(run.id)
    return found


def test_a_change_that_passes_every_night_is_shown_to_a_person_within_the_week(house: House) -> None:
    approved(house)

    nights = [a_night(house, PALE) for _ in range(5)]

    assert [run.status for run in nights] == [RunStatus.PASSED] * 4 + [RunStatus.NEEDS_REVIEW]
    before, last = compared(house, nights[3]), compared(house, nights[4])
    assert "of what one run may differ by is used" in before.sentence
    assert before.absorbed is not None
    assert before.absorbed.track.runs == 4
    assert nights[4].reason.startswith(ADRIFT)
    assert last.is_adrift
    assert "drifted from what a person approved: over 5 runs in a row since" in last.reason
    assert last.overlay_sha256 is not None  # what differs is drawn, though it passed by itself
    assert last.tolerance == BaselinePolicy().tolerance


def test_what_a_person_adopts_is_what_later_runs_are_measured_from(house: House) -> None:
    approved(house)
    *_, drifted = [a_night(house, PALE) for _ in range(5)]
    adopt.adopt(house, drifted.id, by="user:ada")

    after = a_night(house, PALE)

    absorbed = compared(house, after).absorbed
    assert after.status is RunStatus.PASSED
    assert absorbed is not None
    assert (absorbed.spent, absorbed.track.runs) == (0.0, 0)
    assert absorbed.track.anchor == compared(house, drifted).new_sha256


def test_unchanged_nights_add_up_to_nothing_and_open_no_picture(house: House) -> None:
    approved(house)

    nights = [a_night(house) for _ in range(3)]

    assert {run.status for run in nights} == {RunStatus.PASSED}
    absorbed = compared(house, nights[-1]).absorbed
    assert absorbed is not None
    assert (absorbed.clause, absorbed.track.method) == ("", "")


def test_what_only_passes_never_moves_the_baseline_and_the_same_pixels_do(house: House) -> None:
    approved(house, BaselinePolicy(update_on_success=True))

    a_night(house, FAINT)
    with house.ledger.read() as ledger:
        stayed = ledger.baselines.active(NAME)
    same = a_night(house, compression=1)
    with house.ledger.read() as ledger:
        moved = ledger.baselines.active(NAME)

    assert stayed is not None
    assert moved is not None
    assert stayed.created_by == "user:ada"
    assert (moved.created_by, moved.source_run_id) == ("policy:update_on_success", same.id)
    anchor = moved.images[HOME].anchor
    assert anchor is not None
    assert anchor.sha256 == stayed.images[HOME].sha256


def test_a_baseline_that_a_rule_moved_is_measured_from_what_a_person_approved(house: House) -> None:
    """Each night passes beside the night before; beside what a person approved they are far away."""
    approved(house, BaselinePolicy(update_on_success=True))
    a_night(house, compression=1)
    with house.ledger.write() as ledger:  # as an older release moved it, step by step
        active = ledger.baselines.active(NAME)
        assert active is not None
        (image,) = active.images.values()
        far = replace(image, sha256=house.gallery.put(drawn(CLEAR)))
        ledger.baselines.add(replace(active, id=house.clock.new_id(), images={HOME: far}))  # type: ignore[arg-type]

    run = a_night(house, CLEAR)

    found = compared(house, run)
    assert run.status is RunStatus.NEEDS_REVIEW
    assert found.old_sha256 == image.anchor.sha256  # type: ignore[union-attr]
    assert found.absorbed is not None
    assert found.absorbed.spent > 2


def test_another_browser_is_one_review_and_no_drift(house: House) -> None:
    approved(house)

    run = a_night(house, PALE, browser="Chromium 999.0")

    assert run.status is RunStatus.NEEDS_REVIEW
    assert run.reason.startswith("the environment changed: browser")
    assert compared(house, run).absorbed is None


def test_a_picture_of_the_night_before_that_is_gone_leaves_its_step_unknown(house: House) -> None:
    approved(house)
    first = a_night(house, FAINT)
    del house.gallery.images[compared(house, first).new_sha256]  # type: ignore[attr-defined]

    second = a_night(house, PALE)

    absorbed = compared(house, second).absorbed
    assert absorbed is not None
    assert len(absorbed.track.steps) == 1
    assert absorbed.track.runs == 2


def test_auto_holds_each_view_to_its_own_noise_once_that_is_known(house: House) -> None:
    approved(house, BaselinePolicy(is_auto=True))

    for _ in range(STEPS_KEPT):
        a_night(house)
    faint = a_night(house, FAINT)  # the usual tolerance lets it pass

    assert faint.status is RunStatus.FAILED
    assert compared(house, faint).tolerance == 0.005
    assert compared(house, faint).score < MOST_TOLERANCE


def test_auto_learns_nothing_from_a_page_that_is_changed_a_little_each_night(house: House) -> None:
    """Steps that look like noise, so that the tolerance grows with them: it is caught before it has learnt anything."""
    approved(house, BaselinePolicy(is_auto=True))

    nights = [a_night(house, 4 * step) for step in range(1, 6)]

    assert [run.status for run in nights] == [RunStatus.PASSED] * 4 + [RunStatus.NEEDS_REVIEW]


def test_a_change_that_a_person_accepted_before_may_move_the_baseline(house: House) -> None:
    first = approved(house, BaselinePolicy(update_on_success=True, tolerance=0.5))
    found = compared(house, a_night(house, CLEAR))
    assert found.fingerprint
    said = Decision(
        DecisionId("d1"), house.org_id, NAME, DecisionKind.ACCEPT, shown_by(found), first.id, "user:ada", house.clock.now()
    )  # fmt: skip
    with house.ledger.write() as ledger:
        ledger.decisions.add(said)

    run = a_night(house, CLEAR, compression=1)  # other bytes, so that it is not the picture of the decision

    with house.ledger.read() as ledger:
        active = ledger.baselines.active(NAME)
    absorbed = compared(house, run).absorbed
    assert absorbed is not None
    assert absorbed.by == "d1"
    assert active is not None
    assert (active.created_by, active.source_run_id) == ("policy:update_on_success", run.id)
    assert active.images[HOME].anchor is not None
