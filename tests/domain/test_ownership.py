"""Who looks after which views, in the syntax of CODEOWNERS."""

from __future__ import annotations

import pytest

from builders import a_screenshot, a_session, a_view
from inspect_pipelines.domain.ids import DefinitionId
from inspect_pipelines.domain.ownership import (
    OwnerRule,
    fault,
    owners_of,
    owners_of_playbook,
    owners_of_views,
    rule_of,
)

NIGHTLY = DefinitionId("nightly-shop")


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("*", ["playbooks/shop/cart@desktop", "routes/", "definitions/nightly"], []),
        ("playbooks/shop/", ["playbooks/shop/cart@desktop"], ["playbooks/shopping/cart@desktop"]),
        ("/playbooks/shop", ["playbooks/shop/cart@desktop"], ["playbooks/shopping/cart@desktop"]),
        ("cart@*", ["playbooks/shop/cart@desktop"], ["playbooks/shop/pay@desktop"]),
        ("routes/checkout/", ["routes/checkout/pay"], ["routes/checkout", "routes/about/checkout/pay"]),
        ("routes/checkout/*", ["routes/checkout/pay"], ["routes/checkout/pay/card"]),
        ("routes/**/pay", ["routes/pay", "routes/a/b/pay"], ["routes/pays"]),
        ("definitions/nightly-*", ["definitions/nightly-shop"], ["definitions/weekly-shop"]),
    ],
)
def test_a_pattern_matches_as_code_hosts_have_it(
    pattern: str, matching: list[str], others: list[str]
) -> None:
    rule = OwnerRule(pattern, ("ada",))

    assert [path for path in (*matching, *others) if rule.matches(path)] == matching


def test_the_last_line_that_matches_decides_and_may_name_nobody() -> None:
    lines = ["* ada # the rest", "", "# payments", "routes/checkout/ @payments bob", "routes/checkout/old"]
    rules = [rule for line in lines if (rule := rule_of(line))]

    assert owners_of(rules, ["routes/checkout/pay"]) == ("payments", "bob")
    assert owners_of(rules, ["routes/checkout/old"]) == ()
    assert owners_of(rules, ["routes/about"]) == ("ada",)
    assert owners_of([], ["routes/about"]) == ()


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("!routes/", "begins with '!'"),
        ("routes/[a", "has an unclosed '['"),
        ("src/checkout/", "begins with none of: playbooks/, routes/, definitions/"),
        ("routes/checkout/", None),
        ("**/pay", None),
        ("cart@*", None),
    ],
)
def test_a_pattern_that_would_match_nothing_is_told(pattern: str, says: str | None) -> None:
    found = fault(OwnerRule(pattern, ()))

    assert (found is None) == (says is None)
    assert (says or "") in (found or "")


def test_a_view_is_known_by_its_playbook_its_route_and_its_definition() -> None:
    sessions = [
        a_session(screenshots=(a_screenshot("cart", route="/checkout/cart"), a_screenshot("home", route="")))
    ]
    rules = [OwnerRule("definitions/", ("ada",)), OwnerRule("routes/checkout/", ("bob",))]

    assert owners_of_views(rules, NIGHTLY, sessions, [a_view("cart"), a_view("home")]) == ("bob", "ada")
    assert owners_of_views(rules, NIGHTLY, sessions, [a_view("gone")]) == ("ada",)
    assert owners_of_views(rules, NIGHTLY, sessions, []) == ("ada",)
    assert owners_of_views([], NIGHTLY, sessions, [a_view("cart")]) == ()


def test_a_playbook_as_a_whole_is_not_owned_by_who_owns_a_view_of_it() -> None:
    rules = [
        OwnerRule("definitions/", ("ops",)),
        OwnerRule("playbooks/shop/", ("ada",)),
        OwnerRule("playbooks/shop/cart*", ("bob",)),
    ]

    assert owners_of_playbook(rules, "shop", NIGHTLY) == ("ada",)
    assert owners_of_playbook(rules, "other", NIGHTLY) == ("ops",)
