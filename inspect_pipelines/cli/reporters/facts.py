"""What all reporters tell of a run, taken from its dossier once."""

from __future__ import annotations

from dataclasses import dataclass

from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.finding import Finding, Severity
from inspect_pipelines.domain.retry import deciding
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.session import SessionResult
from inspect_pipelines.queries.dossier import Dossier


@dataclass(frozen=True, slots=True)
class Facts:
    """A run as it ended.

    Attributes:
        allows_review: What needs a person does not fail here.
        sessions: Those that decided.
    """

    dossier: Dossier
    allows_review: bool
    sessions: tuple[SessionResult, ...]

    @property
    def status(self) -> RunStatus:
        return self.dossier.run.status

    @property
    def title(self) -> str:
        """`nightly-shop: needs review`."""
        return f"{self.dossier.run.definition_id}: {self.status.value.replace('_', ' ')}"

    @property
    def reasons(self) -> tuple[str, ...]:
        return tuple(self.dossier.run.reason.splitlines())

    @property
    def exit_code(self) -> int:
        is_allowed = self.allows_review and self.status is RunStatus.NEEDS_REVIEW
        return 0 if is_allowed else self.status.exit_code

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        return self.dossier.comparisons

    @property
    def differing(self) -> tuple[Comparison, ...]:
        """Views that did not pass."""
        return tuple(one for one in self.dossier.comparisons if not one.passed)

    @property
    def is_unapproved(self) -> bool:
        """Whether nothing is approved yet, so that every picture waits for a person."""
        return self.status is RunStatus.NEEDS_REVIEW and not any(
            one.was_run for one in self.dossier.comparisons
        )

    def findings(self) -> tuple[tuple[Finding, bool], ...]:
        """Each that counts, once, and whether it failed its session."""
        told = {
            (one.kind, one.step_id, one.viewport, one.message): (one, one.fails_at(session.fail_on))
            for session in self.sessions
            for one in session.findings
            if one.counts and one.severity is not Severity.INFO
        }
        return tuple(sorted(told.values(), key=lambda found: not found[1]))


def facts_of(dossier: Dossier, *, allows_review: bool) -> Facts:
    """A run's facts."""
    return Facts(dossier, allows_review, tuple(deciding(dossier.sessions)))
