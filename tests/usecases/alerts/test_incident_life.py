"""Incidents in any order of runs, decisions and silences: told once, resolved once, nobody forgotten."""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from builders import a_finding, a_screenshot, a_session
from ends import NIGHTLY, Watch
from history_builders import a_comparison
from houses import a_house
from inspect_pipelines.domain.alerting import Alerting
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId
from inspect_pipelines.domain.incident import Incident
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.usecases.alerts.quieten import acknowledge, silence
from inspect_pipelines.usecases.alerts.resolve_quiet import resolve_quiet
from inspect_pipelines.usecases.pictures.adopt import adopt
from inspect_pipelines.usecases.pictures.review import reject

DEFINITIONS = (NIGHTLY, DefinitionId("hourly-shop"))
RULES = (
    NotifyRule(
        RuleEvent.ON_FAILURE,
        (
            "slack:#qa",
            "pagerduty",
        ),
    ),
    NotifyRule(RuleEvent.ON_NEEDS_REVIEW, ("slack:#qa",)),
    NotifyRule(RuleEvent.ON_RECOVERY, ("email:good@acme.com",)),
)
PLACES = ("cart", "pay")
FIRST_WORDS = ("opened", "flapping", "review")


class Life(RuleBasedStateMachine):
    """Plays runs and people's decisions in one house and looks at its books after each."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory()
        self.watch = Watch(a_house(Path(self._folder.name)))
        self.resolved: dict[str, Incident] = {}

    @initialize(alert_after=st.integers(1, 2), flap=st.sampled_from([0, 60]), window=st.sampled_from([0, 5]))
    def begin(self, alert_after: int, flap: int, window: int) -> None:
        alerts = Alerting(window, 24 * 60, alert_after, 4, flap)
        self.alert_after = alert_after
        for definition_id in DEFINITIONS:
            organization = Organization(DEFAULT_ORG, alerts=alerts)
            self.watch.define(*RULES, definition_id=definition_id, organization=organization)

    @rule(
        definition_id=st.sampled_from(DEFINITIONS),
        findings=st.sets(st.sampled_from(PLACES)),
        views=st.sets(st.sampled_from(PLACES)),
        minutes=st.sampled_from([1, 10, 90, 24 * 60]),
    )
    def a_run_sees(
        self, definition_id: DefinitionId, findings: set[str], views: set[str], minutes: int
    ) -> None:
        is_well = not findings and not views
        self.watch.end(
            RunStatus.PASSED if is_well else RunStatus.FAILED,
            "as approved" if is_well else "it is broken",
            definition_id=definition_id,
            sessions=[
                a_session(
                    findings=tuple(a_finding(step_id=place) for place in sorted(findings)),
                    screenshots=tuple(a_screenshot(place) for place in PLACES),
                )
            ],
            comparisons=[a_comparison(place, passed=place not in views) for place in PLACES],
            after=timedelta(minutes=minutes),
        )

    @rule(
        definition_id=st.sampled_from(DEFINITIONS),
        status=st.sampled_from(
            [RunStatus.ERROR, RunStatus.TIMEOUT, RunStatus.NEEDS_REVIEW, RunStatus.CANCELLED]
        ),
    )
    def a_run_sees_nothing(self, definition_id: DefinitionId, status: RunStatus) -> None:
        self.watch.end(status, "no answer", definition_id=definition_id, after=timedelta(minutes=10))

    @rule(minutes=st.sampled_from([1, 90]))
    def time_goes_by(self, minutes: int) -> None:
        self.watch.house.clock.sleep(minutes * 60)
        resolve_quiet(self.watch.house)

    @rule(number=st.integers(0, 9), deed=st.sampled_from(["adopt", "reject", "acknowledge", "silence"]))
    def a_person_decides(self, number: int, deed: str) -> None:
        house = self.watch.house
        standing = [one for one in self.watch.incidents() if one.is_open]
        if not standing:
            return
        incident = standing[number % len(standing)]
        with house.ledger.read() as ledger:
            run = ledger.runs.find(incident.last_run_id)
        assert run is not None
        if deed == "acknowledge":
            acknowledge(house, incident.id, by="user:ada")
        elif deed == "silence":
            until = house.clock.now() + timedelta(minutes=30)
            silence(house, incident_id=incident.id, until=until, by="user:ada", reason="")
        elif deed == "adopt" and run.status is RunStatus.FAILED:
            adopt(house, run.id, by="user:ada")
        elif deed == "reject" and run.status in (RunStatus.FAILED, RunStatus.NEEDS_REVIEW):
            reject(house, run.id, by="user:ada", note="ticket 7")

    def teardown(self) -> None:
        """In the end all is well, and everybody who heard of something has heard of its end."""
        for _ in range(2):
            for definition_id in DEFINITIONS:
                self.watch.end(RunStatus.PASSED, definition_id=definition_id, after=timedelta(hours=2))
        assert not [one for one in self.watch.incidents() if one.is_open]
        told = self.messages()
        for incident in self.watch.incidents():
            enders = {
                note.target for note in told if note.incident_id == incident.id and kind(note) == "resolved"
            }
            assert set(incident.told) <= enders
            assert bool(enders) == (incident.announced_at is not None) or not incident.told
        self.watch.house.ledger.close()
        self._folder.cleanup()

    def messages(self) -> list[Notification]:
        with self.watch.house.ledger.read() as ledger:
            return ledger.outbox.latest(DEFAULT_ORG, limit=10_000)

    @invariant()
    def what_is_resolved_stays_as_it_is(self) -> None:
        for incident in self.watch.incidents():
            if not incident.is_open:
                assert self.resolved.setdefault(incident.id, incident) == incident

    @invariant()
    def nobody_is_paged_twice_and_nobody_hears_of_an_end_twice(self) -> None:
        told = Counter(
            (note.incident_id, note.target, "first" if kind(note) in FIRST_WORDS else kind(note))
            for note in self.messages()
            if note.incident_id and kind(note) in ("opened", "review", "resolved")
        )
        assert not [key for key, count in told.items() if count > 1]

    @invariant()
    def every_cause_is_announced_unless_somebody_wanted_quiet(self) -> None:
        with self.watch.house.ledger.read() as ledger:
            quiet = {
                one.incident_id for one in ledger.silences.holding(DEFAULT_ORG, self.watch.house.clock.now())
            }
        for incident in self.watch.incidents():
            if incident.is_open and incident.id not in quiet and incident.runs >= self.alert_after:
                last_hushed = incident.announced_at is None
                assert not last_hushed or self._was_hushed(incident)

    def _was_hushed(self, incident: Incident) -> bool:
        """Whether a silence held when its last run failed."""
        with self.watch.house.ledger.read() as ledger:
            held = ledger.silences.holding(DEFAULT_ORG, incident.last_failed_at)
        return any(one.incident_id == incident.id for one in held)

    @invariant()
    def no_two_open_incidents_share_a_cause(self) -> None:
        standing = [(one.scope, key) for one in self.watch.incidents() if one.is_open for key in one.keys]
        assert len(standing) == len(set(standing))


def kind(note: Notification) -> str:
    return note.message.kind.value if note.message else ""


def test_in_any_order_of_deeds_people_hear_once_of_each_beginning_and_of_each_end() -> None:
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
