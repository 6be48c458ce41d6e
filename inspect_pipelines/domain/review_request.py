"""A review request: a member whose word about a run is asked for. It gives no right and takes none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from inspect_pipelines.domain.access import ROLES, Member, Permission
from inspect_pipelines.domain.ids import OrgId, RunId


@dataclass(frozen=True, slots=True)
class ReviewRequest:
    """One a run and member."""

    org_id: OrgId
    run_id: RunId
    login: str
    by: str
    at: datetime  # UTC


def unaskable(login: str, member: Member | None) -> str | None:
    """Why somebody cannot be asked for a review, as the end of a sentence; None: they can."""
    if member is None:
        return f"{login!r} is no member; see who is with: inspect-pipelines users list"
    if Permission.REVIEW_DECIDE not in ROLES[member.role]:
        return f"{login!r} is {member.role.value!r} and decides no review; ask a reviewer or an administrator"
    return None
