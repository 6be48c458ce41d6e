"""Findings as a page about a run shows them: each once, however many viewports saw it."""

from __future__ import annotations

from dataclasses import dataclass

from inspect_pipelines.domain.finding import Finding, Severity
from inspect_pipelines.domain.report import Report


@dataclass(frozen=True, slots=True)
class FindingCard:
    """One thing that is wrong, once, however many viewports saw it."""

    finding: Finding
    viewports: tuple[str, ...]
    is_failing: bool


def finding_cards(report: Report) -> tuple[FindingCard, ...]:
    """Grouped over viewports, failing ones first, what is ignored or known last, then by severity."""
    grouped: dict[tuple[str, ...], tuple[Finding, list[str], bool]] = {}
    for session in report.sessions:
        for found in session.findings:
            key = (found.kind, found.severity, found.message, found.playbook, found.step_id, found.route)
            failing = found.fails_at(session.fail_on)
            grouped.setdefault(key, (found, [], failing))[1].append(found.viewport)
    order = [Severity.ERROR, Severity.WARNING, Severity.INFO]
    cards = [
        FindingCard(f, tuple(dict.fromkeys(viewports)), failing) for f, viewports, failing in grouped.values()
    ]
    return tuple(
        sorted(cards, key=lambda c: (not c.is_failing, not c.finding.counts, order.index(c.finding.severity)))
    )
