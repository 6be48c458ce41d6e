from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import (
    a_baseline,
    a_finding,
    a_plan,
    a_playbook,
    a_run,
    a_schedule,
    a_screenshot,
    a_session,
    a_sha,
    a_view,
)
from inspect_pipelines.domain.action import Action, Goto, TakeScreenshot, WaitFor
from inspect_pipelines.domain.baseline import Baseline
from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.comparison import Comparison, Outcome, Region
from inspect_pipelines.domain.expectation import ExpectPopup, ExpectText, ExpectUrl, ExpectVisible
from inspect_pipelines.domain.gesture import Click, Fill, Press
from inspect_pipelines.domain.ids import DefinitionId, OrgId
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.domain.plan import BaselinePolicy, NotifyRule, Plan, RuleEvent
from inspect_pipelines.domain.playbook import Playbook, Step
from inspect_pipelines.domain.run import Run
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.domain.screenshot import Masked, Screenshot, View
from inspect_pipelines.domain.session import ConsoleLine, SessionRequest, SessionResult, Value
from inspect_pipelines.domain.target import Target
from inspect_pipelines.domain.trigger import Definition, Trigger
from inspect_pipelines.errors import Unreadable
from inspect_pipelines.stored.serial import dump_json, load_json

BUTTON = Target(role="button", name="Pay")
ACTIONS: tuple[Action, ...] = (
    Goto("/"),
    Click(BUTTON),
    Fill(Target(label="Card", frame="iframe"), "4242"),
    Press("Enter"),
    Press("Enter", BUTTON),
    WaitFor(BUTTON, "hidden", 2.5),
    ExpectText(None, contains="Thanks"),
    ExpectText(BUTTON, equals="Pay"),
    ExpectVisible(BUTTON),
    ExpectUrl("**/orders/*"),
    ExpectPopup("**/receipt"),
    TakeScreenshot("home", mask=(".clock",), clip=Box(0, 0, 10, 20), tolerance=0.1),
)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (
            Playbook,
            a_playbook(steps=(Step("all", "All", ACTIONS, success_criteria=(ExpectVisible(BUTTON),)),)),
        ),
        (Plan, a_plan(notify=(NotifyRule(RuleEvent.ON_FAILURE, ("slack:#qa",), mention=("@ada",)),))),
        (Schedule, a_schedule(plan=a_plan(baseline=BaselinePolicy(set="shared", tolerance=0.0)))),
        (
            Trigger,
            Trigger(
                DefinitionId("t"), OrgId("acme"), "T", "pull_request.merged", a_plan(), paths=("src/**",)
            ),
        ),
        (Run, a_run(variables={"a": "b"})),
        (
            Screenshot,
            a_screenshot(
                masked=(Masked(".x", (Box(1, 2, 3, 4),)),), elements=(("h1", Box(0, 0, 1, 1)),), texts=("A",)
            ),
        ),
        (
            SessionResult,
            a_session(findings=(a_finding(),), console=(ConsoleLine("desktop", "error", "boom"),)),
        ),
        (SessionRequest, SessionRequest("s", "r", a_playbook(), {"pw": Value("${env:PW}", True)})),
        (Baseline, a_baseline(views=("home", "cart"))),
        (
            Comparison,
            Comparison(
                a_view(),
                Outcome.CHANGED,
                False,
                "moved",
                0.5,
                "ssim",
                0.02,
                regions=(Region(Box(0, 0, 1, 1), 1),),
            ),
        ),
        (
            Notification,
            Notification(
                "n",
                OrgId("o"),
                a_run().id,
                RuleEvent.ON_FAILURE,
                "pagerduty",
                "t",
                "x",
                ("@a",),
                a_run().nominal_at,
            ),
        ),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_a_value_comes_back_equal_from_its_json(kind, value):
    assert load_json(kind, dump_json(value)) == value


def test_a_union_comes_back_as_the_kind_it_was():
    schedule = a_schedule()

    assert load_json(Definition, dump_json(schedule)) == schedule
    assert isinstance(load_json(Definition, dump_json(schedule)), Schedule)


def test_a_view_is_written_in_its_text_form_as_key_and_as_value():
    assert list(json.loads(dump_json(a_baseline()))["images"]) == ["shop/home@desktop"]
    assert json.loads(dump_json(a_screenshot()))["view"] == "shop/home@desktop"


def test_times_are_written_as_rfc_3339_in_utc():
    run = a_run(nominal_at=datetime(2026, 11, 22, 7, 0, 0, 250_000, tzinfo=UTC))

    assert json.loads(dump_json(run))["nominal_at"] == "2026-11-22T07:00:00.250000Z"


def test_a_container_is_written_as_the_type_that_is_named():
    runs = (a_run(1), a_run(2))

    assert load_json(tuple[Run, ...], dump_json(runs, tuple[Run, ...])) == runs


def test_a_field_of_a_newer_version_is_left_out():
    text = json.dumps(json.loads(dump_json(a_run())) | {"invented_later": 1})

    assert load_json(Run, text) == a_run()


def test_a_damaged_text_is_unreadable_and_says_where():
    text = dump_json(a_run()).replace('"pending"', '"sleeping"')

    with pytest.raises(Unreadable) as error:
        load_json(Run, text)

    assert str(error.value).startswith("a stored Run cannot be read: status: Input should be 'pending', ")


def test_a_view_without_its_parts_is_unreadable():
    text = dump_json(a_screenshot()).replace("shop/home@desktop", "home")

    with pytest.raises(Unreadable, match="a view is written as 'playbook/name@viewport'"):
        load_json(Screenshot, text)


NAMES = st.text("abcXYZ09-_. äß", min_size=1, max_size=20)


@given(st.dictionaries(st.builds(View, NAMES, NAMES, NAMES), st.integers(1, 40_000), max_size=5))
def test_every_view_survives_as_a_key(widths):
    image = next(iter(a_baseline().images.values()))
    images = {
        view: type(image)(a_sha(), width, 1, image.environment, image.source_run_id)
        for view, width in widths.items()
    }

    assert load_json(Baseline, dump_json(a_baseline(images=images))).images == images


def test_pictures_that_were_stored_before_texts_were_noted_are_still_read():
    shot, baseline = a_screenshot(elements=(("h1", Box(0, 0, 1, 1)),)), a_baseline(views=("home",))
    old_shot, old_baseline = json.loads(dump_json(shot)), json.loads(dump_json(baseline))
    del old_shot["texts"]
    for image in old_baseline["images"].values():
        del image["texts"]
        del image["elements"]

    assert load_json(Screenshot, json.dumps(old_shot)) == shot
    assert load_json(Baseline, json.dumps(old_baseline)) == baseline
