"""The report's content: what a page about a run says and in which order; how it looks is resources/report's business."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from inspect_pipelines.domain.against import side_labels
from inspect_pipelines.domain.comparison import Comparison, Outcome, Region, environment_changes
from inspect_pipelines.domain.environment_change import told_of
from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.domain.report import Report
from inspect_pipelines.domain.review import SUPERSEDED
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.screenshot import Screenshot, View
from inspect_pipelines.domain.sentence import is_beyond
from inspect_pipelines.queries.finding_card import FindingCard, finding_cards
from inspect_pipelines.queries.reasons import told_on_top
from inspect_pipelines.queries.session_card import AttemptRow, SessionCard, attempt_rows, session_card


class Tone(StrEnum):
    """How a status feels; always shown with its word, never as a colour alone."""

    GOOD = "good"
    BAD = "bad"
    LOOK = "look"  # a person is asked
    NEUTRAL = "neutral"


STATUS_WORDS = {
    RunStatus.PASSED: ("Passed", Tone.GOOD),
    RunStatus.FAILED: ("Failed", Tone.BAD),
    RunStatus.NEEDS_REVIEW: ("Needs review", Tone.LOOK),
    RunStatus.TIMEOUT: ("Timed out", Tone.BAD),
    RunStatus.ERROR: ("Error", Tone.BAD),
    RunStatus.CANCELLED: ("Cancelled", Tone.NEUTRAL),
    RunStatus.SKIPPED: ("Skipped", Tone.NEUTRAL),
    RunStatus.PENDING: ("Pending", Tone.NEUTRAL),
    RunStatus.RUNNING: ("Running", Tone.NEUTRAL),
}
OUTCOME_WORDS = {
    Outcome.CHANGED: ("Changed", Tone.BAD),
    Outcome.REMOVED: ("Missing", Tone.BAD),
    Outcome.UNREADABLE: ("Unreadable", Tone.BAD),
    Outcome.ADDED: ("New view", Tone.LOOK),
    Outcome.UNCHANGED: ("As approved", Tone.GOOD),
    Outcome.NOT_RUN: ("Not run", Tone.NEUTRAL),
}  # in the order in which the page shows them


@dataclass(frozen=True, slots=True)
class ViewCard:
    """One view, with all that a person needs to decide about it."""

    anchor: str
    view: View
    word: str
    tone: Tone
    reason: str
    old: Sha256 | None = None
    new: Sha256 | None = None
    overlay: Sha256 | None = None
    regions: tuple[Region, ...] = ()
    regions_fit_old: bool = (
        True  # no rows moved, so the boxes stand at the same place in the approved picture
    )
    score: float | None = None  # None: not measured
    tolerance: float | None = None
    url: str = ""
    masks: tuple[str, ...] = ()
    accept_command: str = ""
    side_by_side: Sha256 | None = None  # where it changed, rows that belong together at one height
    labels: tuple[str, ...] = ()  # of the old picture and the new one, where they are two live sides
    old_scale: float = 1.0  # px of the picture per CSS px
    new_scale: float = 1.0

    @property
    def was_run(self) -> bool:
        """Whether anybody tried to show it."""
        return self.word != OUTCOME_WORDS[Outcome.NOT_RUN][0]


@dataclass(frozen=True, slots=True)
class ReportModel:
    """The page, top to bottom."""

    report: Report
    title: str
    word: str
    tone: Tone
    headline: str
    reasons: tuple[str, ...]
    attention: tuple[ViewCard, ...]  # differing views, or all of them when nothing is approved yet
    quiet: tuple[ViewCard, ...]
    not_run: tuple[View, ...]  # of a run that was asked for others
    findings: tuple[FindingCard, ...]
    sessions: tuple[SessionCard, ...]
    attempts: tuple[AttemptRow, ...]  # empty: each playbook was played once
    environment_changes: tuple[str, ...]
    accept_command: str  # empty when there is nothing to accept

    @property
    def environment_word(self) -> str:
        """What becomes of pictures of another environment."""
        is_observed = self.report.definition is not None and self.report.definition.plan.observe
        if self.report.run.status is RunStatus.PASSED and not is_observed:
            return "A person accepted that, so its pictures are judged as any others."
        if told_of(self.report.verdict.reasons):
            return (
                "Pictures of different environments are shown, not judged. One review is about all definitions "
                "that it touches: inspect-pipelines environments list"
            )
        return ""

    @property
    def attention_word(self) -> str:
        """What the views that need a look have in common."""
        if self.tone is Tone.LOOK:
            return "To review"
        return "Differ" if any(card.tone is not Tone.NEUTRAL for card in self.attention) else "Not compared"

    @property
    def view_count(self) -> int:
        return len(self.attention) + len(self.quiet)

    @property
    def failing_findings(self) -> int:
        return sum(card.is_failing for card in self.findings)


def model(report: Report) -> ReportModel:
    """What the page about this run says."""
    run = report.run
    word, tone = STATUS_WORDS[run.status]
    shots = [shot for session in report.sessions for shot in session.screenshots]
    changes = environment_changes(report.baseline, shots) if report.baseline else ()
    cards = _cards(report, shots, changes)
    findings = finding_cards(report)
    differs = tuple(card for card in cards if card.was_run and card.tone is not Tone.GOOD)
    asks = run.status is RunStatus.NEEDS_REVIEW or any(card.tone is not Tone.NEUTRAL for card in differs)
    acceptable = bool(shots) and asks and not (run.is_partial or run.against)
    return ReportModel(
        report,
        report.definition.name if report.definition else run.definition_id,
        word,
        tone,
        _headline(report, cards, findings, changes),
        told_on_top(
            report.verdict.reasons,
            [card.view for card in differs],
            [(card.finding, card.viewports) for card in findings if card.is_failing],
        ),
        differs,
        tuple(card for card in cards if card.tone is Tone.GOOD),
        tuple(card.view for card in cards if not card.was_run),
        findings,
        tuple(session_card(session) for session in report.sessions),
        attempt_rows(report.attempts, report.sessions),
        changes,
        _accept(report, changes) if acceptable else "",
    )


def _cards(report: Report, shots: list[Screenshot], changes: tuple[str, ...]) -> tuple[ViewCard, ...]:
    by_view = {shot.view: shot for shot in shots}
    if any(one.was_run for one in report.comparisons):
        order = list(OUTCOME_WORDS)
        ordered = sorted(
            report.comparisons,
            key=lambda c: (c.passed, c.looks_as_approved, order.index(c.outcome), -c.score),
        )
        return tuple(_compared(report, c, by_view.get(c.view), i, changes) for i, c in enumerate(ordered))
    return tuple(_unjudged(report, shot, i) for i, shot in enumerate(shots))


def _compared(
    report: Report, found: Comparison, shot: Screenshot | None, index: int, changes: tuple[str, ...]
) -> ViewCard:
    word, tone = OUTCOME_WORDS[found.outcome]
    if report.run.against and found.outcome is Outcome.UNCHANGED:
        word = "The same"
    old = report.baseline.images.get(found.view) if report.baseline else None
    old_width, old_scale = (old.width, old.environment.scale) if old else (0, 1.0)
    return ViewCard(
        f"view-{index + 1}",
        found.view,
        word,
        Tone.GOOD if found.passed and found.was_run else tone,
        found.sentence,
        found.old_sha256,
        found.new_sha256,
        found.overlay_sha256,
        tuple(region for region in found.regions if not is_beyond(region, old_width)),
        found.layout_px == 0,
        found.score if found.outcome in (Outcome.CHANGED, Outcome.UNCHANGED) else None,
        found.tolerance,
        shot.url if shot else "",
        tuple(masked.selector for masked in shot.masked) if shot else (),
        _accept(report, changes, found.view) if not (found.passed or report.run.against) else "",
        found.side_by_side_sha256,
        side_labels(report.sessions, found.view.playbook) if report.run.against else (),
        old_scale,
        shot.environment.scale if shot else old_scale,
    )


def _unjudged(report: Report, shot: Screenshot, index: int) -> ViewCard:
    waits = report.run.status is RunStatus.NEEDS_REVIEW
    others = [one for each in report.sessions if each.beside for one in each.beside.screenshots]
    beside = next((one for one in others if one.view == shot.view), None)
    return ViewCard(
        f"view-{index + 1}",
        shot.view,
        "Needs review" if waits else "Not compared",
        Tone.LOOK if waits else Tone.NEUTRAL,
        "nothing is approved for this view yet" if waits else "this picture was not compared with anything",
        old=beside.sha256 if beside else None,
        new=shot.sha256,
        labels=side_labels(report.sessions, shot.view.playbook) if report.run.against else (),
        new_scale=shot.environment.scale,
        url=shot.url,
        masks=tuple(masked.selector for masked in shot.masked),
        accept_command=_accept(report, (), shot.view) if waits else "",
    )


def _accept(report: Report, changes: Sequence[str], view: View | None = None) -> str:
    shown = {shot.view for session in report.sessions for shot in session.screenshots}
    only = f" --{'view' if view in shown else 'drop'} {shlex.quote(str(view))}" if view else ""
    force = " --force" if changes else ""  # another environment is adopted on purpose or not at all
    return f"inspect-pipelines baselines adopt {report.run.id}{only}{force}"


def _headline(
    report: Report, cards: tuple[ViewCard, ...], findings: tuple[FindingCard, ...], changes: tuple[str, ...]
) -> str:
    match report.run.status:
        case RunStatus.PASSED if report.comparisons:
            like = "the same on both sides" if report.run.against else "as approved"
            left = sum(1 for one in report.comparisons if not one.was_run)
            seen = len(cards) - left
            more = f"; {_count(left, 'was', 'were')} not run" if left else ""
            return f"{'The one view looks' if seen == 1 else f'All {seen} views look'} {like}{more}."
        case RunStatus.PASSED:
            return "Every expectation held."
        case RunStatus.NEEDS_REVIEW if changes:
            return "The environment changed, so a person decides."
        case RunStatus.NEEDS_REVIEW:
            return f"{_count(len([c for c in cards if c.accept_command]), 'view needs its', 'views need their')} first approval."
        case RunStatus.FAILED:
            return _failure(report, cards, findings)
        case RunStatus.TIMEOUT:
            return f"The run did not finish within {_count(report.run.timeout_minutes, 'minute', 'minutes')}."
        case RunStatus.ERROR:
            return "The run could not be judged; the fault is on our side, not the site's."
        case RunStatus.CANCELLED:
            return (
                "A newer run took its place."
                if report.run.reason.startswith(SUPERSEDED)
                else "A person cancelled the run."
            )
        case RunStatus.SKIPPED:
            return "The run was skipped."
        case _:
            return "The run has not ended yet."


def _failure(report: Report, cards: tuple[ViewCard, ...], findings: tuple[FindingCard, ...]) -> str:
    words = [card.word for card in cards if card.tone is not Tone.GOOD]
    total = len(cards)
    parts: list[str] = []
    for outcome, verb in (
        (Outcome.CHANGED, "changed"),
        (Outcome.REMOVED, "missing"),
        (Outcome.ADDED, "new"),
        (Outcome.UNREADABLE, "unreadable"),
    ):
        if count := words.count(OUTCOME_WORDS[outcome][0]):
            amount = f"{count} of {_count(total, 'view', 'views')}" if not parts else str(count)
            link = "" if verb == "changed" else "is " if count == 1 else "are "
            parts.append(f"{amount} {link}{verb}")
    failing = sum(card.is_failing for card in findings)
    if failing:
        parts.append(_count(failing, "problem was found on the site", "problems were found on the site"))
    if not parts:
        broken = [session.playbook for session in report.sessions if session.error]
        parts.append(f"{' and '.join(broken) or 'The playbook'} could not be played to its end")
    *before, last = parts
    return f"{', '.join(before)} and {last}." if before else f"{last}."


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
