"""`environments`, as people type it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner, Result

from ends import QA, OnRealTime
from history_builders import a_comparison
from inspect_pipelines.cli.main import cli
from inspect_pipelines.domain.environment_change import CHANGED, id_of
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.errors import NotFound
from inspect_pipelines.ports.house import House

CHANGE = "browser 'Chromium 156' became 'Chromium 157'"
ID = id_of(CHANGE)


@pytest.fixture
def run_id(house: House) -> str:
    """A run that asks by its environment, with one view that differs by more."""
    watch = OnRealTime(house)
    watch.define(QA)
    within = replace(a_comparison("pay"), passed=True, reason="it looks as approved")
    found = [a_comparison(), within]
    watch.end(RunStatus.NEEDS_REVIEW, CHANGED + CHANGE, comparisons=found)
    with house.ledger.write() as ledger:
        run = watch.last_run()
        ledger.evidence.save_comparisons(run.id, found)
    return run.id


def call(*words: str) -> Result:
    return CliRunner().invoke(cli, [*words])


def said(*words: str) -> str:
    done = call(*words)
    assert done.exit_code == 0, done.output
    return done.output


def test_one_line_stands_for_all_that_it_touches_until_it_is_accepted(run_id: str) -> None:
    waiting, listed = said("reviews", "list"), said("environments", "list")
    shown = said("environments", "show", ID[:4])

    assert f"another environment touches 1 definition: {CHANGE}; see it with" in waiting
    assert run_id not in waiting
    assert run_id in said("reviews", "list", "--all")
    assert ID in listed
    assert "2, 1 differ" in listed
    assert "differs shop/home@desktop" in shown
    assert "within  shop/pay@desktop" in shown
    assert f"next: inspect-pipelines environments accept {ID}" in shown
    assert json.loads(said("environments", "show", ID, "--json"))["changes"] == [CHANGE]

    done = said("environments", "accept", ID, "--note", "a new image")

    assert done.splitlines() == [
        f"accepted: {CHANGE}",
        f"run {run_id} differs by more; see it with: inspect-pipelines reviews show {run_id}",
    ]
    assert said("environments", "list") == "no environment waits for a person\n"
    assert "a new image" in said("environments", "list", "--accepted")
    assert run_id in said("reviews", "list")


def test_what_does_not_wait_is_refused_with_what_does(run_id: str) -> None:
    done = call("environments", "accept", "nothing")

    assert isinstance(done.exception, NotFound)
    assert str(done.exception) == f"no environment 'nothing' waits for a person; there are: {ID}"


def test_before_anything_changed_there_is_nothing(house: House) -> None:
    assert said("environments", "list") == "no environment waits for a person\n"
    assert said("environments", "list", "--accepted") == "nobody accepted another environment yet\n"


def test_what_was_accepted_is_taken_back_by_its_id(run_id: str) -> None:
    said("environments", "accept", ID)
    listed = said("environments", "list", "--accepted")

    revoked = said("environments", "revoke", ID[:5], "--note", "the wrong image")

    assert ID in listed
    assert revoked.startswith(f"revoked: {CHANGE}")
    assert "nobody accepted another environment yet" in said("environments", "list", "--accepted")
    refused = call("environments", "revoke", ID)
    assert refused.exit_code != 0
    assert f"no environment '{ID}' is accepted; there are: none" in str(refused.exception)
