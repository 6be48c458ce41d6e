"""Compare sides: what a run saw at two addresses, view by view; no baseline is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from inspect_pipelines.domain.against import other_side_of, side_faults, terms_of
from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.domain.retry import first_looks
from inspect_pipelines.domain.run import Run
from inspect_pipelines.domain.session import SessionResult
from inspect_pipelines.ports.gallery import Gallery
from inspect_pipelines.usecases.pictures.compare_looks import Looks


def looks_at_sides(
    gallery: Gallery, run: Run, policy: BaselinePolicy, sessions: Sequence[SessionResult], *, draws: bool
) -> dict[str, Looks]:
    """The looks of each playbook whose sides can be compared: an error or a page to sign in is no difference.

    Args:
        sessions: Everything that was played so far, in order.
        draws: As `Looks`.
    """
    found = {}
    for first in first_looks(sessions):
        side = other_side_of(first, run)
        if first.beside is None or side is None or side_faults([first]):
            continue
        found[first.playbook] = Looks(
            gallery,
            replace(policy, enabled=True),
            side,
            [each for each in sessions if each.playbook == first.playbook],
            draws=draws,
            terms=terms_of(first.beside.names),
            beside=partial(other_side_of, run=run),
        )
    return found


def compare_sides(
    gallery: Gallery, run: Run, policy: BaselinePolicy, sessions: Sequence[SessionResult]
) -> list[Comparison]:
    """One comparison a view of either side, after all looks at it."""
    looks = looks_at_sides(gallery, run, policy, sessions, draws=True)
    return [each for one in looks.values() for each in one.comparisons]
