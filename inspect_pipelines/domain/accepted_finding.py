"""An accepted finding: one that was there when a baseline was approved, so that it is known and fails nothing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from inspect_pipelines.domain.finding import Finding, FindingKind, Severity, without_waiting
from inspect_pipelines.domain.session import SessionResult, SessionStatus

# A playbook's own demands: who approves pictures has not taken them back.
NEVER_KNOWN = (FindingKind.ACTION, FindingKind.EXPECTATION)
MOST_KEPT = 500  # of a baseline; each stands in it for good
# What a build, a visit or a day gives another value: ids, digests of file names, long numbers, places in a file. Three
# digits stay, since a 404 is no 500.
VARYING = re.compile(
    r"\b(?=[0-9a-f-]*[0-9])[0-9a-f][0-9a-f-]{7,}\b|\d{4,}|(?<=:)\d+(?::\d+)?\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class AcceptedFinding:
    """What makes a finding the same from run to run: not its step or viewport, since when a page says a thing is a race."""

    playbook: str
    kind: FindingKind
    text: str  # its sentence without what varies


def as_accepted(finding: Finding) -> AcceptedFinding:
    """What a baseline keeps of a finding."""
    text = VARYING.sub("#", without_waiting(finding.message))
    return AcceptedFinding(finding.playbook, finding.kind, text)


def with_known(session: SessionResult, accepted: Iterable[AcceptedFinding]) -> SessionResult:
    """The session with its findings marked that were accepted with a baseline."""
    known = frozenset(accepted)
    if not known or not session.findings:
        return session
    findings = tuple(
        replace(each, is_known=True) if _may_be_known(each) and as_accepted(each) in known else each
        for each in session.findings
    )
    return replace(session, findings=findings)


def accepted_with(
    current: Iterable[AcceptedFinding], sessions: Sequence[SessionResult]
) -> tuple[AcceptedFinding, ...]:
    """What is known once all that these sessions show is approved.

    What a whole session did not find any more is dropped; of a playbook that was not played, or not to its end, nothing is.

    Args:
        current: Of the baseline before.
        sessions: Those that decide. One without steps was not played: somebody brought its pictures.
    """
    played = [each for each in sessions if each.steps]
    whole = {each.playbook for each in played if each.status is SessionStatus.COMPLETED}
    kept = [one for one in current if one.playbook not in whole]
    found = [as_accepted(each) for one in played for each in one.findings if _may_be_known(each)]
    return tuple(dict.fromkeys((*kept, *found)))[:MOST_KEPT]


def _may_be_known(finding: Finding) -> bool:
    is_telling = finding.severity is not Severity.INFO and not finding.is_ignored
    return is_telling and finding.kind not in NEVER_KNOWN
