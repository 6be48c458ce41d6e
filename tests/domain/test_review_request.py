"""Whose word about a run may be asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inspect_pipelines.domain.access import Role
from inspect_pipelines.domain.review_request import unaskable
from ledger_rows import MEMBER


@pytest.mark.parametrize(
    ("role", "may"), [(Role.VIEWER, False), (Role.OPERATOR, False), (Role.REVIEWER, True), (Role.ADMIN, True)]
)
def test_only_members_who_decide_reviews_are_asked(role, may):
    assert (unaskable("ada", replace(MEMBER, role=role)) is None) is may


def test_whoever_is_no_member_is_told_apart():
    assert unaskable("eve", None) == "'eve' is no member; see who is with: inspect-pipelines users list"
