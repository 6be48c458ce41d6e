"""Several approved pictures of a view, with real ones: a hero that an A/B test shows in two ways, beside a price that must not change."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from builders import a_plan, a_schedule, a_screenshot, a_session, a_view
from galleries import MemoryGallery
from houses import SteppedClock, a_house, apply
from inspect_pipelines.domain.access import Caller, Permission
from inspect_pipelines.domain.any_of import pictures
from inspect_pipelines.domain.baseline import Baseline
from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.branch import layer
from inspect_pipelines.domain.comparison import Comparison, Outcome
from inspect_pipelines.domain.debt import DebtKind
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId, Sha256
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.said import DecisionKind
from inspect_pipelines.domain.screenshot import Masked
from inspect_pipelines.domain.wish import Wish
from inspect_pipelines.errors import NotFound, Refused, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.debts import list_debts
from inspect_pipelines.usecases.pictures import go_back
from inspect_pipelines.usecases.pictures.adopt import adopt
from inspect_pipelines.usecases.pictures.compare_run import compare_run
from inspect_pipelines.usecases.pictures.decide import decide
from inspect_pipelines.usecases.pictures.measure_drift import letters as lettered
from inspect_pipelines.usecases.pictures.measure_drift import measure_drift
from inspect_pipelines.usecases.pictures.take_away import take_away
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.usecases.runs.conclude import judge
from inspect_pipelines.usecases.runs.start import Ticket

NAME, HOME = "nightly-shop", a_view("home")
SIZE = (480, 360)
DAY = timedelta(days=1)
HEROES = {  # colour and words of each way that the page may begin
    "sale": ("#b3261e", "Everything must go"),
    "spring": ("#14724a", "New in spring"),
    "club": ("#3451b2", "Join the club"),
}
PALE = 14  # levels of a row of hairlines that pass, and use half of what one run may differ by
ADA = Caller("user:ada", DEFAULT_ORG, frozenset(Permission))


class CountingGallery(MemoryGallery):
    """Knows how often a picture was opened."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[Sha256] = []

    def get(self, sha256: Sha256) -> bytes:
        self.opened.append(sha256)
        return super().get(sha256)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = a_house(tmp_path, gallery=CountingGallery())
    apply(house, a_schedule(NAME, plan=a_plan(baseline=BaselinePolicy())))
    yield house
    house.ledgers.close()


def page(hero: str, price: str = "Total 8 EUR", *, pale: int = 0, compression: int = 6) -> bytes:
    colour, words = HEROES[hero]
    image = Image.new("RGB", SIZE, "#ffffff")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(18)
    draw.rectangle((0, 0, SIZE[0], 120), colour)
    draw.text((40, 50), words, "#ffffff", font)
    draw.text((40, 200), price, "#14161a", font)
    for x in range(40, 440, 4):
        draw.line((x, 300, x, 320), (255 - pale,) * 3)
    written = io.BytesIO()
    image.save(written, "PNG", compress_level=compression)
    return written.getvalue()


def a_night(
    house: House, png: bytes, *, branch: str = "", masked: tuple[Masked, ...] = (), after: timedelta = DAY
) -> Run:
    """A run that shows this picture, compared and judged."""
    clock = house.clock
    assert isinstance(clock, SteppedClock)
    clock.at += after
    key = clock.new_id()
    wanted = start.request(house, DefinitionId(NAME), {}, by="user:ada", key=key, branch=branch)
    run_id = start.admit(house, Ticket(DefinitionId(NAME), clock.new_id(), origin=wanted.origin)).run.id
    shot = a_screenshot("home", sha256=house.gallery.put(png), width=SIZE[0], height=SIZE[1], masked=masked)
    with house.ledger.write() as ledger:
        ledger.evidence.save_session(run_id, a_session(id=f"{run_id}.1", screenshots=(shot,)))
    compare_run(house, run_id)
    return judge(house, run_id).report.run


def compared(house: House, run: Run) -> Comparison:
    with house.ledger.read() as ledger:
        (found,) = ledger.evidence.comparisons(run.id)
    return found


def active(house: House, set_name: str = NAME) -> Baseline:
    with house.ledger.read() as ledger:
        found = ledger.baselines.active(set_name)
    assert found is not None
    return found


def letters(house: House, set_name: str = NAME) -> dict[str, Sha256]:
    return {one.letter: one.sha256 for one in pictures(active(house, set_name).images[HOME])}


def approve_both(house: House, *, until: datetime | None = None) -> tuple[Run, Run]:
    """`sale` is A; `spring` was seen, and approved as a further variant."""
    first = a_night(house, page("sale"))
    adopt(house, first.id, by="user:ada")
    second = a_night(house, page("spring"))
    assert second.status is RunStatus.FAILED
    wish = Wish(DecisionKind.ACCEPT, note="the test of May", finalizes=True, as_variant=True, until=until)
    decide(house, second.id, wish, caller=ADA)
    return first, second


def test_a_run_passes_that_looks_as_any_approved_variant_and_says_as_which(house: House) -> None:
    approve_both(house)

    nights = [a_night(house, page(hero, compression=at)) for at, hero in enumerate(["sale", "spring"] * 2)]

    assert {night.status for night in nights} == {RunStatus.PASSED}
    assert [compared(house, night).variant for night in nights] == ["A", "B", "A", "B"]
    assert compared(house, nights[1]).reason.endswith(", variant B of 2")
    (variant,) = active(house).images[HOME].variants
    assert (variant.by, variant.note, variant.until) == ("user:ada", "the test of May", None)


@pytest.mark.parametrize("hero", ["sale", "spring"])
def test_a_real_regression_on_one_variant_does_not_pass_because_another_one_differs_there(
    house: House, hero: str
) -> None:
    """The price was wrong on B alone: A's hero excuses the hero, and B's price nothing of A's."""
    first = a_night(house, page("sale", "Total 8 EUR"))
    adopt(house, first.id, by="user:ada")
    second = a_night(house, page("spring", "Total 9 EUR"))
    adopt(house, second.id, by="user:ada", as_variant=True)
    mixed = {"sale": "Total 9 EUR", "spring": "Total 8 EUR"}[hero]  # each half of it is approved somewhere

    swapped = a_night(house, page(hero, mixed))
    broken = a_night(house, page(hero, "Total NaN EUR"))

    assert [swapped.status, broken.status] == [RunStatus.FAILED] * 2
    found = compared(house, broken)
    assert found.outcome is Outcome.CHANGED
    assert found.variant == {"sale": "A", "spring": "B"}[hero], "it is shown beside the nearest"
    assert f"none of 2 variants looks so, {found.variant} is the nearest" in found.reason
    assert found.overlay_sha256 is not None
    assert all(region.box.y > 120 for region in found.regions), "only the price is drawn, no hero"


def test_a_third_way_waits_for_a_person_who_may_approve_it_in_the_place_of_the_nearest(house: House) -> None:
    approve_both(house)
    before = letters(house)

    night = a_night(house, page("spring", "Total 9 EUR"))
    adopt(house, night.id, by="user:bob")

    after = letters(house)
    assert (after["A"], [*after]) == (before["A"], ["A", "B"])
    assert after["B"] != before["B"]
    assert active(house).images[HOME].variants[0].by == "user:bob"
    assert a_night(house, page("sale")).status is RunStatus.PASSED
    back = a_night(house, page("spring"))
    assert back.status is RunStatus.FAILED, "the word that had approved the older B ended with it"


def test_rolling_back_takes_the_variant_out_of_use_and_forward_brings_it_back(house: House) -> None:
    approve_both(house)
    with_both = active(house)

    go_back.roll_back(house, NAME, by="user:ada")
    assert a_night(house, page("spring")).status is RunStatus.FAILED

    go_back.activate(house, with_both.id, by="user:ada")
    assert a_night(house, page("spring")).status is RunStatus.PASSED


def test_taking_a_variant_away_asks_about_it_again_and_is_in_the_audit(house: House) -> None:
    approve_both(house)

    take_away(house, NAME, HOME, "B", by="user:ada", note="the test is over")

    assert active(house).notes == "variant B of shop/home@desktop was taken away: the test is over"
    assert a_night(house, page("sale")).status is RunStatus.PASSED
    assert a_night(house, page("spring")).status is RunStatus.FAILED
    with house.ledger.read() as ledger:
        actions = [action for _, _, action, *_ in ledger.audit.latest(limit=50)]
        assert "B" not in ledger.drift_tracks.of(NAME).get(HOME, {})
    assert "baseline.variant_removed" in actions
    with pytest.raises(NotFound, match=r"has no picture 'B' of view 'shop/home@desktop': of '.*' it has A"):
        take_away(house, NAME, HOME, "B", by="user:ada")
    with pytest.raises(Refused, match=r"'A' of view '.*' stays: it is the only one"):
        take_away(house, NAME, HOME, "A", by="user:ada")
    with pytest.raises(NotFound, match="it has no such view"):
        take_away(house, NAME, a_view("cart"), "A", by="user:ada")
    with pytest.raises(NotFound, match="has no baseline"):
        take_away(house, "weekly", HOME, "A", by="user:ada")


def test_the_first_picture_may_go_and_the_variant_goes_on_under_its_letter(house: House) -> None:
    approve_both(house)

    take_away(house, NAME, HOME, "A", by="user:ada")

    night = a_night(house, page("spring", compression=1))
    assert (night.status, compared(house, night).variant) == (RunStatus.PASSED, "B")
    with house.ledger.read() as ledger:
        assert [*ledger.drift_tracks.of(NAME)[HOME]] == ["B"]
    assert a_night(house, page("sale")).status is RunStatus.FAILED


def test_a_variant_that_has_ended_is_right_no_more_nor_is_the_word_that_approved_it(house: House) -> None:
    clock = house.clock
    assert isinstance(clock, SteppedClock)
    approve_both(house, until=clock.at + 5 * DAY)

    assert a_night(house, page("spring")).status is RunStatus.PASSED
    assert a_night(house, page("spring"), after=4 * DAY).status is RunStatus.FAILED
    assert a_night(house, page("sale")).status is RunStatus.PASSED


def test_what_cannot_be_a_variant_is_refused_and_nothing_changes(house: House) -> None:
    first = a_night(house, page("sale"))
    with pytest.raises(Refused, match="none of its pictures differs from what is approved"):
        adopt(house, first.id, by="user:ada", as_variant=True)
    with pytest.raises(Refused, match="nothing is approved of view 'shop/home@desktop' yet"):
        adopt(house, first.id, by="user:ada", views=[HOME], as_variant=True)
    adopt(house, first.id, by="user:ada")
    same, other = a_night(house, page("sale")), a_night(house, page("spring"))
    before = active(house)

    with pytest.raises(Refused, match="looks as approved already"):
        adopt(house, same.id, by="user:ada", views=[HOME], as_variant=True)
    for wish, problem in (
        (Wish(DecisionKind.ACCEPT, as_variant=True), "takes accept and finalize"),
        (
            Wish(DecisionKind.ACCEPT, finalizes=True, as_variant=True, until=before.created_at),
            "a variant ends within 366 days, and after now",
        ),
        (Wish(DecisionKind.ACCEPT, finalizes=True, until=before.created_at), "have an end"),
    ):
        with pytest.raises(UsageError, match=problem):
            decide(house, other.id, wish, caller=ADA)
    assert active(house) == before


def test_drift_beside_one_variant_is_not_added_to_what_another_one_spent(house: House) -> None:
    """Four pale nights of each: eight passing differences in turns, and neither has had five in a row."""
    approve_both(house)

    nights = [a_night(house, page(hero, pale=PALE)) for _ in range(4) for hero in ("sale", "spring")]

    assert {night.status for night in nights} == {RunStatus.PASSED}
    with house.ledger.read() as ledger:
        tracks = ledger.drift_tracks.of(NAME)[HOME]
    assert {letter: track.runs for letter, track in tracks.items()} == {"A": 4, "B": 4}
    assert tracks["A"].anchor != tracks["B"].anchor
    assert max(one.score for track in tracks.values() for one in track.steps) < 0.1, "no step from A to B"
    last = a_night(house, page("spring", pale=PALE))
    assert last.status is RunStatus.NEEDS_REVIEW, "and B alone has drifted by its fifth"
    assert compared(house, last).variant == "B"


def test_the_drift_of_one_variant_is_told_by_the_runs_that_showed_it(house: House) -> None:
    approve_both(house)
    nights = [a_night(house, page(hero, pale=4)) for hero in ("sale", "spring", "spring")]

    first, further = measure_drift(house, NAME, HOME), measure_drift(house, NAME, HOME, "B")

    assert first is not None
    assert further is not None
    assert [one.run_id for one in first.points] == [nights[0].id]
    assert [one.run_id for one in further.points][1:] == [nights[1].id, nights[2].id]
    assert further.points[0].score == 0.0, "the run that B is of"
    assert max(score for _, score in (*first.measured, *further.measured)) < 0.01
    assert lettered(house, NAME, HOME) == ("A", "B")


def test_owners_owe_a_word_about_a_variant_that_ends_soon_or_that_no_run_shows(house: House) -> None:
    clock = house.clock
    assert isinstance(clock, SteppedClock)
    approve_both(house, until=clock.at + 45 * DAY)
    soon = [one.kind for one in list_debts(house, now=clock.at + 2 * DAY)]
    for number in range(3):
        a_night(house, page("spring", compression=number), after=14 * DAY)

    ending, unneeded = list_debts(house, now=clock.at)

    assert soon == []
    assert {ending.kind, unneeded.kind} == {DebtKind.ENDING, DebtKind.UNNEEDED}
    told = sorted((ending.sentence, unneeded.sentence))
    assert told[0].startswith("variant A of shop/home@desktop can go: no run has shown it since 2026-11-2")
    assert told[1].startswith("variant B of shop/home@desktop is right until 2027-01-0")
    assert list_debts(house, now=clock.at + 9 * DAY)[-1].sentence.startswith("variant B of")


def test_the_variant_that_was_shown_last_is_tried_first_and_the_others_are_not_opened(house: House) -> None:
    approve_both(house)
    a_night(house, page("spring", compression=1))
    gallery = house.gallery
    assert isinstance(gallery, CountingGallery)
    gallery.opened.clear()

    a_night(house, page("spring", compression=2))

    assert letters(house)["A"] not in gallery.opened
    gallery.opened.clear()
    a_night(house, page("sale"))
    assert gallery.opened == [], "the very picture is known by its hash"


def test_ignoring_exactly_this_change_goes_on_beside_a_variant_that_is_nearer(house: House) -> None:
    first = a_night(house, page("sale"))
    adopt(house, first.id, by="user:ada")
    ignored = a_night(house, page("sale", "Total 9 EUR"))
    decide(house, ignored.id, Wish(DecisionKind.IGNORE), caller=ADA)
    nearer = a_night(house, page("sale", "Total 9 EUR."))
    if nearer.status is RunStatus.FAILED:
        adopt(house, nearer.id, by="user:ada", as_variant=True)
    else:  # it was known as the same change
        adopt(house, nearer.id, by="user:ada", views=[HOME], as_variant=True)
    assert len(letters(house)) == 2

    again = a_night(house, page("sale", "Total 9 EUR"))
    other = a_night(house, page("sale", "Total 1,000 EUR"))

    assert (again.status, other.status) == (RunStatus.PASSED, RunStatus.FAILED)


def test_a_mask_of_one_variant_hides_nothing_of_another(house: House) -> None:
    """The spring page masks its price; the price of the sale page is looked at as before."""
    first = a_night(house, page("sale"))
    adopt(house, first.id, by="user:ada")
    mask = (Masked("#price", (Box(30, 190, 200, 40),)),)
    second = a_night(house, page("spring", ""), masked=mask)
    adopt(house, second.id, by="user:ada", as_variant=True)

    masked = a_night(house, page("spring", "", compression=1), masked=mask)
    wrong = a_night(house, page("sale", "Total 9 EUR"))

    assert (masked.status, wrong.status) == (RunStatus.PASSED, RunStatus.FAILED)


def test_a_branch_has_its_own_variant_until_the_target_shows_it(house: House) -> None:
    first = a_night(house, page("sale"))
    adopt(house, first.id, by="user:ada")
    on_branch = a_night(house, page("spring"), branch="feature/spring")
    adopt(house, on_branch.id, by="user:ada", as_variant=True)
    own = layer(NAME, "feature/spring")

    assert [*letters(house)] == ["A"]
    assert [*letters(house, own)] == ["A", "B"]
    both = [a_night(house, page(hero), branch="feature/spring") for hero in ("sale", "spring")]
    assert {one.status for one in both} == {RunStatus.PASSED}
    assert a_night(house, page("club")).status is RunStatus.FAILED

    merged = a_night(house, page("spring"))

    assert merged.status is RunStatus.PASSED
    assert "approved on feature/spring by ada, promoted" in compared(house, merged).sentence
    assert [*letters(house)] == ["A", "B"]
    assert a_night(house, page("sale")).status is RunStatus.PASSED


def test_a_policy_moves_the_picture_of_the_variant_that_the_run_showed(house: House) -> None:
    approve_both(house)
    apply(house, a_schedule(NAME, plan=a_plan(baseline=replace(BaselinePolicy(), update_on_success=True))))
    before = letters(house)

    a_night(house, page("spring", compression=1))

    after = letters(house)
    assert after["A"] == before["A"]
    assert after["B"] != before["B"], "the same pixels in another file"
    image = active(house).images[HOME].variants[0].picture
    assert image.anchor is not None
    assert image.anchor.sha256 == before["B"]


def test_a_view_has_no_more_approved_pictures_than_five(house: House) -> None:
    approve_both(house)
    for number in range(3):
        adopt(
            house, a_night(house, page("sale", f"{number} EUR {number}")).id, by="user:ada", as_variant=True
        )
    sixth = a_night(house, page("club"))

    with pytest.raises(Refused, match="has 5 approved pictures, which is as many as a view may have"):
        adopt(house, sixth.id, by="user:ada", as_variant=True)

    assert [*letters(house)] == ["A", "B", "C", "D", "E"]
