from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import (
    a_baseline,
    a_plan,
    a_playbook,
    a_run,
    a_schedule,
    a_screenshot,
    a_session,
    a_sha,
    a_view,
)
from inspect_pipelines.domain.action import Goto, TakeScreenshot
from inspect_pipelines.domain.baseline import (
    activated,
    adopted,
    baseline_set,
    concerning,
    elsewhere_only,
    expected,
    image_of,
    left_out,
    not_shown,
    photographed,
    unapproved,
    view_matches,
)
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.domain.playbook import DESKTOP, Step, Viewport
from inspect_pipelines.domain.session import UNMET, SessionStatus, StepResult, StepStatus

RUN = RunId("01900000-0000-7000-8000-000000000009")
names = st.lists(st.sampled_from("abcdef"), unique=True)


def test_an_image_keeps_what_a_later_comparison_needs():
    shot = a_screenshot("pay", sha256=a_sha("f"), width=390, height=844)

    image = image_of(shot, RUN)

    assert (image.sha256, image.width, image.height, image.source_run_id) == (a_sha("f"), 390, 844, RUN)
    assert (image.environment, image.route, image.masked) == (shot.environment, "/pay", ())


def images_of(*shots):
    return {shot.view: image_of(shot, RUN) for shot in shots}


@given(names, names)
def test_what_a_run_took_replaces_and_what_it_did_not_come_to_stays(old_names, new_names):
    """Adopting a run whose third step broke once replaced a baseline of 8 views by the 2 that it had taken."""
    current = a_baseline(views=tuple(old_names))
    shots = [a_screenshot(name, sha256=a_sha("f")) for name in new_names]

    images = adopted(current, images_of(*shots))

    assert {view.name for view in images} == {*old_names, *new_names}
    assert {view.name for view, image in images.items() if image.sha256 == a_sha("f")} == set(new_names)


def test_a_view_that_is_named_is_dropped():
    images = adopted(a_baseline(views=("home", "old")), {}, [a_view("old")])

    assert [view.name for view in images] == ["home"]


def test_without_a_baseline_what_was_taken_is_all():
    assert [view.name for view in adopted(None, images_of(a_screenshot("pay")))] == ["pay"]


def test_a_run_does_not_show_what_its_own_playbooks_have_approved_and_it_did_not_take():
    current = a_baseline(views=("home", "cart"))

    assert not_shown(current, [a_screenshot("home")], {"shop"}) == (a_view("cart"),)
    assert not_shown(current, [], {"account"}) == not_shown(None, [], {"shop"}) == ()


@pytest.mark.parametrize("glob", [None, "*", "home", "home@desktop", "shop/home@desktop", "h?me", "shop/*"])
def test_a_view_is_named_by_each_of_its_spellings(glob):
    assert view_matches(a_view("home"), glob)


@pytest.mark.parametrize("glob", ["", "Home", "hom", "home@phone", "other/home@desktop", "desktop"])
def test_a_view_is_not_named_by_something_else(glob):
    assert not view_matches(a_view("home"), glob)


def test_a_view_whose_name_looks_like_a_glob_can_be_named_literally():
    assert view_matches(a_view("list[1]"), "shop/list[1]@desktop")


def test_activating_changes_nothing_else():
    baseline = a_baseline()

    assert not activated(baseline, False).is_active
    assert activated(activated(baseline, False), True) == baseline


def test_adopting_leaves_the_views_of_other_playbooks_in_a_shared_set():
    """Adopting one definition's run once dropped the other's views, which then failed on an unchanged site."""
    current = a_baseline(views=("home",))
    other = a_screenshot("front", view=a_view("front", playbook="account"))

    images = adopted(current, images_of(other))

    assert {str(view) for view in images} == {"shop/home@desktop", "account/front@desktop"}


def test_only_the_views_of_a_runs_playbooks_concern_it():
    baseline = a_baseline(views=("home",))

    assert concerning(baseline, [a_session()], a_schedule()) == baseline
    assert concerning(baseline, [a_session()], None) == baseline
    assert concerning(baseline, [a_session(playbook="account")], a_schedule()) is None
    assert concerning(None, [a_session()], a_schedule()) is None


def test_a_view_that_is_taken_on_other_viewports_only_is_not_expected():
    """`only: [phone]` on a step that had been approved on all made its other views "missing"."""
    look = Step("look", "Look", (TakeScreenshot("home"), TakeScreenshot("menu", only=("phone",))))
    more = Step("more", "More", (TakeScreenshot("more"),), only=("phone",))
    viewports = (DESKTOP, Viewport("phone", 390, 844))
    playbook = a_playbook(steps=(look, more), viewports=viewports)
    baseline = a_baseline(views=("home", "menu", "more", "gone"))

    expected_here = concerning(baseline, [a_session()], a_schedule(plan=a_plan(playbooks=(playbook,))))

    assert elsewhere_only([playbook]) == {a_view("menu"), a_view("more")}
    assert expected_here is not None
    assert {view.name for view in expected_here.images} == {"home", "gone"}


def test_a_view_of_a_step_that_was_left_out_or_may_fail_is_not_expected():
    """A coupon step that was left out by its `when` made the run fail: its picture was told as removed."""
    steps = tuple(
        Step(name, name, (Goto("/"), TakeScreenshot(name)))
        for name in ("home", "left", "may", "shot", "lost")
    )
    results = tuple(
        StepResult(name, name, "desktop", status, 0, message)
        for name, status, message in (
            ("left", StepStatus.SKIPPED, f"{UNMET}#coupon is not visible"),
            ("may", StepStatus.OPTIONAL_FAILED, "found none"),
            ("shot", StepStatus.OPTIONAL_FAILED, "found none"),
            ("lost", StepStatus.SKIPPED, "not reached"),
        )
    )
    playbook = a_playbook(steps=steps)
    session = a_session(steps=results, screenshots=(a_screenshot("shot"),))
    stopped = a_session(status=SessionStatus.FAILED, steps=results, screenshots=())
    baseline = a_baseline(views=("home", "left", "may", "shot", "lost"))

    wanted = concerning(baseline, [session], a_schedule(plan=a_plan(playbooks=(playbook,))))

    assert wanted is not None
    assert {view.name for view in wanted.images} == {"home", "shot", "lost"}
    assert left_out([stopped, a_session(playbook="other", steps=results)], [playbook]) == frozenset()


@pytest.mark.parametrize(
    ("status", "names"), [(SessionStatus.COMPLETED, {"home", "cart"}), (SessionStatus.TIMEOUT, {"home"})]
)
def test_of_a_session_that_ended_early_only_what_it_took_is_expected(status, names):
    baseline = a_baseline(views=("home", "cart"))
    session = a_session(status=status, screenshots=(a_screenshot("home"),))

    assert {view.name for view in expected(baseline, [session]).images} == names
    assert expected(baseline, [a_session(playbook="account", screenshots=())]).images == {}


def test_a_view_is_approved_as_a_run_shows_it_or_no_longer_shows_it():
    shots = [a_screenshot("home"), a_screenshot("cart")]
    images = {
        a_view("home"): image_of(shots[0], RUN),
        a_view("old"): image_of(a_screenshot("old"), RunId("1")),
    }
    baseline = a_baseline(images=images)

    left = unapproved(baseline, shots, [a_view("cart"), a_view("old"), a_view("gone")], RUN)

    assert left == {a_view("cart"), a_view("old")}
    assert unapproved(baseline, shots[:1], [], RUN) == set()
    assert unapproved(baseline, shots[:1], [], RunId("1")) == {a_view("home")}


def test_a_set_is_named_by_the_plan_or_after_the_runs_definition():
    shared = a_schedule(plan=a_plan(baseline=BaselinePolicy(set="shop")))

    assert baseline_set(shared, a_run()) == "shop"
    assert baseline_set(a_schedule(), a_run()) == baseline_set(None, a_run()) == "nightly-shop"


def test_the_views_of_playbooks_are_what_their_steps_photograph_on_each_viewport() -> None:
    phone = Viewport("phone", 390, 844)
    book = a_playbook(
        viewports=(DESKTOP, phone),
        steps=(
            Step("look", "Look", (Goto("/"), TakeScreenshot("home"))),
            Step("menu", "Menu", (TakeScreenshot("menu"),), only=("phone",)),
        ),
    )

    found = photographed([book])

    assert {(view.name, view.viewport): viewport for view, viewport in found.items()} == {
        ("home", "desktop"): DESKTOP,
        ("home", "phone"): phone,
        ("menu", "phone"): phone,
    }
