"""The weekly digest: one message an owner, of what they owe. Who owes nothing gets none."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from inspect_pipelines.domain.channel import Kinds
from inspect_pipelines.domain.debt import Debt, DebtKind, age
from inspect_pipelines.domain.digest_policy import DigestPolicy
from inspect_pipelines.domain.message import Link, Message, MessageKind, Urgency
from inspect_pipelines.domain.notification import Notification, notification_of
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.plan import RuleEvent
from inspect_pipelines.domain.run import Run

BEGUN = "digest:begun"  # the notice that the first week was seen
LINKED = 5  # reviews; a channel shows ten links
ON_RUNGS = {DebtKind.BROKEN: "broken", DebtKind.UNSTABLE: "unstable", DebtKind.AT_RISK: "at risk"}


@dataclass(frozen=True, slots=True)
class Digest:
    """What one owner owes.

    Attributes:
        owner: Without `@`; empty: nobody owns it.
        targets: Where they hear of it; empty: nowhere.
        debts: In the order of their kinds, the oldest review first.
    """

    owner: str
    targets: tuple[str, ...]
    debts: tuple[Debt, ...]


def week_notice(week: str) -> str:
    """The notice that a week's digests are stored."""
    return f"digest:{week}"


def digests_of(debts: Iterable[Debt], organization: Organization, kinds: Kinds) -> tuple[Digest, ...]:
    """One an owner, by name; what nobody owns comes last."""
    policy = organization.digest or DigestPolicy()
    owed: dict[str, list[Debt]] = {}
    for debt in debts:
        for owner in debt.owners or ("",):
            owed.setdefault(owner, []).append(debt)
    return tuple(
        Digest(
            owner,
            policy.places(owner, people=organization.people, channels=organization.channels, kinds=kinds),
            tuple(sorted(owed[owner], key=_order)),
        )
        for owner in sorted(owed, key=lambda name: (not name, name.casefold(), name))
    )


def notes_of(digest: Digest, run: Run, *, week: str, public_url: str, at: datetime) -> Iterator[Notification]:
    """Its message for each target.

    Args:
        run: That shows one of its debts: every message belongs to a run.
        public_url: Where people reach the web process; empty: the message has no links.
        at: Now, UTC.
    """
    occasion = f"{week_notice(week)}:{digest.owner}"
    message = _message(digest, occasion, public_url, at)
    for target in digest.targets:
        yield notification_of(run, RuleEvent.ON_NEEDS_REVIEW, target, message, occasion=occasion, at=at)


def summary(debts: Sequence[Debt], now: datetime) -> str:
    """`2 reviews wait, the oldest for 18 days; 1 view or playbook is broken, 2 are unstable; 1 view drifts`."""
    return "; ".join(_parts(debts, now))


def _parts(debts: Sequence[Debt], now: datetime) -> Iterator[str]:
    counts = {kind: sum(one.kind is kind for one in debts) for kind in DebtKind}
    if reviews := counts[DebtKind.REVIEW]:
        oldest = min(one.since for one in debts if one.kind is DebtKind.REVIEW and one.since is not None)
        old = f", the oldest for {age(oldest, now)}" if reviews > 1 else f" for {age(oldest, now)}"
        yield ("1 review waits" if reviews == 1 else f"{reviews} reviews wait") + old
    rungs = [(counts[kind], words) for kind, words in ON_RUNGS.items() if counts[kind]]
    if rungs:
        (count, words), *others = rungs
        first = f"{'1 view or playbook is' if count == 1 else f'{count} views or playbooks are'} {words}"
        yield ", ".join(
            [first, *(f"{count} {'is' if count == 1 else 'are'} {words}" for count, words in others)]
        )
    if drifting := counts[DebtKind.DRIFT]:
        yield "1 view drifts" if drifting == 1 else f"{drifting} views drift"
    if ending := counts[DebtKind.ENDING]:
        yield f"{ending} of what was set aside {'counts' if ending == 1 else 'count'} again within a week"


def _message(digest: Digest, occasion: str, public_url: str, now: datetime) -> Message:
    kinds = {one.kind for one in digest.debts}
    command = f"inspect-pipelines digest show --owner {shlex.quote(digest.owner)}"
    return Message(
        kind=MessageKind.NOTICE,
        severity=Urgency.WARNING if DebtKind.BROKEN in kinds else Urgency.INFO,
        title=f"This week for {digest.owner}" if digest.owner else "This week, and nobody owns it",
        verdict="",
        sentence=f"{summary(digest.debts, now)}. All of it: {command}",
        dedup_key=occasion[:255],
        lines=tuple(one.sentence for one in digest.debts),
        links=tuple(_links(digest, public_url)),
        mentions=(digest.owner,) if digest.owner else (),
    )


def _links(digest: Digest, public_url: str) -> Iterator[Link]:
    if not public_url:
        return
    reviews = [one for one in digest.debts if one.kind is DebtKind.REVIEW]
    for one in reviews[:LINKED]:
        yield Link(f"review {one.definition_id}", f"{public_url}/runs/{one.run_id}/review")
    if reviews:
        whose = f"?owner={quote(digest.owner, safe='')}" if digest.owner else ""
        yield Link("inbox", f"{public_url}/inbox{whose}")


def _order(debt: Debt) -> tuple[int, float, str]:
    since = debt.since.timestamp() if debt.since is not None else 0.0
    return [*DebtKind].index(debt.kind), since, debt.sentence
