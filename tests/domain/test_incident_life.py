"""Incidents in any order of runs, decisions and silences: told once, resolved once, nobody forgotten."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from books import Books
from builders import a_finding, a_screenshot, a_session
from ends import NIGHTLY
from history_builders import a_comparison
from inspect_pipelines.domain.alerting import Alerting
from inspect_pipelines.domain.ids import DEFAULT_ORG, DefinitionId
from inspect_pipelines.domain.incident import Incident
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.plan import NotifyRule, RuleEvent
from inspect_pipelines.domain.run import RunStatus

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
    """Plays runs and people's decisions and looks at the books after each."""

    def __init__(self) -> None:
        super().__init__()
        self.books = Books()
        self.resolved: dict[str, Incident] = {}

    @initialize(alert_after=st.integers(1, 2), flap=st.sampled_from([0, 60]), window=st.sampled_from([0, 5]))
    def begin(self, alert_after: int, flap: int, window: int) -> None:
        alerts = Alerting(window, 24 * 60, alert_after, 4, flap)
        self.alert_after = alert_after
        for definition_id in DEFINITIONS:
            organization = Organization(DEFAULT_ORG, alerts=alerts)
            self.books.define(*RULES, definition_id=definition_id, organization=organization)

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
        self.books.end(
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
        self.books.end(status, "no answer", definition_id=definition_id, after=timedelta(minutes=10))

    @rule(minutes=st.sampled_from([1, 90]))
    def time_goes_by(self, minutes: int) -> None:
        self.books.wait(timedelta(minutes=minutes))

    @rule(number=st.integers(0, 9), deed=st.sampled_from(["adopt", "reject", "acknowledge", "silence"]))
    def a_person_decides(self, number: int, deed: str) -> None:
        standing = [one for one in self.books.incidents() if one.is_open]
        if not standing:
            return
        incident = standing[number % len(standing)]
        run = self.books.affair(incident.id).run
        assert run is not None
        if deed == "acknowledge":
            self.books.acknowledge(incident.id)
        elif deed == "silence":
            self.books.silence(incident_id=incident.id, until=self.books.at + timedelta(minutes=30))
        elif deed == "adopt" and run.status is RunStatus.FAILED:
            self.books.adopt(run.id)
        elif deed == "reject" and run.status in (RunStatus.FAILED, RunStatus.NEEDS_REVIEW):
            self.books.reject(run.id)

    def teardown(self) -> None:
        """In the end all is well, and everybody who heard of something has heard of its end."""
        for _ in range(2):
            for definition_id in DEFINITIONS:
                self.books.end(RunStatus.PASSED, definition_id=definition_id, after=timedelta(hours=2))
        assert not [one for one in self.books.incidents() if one.is_open]
        told = self.messages()
        for incident in self.books.incidents():
            enders = {
                note.target for note in told if note.incident_id == incident.id and kind(note) == "resolved"
            }
            assert set(incident.told) <= enders
            assert bool(enders) == (incident.announced_at is not None) or not incident.told

    def messages(self) -> list[Notification]:
        return [*self.books.outbox.values()]

    @invariant()
    def what_is_resolved_stays_as_it_is(self) -> None:
        for incident in self.books.incidents():
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
        quiet = {one.incident_id for one in self.books.silences if one.holds(self.books.at)}
        for incident in self.books.incidents():
            if incident.is_open and incident.id not in quiet and incident.runs >= self.alert_after:
                last_hushed = incident.announced_at is None
                assert not last_hushed or self._was_hushed(incident)

    def _was_hushed(self, incident: Incident) -> bool:
        """Whether a silence held when its last run failed."""
        return any(
            one.incident_id == incident.id and one.holds(incident.last_failed_at)
            for one in self.books.silences
        )

    @invariant()
    def no_two_open_incidents_share_a_cause(self) -> None:
        standing = [(one.scope, key) for one in self.books.incidents() if one.is_open for key in one.keys]
        assert len(standing) == len(set(standing))


def kind(note: Notification) -> str:
    return note.message.kind.value if note.message else ""


def test_in_any_order_of_deeds_people_hear_once_of_each_beginning_and_of_each_end() -> None:
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=100, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
