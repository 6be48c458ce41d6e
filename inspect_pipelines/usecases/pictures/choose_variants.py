"""Choose variants: which pictures of a run can be approved as further ones of their views, and what no longer holds once pictures go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from inspect_pipelines.domain.any_of import hashes, unfit
from inspect_pipelines.domain.baseline import BaselineImage
from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.decision import contradicted
from inspect_pipelines.domain.ids import RunId
from inspect_pipelines.domain.screenshot import Screenshot, View
from inspect_pipelines.errors import Refused
from inspect_pipelines.ports.ledger import LedgerSession


def choose_variants(
    run_id: RunId,
    shots: Sequence[Screenshot],
    images: Mapping[View, BaselineImage],
    comparisons: Sequence[Comparison],
    *,
    takes_all: bool,
    at: datetime,
) -> list[Screenshot]:
    """The pictures that become further ones of their views.

    Args:
        shots: Those that were named; where all are meant, only the ones that differ from something approved count.
        images: What is approved.

    Raises:
        Refused: One that was named cannot become one, or none can.
    """
    compared = {one.view: one for one in comparisons}
    meant = [
        shot
        for shot in shots
        if not takes_all
        or (shot.view in images and shot.view in compared and not compared[shot.view].looks_as_approved)
    ]
    for shot in meant:
        if why := unfit(shot.view, images.get(shot.view), compared.get(shot.view), at):
            raise Refused(f"run {run_id!r} is not approved as a further variant: {why}")
    if not meant:
        raise Refused(
            f"run {run_id!r} is not approved as a further variant: none of its pictures differs from what is approved"
        )
    return meant


def take_back_words(
    ledger: LedgerSession,
    set_name: str,
    before: Mapping[View, BaselineImage],
    after: Mapping[View, BaselineImage],
    *,
    by: str,
    at: datetime,
) -> None:
    """Take back the words by which pictures were right that are approved no more, of views with several.

    Their view goes on being compared with the picture that the word was said beside, so it would hold for ever.
    """
    views = [view for view, image in before.items() if image.variants and view in after]
    if not views:
        return
    old, new = ({view: hashes(each[view]) for view in views} for each in (before, after))
    for one in contradicted(ledger.decisions.about(set_name, views), [old], new, now=at):
        ledger.decisions.withdraw(one.id, by=by, at=at)
