"""Wishes: the bodies of requests that change something; what they do not know is refused."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from inspect_pipelines.domain.selection import Selection
from inspect_pipelines.web.api.moment import Moment
from inspect_pipelines.web.api.problem import Invalid

Reason = Annotated[str, Field(min_length=1, max_length=500, description="Why; shown wherever it shows.")]


Names = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=300)], ...], Field(max_length=200)]


class Wish(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RunWish(Wish):
    variables: dict[str, str] = Field(
        default_factory=dict, description="Of its playbooks.", examples=[{"title": "Release 4"}]
    )
    branch: str = Field(
        default="",
        max_length=300,
        description="What is looked at: its own approved pictures lie over the target's. Empty, or the plan's: the target.",
        examples=["feature/pay"],
    )
    views: Names = Field(default=(), description="Only these pictures: `[PLAYBOOK/]NAME[@VIEWPORT]`.")
    steps: Names = Field(default=(), description="Only these steps, and what they stand on.")
    viewports: Names = Field(default=(), description="Only on these viewports.")
    playbooks: Names = Field(default=(), description="Only these playbooks.")

    @property
    def selection(self) -> Selection:
        """The part of the plan that is asked for."""
        return Selection(self.views, self.steps, self.viewports, self.playbooks)


class AgainstWish(RunWish):
    against: str = Field(
        default="",
        max_length=2000,
        description="Another live address to compare with, instead of what is approved.",
        examples=["https://www.example.com"],
    )


class PastWish(Wish):
    at: Moment = Field(description="One of the schedule's times, and past.")


class CancelWish(Wish):
    reason: str = Field(default="", max_length=500, description="Why; shown with the run.")


class PauseWish(Wish):
    reason: Reason
    until: Moment | None = Field(default=None, description="Its end; without one somebody has to resume it.")


class DeclineWish(Wish):
    reason: Reason


class SilenceWish(Wish):
    reason: Reason
    until: Moment


def to_come(at: datetime | None, *, now: datetime) -> datetime | None:
    """The end that somebody wishes.

    Raises:
        Invalid: It is over.
    """
    if at is not None and at <= now:
        raise Invalid([("body until", f"is over ({at:%Y-%m-%d %H:%M} UTC); name a time after now")])
    return at
