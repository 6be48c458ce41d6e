"""Two runs beside each other, over drawn pages that are really compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from builders import a_view
from houses import a_house
from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.run import Run
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.run_pair import RunPair, run_comparison, run_pair
from inspect_pipelines.usecases.pictures.compare_runs import compare_runs, drawn
from inspect_pipelines.usecases.pictures.diff import Rules, diff
from reviewed_runs import GONE, a_reviewed_run

FIRST, SECOND, THIRD = (a_view(f"page-0{at}") for at in (1, 2, 3))


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = a_house(tmp_path)
    yield house
    house.ledgers.close()


def pair_of(house: House, run: Run, other: Run) -> RunPair:
    found = run_pair(house, run.id, other.id)
    assert found is not None
    return found


def told(found: Sequence[Comparison]) -> dict[str, tuple[str, str]]:
    return {one.view.name: (one.outcome.value, one.reason.partition(" (score")[0]) for one in found}


def test_each_view_says_what_became_of_it_from_one_run_to_the_other(house: House) -> None:
    other = a_reviewed_run(house, ["", "", GONE, ""])
    run = a_reviewed_run(house, ["header", "", "", GONE])

    found = compare_runs(house, pair_of(house, run, other))

    assert told(found) == {
        "page-01": ("changed", "text of heading changed from 'Our shop' to 'Our store'"),
        "page-02": ("unchanged", "the same picture in both"),
        "page-03": ("added", "only this run shows it"),
        "page-04": ("removed", "only the other run shows it"),
    }
    assert [one.view.name for one in found] == ["page-01", "page-03", "page-04", "page-02"]


def test_what_was_approved_meanwhile_plays_no_part(house: House) -> None:
    """Both fail against what is approved, and show the same."""
    other, run = a_reviewed_run(house, ["header"]), a_reviewed_run(house, ["header"])

    (found,) = compare_runs(house, pair_of(house, run, other))

    assert (found.passed, found.said) == (True, None)


def test_the_judge_is_the_one_of_diff(house: House) -> None:
    other, run = a_reviewed_run(house, ["", ""]), a_reviewed_run(house, ["button", "price"])
    pair = pair_of(house, run, other)

    found = compare_runs(house, pair)

    for each, one in zip(pair.pairs, found, strict=True):
        assert each.old is not None
        assert each.new is not None
        seen = diff(
            house.gallery.get(each.old.sha256), house.gallery.get(each.new.sha256), Rules()
        ).difference
        assert (one.score, one.outcome) == (seen.score, seen.outcome)
        assert seen.measurement is not None
        assert [region.box for region in one.regions] == [region.box for region in seen.measurement.regions]


def test_nothing_is_kept_of_it_neither_words_nor_pictures(house: House, tmp_path: Path) -> None:
    other, run = a_reviewed_run(house, [""]), a_reviewed_run(house, ["button"])
    pair = pair_of(house, run, other)
    with house.ledger.read() as ledger:
        before = ledger.evidence.comparisons(run.id)
    pictures = sorted(house.gallery.images)  # type: ignore[attr-defined]

    sheets = drawn(house, pair, pair.pairs[0])

    assert sheets is not None
    assert all(one.startswith(b"\x89PNG") for one in sheets)
    assert sorted(house.gallery.images) == pictures  # type: ignore[attr-defined]
    with house.ledger.read() as ledger:
        assert ledger.evidence.comparisons(run.id) == before


def test_one_request_opens_so_many_pairs_and_names_the_rest(house: House) -> None:
    other, run = a_reviewed_run(house, ["", "", ""]), a_reviewed_run(house, ["button", "header", ""])
    pair = pair_of(house, run, other)

    first = run_comparison(house, pair, compare_runs(house, pair, most=1))
    rest = run_comparison(
        house, pair, compare_runs(house, pair, first.not_measured, most=1), first.not_measured
    )

    assert ([one.view for one in first.comparisons], first.not_measured) == ([FIRST, THIRD], (SECOND,))
    assert ([one.view for one in rest.comparisons], rest.not_measured) == ([SECOND], ())


def test_a_view_that_neither_run_has_is_told_with_those_that_they_have(house: House) -> None:
    other, run = a_reviewed_run(house, [""]), a_reviewed_run(house, [""])

    with pytest.raises(NotFound, match="has a view 'shop/nothing@desktop'; they have: shop/page-01@desktop"):
        compare_runs(house, pair_of(house, run, other), [View("shop", "nothing", "desktop")])
