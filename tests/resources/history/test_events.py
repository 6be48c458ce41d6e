"""Events in the history: one row each, its newest state."""

from __future__ import annotations

from dataclasses import replace

from builders import NOW, an_event
from inspect_pipelines.domain.event import EventStatus
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.facts.event import event_facts


def test_every_key_of_an_events_fact_is_a_column(home):
    home.tell("event", event_facts(an_event()))

    columns = {row[0] for row in home.rows("DESCRIBE events")}

    called = {"id": "event_id", "source": "source_id"}  # as the other tables call them
    assert columns == {called.get(key, key) for key in event_facts(an_event())["event"]}


def test_what_an_event_says_arrives_as_it_was(home):
    home.tell(
        "event", event_facts(an_event(event_time=NOW, paths=("a.ts",), title="\N{CHAIR} \ud800", url=None))
    )

    (row,) = home.rows(
        "SELECT source_id, event_type, status, repo, number, labels, paths_count, payload ->> 'action', event_time, title, url"
        " FROM events"
    )

    assert row == (
        "github-acme",
        "pull_request.merged",
        "received",
        "acme/shop",
        17,
        ["qa", "shop"],
        1,
        "closed",
        NOW,
        "\N{CHAIR} \N{REPLACEMENT CHARACTER}",
        None,
    )


def test_an_event_whose_status_changes_keeps_one_row(home):
    home.tell("event", event_facts(an_event(1)))
    home.tell("event", event_facts(an_event(1, org_id=OrgId("acme"))))
    home.tell("event", event_facts(an_event(2)))
    home.tell("event", event_facts(replace(an_event(1), status=EventStatus.UNDECIDED, problem="no answer")))

    rows = home.rows("SELECT org_id, event_id[-1:], status, problem FROM events ORDER BY org_id, event_id")

    assert rows == [
        ("acme", "1", "received", ""),
        ("default", "1", "undecided", "no answer"),
        ("default", "2", "received", ""),
    ]


def test_unknown_paths_are_not_zero_paths(home):
    home.tell("event", event_facts(an_event(1, paths=None)))
    home.tell("event", event_facts(an_event(2, paths=())))

    assert home.rows("SELECT paths_count FROM events ORDER BY event_id") == [(None,), (0,)]
