"""What two runs differ by, as text: what differs first, then how many do not."""

from __future__ import annotations

from inspect_pipelines.cli.output import local_time, printable, say, terminal_width
from inspect_pipelines.cli.table import aligned
from inspect_pipelines.domain.comparison import Comparison, Outcome
from inspect_pipelines.queries.run_pair import RunComparison

WORDS = {
    Outcome.CHANGED: "✗ changed",
    Outcome.REMOVED: "✗ only old",
    Outcome.ADDED: "✗ only new",
    Outcome.UNREADABLE: "! unreadable",
    Outcome.UNCHANGED: "✓ same",
}  # in the order in which they are listed


def print_comparison(found: RunComparison, *, shows_all: bool) -> None:
    """Print it."""
    old, new = found.other, found.run
    say(f"old  {old.id}  {old.definition_id}, {local_time(old.requested_at)}")
    say(f"new  {new.id}  {new.definition_id}, {local_time(new.requested_at)}")
    order = list(WORDS)
    shown = sorted(
        (one for one in found.comparisons if shows_all or not one.passed),
        key=lambda one: (order.index(one.outcome), -one.score, one.view),
    )
    if shown:
        say()
        rows = [_row(one) for one in shown]
        say(aligned(["OUTCOME", "SCORE", "VIEW", "WHAT"], rows, width=terminal_width()))
    say()
    differing = sum(not one.passed for one in found.comparisons)
    total = len(found.comparisons)
    views = "view" if total == 1 else "views"
    say(
        f"✗ {differing} of {total} {views} {'differs' if differing == 1 else 'differ'}"
        if differing
        else f"✓ {total} {views} the same"
    )


def _row(one: Comparison) -> list[str]:
    is_measured = one.outcome in (Outcome.CHANGED, Outcome.UNCHANGED)
    what = one.reason.rpartition(" (score ")[0] or one.reason
    return [WORDS[one.outcome], f"{one.score:.3f}" if is_measured else "", str(one.view), printable(what)]
