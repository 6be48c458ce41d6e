"""Previews: one address a commit, made of a template, on hosts that are allowed."""

import pytest

from inspect_pipelines.domain.preview import other_build, preview_address, preview_problem
from inspect_pipelines.errors import UsageError

SHA = "0123456789abcdef0123456789abcdef01234567"
HOSTS = ("*.preview.test",)


def test_a_template_is_filled_with_the_commit_and_what_the_event_told() -> None:
    of_all, known = "https://pr-{{pr_number}}-{{short_commit}}.preview.test/{{commit}}", {"pr_number": "7"}

    assert preview_address(of_all, SHA, known, HOSTS) == f"https://pr-7-0123456.preview.test/{SHA}"


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("https://www.preview.test", "is the same address for all commits"),
        ("https://{{commit.preview.test", "is no placeholder"),
        ("https://{{commit}}.preview.test/{{commit_sha}}", "is of the newest commit alone"),
        ("https://{{commit}}.preview.test/{{colour}}", "{{colour}} is known of no event; there are: actor, "),
        ("ftp://{{commit}}.preview.test", "must start with 'https://'"),
        ("https://a.preview.test/.{{commit}}/", ""),
    ],
)
def test_what_is_no_template_says_why(template: str, why: str) -> None:
    assert why in preview_problem(template)
    assert bool(preview_problem(template)) == bool(why)


@pytest.mark.parametrize(
    ("template", "known", "why"),
    [
        ("https://www.preview.test", {}, "the preview's address cannot be used: "),
        (
            "https://{{commit}}.preview.test/{{pr_number}}",
            {},
            "needs {{pr_number}}, which the run's event did not bring",
        ),
        ("https://{{commit}}.elsewhere.test", {}, "which is not allowed; add it to allowed_hosts"),
        ("https://{{commit}}.preview.test/{{head_branch}}/", {"head_branch": ".."}, "cannot be filled"),
    ],
)
def test_an_address_that_leads_astray_is_refused(template: str, known: dict[str, str], why: str) -> None:
    with pytest.raises(UsageError, match=None) as refused:
        preview_address(template, SHA, known, HOSTS)

    assert why in str(refused.value)


def test_a_preview_that_says_it_is_built_of_another_commit_is_none_of_this_one() -> None:
    assert other_build(SHA, "fedcba9") == "its preview says that it is built of 'fedcba9'"
    assert other_build(SHA, SHA[:8].upper()) == other_build(SHA[:7], SHA) == ""
    assert other_build(SHA, None) == other_build(SHA, "2026.11.3") == other_build(SHA, "decade") == ""
