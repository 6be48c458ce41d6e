"""`incidents`, `notifications` and `baselines reject`, as people type them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from click.testing import CliRunner, Result

from builders import a_screenshot, a_session
from ends import OnRealTime, Watch
from history_builders import a_comparison
from inspect_pipelines.cli.main import cli
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.errors import InspectError
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.alerts.send import send_waiting


@pytest.fixture
def watch(house: House) -> Watch:
    watch = OnRealTime(house)
    watch.define(NotifyRule(RuleEvent.ON_FAILURE, ("email:qa@acme.com",)))
    watch.end(
        reason="shop/home@desktop: the header moved",
        comparisons=[a_comparison()],
        sessions=[a_session(screenshots=(a_screenshot(),))],
    )
    return watch


def call(*words: str) -> Result:
    return CliRunner().invoke(cli, [*words])


def said(*words: str) -> str:
    done = call(*words)
    assert done.exit_code == 0, done.output
    return done.output


def refused(*words: str) -> str:
    error = call(*words).exception
    assert isinstance(error, InspectError)
    return str(error)


def test_the_list_shows_open_ones_and_all_where_one_asks(watch: Watch) -> None:
    (incident,) = watch.incidents()
    header, row = said("incidents", "list").splitlines()
    watch.end(RunStatus.PASSED)

    assert header.split() == ["STATE", "KIND", "DEFINITION", "FOR", "RUNS", "INCIDENT", "WHAT"]
    assert row.split()[:3] == ["open", "visual", "nightly-shop"]
    assert row.endswith(f"{incident.id}  shop/home@desktop: the header moved")
    assert said("incidents", "list") == "no incident is open\n"
    (shown,) = json.loads(said("incidents", "list", "--all", "--json"))
    assert (shown["id"], shown["state"], shown["silenced_until"]) == (incident.id, "resolved", None)


def test_an_empty_list_says_so(house: House) -> None:
    assert said("incidents", "list", "--all") == "there was no incident yet\n"
    assert said("notifications", "list") == "no message was written yet\n"
    assert said("notifications", "list", "--status", "failed") == "no message is failed\n"


def test_show_tells_cause_runs_and_messages_by_id_beginning_or_run(watch: Watch) -> None:
    (incident,) = watch.incidents()
    watch.end(reason="again", comparisons=[a_comparison()])
    send_waiting(watch.house)

    text = said("incidents", "show", incident.id)

    for part in (
        "visual of nightly-shop: open",
        "visual shop/home@desktop replaced",
        watch.last_run().id,
        "opened to email:qa@acme.com: sent",
    ):
        assert part in text
    assert said("incidents", "show", watch.last_run().id) == text
    assert f"{incident.id} visual, open, 2 runs since" in said("runs", "show", watch.last_run().id)
    whole = json.loads(said("incidents", "show", incident.id, "--json"))
    assert (len(whole["run_ids"]), len(whole["notifications"])) == (2, 1)


def test_what_names_no_incident_is_refused_with_the_way_on(watch: Watch) -> None:
    watch.end(RunStatus.PASSED)
    watch.end(reason="x", comparisons=[a_comparison()])

    assert "list them with: inspect-pipelines incidents list --all" in refused("incidents", "show", "nope")
    assert "type at least 6 characters" in refused("incidents", "show", "0190")
    assert "is not clear: several begin so" in refused("incidents", "show", "01900000-0000")


def test_acknowledging_shows_who(watch: Watch) -> None:
    (incident,) = watch.incidents()

    assert "is acknowledged by" in said("incidents", "ack", incident.id)
    assert said("incidents", "list").splitlines()[1].startswith("acknowledged")
    assert "acknowledged" in said("incidents", "show", incident.id)
    watch.end(RunStatus.PASSED)
    assert "is resolved already" in refused("incidents", "ack", incident.id)


def test_silencing_an_incident_or_a_definition_has_an_end_and_can_be_ended(watch: Watch) -> None:
    (incident,) = watch.incidents()

    assert "is silenced until" in said(
        "incidents", "silence", incident.id, "--for", "2h", "--reason", "moving"
    )
    assert said("incidents", "list").splitlines()[1].startswith("open, silenced")
    assert ": moving" in said("incidents", "show", incident.id)
    assert "no longer" in said("incidents", "silence", incident.id, "--end")
    assert said("incidents", "list").splitlines()[1].startswith("open  ")
    assert "'nightly-shop' is silenced" in said(
        "incidents", "silence", "nightly-shop", "--until", "2099-01-01"
    )
    assert json.loads(said("incidents", "list", "--json"))[0]["silenced_until"].startswith("20")
    assert "is not silenced" in refused("incidents", "silence", incident.id, "--end")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "say one of: --for 2h"),
        (("--for", "2h", "--end"), "say one of: --for 2h"),
        (("--for", "soon"), "--for 'soon' cannot be read"),
        (("--until", "2020-01-01"), "is over"),
    ],
)
def test_a_silence_without_one_clear_end_is_refused(watch: Watch, words: tuple[str, ...], says: str) -> None:
    assert says in refused("incidents", "silence", "nightly-shop", *words)


def test_what_is_over_cannot_be_silenced(watch: Watch) -> None:
    watch.end(RunStatus.PASSED)

    assert "so there is nothing to silence" in refused(
        "incidents", "silence", watch.incidents()[0].id, "--for", "1h"
    )


def test_messages_are_listed_shown_with_every_try_and_sent_again(watch: Watch) -> None:
    before = said("notifications", "list").splitlines()
    send_waiting(watch.house)
    (message,) = json.loads(said("notifications", "list", "--status", "sent", "--json"))

    text = said("notifications", "show", message["id"][:8])
    again = said("notifications", "resend", message["id"])

    assert before[1].split()[1:3] == ["…", "stored"]
    for part in (
        "Nightly shop: failed",
        "email:qa@acme.com, opened (on_failure)",
        "Tries",
        "sent",
        "the header moved",
    ):
        assert part in text
    assert f"message {message['id']} to email:qa@acme.com: sent " in again
    whole = json.loads(said("notifications", "show", message["id"], "--json"))
    assert [one["outcome"] for one in whole["tries"]] == ["sent", "sent"]


def test_what_names_no_message_or_waits_already_is_refused(watch: Watch) -> None:
    (message,) = json.loads(said("notifications", "list", "--json"))

    assert "notifications list" in refused("notifications", "show", "nope")
    assert "has not been sent yet" in refused("notifications", "resend", message["id"])


def test_rejecting_names_the_incidents_that_are_known_now(watch: Watch) -> None:
    (incident,) = watch.incidents()

    assert incident.id in said("baselines", "reject", "nightly-shop", "--note", "ticket 7")
    assert said("incidents", "list").splitlines()[1].startswith("known")
    assert "rejected by" in said("incidents", "show", incident.id)
    assert call("baselines", "reject", "nightly-shop").exit_code == 2


def test_what_a_site_or_a_service_writes_cannot_steer_the_terminal(watch: Watch) -> None:
    escape, title = "\x1b]0;owned\x07\x9b2J", "\x1b[31mshop"
    watch.end(RunStatus.PASSED)
    watch.end(reason=f"{escape} is no page")
    send_waiting(watch.house)
    incident = watch.incidents()[-1]
    with watch.house.ledger.write() as ledger:
        (note,) = ledger.outbox.of_incident(incident.id)
        steering = replace(
            note.sent(escape, at=note.created_at),
            title=title,
            mentions=(escape,),
            text=f"{escape}\n  - first\r\n  - second {escape}",
        )
        ledger.outbox.replace(steering)
    said("incidents", "silence", incident.id, "--for", "2h", "--reason", escape)
    said("baselines", "reject", watch.last_run().id, "--note", escape)
    assert escape in incident.sentence

    shown = [
        said("incidents", "list"),
        said("incidents", "show", incident.id),
        said("notifications", "list"),
        said("notifications", "show", note.id),
        said("notifications", "resend", note.id),
    ]

    for text in shown:
        assert all(character.isprintable() or character == "\n" for character in text), text
    assert "\n  - first\n  - second \ufffd" in shown[3]
