from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import ENVIRONMENT, a_baseline, a_screenshot, a_view
from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.comparison import Measurement, Region, environment_changes, judge, pair
from inspect_pipelines.domain.plan import BaselinePolicy

POLICY = BaselinePolicy()
REGION = Region(Box(0, 0, 10, 10), 100)
names = st.lists(st.sampled_from("abcdefgh"), unique=True)


def measured(**values: object) -> Measurement:
    return Measurement(**({"score": 0.0, "score_method": "test", "changed_ratio": 0.1} | values))  # type: ignore[arg-type]


@given(names, names)
def test_pairs_cover_the_union_of_views_exactly_once(old_names, new_names):
    baseline = a_baseline(views=tuple(old_names))
    shots = [a_screenshot(name) for name in new_names]

    pairs = pair(baseline.images, shots)

    assert len(pairs) == len({each.view for each in pairs})
    assert {each.view.name for each in pairs} == set(old_names) | set(new_names)
    for each in pairs:
        assert (each.old is not None) == (each.view.name in old_names)
        assert (each.new is not None) == (each.view.name in new_names)


def test_pairs_come_in_the_runs_order_and_then_what_only_the_baseline_has():
    baseline = a_baseline(views=("z", "pay", "a"))

    pairs = pair(baseline.images, [a_screenshot("pay"), a_screenshot("cart")])

    assert [each.view.name for each in pairs] == ["pay", "cart", "a", "z"]


def test_the_same_name_in_two_viewports_is_two_views():
    phone = a_screenshot("home", view=a_view("home", viewport="phone"))

    pairs = pair(a_baseline(views=("home",)).images, [phone])

    assert [(str(each.view), each.old is None) for each in pairs] == [
        ("shop/home@phone", True),
        ("shop/home@desktop", False),
    ]


@pytest.mark.parametrize(
    ("measurement", "policy", "expected"),
    [
        (measured(score=0.02), POLICY, ()),
        (measured(score=0.0201), POLICY, ("score 0.020 is over the tolerance 0.02",)),
        (measured(inserted_rows=4, removed_rows=4), POLICY, ()),
        (measured(inserted_rows=5), POLICY, ("5 px moved, over the layout budget of 4 px",)),
        (measured(removed_rows=120), POLICY, ("120 px moved, over the layout budget of 4 px",)),
        (measured(regions=(REGION,) * 50), POLICY, ()),
        (measured(regions=(REGION,)), BaselinePolicy(region_budget=1), ()),
        (
            measured(regions=(REGION,) * 2),
            BaselinePolicy(region_budget=1),
            ("2 changed regions, over the budget of 1",),
        ),
    ],
)
def test_a_view_fails_for_these_reasons_and_no_other(measurement, policy, expected):
    assert judge(measurement, policy, 0.02) == expected


def test_every_reason_to_fail_is_told():
    measurement = measured(score=0.5, inserted_rows=64, regions=(REGION,))

    assert len(judge(measurement, BaselinePolicy(region_budget=0), 0.02)) == 3


def test_another_environment_is_told_once_however_many_views_it_concerns():
    newer = replace(ENVIRONMENT, browser="Chromium 157")
    shots = [a_screenshot(name, environment=newer) for name in ("cart", "pay", "new")]

    changes = environment_changes(a_baseline(views=("cart", "pay")), shots)

    assert len(changes) == 1
    assert "Chromium 157" in changes[0]
    assert environment_changes(a_baseline(views=("cart",)), [a_screenshot("pay", environment=newer)]) == ()
