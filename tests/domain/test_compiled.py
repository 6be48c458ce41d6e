from __future__ import annotations

from inspect_pipelines.domain.compiled import Compiled
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.domain.naming import Naming


def test_what_is_published_is_the_organisations_that_it_is_named_for():
    assert Compiled(1, Naming(OrgId("acme")), None, "").org_id == "acme"
