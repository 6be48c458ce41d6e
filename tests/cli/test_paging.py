"""Lists that were cut say so, and how to go on; the command that they print is taken at its word."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from builders import NOW, a_baseline, a_run, a_schedule, an_event
from builders_of_incidents import an_incident
from houses import a_house, apply
from inspect_pipelines.cli.main import cli
from inspect_pipelines.cli.paging import COUNTED, say_rest
from inspect_pipelines.domain.ids import BaselineId, IncidentId
from inspect_pipelines.domain.position import Position
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.page import Page, cursor_of
from messages import a_notification
from prepared import prepare


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path))
    prepare(tmp_path)
    house = a_house(tmp_path)
    apply(house, a_schedule())
    with house.ledger.write() as ledger:
        for number in range(1, 6):
            ledger.runs.request(a_run(number))
            at = NOW + timedelta(minutes=number)
            ledger.baselines.add(replace(a_baseline(), id=BaselineId(f"b{number}"), created_at=at))
            ledger.events.add(an_event(number))
            ledger.incidents.save(
                replace(
                    an_incident(of=(f"finding shop/{number}",)), id=IncidentId(f"i{number}"), opened_at=at
                )
            )
            ledger.outbox.store(
                replace(a_notification(), id=f"n{number}", occasion=str(number), created_at=at)
            )
    return house


def call(*words: str) -> Result:
    return CliRunner().invoke(cli, list(words))


def ids(done: Result) -> list[str]:
    assert done.exit_code == 0, done.output
    return [one["id"] if "id" in one else next(iter(one.values()))["id"] for one in json.loads(done.stdout)]


@pytest.mark.parametrize("noun", ["runs", "baselines", "events", "incidents", "notifications"])
def test_a_list_that_was_cut_is_whole_when_one_goes_on_as_it_says(house: House, noun: str) -> None:
    """Baselines ended silently; of the others nobody could see more than their thousand newest."""
    whole = ids(call(noun, "list", "--json"))
    seen, words, left_off = [], [noun, "list", "--limit", "2", "--json"], []

    while words:
        done = call(*words)
        seen += ids(done)
        hint = done.stderr.strip()
        left, _, command = hint.partition(" left off; go on with: ")
        words = shlex.split(command)[1:]
        left_off += [left] if left else []

    assert len(whole) == 5
    assert seen == whole
    assert left_off == ["3", "1"]


def test_the_command_that_goes_on_keeps_what_was_typed_and_nothing_else(house: House) -> None:
    done = call(
        "--org", "default", "runs", "--definition", "nightly-shop", "--limit", "2", "--status", "skipped"
    )

    command = done.stderr.strip().partition("go on with: ")[2]
    *words, cursor = shlex.split(command)
    assert words == [
        *("inspect-pipelines", "--org", "default", "runs", "list", "--definition", "nightly-shop"),
        *("--status", "skipped", "--limit", "2", "--after"),
    ]
    assert call(*shlex.split(command)[1:], "--json").exit_code == 0
    assert cursor


def test_an_argument_is_kept_too(house: House) -> None:
    done = call("baselines", "list", "nightly-shop", "--limit", "4")

    assert (
        "1 left off; go on with: inspect-pipelines baselines list nightly-shop --limit 4 --after"
        in done.stderr
    )


def test_what_is_left_off_is_counted_up_to_a_bound(capsys: pytest.CaptureFixture[str]) -> None:
    asked = []

    def following(cursor: str, most: int) -> Page[int]:
        asked.append((cursor, most))
        return Page(tuple(range(most)), "later")

    with click.Context(click.Command("list"), info_name="cli"):
        say_rest(Page((1,), "now"), following)

    assert asked == [("now", COUNTED)]
    assert capsys.readouterr().err.startswith("1000 or more left off; go on with: ")


def test_a_cursor_that_no_list_gave_is_refused(house: House) -> None:
    done = call("runs", "list", "--after", "yesterday")

    assert "cursor 'yesterday' cannot be read" in str(done.exception)


@pytest.mark.parametrize(
    ("noun", "sentence"),
    [
        ("runs", "no older run matches"),
        ("incidents", "no older incident"),
        ("notifications", "no older message"),
        ("baselines", "no older baseline"),
        ("events", "no event matches"),
    ],
)
def test_behind_the_last_one_nothing_is_older(house: House, noun: str, sentence: str) -> None:
    behind = cursor_of(Position(NOW - timedelta(days=1), "x"))

    done = call(noun, "list", "--after", behind)

    assert (done.stdout.strip(), done.stderr) == (sentence, "")
