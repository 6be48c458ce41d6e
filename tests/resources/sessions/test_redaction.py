"""No spelling of a secret leaves the worker."""

from __future__ import annotations

import html
import json
import time
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspect_pipelines.domain.session import ConsoleLine
from resources.sessions.redaction import Redactor
from resources.sessions.wire import decoded, encoded


@given(st.text(min_size=1, max_size=20).filter(str.strip), st.text(max_size=10), st.text(max_size=10))
def test_a_secret_is_hidden_however_it_is_written(secret, before, after):
    redactor = Redactor([secret])
    shown = secret.strip()

    for spelling in (
        secret,
        " ".join(secret.split()),
        quote(shown, safe="", errors="surrogatepass"),
        quote(shown, errors="surrogatepass"),
        quote_plus(shown, errors="surrogatepass"),
        html.escape(shown),
        json.dumps(shown)[1:-1],
    ):
        assert redactor.text(spelling).replace("***", "").strip() == "", spelling


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("http://h/?w=s3cr%22et/+w%C3%B6rd&x=1", "http://h/?w=***&x=1"),
        ("http://h/?w=s3cr%22et/+w%c3%b6rd", "http://h/?w=***"),
        ("to=http%3A%2F%2Fh%3Fw%3Ds3cr%2522et%252F%252Bw%25C3%25B6rd", "to=http%3A%2F%2Fh%3Fw%3D***"),
        ("&#34; s3cr&quot;et/+wörd", "&#34; ***"),
        ("nothing of the kind", "nothing of the kind"),
        ('s3cr"et', 's3cr"et'),
    ],
)
def test_a_browser_s_own_mixture_of_spellings_is_hidden_and_the_rest_stays(text, clean):
    assert Redactor(['s3cr"et/+wörd']).text(text) == clean


@pytest.mark.parametrize(
    "text",
    ["4111-1111-1111-1111", "4111 1111 1111 1111", "4111111111111111", "4111–1111\u00a01111\u00ad1111"],
)
@pytest.mark.parametrize("secret", ["4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111"])
def test_a_number_is_hidden_with_other_spaces_and_dashes_than_it_was_typed_with(secret, text):
    assert Redactor([secret]).text(f"card {text}.") == "card ***."


def test_a_secret_is_hidden_in_other_cases():
    assert Redactor(["Open-Sesame"]).text("OPEN-SESAME open-sesame") == "*** ***"


@pytest.mark.parametrize("secret", ["- abcdefg -", "s3cr3t word", "a-b-c-d-e-f-g"])
def test_a_page_cannot_make_the_search_slow(secret):
    redactor = Redactor([secret])
    started_at = time.process_time()

    for filler in (" ", "-", "a", " -", "a-", "s3cr3t "):
        redactor.text(filler * (200_000 // len(filler)))

    assert time.process_time() - started_at < 6


def test_the_longer_of_two_secrets_goes_first():
    assert Redactor(["pass", "password"]).text("password pass") == "*** ***"


def test_a_short_secret_hides_texts_and_leaves_our_own_fields_whole():
    line = Redactor(["a", ":", "1"]).line(encoded(ConsoleLine("a1", "log", "a banana: 1", "http://a:1/")))

    assert decoded(line) == ConsoleLine("a1", "log", "*** b***n***n****** ***", "http***//*********/")


def test_an_empty_secret_hides_nothing():
    assert Redactor(["", "  "]).text("a text") == "a text"
