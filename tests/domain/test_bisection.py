"""A bisection names the commit that shows a change first, or honestly those that it may be."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from inspect_pipelines.domain.bisection import Culprit, Trial, culprits, next_to_try, symptoms_of

VIEW = "shop/home@desktop"


def bisected(
    shows: Sequence[frozenset[str] | None], symptoms: frozenset[str]
) -> tuple[tuple[Culprit, ...], list[Trial]]:
    """Play commits as long as the search asks for one."""
    trials: list[Trial] = []
    while (at := next_to_try(len(shows), trials, symptoms)) is not None:
        assert at not in {trial.at for trial in trials}
        trials.append(Trial(at, shows[at], "" if shows[at] is not None else "no preview answers"))
    return culprits(len(shows), trials, symptoms), trials


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[frozenset[str] | None], dict[str, int]]:
    """Commits of which some cannot be tried, and in which each symptom came once."""
    count = draw(st.integers(1, 40))
    came = {
        name: draw(st.integers(0, count - 1)) for name in draw(st.sets(st.sampled_from("abc"), min_size=1))
    }
    holes = draw(st.lists(st.booleans(), min_size=count, max_size=count))
    shows = [
        None if hole else frozenset(name for name, since in came.items() if at >= since)
        for at, hole in enumerate(holes)
    ]
    return shows, came


@given(histories())
def test_the_named_commit_is_the_right_one_and_a_range_holds_it_and_nothing_that_could_be_ruled_out(
    history: tuple[list[frozenset[str] | None], dict[str, int]],
) -> None:
    shows, came = history

    found, trials = bisected(shows, frozenset(came))

    for one in found:
        assert came[one.symptom] in one.suspects
        if one.first is not None:
            assert one.first == came[one.symptom]
        *others, last = one.suspects
        assert all(shows[at] is None for at in others)  # none that could be tried is left in doubt
        assert last == len(shows) - 1 or shows[last] is not None
        assert one.has_good == any(
            each is not None and one.symptom not in each for each in shows[: one.suspects[0]]
        )
    tried = [trial for trial in trials if trial.shows is not None]
    holes = len(trials) - len(tried)
    assert len(tried) <= 1 + len(came) * (1 + len(shows).bit_length())
    assert holes <= sum(each is None for each in shows)


@given(st.lists(st.one_of(st.none(), st.booleans()), min_size=1, max_size=30))
def test_of_what_came_and_went_a_commit_is_named_before_which_it_was_not_seen(
    shown: list[bool | None],
) -> None:
    shows = [None if each is None else frozenset({VIEW} if each else ()) for each in shown]

    (found,), _ = bisected(shows, frozenset({VIEW}))

    if shows[-1] is not None and VIEW not in shows[-1]:
        assert found == Culprit(VIEW, (), False, found.has_good)
        return
    before = found.suspects[0] - 1
    assert before < 0 or shown[before] is False
    assert found.suspects[-1] == len(shown) - 1 or shown[found.suspects[-1]] is True


def test_the_newest_is_tried_first_and_ends_it_where_it_does_not_show_the_change() -> None:
    found, trials = bisected([frozenset({VIEW}), frozenset({VIEW}), frozenset()], frozenset({VIEW}))

    assert [trial.at for trial in trials] == [2]
    assert found == (Culprit(VIEW, (), False, has_good=False),)


def test_where_the_newest_cannot_be_tried_the_run_itself_shows_the_change() -> None:
    found, _ = bisected([frozenset(), frozenset(), None], frozenset({VIEW}))

    assert found == (Culprit(VIEW, (2,), None, has_good=True),)
    assert found[0].first == 2


def test_ten_commits_take_few_plays() -> None:
    shows = [frozenset({VIEW} if at >= 6 else ()) for at in range(10)]

    (found,), trials = bisected(shows, frozenset({VIEW}))

    assert found.first == 6
    assert len(trials) <= 5


def test_a_symptom_is_a_view_or_the_place_of_a_finding_whatever_its_kind_of_change() -> None:
    keys = (
        "visual shop/home@desktop colour+text",
        "finding shop/pay expectation /cart",
        "visual shop/a b@desktop added",
        "finding shop/pay action",
    )

    assert symptoms_of(keys) == {
        "shop/home@desktop",
        "shop/pay expectation",
        "shop/a b@desktop",
        "shop/pay action",
    }
