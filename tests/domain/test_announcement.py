from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import NOW, a_run
from builders_of_incidents import an_incident
from inspect_pipelines.domain.announcement import Scene, of_incident, of_run
from inspect_pipelines.domain.message import MessageKind
from inspect_pipelines.domain.run import Run, RunStatus

ENDED = a_run().claimed("d1", now=NOW).concluded(RunStatus.FAILED, "", now=NOW)


@pytest.mark.parametrize(
    ("run", "labels"),
    [
        (a_run().claimed("d1", now=NOW).concluded(RunStatus.ERROR, "", now=NOW), ["run"]),
        (a_run().concluded(RunStatus.ERROR, "", now=NOW), []),
    ],
)
def test_a_run_that_never_played_has_no_page_to_link_to(run: Run, labels: list[str]) -> None:
    scene = Scene(run, None, ("because",), public_url="https://qa.acme.com", report_path="/tmp/report.html")

    assert [link.label for link in of_run(MessageKind.OPENED, scene).links] == labels


def test_without_a_public_address_the_report_is_linked_to():
    scene = Scene(ENDED, None, ("because",), report_path="/tmp/report.html")

    assert [(one.label, one.url) for one in of_run(MessageKind.OPENED, scene).links] == [
        ("report", "/tmp/report.html")
    ]


def test_without_a_reason_the_status_is_the_sentence():
    assert of_run(MessageKind.OPENED, Scene(ENDED, None, ())).sentence == "failed"


@pytest.mark.parametrize(
    ("lasted", "words"),
    [
        (timedelta(minutes=119), "119 min and 1 run"),
        (timedelta(hours=47), "47 h and 1 run"),
        (timedelta(hours=49), "2 d and 1 run"),
    ],
)
def test_a_recovery_says_how_long_it_lasted(lasted, words):
    done = an_incident(resolved_at=NOW + lasted, resolution="run 9 passed")

    message = of_incident(MessageKind.RESOLVED, done, Scene(ENDED, None, (done.resolution,)))

    assert message.sentence.startswith(f"run 9 passed; it lasted {words}: ")


def test_of_several_runs_it_says_how_many():
    done = an_incident(resolved_at=NOW, resolution="run 9 passed", runs=3)

    message = of_incident(MessageKind.RESOLVED, done, Scene(ENDED, None, ()))

    assert "0 min and 3 runs" in message.sentence


def test_of_several_reasons_the_incidents_own_comes_first():
    mine = replace(an_incident(), sentence="shop/pay")
    scene = Scene(ENDED, None, ("shop/cart moved", "shop/pay broke"))

    message = of_incident(MessageKind.OPENED, mine, scene)

    assert (message.sentence, message.lines) == ("shop/pay broke", ("shop/cart moved",))


PUSHED = {"commit_sha": "9049f1265b7d61be4a8904a9a27120d2064dab3b", "pr_title": "Show the tax"}
PUSHED_AT = "https://github.com/acme/shop/commit/9049f1265b7d61be4a8904a9a27120d2064dab3b"
PULLED = {"pr_number": "7", "pr_url": "https://github.com/acme/shop/pull/7"}


@pytest.mark.parametrize(
    ("variables", "suspects"),
    [
        (PUSHED | {"commit_url": PUSHED_AT}, [("9049f12 Show the tax", PUSHED_AT)]),
        (PUSHED | {"commit_url": PUSHED_AT} | PULLED, [("#7 Show the tax", PULLED["pr_url"])]),
        (PUSHED, []),
        ({}, []),
    ],
)
def test_a_failing_push_names_its_commit_as_suspect(
    variables: dict[str, str], suspects: list[tuple[str, str]]
):
    """Only pull requests were named: who pushed to the main branch learned what broke, and not by which commit."""
    message = of_run(MessageKind.OPENED, Scene(replace(ENDED, variables=variables), None, ("because",)))

    assert [(one.label, one.url) for one in message.suspects] == suspects
