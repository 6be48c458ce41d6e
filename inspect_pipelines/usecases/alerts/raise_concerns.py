"""Raise concerns: tell people once of what weeks of runs show, who hear of the definition's failures."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

from inspect_pipelines.domain.absence import ORIGIN
from inspect_pipelines.domain.budget_warning import Warned
from inspect_pipelines.domain.concern import Concern, ConcernKind
from inspect_pipelines.domain.consequences import Consequences
from inspect_pipelines.domain.failure_notice import failure_notice
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.mailbox import Mail
from inspect_pipelines.domain.plan import RuleEvent
from inspect_pipelines.domain.run_end import Before, RunEnd, people_told
from inspect_pipelines.domain.verdict import Verdict
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.alerts.send import send_waiting
from inspect_pipelines.usecases.alerts.store_consequences import store_consequences

TITLES = {
    ConcernKind.DRIFT: "views drift",
    ConcernKind.FLAKES: "too many looks are flaky",
    ConcernKind.MISSING: "runs are missing",
}
ADVICE = {
    ConcernKind.DRIFT: "look at what changed before a run needs review: inspect-pipelines baselines steadiness {id}",
    ConcernKind.FLAKES: "which views they are, and on which rung each stands: inspect-pipelines baselines steadiness {id}",
    ConcernKind.MISSING: "look at logs/daemon.log and logs/code.log of that time, and make up for them with: "
    "inspect-pipelines schedules backfill {id}",
}


def raise_concerns(house: House, concerns: Iterable[Concern]) -> list[Concern]:
    """Store one message a definition and target for the concerns that nobody was told of, and send what waits.

    What is silenced is told when the silence has ended and it still is so. A definition that never had a run, or of
    whose failures nobody hears, tells nobody: a message belongs to a run and to a rule.

    Returns:
        Those that are told by this.
    """
    now = house.clock.now()
    told: list[Concern] = []
    by_definition = groupby(
        sorted(concerns, key=lambda one: one.definition_id), lambda one: one.definition_id
    )
    with house.ledger.write() as ledger:
        for definition_id, found in by_definition:
            told += _raised(ledger, definition_id, [*found], now)
    if told:
        send_waiting(house)
    return told


def _raised(
    ledger: LedgerSession, definition_id: DefinitionId, concerns: Sequence[Concern], now: datetime
) -> list[Concern]:
    definition = ledger.definitions.find(definition_id)
    latest = ledger.runs.latest(definition_id=definition_id, limit=1)
    if definition is None or not latest or _is_silenced(ledger, definition_id, now):
        return []
    if not people_told(definition, RuleEvent.ON_FAILURE):
        return []
    untold = [one for one in concerns if not _is_told_as_absence(ledger, one)]
    given = ledger.notices.given([one.key for one in untold])
    new = [one for one in untold if one.key not in given]
    end = RunEnd(latest[0], definition, Verdict(None, latest[0].status, ()), now)
    before = Before(ledger.organizations.find())
    warned: list[Warned] = [
        failure_notice(
            end,
            before,
            [(one.key, one.sentence) for one in mine],
            occasion=f"{kind.value}:{hashlib.sha256(mine[0].key.encode()).hexdigest()[:16]}",
            verdict=kind.value,
            title=TITLES[kind],
            advice=ADVICE[kind].format(id=definition_id),
        )
        for kind in ConcernKind
        if (mine := [one for one in new if one.kind is kind])
    ]
    messages = tuple(note for each in warned for note in each.messages)
    keys = tuple(key for each in warned for key in each.notices)
    store_consequences(ledger, Consequences(mail=Mail(stored=messages, told=messages), notices=keys), at=now)
    return new


def _is_silenced(ledger: LedgerSession, definition_id: DefinitionId, now: datetime) -> bool:
    return any(one.definition_id == definition_id for one in ledger.silences.holding(now))


def _is_told_as_absence(ledger: LedgerSession, concern: Concern) -> bool:
    """Whether the lookout raised the alarm when it happened."""
    if concern.kind is not ConcernKind.MISSING:
        return False
    return ledger.runs.by_origin(f"{ORIGIN}{concern.definition_id}:{concern.began}") is not None
