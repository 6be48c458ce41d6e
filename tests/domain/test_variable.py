from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspect_pipelines.domain.playbook import Variable, VariableType
from inspect_pipelines.domain.variable import accepted, cut, host_allowed, normalised
from inspect_pipelines.errors import UsageError

T = VariableType


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (T.STRING, "qa-bot@acme.com", "qa-bot@acme.com"),
        (T.STRING, "", ""),
        (T.STRING, "x" * 200, "x" * 200),
        (T.TEXT, "two\nlines\tand a tab", "two\nlines\tand a tab"),
        (T.URL, "https://staging.acme.com/checkout?a=1#b", "https://staging.acme.com/checkout?a=1#b"),
        (T.URL, "http://[::1]:8000/", "http://[::1]:8000/"),
        (T.URL, "http://localhost:8000", "http://localhost:8000"),
        (T.INT, " +042 ", "42"),
        (T.INT, "-7", "-7"),
        (T.BOOLEAN, "True", "true"),
        (T.LOGIN, "@ada-lovelace", "ada-lovelace"),
        (T.LOGIN, "dependabot[bot]", "dependabot[bot]"),
        (T.SHA, "ABCDEF0", "abcdef0"),
        (T.PATH_LIST, "src/a b.py\n\n  src/c.py ", "src/a b.py\nsrc/c.py"),
    ],
)
def test_a_value_of_the_type_is_written_in_its_one_way(kind, text, value):
    assert normalised(kind, text) == value
    assert normalised(kind, value) == value


@pytest.mark.parametrize(
    ("kind", "text", "sentence"),
    [
        (T.STRING, "x" * 201, f"'{'x' * 60}…' is too long: 201 characters, at most 200"),
        (T.STRING, "two\nlines", "'two\\nlines' holds the control character '\\n'"),
        (T.TEXT, "x" * 501, f"'{'x' * 60}…' is too long: 501 characters, at most 500"),
        (T.TEXT, "a\x1b[31m", "'a\\x1b[31m' holds the control character '\\x1b'"),
        (T.TEXT, "a\x85", "'a\\x85' holds the control character '\\x85'"),
        (T.URL, "acme.com", "'acme.com' is not a URL: it must start with 'https://' or 'http://'"),
        (
            T.URL,
            "javascript:alert(1)",
            "'javascript:alert(1)' is not a URL: it must start with 'https://' or 'http://'",
        ),
        (T.URL, "https://", "'https://' is not a URL: '' is no host name"),
        (T.URL, "https://b\u2fff.de", "'https://b\\u2fff.de' is not a URL: 'b\\u2fff.de' is no host name"),
        (T.URL, "https://a b.com", "'https://a b.com' is not a URL: it holds a space or a backslash"),
        (
            T.URL,
            "https://a.com\\@b.com",
            "'https://a.com\\\\@b.com' is not a URL: it holds a space or a backslash",
        ),
        (T.URL, "https://a.com:99999", "'https://a.com:99999' is not a URL: port out of range 0-65535"),
        (T.URL, "https://[::1", "'https://[::1' is not a URL: invalid ipv6 url"),
        (
            T.URL,
            "https://ada:pw@a.com",
            "a URL must not hold a user name or password; use a secret variable and `fill`",
        ),
        (T.URL, "https://a.com/" + "x" * 2000, None),
        (T.URL, "https://a.com/\n", "'https://a.com/\\n' holds the control character '\\n'"),
        (T.INT, "4.2", "'4.2' is not a whole number of at most 15 digits"),
        (T.INT, "1" * 16, "'1111111111111111' is not a whole number of at most 15 digits"),
        (T.BOOLEAN, "yes", "'yes' is neither 'true' nor 'false'"),
        (
            T.LOGIN,
            "<!channel>",
            "'<!channel>' is not a login: letters, digits, hyphens and one '_', at most 39",
        ),
        (T.LOGIN, "-ab", "'-ab' is not a login: letters, digits, hyphens and one '_', at most 39"),
        (T.SHA, "abc", "'abc' is not a commit: 7 to 64 hexadecimal digits"),
        (T.PATH_LIST, "a\n" * 201, "a list of 201 paths is too long, at most 200"),
        (T.PATH_LIST, "a\tb", "'a\\tb' holds the control character '\\t'"),
        (T.PATH_LIST, "x" * 501, f"'{'x' * 60}…' is too long: 501 characters, at most 500"),
    ],
)
def test_a_value_that_is_not_of_the_type_says_why(kind, text, sentence):
    with pytest.raises(UsageError) as error:
        normalised(kind, text)

    assert str(error.value) == (sentence or f"{text[:60] + '…'!r} is too long: 2014 characters, at most 2000")


def test_an_enum_takes_its_choices_and_names_them_otherwise():
    assert normalised(T.ENUM, "card", ("card", "invoice")) == "card"

    with pytest.raises(UsageError) as error:
        normalised(T.ENUM, "cash", ("card", "invoice"))
    assert str(error.value) == "'cash' is not one of 'card', 'invoice'"


@given(st.sampled_from([kind for kind in T if kind is not T.ENUM]), st.text(max_size=300))
def test_writing_a_value_twice_changes_nothing(kind, text):
    try:
        value = normalised(kind, text)
    except UsageError:
        return
    assert normalised(kind, value) == value


@pytest.mark.parametrize(
    ("url", "hosts", "allowed"),
    [
        ("https://app.acme.com/x", ["app.acme.com"], True),
        ("https://APP.acme.com/x", ["App.Acme.com"], True),
        ("https://app.acme.com:8443/x", ["app.acme.com"], True),
        ("https://app.acme.com:8443/x", ["app.acme.com:443"], False),
        ("https://app.acme.com/x", ["app.acme.com:443"], True),
        ("http://app.acme.com/x", ["app.acme.com:443"], False),
        ("https://pr-7.acme.com", ["*.acme.com"], True),
        ("https://acme.com", ["*.acme.com"], False),
        ("https://acme.com.evil.com", ["*.acme.com", "acme.com"], False),
        ("https://evilacme.com", ["*.acme.com"], False),
        ("http://localhost:8000/", ["localhost:8000"], True),
        ("http://localhost:8001/", ["localhost:8000"], False),
        ("http://[::1]:8000/", ["[::1]"], True),
        ("http://[::1]/", ["[::1]:80"], True),
        ("http://[::1]:8000/", ["[::1]:8001"], False),
        ("https://bücher.acme.com", ["xn--bcher-kva.acme.com"], True),
        ("https://app.acme.com", [], False),
        ("https://app.acme.com", ["*"], True),
    ],
)
def test_a_url_may_point_only_to_the_allowed_hosts(url, hosts, allowed):
    assert host_allowed(url, hosts) is allowed


def test_a_url_variable_takes_a_value_only_on_an_allowed_host():
    variable = Variable("base_url", T.URL)

    assert accepted(variable, "https://app.acme.com", allowed_hosts=["*.acme.com"]) == "https://app.acme.com"
    with pytest.raises(UsageError) as error:
        accepted(variable, "https://evil.com/x", allowed_hosts=["*.acme.com"])
    assert str(error.value) == (
        "'https://evil.com/x' points to the host 'evil.com', which is not allowed; "
        "add it to allowed_hosts in organization.yaml"
    )


def test_a_variable_of_another_type_asks_for_no_host():
    assert accepted(Variable("note"), "see https://evil.com") == "see https://evil.com"


@given(
    st.sampled_from([VariableType.STRING, VariableType.TEXT, VariableType.PATH_LIST]),
    st.text(st.characters(exclude_categories=["Cc", "Cs"], include_characters="\n"), max_size=30).map(
        lambda text: text * 40
    ),
)
def test_what_is_cut_always_fits(kind, text):
    normalised(kind, cut(kind, text))


def test_a_long_list_keeps_its_first_paths_and_what_has_no_parts_stays_whole():
    paths = [f"src/{n}" for n in range(300)]

    assert cut(VariableType.PATH_LIST, "\n".join(["x" * 501, *paths])) == "\n".join(paths[:200])
    assert cut(VariableType.URL, "https://h/" + "x" * 3000) == "https://h/" + "x" * 3000
