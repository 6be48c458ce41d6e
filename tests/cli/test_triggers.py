"""`triggers list|show|test` and `events replay`, as people type them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from builders import a_merge, a_source, a_trigger
from houses import apply
from inspect_pipelines.cli.main import cli
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.condition import Condition, Operator
from inspect_pipelines.domain.ids import DEFAULT_ORG, SourceId
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.pause import Pause
from inspect_pipelines.domain.trigger import Authors, Debounce
from inspect_pipelines.errors import NotFound, Refused, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.queries.definitions import conditions
from inspect_pipelines.usecases.events.route import route
from inspect_pipelines.usecases.runs import start
from inspect_pipelines.wiring import house as build
from prepared import prepare

GATHERS = a_trigger("gathers", debounce=Debounce(timedelta(hours=1), timedelta(hours=1)), branches=("main",))
PUSHES = a_trigger("pushes", event="push", paths=("src/**",))


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path / "home"))
    prepare(tmp_path / "home")
    house = build(Settings())
    apply(house, a_trigger(), GATHERS, PUSHES, organization=Organization(DEFAULT_ORG, sources=(a_source(),)))
    yield house
    house.ledgers.close()
    house.inbox.close()


@pytest.fixture
def told(house: House) -> House:
    with house.ledger.write() as ledger:
        ledger.events.add(a_merge(1))
        ledger.events.add(a_merge(2, branch="dev\x1b[31m"))
    route(house)
    return house


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, words, catch_exceptions=False)


def contents(house: House) -> str:
    with house.ledger.read() as ledger:
        kept = (ledger.runs.latest(), ledger.events.latest(), ledger.batches.open())
    with house.ledgers.read() as ledgers:
        return repr((*kept, ledgers.journal.head()))


def test_the_list_names_each_trigger_with_its_conditions(told: House) -> None:
    lines = run("triggers", "list").output.splitlines()

    assert lines[0].split() == ["TRIGGER", "EVENT", "REPOSITORY", "WHEN", "LAST", "10", "LAST", "STATE"]
    assert "branches main; after 3600 s of quiet, 3600 s at most" in lines[1]
    assert "pending" in lines[2]
    assert [one["id"] for one in json.loads(run("triggers", "list", "--json").output)] == [
        "gathers",
        "post-merge",
        "pushes",
    ]


def test_a_trigger_tells_what_came_of_events(told: House) -> None:
    output = run("triggers", "show", "gathers").output

    assert "1 event(s) wait for the end of their quiet period" in output
    assert "waits for the end of its quiet period" in output
    assert "no: branch 'dev\\x1b[31m' is not in main" in output
    assert "\x1b" not in output
    assert run("triggers", "show", "pushes").output.endswith("no event of its kind has come yet\n")
    shown = json.loads(run("triggers", "show", "gathers", "--json").output)
    assert [one["outcome"] for one in shown["decisions"]] == ["no", "started"]
    assert shown["batches"][0]["events"] == 1


def test_an_unknown_trigger_is_told_with_the_nearest(house: House) -> None:
    with pytest.raises(NotFound, match="trigger 'post-marge' does not exist"):
        run("triggers", "show", "post-marge")


def test_trying_an_event_shows_what_would_start_and_changes_nothing(told: House) -> None:
    before = contents(told)

    output = run("triggers", "test", "--event", a_merge(1).id).output
    as_json = json.loads(run("triggers", "test", "post-merge", "--event", a_merge(1).id, "--json").output)

    assert output.startswith("pull_request.merged of acme/shop\n")
    assert "gathers: would join batch " in output
    assert "  pr_number = 1\n" in output
    assert as_json[0]["variables"]["changed_paths"] == "src/price.py"
    assert as_json[0]["would"].startswith("would join run ")
    assert contents(told) == before


def a_payload(tmp_path: Path, **changes: object) -> str:
    body = {
        "ref": "refs/heads/main",
        "after": "a" * 40,
        "commits": [{"added": ["src/a"], "modified": [], "removed": []}],
        "repository": {"full_name": "acme/shop"},
        "sender": {"login": "ada"},
    }
    file = tmp_path / "push.json"
    file.write_text(json.dumps(body | changes))
    return str(file)


def test_trying_a_payload_needs_no_delivery(house: House, tmp_path: Path) -> None:
    before = contents(house)

    output = run("triggers", "test", "--payload", a_payload(tmp_path), "--kind", "push").output
    elsewhere = run(
        "triggers", "test", "--payload", a_payload(tmp_path), "--kind", "push", "--path", "docs/x"
    ).output
    none = run(
        "triggers", "test", "--payload", a_payload(tmp_path, ref="refs/notes/v1"), "--kind", "push"
    ).output

    assert "pushes: would start a run (changed path 'src/a')" in output
    assert "pushes: no: none of its 1 changed paths is in src/**" in elsewhere
    assert "is neither a branch nor a tag" in none
    assert contents(house) == before


def test_what_cannot_be_tried_is_told(house: House, tmp_path: Path) -> None:
    file = a_payload(tmp_path)
    with pytest.raises(UsageError, match="name either --payload FILE or --event ID"):
        run("triggers", "test")
    with pytest.raises(UsageError, match="name it with --kind pull_request"):
        run("triggers", "test", "--payload", file)
    with pytest.raises(NotFound, match=r"source 'x' is not in organization\.yaml"):
        run("triggers", "test", "--payload", file, "--source", "x")
    with pytest.raises(UsageError, match="event '0190' is too short to mean one event"):
        run("triggers", "test", "--event", "0190")


def test_a_payload_of_one_of_several_sources_needs_its_source(house: House, tmp_path: Path) -> None:
    two = (a_source(), replace(a_source(), id=SourceId("other")))
    apply(house, organization=Organization(DEFAULT_ORG, sources=two))

    with pytest.raises(UsageError, match="may come from several sources"):
        run("triggers", "test", "--payload", a_payload(tmp_path), "--kind", "push")


def test_unknown_paths_and_a_pause_are_told(house: House) -> None:
    now = datetime.now(UTC)
    apply(house, a_trigger("needs", paths=("src/**",)))
    with house.ledger.write() as ledger:
        ledger.events.add(a_merge(1, paths=None))
        ledger.pauses.add(Pause("p1", DEFAULT_ORG, GATHERS.id, "a freeze", "user:ada", since=now))

    output = run("triggers", "test", "--event", a_merge(1).id).output

    assert "needs: would ask for the changed paths first; try some with --path" in output
    assert "gathers: would start a run, which is skipped: " in output
    assert "a freeze" in output
    assert "post-merge: would start a run (pull_request.merged acme/shop main)" in output


def test_a_replay_decides_anew_and_says_what_came_of_it(told: House) -> None:
    output = run("events", "replay", a_merge(1).id).output
    again = json.loads(run("events", "replay", a_merge(1).id, "--json").output)
    shown = json.loads(run("events", "show", a_merge(1).id, "--json").output)

    assert output.startswith(f"event {a_merge(1).id} was replayed (r1): decided\n")
    assert "  post-merge: coalesced into run " in output  # of the first time, which still waits
    assert (again["replay"], again["status"]) == ("r2", "decided")
    assert len(again["decisions"]) == 2
    assert [one["replay"] for one in shown["decisions"]] == ["", "", "r1", "r1", "r2", "r2"]
    assert "  post-merge (r1): coalesced into run " in run("events", "show", a_merge(1).id).output


def test_an_event_on_its_way_cannot_be_replayed(house: House) -> None:
    with house.ledger.write() as ledger:
        ledger.events.add(a_merge(1))

    with pytest.raises(Refused, match="it is still on its way, 'received'"):
        run("events", "replay", a_merge(1).id)


def test_conditions_are_told_in_words() -> None:
    trigger = a_trigger(
        environment="production",
        authors=Authors(("ada",), ("*[bot]",)),
        source=SourceId("github-acme"),
        conditions=(Condition("count", Operator.GT, 3),),
    )

    assert conditions(trigger) == [
        "environment production",
        "authors ada",
        "not by *[bot]",
        "source github-acme",
        "count gt 3",
    ]


def test_a_run_tells_of_its_events_and_steers_no_terminal(told: House) -> None:
    with told.ledger.write() as ledger:
        ledger.events.add(a_merge(3, title="Round\u202e the prices"))
    route(told)
    (run_of_both,) = (found for found in start.unlaunched(told) if found.variables["base_branch"] == "main")

    output = run("runs", "show", run_of_both.id).output

    assert f"{a_merge(1).id}  pull_request.merged acme/shop main" in output
    assert a_merge(3).id in output
    assert "\u202e" not in output
    assert json.loads(run("runs", "show", run_of_both.id, "--json").output)["events"] == [
        a_merge(1).id,
        a_merge(3).id,
    ]
