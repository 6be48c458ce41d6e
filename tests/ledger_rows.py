"""One organisation's rows in every table of the ledger, and how each method of each repository asks for them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from builders import (
    NOW,
    a_baseline,
    a_merge,
    a_run,
    a_schedule,
    a_session,
    a_sha,
    a_source,
    a_trigger,
    a_view,
)
from builders_of_incidents import an_incident
from history_builders import a_comparison
from inspect_pipelines.domain.access import AccessToken, Member, Permission, Role
from inspect_pipelines.domain.alerting import Silence
from inspect_pipelines.domain.answer import Answer, AnswerKind
from inspect_pipelines.domain.comment import Comment
from inspect_pipelines.domain.context import context_of
from inspect_pipelines.domain.debounce import opened
from inspect_pipelines.domain.decision import Decision, Shown
from inspect_pipelines.domain.drift_track import Distance, Track
from inspect_pipelines.domain.environment_change import AcceptedEnvironment
from inspect_pipelines.domain.event import EventStatus
from inspect_pipelines.domain.identity import Identity
from inspect_pipelines.domain.ids import DEFAULT_ORG, BaselineId, CommentId, DecisionId, DefinitionId
from inspect_pipelines.domain.kept_answer import KeptAnswer
from inspect_pipelines.domain.library import Library, library_of
from inspect_pipelines.domain.message import MessageKind
from inspect_pipelines.domain.notification import DeliveryStatus
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.pause import Pause
from inspect_pipelines.domain.position import Position
from inspect_pipelines.domain.remote_session import RemoteSession
from inspect_pipelines.domain.repair import Place, Repair, RepairStatus
from inspect_pipelines.domain.review import Review, ReviewState
from inspect_pipelines.domain.review_request import ReviewRequest
from inspect_pipelines.domain.revision import ManagedBy, Revision, RevisionKind, Standing, Written
from inspect_pipelines.domain.run import RunStatus, event_origin
from inspect_pipelines.domain.run_filter import RunFilter
from inspect_pipelines.domain.said import DecisionKind
from inspect_pipelines.domain.session import StepResult, StepStatus, ToldStep
from inspect_pipelines.domain.sign_in import SignIn
from inspect_pipelines.domain.target import Target
from inspect_pipelines.domain.teardown import OwedTeardown
from inspect_pipelines.domain.trace import Trace
from inspect_pipelines.domain.trigger import Debounce
from messages import a_message, a_notification
from resources.channels.registry import CHANNELS
from resources.ledger.store import SqlSession

LATER = NOW + timedelta(hours=1)
MONTH = "2026-11"
TARGET = "webhook:qa"

ORGANIZATION = Organization(DEFAULT_ORG, name="Ours", sources=(a_source(),))
NIGHTLY = a_schedule()
TRIGGER = a_trigger(debounce=Debounce(timedelta(minutes=1), timedelta(minutes=5)))
PAUSE = Pause("p1", DEFAULT_ORG, NIGHTLY.id, "the shop moves", "user:ada", since=NOW)
EVENT = a_merge()
PENDING = a_run(1, origin=event_origin(EVENT.id, TRIGGER.id), definition_id=TRIGGER.id)
RUNNING = a_run(2).claimed("dagster-2", now=NOW)
BUFFERED = a_run(3, definition_id=DefinitionId("weekly")).buffered(now=NOW)
TOLD = ToldStep("s", "shop", 1, StepResult("look", "Look", "desktop", StepStatus.PASSED, 5))
LOST = a_run(7, definition_id=DefinitionId("monthly"))
RETRY = a_run(4, definition_id=DefinitionId("weekly"), retry_of=RUNNING.id)
OLD = a_baseline()
WITH_PICTURES = BaselineId("b9")  # of which tests of the API keep the pictures
NEW = a_baseline(id=BaselineId("b2"), created_at=LATER)
OWED = OwedTeardown("o1", RUNNING.id, "shop", NOW)
OVERDUE = OwedTeardown("o2", RETRY.id, "shop", NOW)
AGENT = RemoteSession("a1", RUNNING.id, "shop", "Nightly", NOW, cost_usd=0.42)
TRACE = Trace(AGENT.id, RUNNING.id, "shop", NOW, {"pay": ('{"press": "Enter"}',)})
PLACE = Place("pay", 1, "click", Target(selector="#pay"), Target(text="Pay"))
REPAIR = Repair(
    "x1", RUNNING.id, "shop", "pay", "click #pay: found none", RepairStatus.PROPOSED, NOW, places=(PLACE,)
)
LAYER = a_baseline(id=BaselineId("b3"), set=f"{OLD.set}@fix")
INCIDENT = an_incident()
SILENCE = Silence(
    "s1", DEFAULT_ORG, "moving", "user:ada", NOW, LATER + timedelta(days=1), definition_id=NIGHTLY.id
)
SENT = a_notification(TARGET, number=1, run_id=RUNNING.id, incident_id=INCIDENT.id)
DUE = a_notification(
    TARGET,
    a_message(kind=MessageKind.RESOLVED),
    number=2,
    run_id=RUNNING.id,
    incident_id=INCIDENT.id,
    occasion="resolved",
)
HELD = a_notification("webhook:held", number=3, incident_id=INCIDENT.id, due_at=LATER + timedelta(hours=1))
DECISION = Answer(
    DEFAULT_ORG, EVENT.id, TRIGGER.id, AnswerKind.STARTED, "it matched", NOW, batch_id="b1", run_id=RUNNING.id
)
BATCH = opened("b1", EVENT, TRIGGER, context_of(EVENT, ()), now=NOW)

MEMBER = Member(DEFAULT_ORG, "ada", Role.ADMIN, NOW, "user:root")
TOKEN = AccessToken(
    DEFAULT_ORG, "t1", "ci", "ada", frozenset({Permission.RUNS_READ}), "a" * 64, NOW, "user:ada", LATER
)

WHO = Identity("https://login.acme.example", "1001", "ada@acme.example", "ada")
SIGN_IN = SignIn(DEFAULT_ORG, "si1", "ada", "d" * 64, "password", "Firefox", NOW, NOW)

PLAYED = opened("b0", EVENT, TRIGGER, context_of(EVENT, ()), now=NOW)

WORD = Decision(
    DecisionId("d1"),
    DEFAULT_ORG,
    NIGHTLY.id,
    DecisionKind.ACCEPT,
    Shown(a_comparison().view, a_sha("a"), a_sha("b"), "v1:1"),
    RUNNING.id,
    "user:ada",
    NOW,
    "it is the new button",
)

UNHEARD = replace(WORD, id=DecisionId("d3"), kind=DecisionKind.IGNORE)
HELD_BACK = replace(
    WORD, id=DecisionId("d4"), kind=DecisionKind.QUARANTINE, owner="ada", until=LATER + timedelta(days=1),
    shown=replace(WORD.shown, view=replace(WORD.shown.view, name="elsewhere")),
)  # fmt: skip
ENDED, EMPTIED = (
    replace(a_run(n), status=RunStatus.PASSED, reason="well", completed_at=NOW) for n in (90, 91)
)
DECIDED = a_merge(9, status=EventStatus.DECIDED)
BYGONE_MESSAGE = replace(SENT, id="n9", incident_id=None, occasion="bygone", status=DeliveryStatus.SENT)
REVIEW = Review(DEFAULT_ORG, RUNNING.id, NIGHTLY.id, NIGHTLY.id, "", NOW)
ELSEWHERE = replace(REVIEW, run_id=RETRY.id, environment="os 'Debian' became 'Fedora'")
ENVIRONMENT_CHANGE = AcceptedEnvironment(DEFAULT_ORG, "os 'Debian' became 'Arch'", "user:ada", NOW)

COMMENT = Comment(
    CommentId("c1"), DEFAULT_ORG, NIGHTLY.id, a_comparison().view, RUNNING.id, 3, 4, "is that right?", "user:ada", NOW
)  # fmt: skip
SETTLED = replace(COMMENT, id=CommentId("c2"), resolved_at=LATER, resolved_by="user:ada")
ASKED_FOR = ReviewRequest(DEFAULT_ORG, RUNNING.id, "ada", "user:root", NOW)

KEPT = KeptAnswer(DEFAULT_ORG, "user:ada", "k1", "f1", NOW)

WRITTEN = Written({"id": NIGHTLY.id, "cron": NIGHTLY.cron, "playbook": "shop"}, "schedules.yaml:5")
STANDING = Standing(ManagedBy.FILE, 1, WRITTEN)
REVISION = Revision(
    DEFAULT_ORG,
    NIGHTLY.id,
    "schedule",
    1,
    RevisionKind.APPLIED,
    NOW,
    "user:ada",
    "cli",
    ManagedBy.FILE,
    WRITTEN,
)

OF_TRIGGER = replace(
    REVISION,
    definition_id=TRIGGER.id,
    definition_kind="trigger",
    written=Written({"id": TRIGGER.id, "event": TRIGGER.event, "playbook": "shop"}, "schedules.yaml:9"),
)

DRIFTED = a_view("drifted")
DRIFT = Track(a_sha("a"), "ssim-1", a_sha("b"), NOW, (Distance(0.001, 1),), 0.7, 3, NOW)

BYGONE = replace(REVISION, definition_id=DefinitionId("bygone"), kind=RevisionKind.DELETED)


def fill(session: SqlSession) -> None:
    """Store them all."""
    session.organizations.save(ORGANIZATION, at=NOW)
    session.organizations.use_link_key(b"k" * 32)
    session.expiry.forget_facts(before=NOW)
    for definition in (NIGHTLY, TRIGGER):
        session.definitions.save(definition, by="user:ada", at=NOW)
    session.revisions.settle(NIGHTLY.id, STANDING)
    session.revisions.append(REVISION)
    session.revisions.append(OF_TRIGGER)
    session.revisions.append(BYGONE)
    session.revisions.shelve(library_of((NIGHTLY, TRIGGER)))
    session.pauses.add(PAUSE)
    session.usage.add(NIGHTLY.id, MONTH, 1.5)
    session.notices.give(("told",), at=NOW)
    for run in (PENDING, a_run(2), a_run(3, definition_id=DefinitionId("weekly")), RETRY):
        session.runs.request(run)
    assert session.runs.claim(RUNNING)
    assert session.runs.buffer(BUFFERED)
    session.runs.request(LOST)
    assert session.runs.claim(LOST.claimed("dagster-7", now=NOW))
    assert session.losses.give_back(LOST.claimed("dagster-7", now=NOW), host="h", at=NOW)
    session.baselines.add(OLD)
    session.baselines.add(NEW)
    session.baselines.add(LAYER)
    session.evidence.save_session(RUNNING.id, a_session())
    session.evidence.save_comparisons(RUNNING.id, [a_comparison()])
    session.steps.tell(RUNNING.id, TOLD)
    session.teardowns.owe(OWED)
    session.teardowns.owe(OVERDUE)
    session.remote_sessions.save(AGENT)
    session.repairs.keep_trace(TRACE)
    session.repairs.save(REPAIR)
    session.drift_tracks.keep(NEW.set, {DRIFTED: {"A": DRIFT, "B": DRIFT}})
    session.reviews.append(RUNNING.id, "adopted", by="user:ada", detail="", at=NOW)
    session.decisions.add(WORD)
    session.decisions.add(HELD_BACK)
    session.review_queue.open(REVIEW)
    session.review_queue.open(ELSEWHERE)
    session.environments.accept(ENVIRONMENT_CHANGE)
    session.comments.add(COMMENT)
    session.comments.add(SETTLED)
    session.review_requests.ask(ASKED_FOR)
    session.decisions.follow([WORD.id], RETRY.id)
    session.decisions.add(UNHEARD)
    session.incidents.save(INCIDENT)
    session.incidents.add_run(INCIDENT, RUNNING.id)
    session.silences.add(SILENCE)
    session.outbox.store(SENT)
    sent = session.outbox.claim_next("s1", now=LATER, until=LATER, kinds=CHANNELS)
    assert sent is not None
    session.outbox.record(sent.sent("ok", at=NOW), sender="s1", thread={"ts": "1"}, now=NOW)
    session.outbox.store(DUE)
    session.outbox.store(HELD)
    session.events.add(EVENT)
    session.answers.add(DECISION)
    session.batches.add(PLAYED)
    session.batches.close(PLAYED, RUNNING.id)
    session.batches.add(BATCH)
    session.journal.append("run", {"run": {}}, at=NOW)
    session.members.save(MEMBER)
    session.tokens.add(TOKEN)
    session.passwords.save("ada", "argon2", by="user:root", at=NOW)
    session.sign_ins.add(SIGN_IN)
    session.identities.bind(WHO, "ada", at=NOW)
    session.kept_answers.begin(KEPT, forgotten_before=NOW)


def grow_old(session: SqlSession) -> None:
    """Rows beside those that nothing holds any longer; the one run has its evidence still, the other has not."""
    for run in (ENDED, EMPTIED):
        session.runs.request(replace(run, status=RunStatus.PENDING, completed_at=None))
        session.evidence.save_session(run.id, a_session())
        session.runs.conclude(run)
    session.expiry.empty([EMPTIED.id], at=LATER)
    session.events.add(DECIDED)
    session.outbox.store(BYGONE_MESSAGE)


Ask = Callable[[Any], Any]

# Values are the other organisation's: they are refused with WrongOrganization.
VALUES: Mapping[str, Ask] = {
    "organizations.save": lambda r: r.save(ORGANIZATION, at=LATER),
    "definitions.save": lambda r: r.save(a_schedule(name="Renamed"), by="user:eve", at=LATER),
    "revisions.append": lambda r: r.append(replace(REVISION, number=2)),
    "pauses.add": lambda r: r.add(Pause("p2", DEFAULT_ORG, NIGHTLY.id, "again", "user:eve", since=NOW)),
    "runs.request": lambda r: r.request(PENDING),
    "runs.claim": lambda r: r.claim(PENDING.claimed("dagster-9", now=NOW)),
    "runs.buffer": lambda r: r.buffer(PENDING.buffered(now=NOW)),
    "runs.conclude": lambda r: r.conclude(RUNNING.concluded(RunStatus.PASSED, "", now=LATER)),
    "losses.give_back": lambda r: r.give_back(RUNNING, host="h", at=LATER),
    "baselines.add": lambda r: r.add(a_baseline(id=BaselineId("b4"))),
    "comments.add": lambda r: r.add(replace(COMMENT, id=CommentId("c3"))),
    "review_requests.ask": lambda r: r.ask(replace(ASKED_FOR, login="eve")),
    "decisions.add": lambda r: r.add(replace(WORD, id=DecisionId("d2"))),
    "environments.accept": lambda r: r.accept(replace(ENVIRONMENT_CHANGE, change="x")),
    "review_queue.open": lambda r: r.open(replace(REVIEW, run_id=PENDING.id)),
    "incidents.save": lambda r: r.save(an_incident(sentence="else")),
    "incidents.add_run": lambda r: r.add_run(INCIDENT, PENDING.id),
    "silences.add": lambda r: r.add(
        Silence("s2", DEFAULT_ORG, "x", "user:eve", NOW, LATER, definition_id=NIGHTLY.id)
    ),
    "outbox.store": lambda r: r.store(a_notification("webhook:new", number=9)),
    "outbox.replace": lambda r: r.replace(a_notification("webhook:held", number=3, title="Else")),
    "outbox.thread": lambda r: r.thread(DUE),
    "outbox.record": lambda r: r.record(DUE.sent("ok", at=LATER), now=LATER),
    "events.add": lambda r: r.add(a_merge(2)),
    "events.save": lambda r: r.save(a_merge(status=EventStatus.IGNORED)),
    "answers.add": lambda r: r.add(Answer(DEFAULT_ORG, EVENT.id, NIGHTLY.id, AnswerKind.NO, "no", NOW)),
    "answers.add_all": lambda r: r.add_all(
        [Answer(DEFAULT_ORG, EVENT.id, NIGHTLY.id, AnswerKind.NO, "no", NOW)]
    ),
    "batches.add": lambda r: r.add(opened("b2", EVENT, a_trigger("other"), context_of(EVENT, ()), now=NOW)),
    "batches.save": lambda r: r.save(BATCH.closed(RUNNING.id)),
    "batches.close": lambda r: r.close(BATCH, RUNNING.id),
    "batches.drop": lambda r: r.drop(BATCH, "it is gone"),
    "members.save": lambda r: r.save(Member(DEFAULT_ORG, "eve", Role.ADMIN, LATER, "user:eve")),
    "kept_answers.begin": lambda r: r.begin(KEPT, forgotten_before=NOW),
    "kept_answers.finish": lambda r: r.finish(KEPT.answered(200, "{}")),
    "sign_ins.add": lambda r: r.add(replace(SIGN_IN, id="si2", sha256="e" * 64)),
    "tokens.add": lambda r: r.add(replace(TOKEN, id="t2", sha256="b" * 64)),
    "tokens.add_proven": lambda r: r.add_proven(replace(TOKEN, id="t3", sha256="c" * 64, proof="p1")),
}

# Ids and names are the other organisation's: they find nothing, or name nothing and are told so.
NAMES: Mapping[str, Ask] = {
    "organizations.applied_at": lambda r: r.applied_at(),
    "organizations.link_key": lambda r: r.link_key(),
    "definitions.all": lambda r: r.all(),
    "definitions.find": lambda r: r.find(NIGHTLY.id),
    "definitions.delete": lambda r: r.delete(NIGHTLY.id, by="user:eve", at=LATER),
    "definitions.effective_since": lambda r: r.effective_since(NIGHTLY.id),
    "revisions.standing": lambda r: r.standing(),
    "revisions.settle": lambda r: r.settle(NIGHTLY.id, replace(STANDING, revision=2)),
    "revisions.last": lambda r: r.last(NIGHTLY.id),
    "revisions.find": lambda r: r.find(NIGHTLY.id, 1),
    "revisions.of": lambda r: r.of(NIGHTLY.id),
    "revisions.deletions": lambda r: r.deletions(),
    "revisions.library": lambda r: r.library(),
    "pauses.lift": lambda r: r.lift(NIGHTLY.id, now=LATER, by="user:eve"),
    "pauses.active": lambda r: r.active(NIGHTLY.id, LATER),
    "pauses.listed": lambda r: r.listed(LATER),
    "pauses.of": lambda r: r.of(NIGHTLY.id),
    "usage.of": lambda r: r.of(MONTH),
    "notices.given": lambda r: r.given(("told",)),
    "runs.find": lambda r: r.find(RUNNING.id),
    "runs.by_origin": lambda r: r.by_origin(RUNNING.origin),
    "runs.by_dagster_run": lambda r: r.by_dagster_run("dagster-2"),
    "runs.holder": lambda r: r.holder(NIGHTLY.id),
    "runs.open": lambda r: r.open(),
    "runs.latest": lambda r: r.latest(),
    "runs.matching": lambda r: r.matching(RunFilter()),
    "runs.last_of_each": lambda r: r.last_of_each(),
    "runs.of": lambda r: r.of([RUNNING.id]),
    "runs.of_dagster_runs": lambda r: r.of_dagster_runs(["dagster-2"]),
    "runs.with_prefix": lambda r: r.with_prefix("0190"),
    "runs.newest_origin": lambda r: r.newest_origin("cron:nightly-shop:"),
    "runs.counts": lambda r: r.counts(),
    "runs.retries": lambda r: r.retries(RUNNING.id),
    "runs.retries_of": lambda r: r.retries_of(RUNNING.id),
    "runs.inform": lambda r: r.inform(PENDING.id, {"pr_title": "else"}),
    "runs.pending": lambda r: r.pending(("event:",)),
    "runs.buffered": lambda r: r.buffered(),
    "losses.of": lambda r: r.of(LOST.id),
    "losses.taken_from": lambda r: r.taken_from(["dagster-7"]),
    "baselines.active": lambda r: r.active(NEW.set),
    "baselines.of_a_person": lambda r: r.of_a_person(
        OLD.set, before=Position(LATER + timedelta(days=1), "z")
    ),
    "baselines.in_use": lambda r: r.in_use(),
    "baselines.layers": lambda r: r.layers(OLD.set),
    "baselines.resting": lambda r: r.resting(before=LATER + timedelta(days=90)),
    "baselines.close": lambda r: r.close([LAYER.set], at=LATER),
    "baselines.expire": lambda r: r.expire(LAYER.set, by="user:eve", at=LATER),
    "baselines.find": lambda r: r.find(OLD.id),
    "baselines.all": lambda r: r.all(),
    "baselines.activate": lambda r: r.activate(OLD.id, at=LATER),
    "baselines.delete": lambda r: r.delete(OLD.id, by="user:eve", at=LATER),
    "baselines.restore": lambda r: r.restore(OLD.id, by="user:eve", at=LATER),
    "expiry.to_thin": lambda r: r.to_thin(ended_before=LATER),
    "expiry.thin": lambda r: r.thin({ENDED.id: []}, at=LATER),
    "expiry.to_bare": lambda r: r.to_bare(ended_before=LATER),
    "expiry.to_empty": lambda r: r.to_empty(ended_before=LATER),
    "expiry.empty": lambda r: r.empty([ENDED.id], at=LATER),
    "expiry.emptied_at": lambda r: r.emptied_at(EMPTIED.id),
    "expiry.to_release": lambda r: r.to_release(retired_before=LATER + timedelta(days=1)),
    "expiry.release": lambda r: r.release([OLD.id], at=LATER),
    "expiry.events": lambda r: r.events(before=LATER),
    "expiry.forget_events": lambda r: r.forget_events([EVENT.id]),
    "expiry.messages": lambda r: r.messages(before=LATER),
    "expiry.forget_messages": lambda r: r.forget_messages([SENT.id]),
    "evidence.save_session": lambda r: r.save_session(RUNNING.id, a_session(id="another")),
    "evidence.sessions": lambda r: r.sessions(RUNNING.id),
    "evidence.sessions_of": lambda r: r.sessions_of([RUNNING.id]),
    "evidence.save_comparisons": lambda r: r.save_comparisons(RUNNING.id, []),
    "evidence.comparisons": lambda r: r.comparisons(RUNNING.id),
    "evidence.comparisons_of": lambda r: r.comparisons_of([RUNNING.id]),
    "teardowns.owe": lambda r: r.owe(replace(OWED, session_id="o3")),
    "teardowns.settle": lambda r: r.settle(OWED.session_id),
    "teardowns.of_run": lambda r: r.of_run(RUNNING.id),
    "teardowns.of_ended_runs": lambda r: r.of_ended_runs(limit=5),
    "remote_sessions.save": lambda r: r.save(replace(AGENT, pictures=8)),
    "remote_sessions.find": lambda r: r.find(AGENT.id),
    "remote_sessions.open": lambda r: r.open(),
    "remote_sessions.of_runs": lambda r: r.of_runs([RUNNING.id]),
    "remote_sessions.cost_since": lambda r: r.cost_since(AGENT.opened_at),
    "remote_sessions.latest": lambda r: r.latest(5),
    "repairs.keep_trace": lambda r: r.keep_trace(replace(TRACE, steps={})),
    "repairs.traces": lambda r: r.traces(RUNNING.id),
    "repairs.save": lambda r: r.save(replace(REPAIR, reason="no")),
    "repairs.find": lambda r: r.find(REPAIR.id),
    "repairs.of_run": lambda r: r.of_run(RUNNING.id),
    "repairs.latest": lambda r: r.latest(5),
    "repairs.proposed": lambda r: r.proposed(5),
    "repairs.last_of": lambda r: r.last_of(REPAIR.playbook, REPAIR.step_id),
    "drift_tracks.of": lambda r: r.of(NEW.set),
    "drift_tracks.forget": lambda r: r.forget(NEW.set, DRIFTED, "B"),
    "drift_tracks.keep": lambda r: r.keep(NEW.set, {DRIFTED: {"A": replace(DRIFT, runs=9), "B": DRIFT}}),
    "steps.tell": lambda r: r.tell(RUNNING.id, TOLD),
    "steps.of_runs": lambda r: r.of_runs([RUNNING.id]),
    "steps.forget": lambda r: r.forget(RUNNING.id),
    "reviews.of_run": lambda r: r.of_run(RUNNING.id),
    "reviews.of_runs": lambda r: r.of_runs([RUNNING.id]),
    "incidents.open_in": lambda r: r.open_in(INCIDENT.scope),
    "comments.find": lambda r: r.find(COMMENT.id),
    "comments.on": lambda r: r.on(NIGHTLY.id, RUNNING.id),
    "comments.resolve": lambda r: r.resolve(COMMENT.id, by="user:eve", at=LATER),
    "comments.reopen": lambda r: r.reopen(SETTLED.id, by="user:eve", at=LATER),
    "review_requests.of_runs": lambda r: r.of_runs([RUNNING.id]),
    "review_requests.waiting_for": lambda r: r.waiting_for("ada"),
    "review_requests.release": lambda r: r.release(RUNNING.id, "ada", by="user:eve", at=LATER),
    "decisions.find": lambda r: r.find(WORD.id),
    "decisions.ending": lambda r: r.ending(
        [DecisionKind.QUARANTINE], before=LATER + timedelta(days=2), now=LATER
    ),
    "decisions.about": lambda r: r.about(NIGHTLY.id, [WORD.shown.view]),
    "decisions.of_runs": lambda r: r.of_runs([RUNNING.id]),
    "decisions.withdraw": lambda r: r.withdraw(WORD.id, by="user:eve", at=LATER),
    "decisions.followers": lambda r: r.followers(WORD.id),
    "review_queue.find": lambda r: r.find(RUNNING.id),
    "review_queue.latest": lambda r: r.latest(),
    "review_queue.waiting_in": lambda r: r.waiting_in(NIGHTLY.id),
    "review_queue.supersede": lambda r: r.supersede(NIGHTLY.id, "", by=RETRY.id),
    "review_queue.waiting_by_environment": lambda r: r.waiting_by_environment(),
    "review_queue.single_out": lambda r: r.single_out(RETRY.id),
    "environments.revoke": lambda r: r.revoke(ENVIRONMENT_CHANGE.change, by="user:ada", at=NOW),
    "environments.accepted_of": lambda r: r.accepted_of([ENVIRONMENT_CHANGE.change]),
    "environments.accepted": lambda r: r.accepted(),
    "review_queue.mark": lambda r: r.mark(RUNNING.id, ReviewState.DECIDED),
    "incidents.last_of": lambda r: r.last_of(INCIDENT.fingerprint),
    "incidents.find": lambda r: r.find(INCIDENT.id),
    "incidents.with_prefix": lambda r: r.with_prefix("0190"),
    "incidents.of_run": lambda r: r.of_run(RUNNING.id),
    "incidents.runs_of": lambda r: r.runs_of(INCIDENT.id),
    "incidents.latest": lambda r: r.latest(),
    "silences.holding": lambda r: r.holding(LATER),
    "silences.end": lambda r: r.end(SILENCE.silence_id, at=LATER, by="user:eve"),
    "outbox.held_for": lambda r: r.held_for(HELD.target, LATER),
    "outbox.last_opening": lambda r: r.last_opening(HELD.target),
    "outbox.is_due": lambda r: r.is_due(LATER),
    "outbox.claim_next": lambda r: r.claim_next("s2", now=LATER, until=LATER, kinds=CHANNELS),
    "outbox.hold_back": lambda r: r.hold_back(TARGET, until=LATER),
    "outbox.find": lambda r: r.find(DUE.id),
    "outbox.of_run": lambda r: r.of_run(RUNNING.id),
    "outbox.of_incident": lambda r: r.of_incident(INCIDENT.id),
    "outbox.attempts_of": lambda r: r.attempts_of(SENT.id),
    "outbox.latest": lambda r: r.latest(),
    "outbox.waiting": lambda r: r.waiting(),
    "events.find": lambda r: r.find(EVENT.id),
    "events.with_status": lambda r: r.with_status(EventStatus.RECEIVED),
    "events.latest": lambda r: r.latest(),
    "events.with_prefix": lambda r: r.with_prefix("0190"),
    "answers.decided": lambda r: r.decided(EVENT.id, ""),
    "answers.of_event": lambda r: r.of_event(EVENT.id),
    "answers.of_events": lambda r: r.of_events([EVENT.id]),
    "answers.of_run": lambda r: r.of_run(RUNNING.id),
    "answers.latest": lambda r: r.latest(TRIGGER.id),
    "batches.waiting": lambda r: r.waiting(TRIGGER.id, BATCH.key),
    "batches.played": lambda r: r.played(TRIGGER.id, BATCH.key),
    "batches.find": lambda r: r.find(BATCH.id),
    "batches.due": lambda r: r.due(LATER),
    "batches.open": lambda r: r.open(),
    "audit.latest": lambda r: r.latest(),
    "audit.last": lambda r: r.last("identity.bound"),
    "audit.entries": lambda r: r.entries(),
    "members.find": lambda r: r.find("ada"),
    "members.all": lambda r: r.all(),
    "members.remove": lambda r: r.remove("ada", by="user:eve", at=LATER),
    "kept_answers.find": lambda r: r.find("user:ada", "k1"),
    "kept_answers.drop": lambda r: r.drop("user:ada", "k1"),
    "tokens.all": lambda r: r.all(),
    "tokens.revoke": lambda r: r.revoke("t1", by="user:eve", at=LATER),
    "tokens.ending": lambda r: r.ending(after=NOW, until=LATER),
    "tokens.revoke_of": lambda r: r.revoke_of("ada", by="user:eve", at=NOW),
    "passwords.find": lambda r: r.find("ada"),
    "passwords.renew": lambda r: r.renew("ada", "argon3"),
    "passwords.remove": lambda r: r.remove("ada", by="user:eve", at=LATER),
    "identities.login": lambda r: r.login(WHO),
    "identities.remove_of": lambda r: r.remove_of("ada"),
    "sign_ins.all": lambda r: r.all(),
    "sign_ins.end": lambda r: r.end("si1", by="user:eve", at=LATER),
    "sign_ins.end_of": lambda r: r.end_of("ada", by="user:eve", at=LATER),
    "sign_ins.seen": lambda r: r.seen("si1", at=LATER),
    "tokens.used": lambda r: r.used("t1", at=LATER),
}

# What is said or asked of one's own organisation, whatever ids it is about.
OWN: Mapping[str, Ask] = {
    "expiry.facts_forgotten": lambda r: r.facts_forgotten(),
    "expiry.forget_facts": lambda r: r.forget_facts(before=LATER),
    "organizations.find": lambda r: r.find(),
    "organizations.naming": lambda r: r.naming(),
    "organizations.use_link_key": lambda r: r.use_link_key(b"l" * 32),
    "revisions.shelve": lambda r: r.shelve(Library()),
    "usage.add": lambda r: r.add(NIGHTLY.id, MONTH, 8.0),
    "notices.give": lambda r: r.give(("told", "more"), at=LATER),
    "reviews.append": lambda r: r.append(RUNNING.id, "rejected", by="user:eve", detail="", at=LATER),
    "decisions.follow": lambda r: r.follow([WORD.id], RUNNING.id),
    "journal.append": lambda r: r.append("run", {}, at=LATER),
    "identities.bind": lambda r: r.bind(replace(WHO, subject="1002"), "ada", at=LATER),
    "identities.invite": lambda r: r.invite("eve@acme.example", "eve", by="user:ada", at=LATER),
    "passwords.save": lambda r: r.save("ada", "argon4", by="user:eve", at=LATER),
    "audit.append": lambda r: r.append("run.rejected", RUNNING.id, by="user:eve", at=LATER),
}
