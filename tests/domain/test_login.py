"""One grammar for logins.

Managed users (`ada_acme`), legacy ones (`ada-`, `a--b`) were no logins to us: `{{pr_author}}` of their pull requests was
left out, so that a trigger which needed it never started, and a comment did not mention them.
"""

from __future__ import annotations

import pytest

from inspect_pipelines.domain.login import is_login


@pytest.mark.parametrize(
    "login",
    ["ada", "a", "Ada-L", "0x", "ada_acme", "mona-lisa_octo1", "ada-", "a--b", "dependabot[bot]", "a" * 39],
)
def test_what_github_gave_to_somebody_is_a_login(login: str) -> None:
    assert is_login(login)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-ada",
        "_acme",
        "ada_",
        "a_b_c",
        "ada lovelace",
        "ada.l",
        "@ada",
        "<!channel>",
        "a" * 40,
        "a[bot]b",
        "[bot]",
        "ädä",
    ],
)
def test_what_it_gives_to_nobody_is_none(text: str) -> None:
    assert not is_login(text)
