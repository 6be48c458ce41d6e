"""`events list|show`, as people type it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from builders import a_delivery, an_event
from inspect_pipelines.cli.main import cli
from inspect_pipelines.config.settings import Settings
from inspect_pipelines.domain.event import EventStatus, SourceKind
from inspect_pipelines.domain.ids import SourceId
from inspect_pipelines.errors import NotFound, Refused, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.wiring import house as build
from prepared import prepare


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("INSPECT_HOME", str(tmp_path))
    prepare(tmp_path)
    house = build(Settings())
    yield house
    house.ledgers.close()
    house.inbox.close()


@pytest.fixture
def stored(house: House) -> House:
    events = [
        an_event(1, paths=("src/pay.ts", "src/cart.ts"), event_time=an_event().received_at),
        an_event(
            2, type="push", status=EventStatus.UNREADABLE, problem="ref is missing", title=None, number=None
        ),
        an_event(
            3,
            type="deployment.completed",
            source_id=SourceId("deploys"),
            source_kind=SourceKind.DEPLOY,
            environment="staging",
            number=None,
            title=None,
        ),
    ]
    with house.ledger.write() as ledger:
        for event in events:
            ledger.events.add(event)
    house.inbox.store([a_delivery(1, body=b'{"a": "\xc3\xa9"}')])
    return house


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, ["events", *words], catch_exceptions=False)


def test_the_list_tells_each_event_newest_first(stored: House) -> None:
    lines = run("list").output.splitlines()

    assert lines[0].split() == ["EVENT", "RECEIVED", "TYPE", "STATUS", "REPO", "BRANCH", "SOURCE", "WHAT"]
    assert [line.split()[0] for line in lines[1:]] == [an_event(n).id for n in (3, 2, 1)]
    assert lines[1].endswith("deploys      staging")
    assert lines[2].endswith("ref is missing")
    assert lines[3].endswith("#17 Sell chairs")


def test_the_list_is_filtered(stored: House) -> None:
    def ids(*words: str) -> list[int]:
        return [int(event["id"][-2:]) for event in json.loads(run("list", "--json", *words).stdout)]

    assert ids("--status", "unreadable") == [2]
    assert ids("--status", "unreadable", "--status", "received") == [3, 2, 1]
    assert ids("--type", "push") == [2]
    assert ids("--source", "deploys") == [3]
    assert ids("--since", "2026-11-22T07:00:02Z") == [3, 2]
    assert ids("--limit", "1") == [3]


def test_an_empty_list_says_what_to_do(house: House) -> None:
    assert run("list").output == "no events yet; docs/webhooks.md says how to send one\n"
    assert run("list", "--type", "push").output == "no event matches\n"
    assert run("list", "--json").output == "[]\n"


def test_an_event_is_shown_by_the_beginning_of_its_id(stored: House) -> None:
    output = run("show", an_event(1).id).output

    assert output.startswith(f"event {an_event(1).id}  pull_request.merged\n")
    for line in (
        "  status       received\n",
        "  repository   acme/shop\n",
        "  number       17\n",
        "  labels       qa, shop\n",
        "  paths        2: src/pay.ts, src/cart.ts\n",
        '  data         {"action": "closed", "merged": true}',
        f"delivery {an_event(1).source_delivery_id}\n",
    ):
        assert line in output


def test_unknown_paths_are_said_to_be_unknown_and_many_are_cut(house: House) -> None:
    with house.ledger.write() as ledger:
        for number, paths in ((1, None), (2, ()), (3, tuple(f"{n}.ts" for n in range(25)))):
            ledger.events.add(an_event(number, paths=paths))

    assert "paths        not known" in run("show", an_event(1).id).output
    assert "paths        none" in run("show", an_event(2).id).output
    assert "18.ts, 19.ts and 5 more" in run("show", an_event(3).id).output


def test_json_is_the_whole_event(stored: House) -> None:
    shown = json.loads(run("show", an_event(1).id, "--json").output)

    assert (shown["title"], shown["paths"], shown["received_at"]) == (
        "Sell chairs",
        ["src/pay.ts", "src/cart.ts"],
        "2026-11-22T07:00:01Z",
    )


def test_the_payload_is_printed_byte_for_byte(stored: House) -> None:
    assert run("show", an_event(1).id, "--payload").stdout_bytes == b'{"a": "\xc3\xa9"}'


def test_a_payload_that_is_gone_is_said_to_be(stored: House) -> None:
    with pytest.raises(NotFound, match="is not kept any more; INSPECT_PAYLOAD_DAYS says for how long"):
        run("show", an_event(2).id, "--payload")


@pytest.mark.parametrize(
    ("text", "error", "sentence"),
    [
        (
            "ffffffff",
            NotFound,
            "event 'ffffffff' does not exist; list them with: inspect-pipelines events list",
        ),
        ("0190", UsageError, "event '0190' is too short to mean one event"),
        ("01900000", Refused, "event '01900000' is not clear: several events begin so"),
        ("no id at all", NotFound, "does not exist"),
    ],
)
def test_an_event_that_is_not_clear_is_refused(
    stored: House, text: str, error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        run("show", text)


def test_a_title_cannot_steer_the_terminal(house: House) -> None:
    with house.ledger.write() as ledger:
        ledger.events.add(an_event(title="\x1b[2Jgone\r\n\x07and \u202eback"))

    for output in (run("list").output, run("show", an_event().id).output):
        assert "\x1b" not in output
        assert "\x07" not in output
        assert "\u202e" not in output
        assert "[2Jgone" in output
