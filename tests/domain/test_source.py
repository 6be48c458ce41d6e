from __future__ import annotations

import pytest

from builders import a_source


@pytest.mark.parametrize("repo", ["acme/shop", "Acme/Shop", "acme/shop-admin", "lab/anything"])
def test_a_source_admits_the_repositories_of_its_list_in_any_case(repo: str) -> None:
    assert a_source(repos=("ACME/shop*", "lab/*")).admits(repo)


@pytest.mark.parametrize("repo", ["acme/shoes", "evil/acme/shop", "acme_shop", None])
def test_a_source_with_a_list_admits_nothing_else(repo: str | None) -> None:
    assert not a_source(repos=("acme/shop",)).admits(repo)


def test_a_source_without_a_list_admits_everything() -> None:
    assert a_source().admits("acme/shop")
    assert a_source().admits(None)
