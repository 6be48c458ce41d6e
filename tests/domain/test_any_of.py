from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, a_baseline, a_screenshot, a_sha, a_view
from inspect_pipelines.domain.acceptance import anchored
from inspect_pipelines.domain.any_of import (
    MOST_PICTURES,
    UNSEEN,
    Word,
    any_of,
    as_compared,
    hashes,
    in_force,
    joined,
    named,
    pictures,
    put,
    put_beside,
    taken_over,
    unfit,
    unseen,
    without,
)
from inspect_pipelines.domain.baseline import BaselineImage
from inspect_pipelines.domain.comparison import Beside, Comparison, Outcome
from inspect_pipelines.domain.decision import Decision, Shown, settled, shown_by, vetoes
from inspect_pipelines.domain.drift_track import Absorbed, Distance, Track
from inspect_pipelines.domain.environment_change import changes_by_view
from inspect_pipelines.domain.flakiness import Rung, Sight, of_todays_pictures, steadiness_of_views
from inspect_pipelines.domain.ids import DEFAULT_ORG, DecisionId, RunId
from inspect_pipelines.domain.said import DecisionKind

HOME = a_view("home")
RUN = RunId("01900000-0000-7000-8000-00000000000f")
DAY = timedelta(days=1)
WORD = Word("user:ada", NOW)
(ONLY,) = a_baseline().images.values()  # its picture is `a`


WORD_OF_BOB = Decision(
    DecisionId("d1"),
    DEFAULT_ORG,
    "nightly-shop",
    DecisionKind.ACCEPT,
    Shown(HOME, None, None),
    RUN,
    "user:bob",
    NOW,
)


def follow(found: Comparison, word: Decision) -> Comparison:
    (after,) = settled([found], [word], now=NOW + DAY, same_change=lambda one, other: one == other)
    return after


def of(*digits: str, until: datetime | None = None) -> BaselineImage:
    """What is approved of a view: the first of these pictures, and the others as variants."""
    first, *others = digits
    image = replace(ONLY, sha256=a_sha(first))
    for digit in others:
        image = put_beside(image, replace(ONLY, sha256=a_sha(digit)), replace(WORD, until=until))
    return image


def seen(image: BaselineImage, *, score: float, passed: bool = False, **changes: object) -> Comparison:
    outcome = Outcome.UNCHANGED if passed else Outcome.CHANGED
    values: dict[str, object] = {"old_sha256": image.sha256, "new_sha256": a_sha("f"), "fingerprint": "f"}
    return Comparison(HOME, outcome, passed, "it says", score, "m", 0.02, **(values | changes))  # type: ignore[arg-type]


@given(
    st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=MOST_PICTURES),
    st.lists(st.sampled_from("ABCDEZ"), max_size=6),
)
def test_a_view_passes_beside_one_whole_picture_or_beside_none(
    found: list[tuple[float, bool]], first: list[str]
) -> None:
    image = of(*"abcde"[: len(found)])
    by_letter = dict(zip("ABCDE", found, strict=False))
    asked: list[str] = []

    def looks(one: BaselineImage) -> Comparison:
        asked.append(one.letter)
        score, passed = by_letter[one.letter]
        return seen(one, score=score, passed=passed)

    result = any_of(image, looks, first)

    assert not any(by_letter[letter][1] for letter in asked[:-1]), "it stops at the first that passes"
    assert result.passed is any(passed for _, passed in found)
    meant = next(one for one in pictures(image) if one.letter == result.variant)
    assert (result.old_sha256, result.score) == (meant.sha256, by_letter[result.variant][0])
    if result.passed:
        assert result.variant == asked[-1]
        assert result.besides == ()
    else:
        assert sorted(asked) == sorted(by_letter)
        assert result.score == min(score for score, _ in found)
        assert result.differs_from == hashes(image)
    wanted = [letter for letter in dict.fromkeys(first) if letter in by_letter]
    assert asked[: len(wanted)] == wanted[: len(asked)]


def test_it_says_which_picture_it_is_about() -> None:
    passing = any_of(of("a", "b"), lambda one: seen(one, score=0.0, passed=one.letter == "B"))
    nearest = any_of(of("a", "b"), lambda one: seen(one, score=0.3 if one.letter == "A" else 0.2))
    only = any_of(replace(of("a"), letter="C"), lambda one: seen(one, score=0.3))

    assert passing.reason == "it says, variant B of 2"
    assert nearest.reason == "it says; none of 2 variants looks so, B is the nearest"
    assert nearest.besides == (Beside("A", a_sha("a"), 0.3, "f"),)
    assert (only.variant, only.reason) == ("C", "it says")
    assert named(HOME, "A") == "shop/home@desktop"


def test_where_one_cannot_be_read_and_no_other_passes_nobody_knows_what_it_looks_as() -> None:
    def looks(one: BaselineImage) -> Comparison:
        if one.letter == "A":
            return replace(seen(one, score=1.0), outcome=Outcome.UNREADABLE)
        return seen(one, score=0.1, passed=one.letter == "C")

    assert any_of(of("a", "b"), looks).outcome is Outcome.UNREADABLE
    assert any_of(of("a", "b", "c"), looks).passed


def test_what_is_approved_instead_takes_the_letter_of_the_picture_it_was_compared_with() -> None:
    image, new = of("a", "b", "c"), replace(ONLY, sha256=a_sha("e"), source_run_id=RUN)
    bob = Word("user:bob", NOW + DAY)

    first, further, known = put(image, new, "A"), put(image, new, "B", bob), put(image, new, "gone")

    assert [(one.letter, one.sha256[0]) for one in pictures(first)] == [("A", "e"), ("B", "b"), ("C", "c")]
    assert [(one.letter, one.sha256[0]) for one in pictures(further)] == [("A", "a"), ("B", "e"), ("C", "c")]
    assert [one.by for one in further.variants] == ["user:bob", "user:ada"]
    assert put(image, new, "B").variants[0].by == "user:ada", "a rule is nobody's word"
    assert known == first
    assert put(None, new) == new
    again = put(image, replace(new, sha256=a_sha("c")), "A")
    assert hashes(again) == hashes(image), "what is approved already takes its own place only"
    assert again.variants[1].picture.source_run_id == RUN


def test_what_is_approved_beside_keeps_the_others_and_gets_a_letter_that_nothing_had() -> None:
    shot = a_screenshot("home", sha256=a_sha("e"))
    images = joined({HOME: without(of("a", "b", "c"), "B") or ONLY}, [shot], RUN, WORD)

    assert [(one.letter, one.sha256[0]) for one in pictures(images[HOME])] == [
        ("A", "a"),
        ("C", "c"),
        ("D", "e"),
    ]
    worn = replace(of("a", "b"), letter="Z")
    assert put_beside(worn, replace(ONLY, sha256=a_sha("e")), WORD).variants[-1].picture.letter == "A"
    assert taken_over({}, [shot], RUN)[HOME].sha256 == shot.sha256


def test_a_variant_that_has_ended_is_right_no_more_and_makes_room() -> None:
    image = of("a", "b", until=NOW + DAY)
    baseline = a_baseline()
    ending = replace(baseline, images={HOME: image})

    assert in_force(ending, NOW) == ending
    late = in_force(ending, NOW + DAY)
    assert late is not None
    assert hashes(late.images[HOME]) == {a_sha("a")}
    assert in_force(baseline, NOW) is baseline
    assert in_force(None, NOW) is None
    after = put_beside(image, replace(ONLY, sha256=a_sha("e")), Word("user:ada", NOW + 2 * DAY))
    assert [one.letter for one in pictures(after)] == ["A", "C"]


def test_taking_one_away_leaves_the_others_with_their_letters() -> None:
    assert [one.letter for one in pictures(without(of("a", "b", "c"), "A") or ONLY)] == ["B", "C"]
    assert without(of("a", "b"), "B") == of("a")
    assert without(of("a"), "A") is without(of("a", "b"), "C") is None


def test_what_cannot_be_a_further_picture_says_why() -> None:
    image = of("a", "b")
    found = seen(image, score=0.4)
    track = Track(a_sha("a"), "m", a_sha("a"), NOW)
    adrift = replace(found, absorbed=Absorbed(Distance(0.01), 0.5, track, "for long"))

    assert unfit(HOME, image, found, NOW) == ""
    assert "nothing is approved of view" in unfit(HOME, None, found, NOW)
    assert "shows no picture" in unfit(HOME, image, None, NOW)
    assert "shows no picture" in unfit(HOME, image, replace(found, new_sha256=None), NOW)
    assert "cannot be read" in unfit(HOME, image, replace(found, outcome=Outcome.UNREADABLE), NOW)
    assert "looks as approved already" in unfit(HOME, image, replace(found, new_sha256=a_sha("b")), NOW)
    assert "looks as approved already" in unfit(HOME, image, replace(found, passed=True), NOW)
    assert "approve it in its place" in unfit(HOME, image, adrift, NOW)


def test_a_view_has_five_approved_pictures_at_most_and_ended_ones_do_not_count() -> None:
    image = of(*"abcde")
    found = seen(image, score=0.4)

    assert unfit(HOME, image, found, NOW) == (
        "view 'shop/home@desktop' has 5 approved pictures, which is as many as a view may have; approve it in the place of "
        "one, or take one away with: inspect-pipelines baselines variants remove"
    )
    ending = of(*"abcde", until=NOW + DAY)
    assert unfit(HOME, ending, found, NOW + DAY) == ""


def test_one_that_no_run_shows_while_others_are_shown_is_offered_for_removal() -> None:
    image, late = of("a", "b"), NOW + UNSEEN

    assert unseen(image, {"A": late, "B": late - DAY}, late) == {}
    assert unseen(image, {"A": late}, late) == {
        "B": "no run has shown it since 2026-11-22, while others of the view were shown"
    }
    assert [*unseen(image, {"B": late}, late)] == ["A"], "the first one, too"
    assert unseen(image, {}, late + 9 * UNSEEN) == {}, "nobody looked at the view"
    assert unseen(of("a", "b", until=NOW + DAY), {}, NOW + DAY) == {"B": "it ended on 2026-11-23"}
    assert unseen(of("a"), {"A": NOW}, late) == {}


def test_what_is_asked_of_a_baseline_is_asked_of_the_picture_that_was_compared() -> None:
    baseline = replace(a_baseline(), images={HOME: of("a", "b")})
    found = replace(seen(ONLY, score=0.0, passed=True), variant="B")

    alone = as_compared(baseline, [found])

    assert alone is not None
    assert alone.images == {HOME: replace(ONLY, sha256=a_sha("b"), letter="B")}
    assert as_compared(baseline, []) == replace(baseline, images={HOME: of("a")})
    assert as_compared(None, [found]) is None
    assert as_compared(a_baseline(), [found]) == a_baseline()


def test_an_environment_is_another_one_where_no_approved_picture_is_of_it() -> None:
    image = of("a", "b")
    newer = replace(ONLY.environment, browser="Chromium 999")
    shot = a_screenshot("home", environment=newer)
    moved = replace(image.variants[0], picture=replace(image.variants[0].picture, environment=newer))

    both = replace(a_baseline(), images={HOME: image})
    one = replace(a_baseline(), images={HOME: replace(image, variants=(moved,))})

    assert [*changes_by_view(both, [shot])] == [HOME]
    assert changes_by_view(one, [shot]) == {}


def test_a_rule_leaves_each_picture_what_a_person_approved_of_it() -> None:
    old = of("a", "b")
    new = put(old, replace(ONLY, sha256=a_sha("e")), "B")

    (image,) = anchored({HOME: old}, {HOME: new}).values()

    assert image.anchor is None
    further = image.variants[0].picture
    assert further.anchor is not None
    assert (further.sha256, further.anchor.sha256) == (a_sha("e"), a_sha("b"))
    assert anchored({}, {HOME: new}) == {HOME: new}


@pytest.mark.parametrize("kind", [DecisionKind.IGNORE, DecisionKind.REJECT, DecisionKind.ACCEPT])
def test_a_word_beside_one_picture_holds_though_another_one_is_nearer_now(kind: DecisionKind) -> None:
    before = replace(seen(of("a"), score=0.3), fingerprint="same")
    word = replace(WORD_OF_BOB, kind=kind, shown=shown_by(before))
    nearer = replace(
        seen(of("b"), score=0.1, fingerprint="other"),
        variant="B",
        besides=(Beside("A", a_sha("a"), 0.3, "same"),),
    )

    assert follow(nearer, word).said is not None
    assert follow(replace(nearer, besides=()), word).said is None
    assert bool(vetoes([word], [nearer], by="user:ada", now=NOW)) is (kind is DecisionKind.REJECT)
    jittered = replace(nearer, new_sha256=a_sha("9"))
    assert (follow(jittered, word).said is not None) is (kind is DecisionKind.IGNORE)


def test_which_picture_a_night_shows_begins_no_era_and_approving_one_does() -> None:
    image = of("a", "b")
    active = replace(a_baseline(), images={HOME: image})
    nights = [
        Sight(NOW + number * DAY, passed=True, approved=a_sha("ab"[number % 2])) for number in range(-3, 6)
    ]

    (alone,) = steadiness_of_views({HOME: nights}, now=NOW + 6 * DAY)
    (found,) = steadiness_of_views(of_todays_pictures({HOME: nights}, active), now=NOW + 6 * DAY)

    assert (alone.month.runs, found.month.runs, found.era_since) == (1, 6, NOW)
    assert found.rung is Rung.CLEAN
    assert of_todays_pictures({HOME: nights}, None) == {HOME: nights}
    stray = [*nights, Sight(NOW + DAY, passed=False, approved=a_sha("9"))]
    assert of_todays_pictures({HOME: stray}, active)[HOME][-1].approved == a_sha("9")
