"""Wishes about pictures: the bodies of requests that decide, approve and go back."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import Field

from inspect_pipelines.domain.said import DecisionKind
from inspect_pipelines.domain.screenshot import View
from inspect_pipelines.domain.wish import Wish as Said
from inspect_pipelines.web.api.moment import Moment
from inspect_pipelines.web.api.problem import Invalid
from inspect_pipelines.web.api.wishes import Wish

MOST_VIEWS = 1000
EXAMPLE = "shop/cart@desktop"
AS_VARIANT = (
    "They become approved beside what is, and not in the place of the picture that they were compared with."
)
END = "The end of these variants, within a year."


class EnvironmentWish(Wish):
    note: str = Field(default="", max_length=500, description="Why.")


class DecisionWish(Wish):
    decision: DecisionKind = Field(description="What is said of the views.")
    views: list[str] = Field(
        default_factory=list,
        max_length=MOST_VIEWS,
        description="`playbook/name@viewport`; without any: all that wait, which quarantined ones never do.",
        examples=[[EXAMPLE]],
    )
    note: str = Field(default="", max_length=500, description="Why; a rejection and a quarantine need one.")
    owner: str = Field(default="", max_length=200, description="Who looks after a quarantined view.")
    until: Moment | None = Field(
        default=None,
        description="The end of a quarantine, within 30 days, or of an ignored change or a variant, within a year.",
    )
    finalize: bool = Field(default=False, description="Make the accepted pictures the approved ones.")
    force: bool = Field(default=False, description="Finalize also from another environment.")
    is_proposal: bool = Field(default=False, description="Only say it, for a person to decide.")
    as_variant: bool = Field(default=False, description=AS_VARIANT)

    def said(self) -> Said:
        """The wish.

        Raises:
            Invalid: A view is none.
        """
        return Said(
            self.decision,
            frozenset(views_of(self.views)),
            self.note,
            self.owner,
            self.until,
            self.finalize,
            self.force,
            self.is_proposal,
            self.as_variant,
        )


class BaselineWish(Wish):
    views: list[str] = Field(
        default_factory=list,
        max_length=MOST_VIEWS,
        description="Only these, or drop them where the run does not show them; without any: all.",
        examples=[[EXAMPLE]],
    )
    force: bool = Field(default=False, description="Also from another environment, or an early end.")
    note: str = Field(default="", max_length=500, description="Kept with the baseline.")
    as_variant: bool = Field(default=False, description=AS_VARIANT)
    until: Moment | None = Field(default=None, description=END)


class VariantWish(Wish):
    view: str = Field(max_length=300, description="`playbook/name@viewport`.", examples=[EXAMPLE])
    letter: str = Field(
        min_length=1, max_length=1, description="Which of its approved pictures.", examples=["B"]
    )
    note: str = Field(default="", max_length=500, description="Why.")


class RejectionWish(Wish):
    note: str = Field(
        min_length=1,
        max_length=500,
        description="What is wrong; shown with its incident.",
        examples=["SHOP-7"],
    )


class AdoptionWish(Wish):
    view: str | None = Field(
        default=None,
        max_length=300,
        description="Only these: a glob over `playbook/name@viewport` or a part of it.",
    )
    drop: str | None = Field(
        default=None,
        max_length=300,
        description="Approve that these, which the run does not show, are gone; alone it takes over nothing.",
    )
    force: bool = Field(default=False, description="Also from another environment, or an early end.")
    note: str = Field(default="", max_length=500, description="Kept with the baseline.")
    as_variant: bool = Field(default=False, description=AS_VARIANT)
    until: Moment | None = Field(default=None, description=END)


def views_of(texts: Sequence[str], *, where: str = "body views") -> list[View]:
    """Views by their text form.

    Args:
        texts: Them.
        where: They are, for whoever wrote them wrong.

    Raises:
        Invalid: One is written otherwise.
    """
    views = [View.parse(text) for text in texts]
    wrong = [
        (f"{where} {at}", f"{text[:100]!r} is no view; write {EXAMPLE!r}")
        for at, (text, view) in enumerate(zip(texts, views, strict=True))
        if not (view.playbook and view.name and view.viewport) or str(view) != text
    ]
    if wrong:
        raise Invalid(wrong)
    return views
