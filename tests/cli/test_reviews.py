"""`reviews`, as people type it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result

from builders import a_baseline, a_schedule, a_screenshot, a_session
from ends import QA, OnRealTime
from history_builders import a_comparison
from inspect_pipelines.cli.main import cli
from inspect_pipelines.domain.baseline import Baseline
from inspect_pipelines.domain.decision import Decision
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.ownership import OwnerRule
from inspect_pipelines.errors import Forbidden, InspectError, NotFound, Refused
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession

HOME, PAY = "shop/home@desktop", "shop/pay@desktop"


@pytest.fixture
def run_id(house: House) -> str:
    watch = OnRealTime(house)
    watch.define(QA)
    watch.end(
        comparisons=[a_comparison(), a_comparison("pay")],
        sessions=[a_session(screenshots=(a_screenshot(), a_screenshot("pay")))],
    )
    with house.ledger.write() as ledger:
        run = watch.last_run()
        ledger.evidence.save_comparisons(run.id, [a_comparison(), a_comparison("pay")])
    return run.id


def call(*words: str) -> Result:
    return CliRunner().invoke(cli, [*words])


def said(*words: str) -> str:
    done = call(*words)
    assert done.exit_code == 0, done.output
    return done.output


def refused(error: type[InspectError], *words: str) -> str:
    done = call(*words)
    assert isinstance(done.exception, error), done.output
    return str(done.exception)


def test_what_waits_is_listed_shown_and_decided(run_id: str) -> None:
    assert run_id in said("reviews", "list")
    assert f"waits   changed {HOME}: the header moved" in said("reviews", "show", run_id)

    told = said("reviews", "decide", run_id, "accept", "--view", "home", "--note", "the new header")

    assert f"{HOME} accepted by ada: the new header" in told
    shown = said("reviews", "show", run_id)
    assert f"decided changed {HOME}: the header moved; accepted by ada on" in shown
    assert f"next: inspect-pipelines reviews decide {run_id} accept --finalize --view {PAY}" in shown
    said("reviews", "decide", run_id, "reject", "--note", "ticket 7")
    assert said("reviews", "list") == "nothing waits for a person\n"
    assert json.loads(said("reviews", "list", "--all", "--json"))[0]["state"] == "decided"


def test_a_word_is_taken_back(run_id: str) -> None:
    said("reviews", "decide", run_id, "ignore")
    (first, _) = json.loads(said("reviews", "show", run_id, "--json"))["decisions"]

    assert "waits again" in said("reviews", "withdraw", first["id"])

    assert "(taken back by ada)" in said("reviews", "show", run_id)
    assert run_id in said("reviews", "list")


def test_a_quarantine_says_until_when_and_who_looks_after_it(run_id: str) -> None:
    until = (datetime.now(UTC) + timedelta(days=9)).strftime("%Y-%m-%d")
    words = ("--view", HOME, "--note", "it flickers", "--owner", "bob", "--until", until)

    told = said("reviews", "decide", run_id, "quarantine", *words)

    assert f"{HOME} quarantined by ada until {until}" in told
    assert "bob looks after it: it flickers" in told


def test_a_proposal_is_shown_and_decides_nothing(run_id: str) -> None:
    said("reviews", "decide", run_id, "accept", "--propose")

    shown = said("reviews", "show", run_id)
    assert f"{HOME} proposed to accept by ada" in shown
    proposal = shown.partition("Decisions\n")[2].split()[0]
    assert said("reviews", "withdraw", proposal).startswith(
        f"decision {proposal} is taken back: {HOME} waits"
    )
    assert run_id in said("reviews", "list")


def test_what_cannot_be_decided_says_why(run_id: str) -> None:
    assert f"matches 'list'; it has: {HOME}, {PAY}" in refused(
        NotFound, "reviews", "decide", run_id, "accept", "--view", "list"
    )
    said("reviews", "decide", run_id, "accept")
    assert "all of them are decided; to say otherwise of one, name its view" in refused(
        Refused, "reviews", "decide", run_id, "accept"
    )


DECIDES = [
    ("reviews", "decide", "RUN", "accept"),
    ("reviews", "decide", "RUN", "accept", "--finalize"),
    ("reviews", "decide", "RUN", "reject", "--note", "x"),
    ("reviews", "decide", "RUN", "ignore"),
    ("reviews", "withdraw", "DECISION"),
    ("baselines", "adopt", "RUN"),
    ("baselines", "reject", "RUN", "--note", "x"),
    ("baselines", "activate", "BASELINE"),
    ("baselines", "rollback", a_schedule().id),
    ("baselines", "delete", "BASELINE", "--yes"),
    ("baselines", "restore", "BASELINE"),
]


@pytest.mark.parametrize("line", DECIDES, ids=" ".join)
def test_an_agent_on_the_machine_decides_nothing_and_finalises_nothing(
    line: tuple[str, ...], house: House, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """INSPECT_AGENT=claude adopted, rejected and rolled back like the person whose machine it was on."""
    said("reviews", "decide", run_id, "accept", "--view", "home")
    with house.ledger.write() as ledger:
        ledger.baselines.add(a_baseline(set=a_schedule().id))
        before = _kept(ledger, run_id)
    (word,) = before[0]
    names = {"RUN": run_id, "DECISION": word.id, "BASELINE": a_baseline().id}
    monkeypatch.setenv("INSPECT_AGENT", "claude")

    told = refused(Forbidden, *(names.get(one, one) for one in line))

    assert told.startswith("an agent may not")
    assert "reviews: {finalize: anybody}" in told
    with house.ledger.read() as ledger:
        assert _kept(ledger, run_id) == before


def test_an_agent_on_the_machine_proposes_and_quarantines(
    house: House, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    until = (datetime.now(UTC) + timedelta(days=9)).strftime("%Y-%m-%d")
    monkeypatch.setenv("INSPECT_AGENT", "claude")

    said("reviews", "decide", run_id, "accept", "--propose")
    words = ("--view", HOME, "--note", "it flickers", "--owner", "bob", "--until", until)
    said("reviews", "decide", run_id, "quarantine", *words)

    with house.ledger.read() as ledger:
        made, _ = _kept(ledger, run_id)
    assert {(one.kind.value, one.is_proposal, one.via) for one in made} == {
        ("accept", True, "agent claude"),
        ("quarantine", False, "agent claude"),
    }


def test_an_agent_decides_where_the_organisation_says_so(
    house: House, run_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with house.ledger.write() as ledger:
        mine = replace(ledger.organizations.find(), machines_finalize=True)
        ledger.organizations.save(mine, at=house.clock.now())
    monkeypatch.setenv("INSPECT_AGENT", "claude")

    assert "is in use" in said("baselines", "adopt", run_id)


def _kept(ledger: LedgerSession, run_id: str) -> tuple[list[Decision], list[Baseline]]:
    run = RunId(run_id)
    return ledger.decisions.of_runs([run]).get(run, []), ledger.baselines.all(a_schedule().id)


def test_an_owner_sees_what_they_look_after(house: House, run_id: str) -> None:
    owners = (OwnerRule("*", ("ada",)), OwnerRule("playbooks/shop/pay@*", ("payments",)))
    with house.ledger.write() as ledger:
        organization = ledger.organizations.find()
        ledger.organizations.save(replace(organization, owners=owners), at=house.clock.now())

    (one,) = json.loads(said("reviews", "list", "--owner", "@payments", "--json"))

    assert (one["run_id"], one["owners"]) == (run_id, ["ada", "payments"])
    assert run_id in said("reviews", "list", "--owner", "ada")
    assert said("reviews", "list", "--owner", "bob") == "nothing waits for 'bob'\n"
