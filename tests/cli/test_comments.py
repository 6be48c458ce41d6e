"""`comments`, as people type it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner, Result

from builders import a_screenshot, a_session
from ends import QA, OnRealTime
from history_builders import a_comparison
from inspect_pipelines.cli.main import cli
from inspect_pipelines.domain.access import Role
from inspect_pipelines.errors import InspectError
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.access.change_members import add_member

PHONE = replace(a_screenshot().view, viewport="phone")


@pytest.fixture
def run_id(house: House) -> str:
    watch = OnRealTime(house)
    watch.define(QA)
    compared = [a_comparison(), a_comparison(view=PHONE), a_comparison("pay")]
    shots = (a_screenshot(), a_screenshot(view=PHONE), a_screenshot("pay"))
    watch.end(comparisons=compared, sessions=[a_session(screenshots=shots)])
    with house.ledger.write() as ledger:
        run = watch.last_run()
        ledger.evidence.save_comparisons(run.id, compared)
    return run.id


def call(*words: str) -> Result:
    return CliRunner().invoke(cli, ["comments", *words])


def said(*words: str) -> str:
    done = call(*words)
    assert done.exit_code == 0, done.output
    return done.output


def refused(*words: str) -> str:
    done = call(*words)
    assert isinstance(done.exception, InspectError), done.output
    return str(done.exception)


def test_a_comment_is_pinned_shown_settled_and_opened_again(run_id: str) -> None:
    assert said("list", run_id) == "nothing is said of its pictures\n"

    made = said("pin", run_id, "pay", "12, 48", "the price is \x1b[31mcut off")
    name = made.split()[0]
    assert "shop/pay@desktop at 12,48, ada, " in made
    assert "\x1b" not in made
    assert said("list", "nightly-shop") == made, "on the latest run of its definition, too"

    assert said("resolve", name).endswith("(resolved by ada)\n")
    assert "was resolved by ada before" in refused("resolve", name)
    assert said("reopen", name) == made
    (shown,) = json.loads(said("list", run_id, "--json"))
    assert (shown["x"], shown["y"], shown["resolved_at"]) == (12, 48, None)


def test_a_view_is_named_so_that_one_is_meant(run_id: str) -> None:
    assert "shop/home@phone at 3,4" in said("pin", run_id, "home@phone", "3,4", "wrong")

    assert "2 views match 'home' in run" in refused("pin", run_id, "home", "3,4", "wrong")
    assert "no view matches 'cart' in run" in refused("pin", run_id, "cart", "3,4", "wrong")


def test_what_can_not_be_pinned_is_told_with_its_reason(run_id: str) -> None:
    assert "'3;4' is no point" in refused("pin", run_id, "pay", "3;4", "wrong")
    assert "x=5000, y=4 is outside of the picture" in refused("pin", run_id, "pay", "5000,4", "wrong")
    assert "a comment says something" in refused("pin", run_id, "pay", "3,4", "  ")


def test_a_member_is_asked_for_a_word_and_no_more(house: House, run_id: str) -> None:
    add_member(house, "grace", Role.REVIEWER, by="user:ada")
    add_member(house, "eve", Role.VIEWER, by="user:ada")

    assert said("ask", run_id, "grace") == f"asked about run {run_id}: grace\n"
    assert "decides no review" in refused("ask", run_id, "eve")
    assert "is no member" in refused("ask", run_id, "nobody")
    assert said("release", run_id, "grace") == f"nobody in particular is asked about run {run_id}\n"
    assert "is not asked about run" in refused("release", run_id, "grace")
