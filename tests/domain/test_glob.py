from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcmatch import glob as wcmatch

from inspect_pipelines.domain.glob import any_included, fault, included, literal, matches
from patience import allowed


@pytest.mark.parametrize(
    ("glob", "text", "expected"),
    [
        ("src/**", "src/a/b.py", True),
        ("src/**", "src", False),
        ("src/", "src/a/b.py", True),
        ("/src/*", "src/a.py", True),
        ("src/*", "src/a/b.py", False),
        ("**", ".github/workflows/x.yml", True),
        ("**/README.md", "README.md", True),
        ("**.js", "a/b/c.js", True),
        ("*.js", "a/c.js", False),
        ("***/x", "a/x", True),
        ("**/**/x", "a/b/x", True),
        ("a/**/b/**/c", "a/b/x/b/c", True),
        ("a/**/b", "a/x/c", False),
        ("page-[0-9].tsx", "page-7.tsx", True),
        ("a_b", "axb", False),
        ("A", "a", False),
        ("a/b", "a", False),
    ],
)
def test_a_glob_matches_like_those_of_github_actions(glob, text, expected):
    assert matches(glob, text) is expected


@given(
    st.lists(st.sampled_from(["a", "b", "ab", "*", "a*", "?", "*b", "**"]), min_size=1, max_size=6),
    st.lists(st.sampled_from(["a", "b", "ab", "ba"]), min_size=1, max_size=6),
)
def test_a_glob_means_what_an_independent_library_says(parts, names):
    glob, text = "/".join(parts), "/".join(names)
    flags = wcmatch.GLOBSTAR | wcmatch.DOTGLOB | wcmatch.FORCEUNIX
    expected = wcmatch.globmatch(text, glob, flags=flags)

    assert matches(glob, text) is expected


def test_a_path_made_to_be_slow_is_not():
    began = time.perf_counter()

    assert not matches("**/a/**/a/**/a/**/a/**/b", "a/" * 249 + "a")
    assert not matches("*a*a*a*a*a*b", "a" * 500)

    assert time.perf_counter() - began < allowed(0.2)


@pytest.mark.parametrize(
    ("globs", "text", "expected"),
    [
        ((), "a", False),
        (("src/**", "!src/docs/**"), "src/docs/a", False),
        (("src/**", "!src/docs/**", "src/docs/a"), "src/docs/a", True),
        (("!src/**", "**"), "src/a", True),
    ],
)
def test_the_last_glob_that_matches_decides(globs, text, expected):
    assert included(globs, text) is expected


def test_case_is_ignored_where_it_has_no_meaning_and_brackets_can_be_letters():
    assert included(["Acme/*"], "acme/Shop", ignore_case=True)
    assert included([literal("dependabot[bot]")], "dependabot[bot]")
    assert included([literal("*[bot]")], "renovate[bot]")


def test_the_first_path_that_is_included_is_told():
    assert any_included(["src/**"], ["docs/a", "src/b", "src/c"]) == "src/b"
    assert any_included(["src/**"], []) is None


@pytest.mark.parametrize(
    ("glob", "expected"),
    [
        ("src/[a", "has an unclosed '['"),
        ("!", "is empty"),
        ("x" * 501, "is longer than 500 characters"),
        ("src/[ab]", None),
    ],
)
def test_a_faulty_glob_is_told(glob, expected):
    assert fault(glob) == expected
