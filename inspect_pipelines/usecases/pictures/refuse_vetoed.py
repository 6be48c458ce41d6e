"""Refuse what somebody else has rejected: one rejection blocks, until it is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.decision import vetoes
from inspect_pipelines.errors import Refused
from inspect_pipelines.ports.ledger import LedgerSession


def refuse_vetoed(
    ledger: LedgerSession, set_name: str, found: Sequence[Comparison], *, by: str, now: datetime
) -> None:
    """Return where what these views show may be said to be right.

    Raises:
        Refused: Somebody else's rejection stands against one.
    """
    about = ledger.decisions.about(set_name, [one.view for one in found])
    against = vetoes(about, found, by=by, now=now)
    if not against:
        return
    first = against[0]
    who = first.by.removeprefix("user:")
    more = f" and {len(against) - 1} more" if len(against) > 1 else ""
    raise Refused(
        f"'{first.shown.view}'{more}, as it is shown here, was rejected by {who}, and one rejection blocks; {who} takes it "
        f"back, or whoever decides in their place does, with: inspect-pipelines reviews withdraw {first.id}"
    )
