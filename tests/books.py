"""Books: what a ledger would hold, as plain values, for tests of what follows from a run's end or a person's deed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from builders import NOW, a_plan, a_run, a_schedule
from ends import NIGHTLY, QA
from history_builders import a_comparison
from inspect_pipelines.domain import approval, incident_deeds
from inspect_pipelines.domain.access import AccessToken
from inspect_pipelines.domain.alerting import Silence
from inspect_pipelines.domain.any_of import taken_over
from inspect_pipelines.domain.baseline import Baseline, adopted, concerning, view_matches
from inspect_pipelines.domain.cause import scopes
from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.consequences import Consequences, of_end
from inspect_pipelines.domain.decision import Decision, shown_by
from inspect_pipelines.domain.environment_incident import is_of_environment
from inspect_pipelines.domain.ids import DEFAULT_ORG, BaselineId, DecisionId, DefinitionId, IncidentId, RunId
from inspect_pipelines.domain.incident import Incident
from inspect_pipelines.domain.incident_deeds import Affair
from inspect_pipelines.domain.mailbox import Mailbox
from inspect_pipelines.domain.message import MessageKind
from inspect_pipelines.domain.notification import Notification
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.pause import Pause
from inspect_pipelines.domain.plan import NotifyRule
from inspect_pipelines.domain.repair import Repair
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.run_alerts import unknown_part
from inspect_pipelines.domain.run_end import Before, RunEnd
from inspect_pipelines.domain.said import DecisionKind
from inspect_pipelines.domain.schedule import Schedule
from inspect_pipelines.domain.session import SessionResult
from inspect_pipelines.domain.verdict import Verdict
from resources.channels.registry import CHANNELS


class Books:
    """Runs end one after another, an hour apart unless a test says otherwise; whatever follows is kept."""

    def __init__(self) -> None:
        self.at: datetime = NOW
        self.organization = Organization(DEFAULT_ORG)
        self.definitions: dict[DefinitionId, Schedule] = {}
        self.ends: list[RunEnd] = []
        self.kept: dict[IncidentId, Incident] = {}
        self.shown: dict[RunId, set[IncidentId]] = {}
        self.outbox: dict[str, Notification] = {}
        self.silences: list[Silence] = []
        self.pauses: list[Pause] = []
        self.notices: set[str] = set()
        self.used: dict[DefinitionId, float] = {}
        self.used_usd: dict[DefinitionId, float] = {}
        self.repairs: tuple[Repair, ...] = ()
        self.tokens: tuple[AccessToken, ...] = ()
        self.baseline: Baseline | None = None
        self.last: Consequences = Consequences()

    def define(
        self,
        *rules: NotifyRule,
        definition_id: str = NIGHTLY,
        organization: Organization | None = None,
        **plan: Any,
    ) -> None:
        self.definitions[DefinitionId(definition_id)] = a_schedule(
            definition_id, plan=a_plan(notify=rules or (QA,), **plan)
        )
        self.organization = organization or self.organization

    def end(
        self,
        status: RunStatus = RunStatus.FAILED,
        reason: str = "it is broken",
        *,
        definition_id: str = NIGHTLY,
        sessions: Sequence[SessionResult] = (),
        comparisons: Sequence[Comparison] = (),
        verdict: Verdict | None = None,
        after: timedelta = timedelta(hours=1),
        took: timedelta = timedelta(0),
        **run: Any,
    ) -> list[Notification]:
        """One more run; returns what it makes people hear."""
        self.at += after
        number = len(self.ends) + 1
        wanted = a_run(number, definition_id=DefinitionId(definition_id), **run)
        if status is RunStatus.SKIPPED:
            ended = replace(wanted, status=status, reason=reason, completed_at=self.at)
        else:
            began = wanted.claimed(f"d{number}", now=self.at - took)
            ended = began.concluded(status, reason, now=self.at)
        end = RunEnd(
            ended,
            self.definitions[DefinitionId(definition_id)],
            verdict or Verdict(None, status, (reason,)),
            self.at,
            tuple(sessions),
            tuple(comparisons),
            concerning(self.baseline, sessions, self.definitions[DefinitionId(definition_id)]),
            BaselineId(f"b{number}"),
        )
        self.ends.append(end)
        return self.keep(of_end(end, self.before(end)), ended.id)

    def before(self, end: RunEnd) -> Before:
        """All that stands, whether it decides or not."""
        mine = [one.run for one in self.ends[::-1] if one.run.definition_id == end.run.definition_id]
        standing = tuple(
            one
            for one in self.incidents()
            if one.is_open and (one.scope in scopes_of(end) or is_of_environment(one))
        )
        new = unknown_part(end, standing)
        alike = [one for one in self.incidents() if new and one.fingerprint == new.fingerprint]
        good = [run for run in mine if run.status is RunStatus.PASSED]
        return Before(
            self.organization,
            kinds=CHANNELS,
            tokens=self.tokens,
            standing=standing,
            last_of_cause=alike[-1] if alike else None,
            silences=tuple(one for one in self.silences if one.holds(self.at)),
            pauses=tuple(one for one in self.pauses if one.definition_id == end.run.definition_id),
            latest=tuple(mine),
            used_minutes=self.used,
            used_usd=self.used_usd,
            repairs=self.repairs,
            notices=frozenset(self.notices),
            last_good=good[0] if good and end.run.status is not RunStatus.PASSED else None,
            active=self.baseline,
            mail=self.mail(),
        )

    def mail(self) -> dict[str, Mailbox]:
        """What waits for every target."""
        openings: dict[str, list[tuple[datetime, Notification]]] = {}
        for note in self.outbox.values():
            if note.message and note.message.kind is MessageKind.OPENED:
                openings.setdefault(note.target, []).append((note.due_at or note.created_at, note))
        return {
            target: Mailbox(
                next((note for due_at, note in found if due_at > self.at), None),
                max(due_at for due_at, _ in found),
            )
            for target, found in openings.items()
        }

    def keep(self, after: Consequences | None, run_id: RunId | None = None) -> list[Notification]:
        """Store what follows; returns what people hear."""
        after = after or Consequences()
        self.last = after
        for incident in after.incidents:
            self.kept[incident.id] = incident
        if run_id is not None:
            self.shown[run_id] = set(after.shown)
        for note in after.mail.stored:
            self.outbox.setdefault(note.id, note)
        for note in after.mail.replaced:
            self.outbox[note.id] = note
        if after.pause is not None:
            self.pauses.append(after.pause)
        if used := after.minutes:
            self.used[used.definition_id] = self.used.get(used.definition_id, 0.0) + used.minutes
        self.notices |= set(after.notices)
        self.baseline = after.baseline or self.baseline
        return list(after.mail.told)

    def last_run(self) -> Run:
        return self.ends[-1].run

    def incidents(self) -> list[Incident]:
        """Oldest first."""
        return [*self.kept.values()]

    # what people and time do

    def affair(self, incident_id: IncidentId) -> Affair:
        incident = self.kept[incident_id]
        run = next(end.run for end in self.ends if end.run.id == incident.last_run_id)
        return Affair(incident, run, self.definitions.get(run.definition_id), "", self.mail())

    def acknowledge(self, incident_id: IncidentId) -> list[Notification]:
        return self.keep(
            incident_deeds.acknowledged(self.affair(incident_id), CHANNELS, by="user:ada", at=self.at)
        )

    def silence(self, *, until: datetime, **subject: Any) -> None:
        self.silences.append(
            Silence(f"s{len(self.silences)}", DEFAULT_ORG, "", "user:ada", self.at, until, **subject)
        )

    def wait(self, span: timedelta) -> list[Notification]:
        """Time goes by, and ends what has stayed away."""
        self.at += span
        told = []
        for incident in self.incidents():
            affair = self.affair(incident.id)
            told += self.keep(incident_deeds.stayed_away(affair, self.organization.alerts, at=self.at))
        return told

    def delete(self, definition_id: str) -> list[Notification]:
        definition = self.definitions[DefinitionId(definition_id)]
        return [
            note
            for incident in self.incidents()
            if incident.is_open and definition_id in incident.definitions
            for note in self.keep(
                incident_deeds.deleted(self.affair(incident.id), definition, by="user:ada", at=self.at)
            )
        ]

    def reviewed(self, run_id: RunId) -> approval.Reviewed:
        end = next(one for one in self.ends if one.run.id == run_id)
        alike = [f"definition:{one.id}" for one in self.definitions.values()]
        return approval.Reviewed(
            end.run,
            self.definitions.get(end.run.definition_id),
            self.organization.public_url,
            tuple(self.kept[one] for one in sorted(self.shown[run_id])),
            tuple(
                one
                for one in self.incidents()
                if one.is_open
                and (one.scope in alike or (is_of_environment(one) and one.id in self.shown[run_id]))
            ),
            self.mail(),
        )

    def adopt(self, run_id: RunId, view_glob: str | None = None) -> list[Notification]:
        end = next(one for one in self.ends if one.run.id == run_id)
        shots = [shot for session in end.sessions for shot in session.screenshots]
        taken = [shot for shot in shots if view_matches(shot.view, view_glob)]
        before = self.baseline.images if self.baseline else {}
        images = adopted(self.baseline, taken_over(before, taken, run_id))
        baseline = Baseline(
            BaselineId(f"a{self.at.isoformat()}"), DEFAULT_ORG, NIGHTLY, images, self.at, "user:ada", run_id
        )
        approved = approval.approval_of(
            baseline, shots, end.comparisons, end.run, [shot.view for shot in taken]
        )
        reviewed = self.reviewed(run_id)
        return self.keep(approval.approved(reviewed, baseline, approved, by="user:ada", at=self.at))

    def reject(self, run_id: RunId, note: str = "ticket 7") -> list[Notification]:
        return self.keep(approval.rejected(self.reviewed(run_id), by="user:ada", note=note, at=self.at))

    def say(self, run_id: RunId, *names: str, word: str) -> list[Notification]:
        """A word about the views of these names, which makes no baseline."""
        comparisons = [
            replace(one, passed=one.passed or one.view.name in names)
            for one in next(each for each in self.ends if each.run.id == run_id).comparisons
        ]
        views = [one.view for one in comparisons if one.view.name in names]
        made = approval.approved_by_word(comparisons, views, word=word)
        return self.keep(approval.approved(self.reviewed(run_id), None, made, by="user:ada", at=self.at))

    def withdraw(
        self,
        run_id: RunId,
        kind: DecisionKind,
        *,
        note: str = "",
        waits: bool = False,
        again: Sequence[Comparison] = (),
    ) -> list[Notification]:
        """A word is taken back; `again` is what waits by that, of a run that is the newest."""
        reviewed = self.reviewed(run_id)
        shown = shown_by(a_comparison())
        word = Decision(
            DecisionId("d1"), DEFAULT_ORG, NIGHTLY, kind, shown, run_id, "user:ada", self.at, note
        )
        return self.keep(
            approval.withdrawn(
                reviewed,
                word,
                waits=waits or bool(again),
                by="user:ada",
                at=self.at,
                again=again,
                said_at={self.at},
            )
        )


def scopes_of(end: RunEnd) -> tuple[str, str]:
    return scopes(end.run, end.definition)
