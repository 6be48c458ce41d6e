"""What playbooks, their targets and their steps say of themselves."""

from __future__ import annotations

import base64

import pytest

from builders import a_plan, a_playbook, a_schedule
from inspect_pipelines.domain.action import Goto
from inspect_pipelines.domain.definition_change import differences
from inspect_pipelines.domain.expectation import ExpectTitle
from inspect_pipelines.domain.gesture import Attachment, Upload
from inspect_pipelines.domain.playbook import PageRules, Step, When
from inspect_pipelines.domain.session import UNMET, StepResult, StepStatus
from inspect_pipelines.domain.target import Target


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (Target(selector=".row"), ".row"),
        (Target(), "(nothing)"),
        (Target(role="button"), "button"),
        (Target(role="button", name="Buy"), "button 'Buy'"),
        (Target(title="Menu"), "title 'Menu'"),
        (Target(alt="A chair", nth=-1), "alt 'A chair' (nth -1)"),
        (
            Target(label="Size", has=Target(text="M"), within=Target(selector=".card", nth=0)),
            "label 'Size' with text 'M' within .card (nth 0)",
        ),
    ],
)
def test_a_target_is_called_by_all_that_finds_it(target, said):
    assert str(target) == said


def test_what_stands_around_the_steps_is_played_in_its_place():
    around = {name: Step(name, name, (Goto(f"/{name}"),)) for name in ("login", "setup", "teardown")}
    look = Step("look", "Look", (Goto("/"),), (ExpectTitle(contains="Shop"),))

    playbook = a_playbook(steps=(look,), **around)

    assert [step.id for step in playbook.every_step] == ["login", "setup", "look", "teardown"]
    assert [action.verb for action in playbook.actions()] == ["goto", "goto", "goto", "expect_title", "goto"]
    assert [step.id for step in a_playbook(steps=(look,)).every_step] == ["look"]


def test_what_only_words_say_of_a_step_is_unchecked():
    words = Step("a", "A", (), prose_criteria=("It is pretty",), condition="On Mondays")
    said = Step("a", "A", (), condition="On Mondays", when=When(variable="monday"))

    assert words.unchecked == ("condition: On Mondays", "It is pretty")
    assert said.unchecked == ()


def test_a_style_of_its_own_lays_a_page_out_otherwise():
    assert a_playbook(page=PageRules(style="p {}")).rearranges
    assert not a_playbook(page=PageRules()).rearranges


def test_a_step_knows_whether_it_was_played_and_why_not():
    assert [status for status in StepStatus if not status.is_played] == [
        StepStatus.SKIPPED,
        StepStatus.NOT_CHECKED,
    ]
    assert StepStatus.OPTIONAL_FAILED.in_words == "optional failed"
    left_out = StepResult("a", "A", "desktop", StepStatus.SKIPPED, 0, f"{UNMET}it is not there")
    assert left_out.is_left_out
    assert not StepResult("a", "A", "desktop", StepStatus.SKIPPED, 0, "not reached").is_left_out
    assert not StepResult("a", "A", "desktop", StepStatus.PASSED, 0, UNMET).is_left_out


def test_a_change_of_an_uploaded_file_is_told_by_its_digest_and_never_by_its_bytes():
    def uploading(sha256: str, text: bytes):
        file = Attachment("cv.txt", sha256, base64.b64encode(text).decode())
        step = Step("send", "Send", (Upload(Target(selector="#file"), (file,)),))
        return a_schedule(plan=a_plan(playbooks=(a_playbook(steps=(step,)),)))

    (change,) = differences(uploading("a1", b"one"), uploading("b2", b"two"))

    assert (change.path.rpartition("files")[2], change.old, change.new) == ("[cv.txt].sha256", "a1", "b2")
