from __future__ import annotations

from builders import a_source
from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId, SourceId
from inspect_pipelines.domain.organization import Organization, taken_sources

ACME = OrgId("acme")
MINE = a_source(id=SourceId("github"))
OTHER = a_source(id=SourceId("deploys"))


def test_a_new_source_whose_id_another_organisation_has_is_told():
    before, after = Organization(DEFAULT_ORG), Organization(DEFAULT_ORG, sources=(MINE, OTHER))

    told = taken_sources(before, after, [Organization(ACME, sources=(MINE,)), Organization(OrgId("beta"))])

    assert told == ("source 'github' would receive nothing, since organisation 'acme' has one of that id",)


def test_a_source_that_was_applied_before_is_told_by_whoever_receives_and_keeps_nobody_from_applying():
    mine = Organization(DEFAULT_ORG, sources=(MINE,))

    assert taken_sources(mine, mine, [Organization(ACME, sources=(MINE,))]) == ()
