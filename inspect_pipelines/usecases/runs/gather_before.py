"""Gather what stood before a run's end: each row that decides, once, in the transaction that stores what follows."""

from __future__ import annotations

from dataclasses import replace

from inspect_pipelines.domain.baseline import Baseline, baseline_set, target_set
from inspect_pipelines.domain.cause import scopes
from inspect_pipelines.domain.channel import Kinds
from inspect_pipelines.domain.consequences import Consequences, of_end
from inspect_pipelines.domain.mailbox import Mailbox, is_grouped
from inspect_pipelines.domain.repair_notice import may_be_mended
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.run_alerts import unknown_part
from inspect_pipelines.domain.run_end import Before, RunEnd
from inspect_pipelines.domain.token_end import EARLIEST
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.runs.check_admission import used_minutes
from inspect_pipelines.usecases.runs.check_cost import used_usd

LOOKED_AT = 50  # of the definition's last runs, skipped ones included


def gather_before(ledger: LedgerSession, end: RunEnd, kinds: Kinds) -> Before:
    """What decides about what follows from a run's end.

    Most ends change nothing and tell nobody. So we ask first what would follow if nobody wanted quiet, had been told or
    had decided meanwhile: more never follows, and only what this needs is asked for.
    """
    run, definition = end.run, end.definition
    organization = ledger.organizations.find()
    own, shared = scopes(run, definition)
    before = Before(
        organization,
        standing=tuple(ledger.incidents.open_in(own, shared, with_environments=True)),
        used_minutes=used_minutes(ledger, definition, organization.budget, end.at),
        used_usd=used_usd(ledger, definition, organization.agent_usd, end.at),
        active=end.judged_with,
        tokens=tuple(ledger.tokens.ending(after=end.at, until=end.at + EARLIEST)),
        repairs=tuple(ledger.repairs.of_run(run.id)) if may_be_mended(end) else (),
        kinds=kinds,
        layers=_layers(ledger, end),
    )
    if run.status is RunStatus.ERROR:
        before = _of_errors(ledger, end, before)
    return _of_what_follows(ledger, end, before, of_end(end, before))


def _layers(ledger: LedgerSession, end: RunEnd) -> tuple[Baseline, ...]:
    if not any(one.said is not None and one.said.branch for one in end.comparisons):
        return ()
    return tuple(ledger.baselines.layers(target_set(end.definition, end.run)))


def _of_errors(ledger: LedgerSession, end: RunEnd, before: Before) -> Before:
    run = end.run
    pauses = ledger.pauses.of(run.definition_id)
    if any(one.holds(end.at) for one in pauses):
        return replace(before, pauses=pauses)
    latest = ledger.runs.latest(definition_id=run.definition_id, limit=LOOKED_AT)
    return replace(before, pauses=pauses, latest=tuple(latest))


def _of_what_follows(ledger: LedgerSession, end: RunEnd, before: Before, most: Consequences) -> Before:
    """`before` with what decides only when something follows.

    Args:
        most: The most that may follow.
    """
    run = end.run
    if most.shown:
        before = replace(before, silences=tuple(ledger.silences.holding(end.at)))
        if new := unknown_part(end, before.standing):
            last = ledger.incidents.last_of(new.fingerprint)
            before = replace(before, last_of_cause=last)
    if most.notices:
        before = replace(before, notices=ledger.notices.given(most.notices))
    if most.mail.told:
        before = _of_messages(ledger, end, before, most)
    if most.baseline is not None:
        active = ledger.baselines.active(baseline_set(end.definition, run))
        before = replace(before, active=active)
    return before


def _of_messages(ledger: LedgerSession, end: RunEnd, before: Before, most: Consequences) -> Before:
    run, window = end.run, before.organization.alerts.group_window
    mail: dict[str, Mailbox] = {}
    for note in most.mail.told:
        if note.incident_id is None:
            continue  # what is said of a run as such neither waits nor is waited for
        box = mail.get(note.target) or Mailbox(ledger.outbox.held_for(note.target, end.at))
        if box.held is None and box.last_opening is None and is_grouped(note, window, before.kinds):
            box = Mailbox(None, ledger.outbox.last_opening(note.target))
        mail[note.target] = box
    last_good = None
    if run.status is not RunStatus.PASSED:
        passed = ledger.runs.latest(
            definition_id=run.definition_id, status=RunStatus.PASSED, limit=1, only_whole=True
        )
        last_good = passed[0] if passed else None
    return replace(before, mail=mail, last_good=last_good)
