from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from builders import a_schedule
from inspect_pipelines.domain.ids import SLUG, DefinitionId, OrgId
from inspect_pipelines.domain.naming import Naming, clashes

SLUGS = st.from_regex(SLUG, fullmatch=True)
NIGHTLY = DefinitionId("nightly-checkout")
FIRST, LATER = Naming(OrgId("acme-corp")), Naming(OrgId("beta-corp"), is_first=False)
TAG_KEY = re.compile(r"[A-Za-z0-9_.-]{1,63}/[A-Za-z0-9_.-]{1,63}")  # as Dagster checks it


@given(SLUGS, SLUGS, st.booleans())
def test_names_have_only_the_characters_dagster_takes(org, definition, is_first):
    naming = Naming(OrgId(org), is_first)

    assert re.fullmatch("[A-Za-z0-9_]+", naming.job(DefinitionId(definition)))
    assert TAG_KEY.fullmatch(naming.tag(".dagster/inspect.repo"))


def test_the_first_organisation_s_names_read_like_their_ids():
    assert FIRST.job(NIGHTLY) == "nightly_checkout"
    assert FIRST.schedule(NIGHTLY) == "nightly_checkout_schedule"
    assert FIRST.tag(".dagster/inspect.host") == ".dagster/inspect.host"


def test_later_ones_have_their_organisation_in_front():
    assert LATER.job(NIGHTLY) == "beta_corp__nightly_checkout"
    assert LATER.schedule(NIGHTLY) == "beta_corp__nightly_checkout_schedule"
    assert LATER.tag(".dagster/inspect.host") == ".dagster/inspect.host.beta-corp"


def test_the_tags_of_two_long_names_differ():
    long = [Naming(OrgId("x" * 99 + end), is_first=False).tag(".dagster/inspect.host") for end in "ab"]

    assert len(set(long)) == 2


def test_a_name_that_another_organisation_has_is_a_clash():
    theirs = [(FIRST, [a_schedule("beta-corp--deploy"), a_schedule("nightly")])]

    found = clashes(LATER, [a_schedule("deploy"), a_schedule("nightly")], theirs)

    (sentence,) = found
    assert sentence == (
        "schedule 'deploy' would be 'beta_corp__deploy' in Dagster, as schedule 'beta-corp--deploy' of "
        "organisation 'default' is"
    )


def test_equal_ids_of_two_organisations_do_not_clash():
    assert clashes(LATER, [a_schedule("nightly")], [(FIRST, [a_schedule("nightly")])]) == ()


def test_what_is_of_the_organisation_itself_has_a_name_that_no_definition_has() -> None:
    assert Naming(OrgId("acme")).own("history") == "_history"
    assert Naming(OrgId("beta-corp"), is_first=False).own("history") == "_beta_corp__history"
