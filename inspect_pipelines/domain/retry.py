"""Retries: what went wrong in a session, whether another attempt may tell more, and which attempt decides.

Every attempt is a session of the same run, kept for good; what is judged is made of them by `deciding`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.finding import ASKED, Finding, FindingKind
from inspect_pipelines.domain.plan import Retries
from inspect_pipelines.domain.session import KnownFault, SessionResult, SessionStatus

LONGEST = timedelta(minutes=10)  # of all retries of a run together
SHARE = 0.5  # of its timeout, at most
CONCLUSIVE = (SessionStatus.COMPLETED, SessionStatus.FAILED)  # they say something about the site
OF_OURS = (SessionStatus.AUTH, SessionStatus.CRASHED)  # they say nothing about the site
OUR_NETWORK = re.compile(
    r"\bERR_(NAME_NOT_RESOLVED|NAME_RESOLUTION_FAILED|INTERNET_DISCONNECTED|NETWORK_CHANGED|ADDRESS_UNREACHABLE"
    r"|PROXY_CONNECTION_FAILED)\b"
)
BESIDE = ("visual", "repair")  # looks besides the attempts, which say nothing about whether it works
REFUSED_LOGIN = re.compile(r" answered 40[13]\b")


ONCE = 1  # after a release, whatever a plan says: a site that changes again while it is looked at is told


class RetryClass(StrEnum):
    """Why an attempt was made."""

    INFRA = "infra"  # ours: the browser died, a name was not resolved, a service did not answer
    FINDING = "finding"  # the site broke an expectation
    VISUAL = "visual"  # a view differs from its baseline
    SITE_CHANGED = "site_changed"  # a release came while it was looked at
    REPAIR = "repair"  # an agent looked where an element has gone; it decides nothing


DELAYS = {
    RetryClass.INFRA: (30.0, 120.0),
    RetryClass.FINDING: (30.0,),
    RetryClass.VISUAL: (0.0,),
    RetryClass.SITE_CHANGED: (10.0,),
    RetryClass.REPAIR: (0.0,),
}  # seconds at most, per retry


def cause_of(session: SessionResult) -> RetryClass | None:
    """What another attempt may mend; None: nothing went wrong, or it would only go wrong again."""
    if session.status is SessionStatus.SITE_CHANGED:
        return RetryClass.SITE_CHANGED
    if session.status in OF_OURS:
        return RetryClass.INFRA if session.retry_may_help else None
    if session.status not in CONCLUSIVE:
        return None
    faults = _faults(session)
    if any(REFUSED_LOGIN.search(fault.message) for fault in faults):
        return None
    pages = [fault for fault in faults if fault.kind is FindingKind.NAVIGATION]  # not what a page embeds
    if any(OUR_NETWORK.search(fault.message) for fault in pages):
        return RetryClass.INFRA
    return RetryClass.FINDING if is_faulty(session) else None


def known_faults(session: SessionResult) -> tuple[KnownFault, ...]:
    """What the next attempt need not wait long for: what this one waited for in vain."""
    return tuple(
        KnownFault(each.step_id, each.message)
        for each in session.findings
        if each.kind in (FindingKind.ACTION, FindingKind.EXPECTATION)
    )


def next_cause(attempts: Sequence[SessionResult], retries: Retries) -> RetryClass | None:
    """Why a playbook is to be played once more; None: it is not.

    Args:
        attempts: Of one playbook, in order, without those that only looked at views again.
    """
    cause = cause_of(attempts[-1])
    if cause is None:
        return None
    made = sum(1 for attempt in attempts if attempt.cause == cause)
    allowed = ONCE if cause is RetryClass.SITE_CHANGED else getattr(retries, cause.value)
    return cause if made < allowed else None


def delay(cause: RetryClass, made: int, chance: float) -> timedelta:
    """How long to wait before the next attempt, with full jitter: many that failed together do not come back together.

    Args:
        made: How many attempts this cause has had already.
        chance: 0.0 - 1.0.
    """
    steps = DELAYS[cause]
    return timedelta(seconds=steps[min(made, len(steps) - 1)] * chance)


def allowance(timeout_minutes: int) -> timedelta:
    """How much of a run's time its retries may take, waits included."""
    return min(LONGEST, timedelta(minutes=timeout_minutes) * SHARE)


def spent(sessions: Iterable[SessionResult]) -> timedelta:
    """How long the retries among a run's sessions took, each with the wait before it."""
    total = timedelta(0)
    ended: dict[str, datetime] = {}
    for session in sessions:
        if session.attempt > 1:
            began = ended.get(session.playbook, session.started_at)
            total += max(timedelta(0), session.completed_at - began)  # a clock may have been set back
        ended[session.playbook] = session.completed_at
    return total


def is_faulty(session: SessionResult) -> bool:
    """Whether a session says that the site is wrong."""
    has_failed = session.beside is not None and session.beside.error is not None
    return session.status is SessionStatus.FAILED or has_failed or bool(_faults(session))


def deciding(sessions: Sequence[SessionResult]) -> list[SessionResult]:
    """One session a playbook, in playing order: the attempt that decides, with the last picture of each view.

    That is the last attempt which says something about the site; one that crashed or ran out of time takes back
    nothing that was seen before. A cancel always decides.
    """
    return [_decided([each for each in sessions if each.playbook == book]) for book in _playbooks(sessions)]


def shown(sessions: Sequence[SessionResult]) -> list[SessionResult]:
    """Without those of a playbook that nobody was logged in for: its pictures are of a page for strangers."""
    strangers = {each.playbook for each in deciding(sessions) if each.status is SessionStatus.AUTH}
    return [each for each in sessions if each.playbook not in strangers]


def first_looks(sessions: Sequence[SessionResult]) -> list[SessionResult]:
    """As `deciding`, without the later looks at what differed: what the run saw before anybody looked again."""
    return deciding([each for each in sessions if each.cause not in BESIDE])


def second_thoughts(sessions: Sequence[SessionResult]) -> tuple[str, ...]:
    """One sentence for each playbook that failed first and passed when it was played again."""
    found = []
    for book in _playbooks(sessions):
        played = [each for each in sessions if each.playbook == book and each.cause not in BESIDE]
        decided = _last_word(played)
        earlier = [
            each for each in played if each.attempt < decided.attempt and cause_of(each) is RetryClass.FINDING
        ]
        if earlier and not is_faulty(decided) and decided.status is SessionStatus.COMPLETED:
            faults = _faults(earlier[0])
            what = faults[0].message if faults else earlier[0].error or "a step could not be played"
            found.append(f"{book}: passed at attempt {decided.attempt}; attempt {earlier[0].attempt}: {what}")
    return tuple(found)


def second_looks(sessions: Sequence[SessionResult], comparisons: Sequence[Comparison]) -> tuple[str, ...]:
    """One sentence for each view that differed first and looks as approved since it was looked at again."""
    looked_at = {
        shot.view for each in sessions if each.cause == RetryClass.VISUAL for shot in each.screenshots
    }
    return tuple(
        f"{each.view}: differed at first, and looks as approved at another look"
        for each in comparisons
        if each.looks_as_approved and each.view in looked_at
    )


def _decided(attempts: list[SessionResult]) -> SessionResult:
    played = [each for each in attempts if each.cause not in BESIDE]
    decided = _last_word(played)
    looks = [each for each in attempts if each.cause == RetryClass.VISUAL]
    seen_again = {shot.view: shot for look in looks for shot in look.screenshots}
    if not seen_again:
        return decided
    shots = [seen_again.pop(shot.view, shot) for shot in decided.screenshots]
    return replace(decided, screenshots=(*shots, *seen_again.values()))


def _last_word(played: list[SessionResult]) -> SessionResult:
    if played[-1].status is SessionStatus.CANCELLED:
        return played[-1]
    for wanted in (
        CONCLUSIVE,
        (SessionStatus.SITE_CHANGED,),
        (SessionStatus.AUTH,),
        (SessionStatus.CRASHED,),
    ):
        if found := [each for each in played if each.status in wanted]:
            return found[-1]
    return played[-1]


def _playbooks(sessions: Sequence[SessionResult]) -> list[str]:
    return list(dict.fromkeys(session.playbook for session in sessions))


def _faults(session: SessionResult) -> list[Finding]:
    """The session's own, and what the playbook asked for in vain at the other address."""
    others = () if session.beside is None else session.beside.findings
    asked = [each for each in others if each.kind in ASKED]
    return [finding for finding in (*session.findings, *asked) if finding.fails_at(session.fail_on)]
