"""What the ear hears of a secret in the texts of a page, and what it does not take for one."""

from __future__ import annotations

import pytest

from resources.sessions.echo import Ear


@pytest.mark.parametrize(
    ("secret", "pieces", "heard"),
    [
        ("s3cretWord", ["Hello ", "S3CRETWORD", "!"], {1}),
        ("s3cretWord", ["s3c", "ret", "Wo rd"], {0, 1, 2}),
        ("4111 1111 1111 1111", ["4111-1111", "x", "4111111111111111"], {2}),
        ("4111111111111111", ["4111–1111", "\u200b1111\u00ad1111"], {0, 1}),
        ("Straße 1", ["STRASSE 1"], {0}),
        ("pässwörd", ["pa\u0308sswo\u0308rd", "ｐäsｓwörd"], {0, 1}),
        ('s3cr"et/+wörd', ["q=s3cr%22et/+w%C3%B6rd"], {0}),
        ("12", ["1", "2", "a 12 b", "1 2"], {2}),
        ("1234", ["12", "34"], {0, 1}),
        ("s3cretWord", ["s3cret", "and", "Word"], set()),
        ("----", ["a ---- b", "--"], {0}),
        ("  ", ["  "], set()),
    ],
)
def test_a_secret_is_heard_where_people_would_read_it(secret: str, pieces: list[str], heard: set[int]):
    assert Ear([secret]).hear(pieces).pieces == heard


def test_parts_are_those_of_split_secrets_only():
    echoes = Ear(["s3cretWord"]).hear(["whole s3cretWord", "the s3", "cretWORD ends"])

    assert echoes.parts == {"s3", "cretword"}


def test_a_text_with_a_part_is_hidden_whole_and_one_with_a_secret_in_part():
    ear = Ear(["s3cretWord"])

    assert ear.hidden("say cretWord now", frozenset({"cretword"})) == "***"
    assert ear.hidden("say S3cret Word now", frozenset()) == "say *** now"
    assert ear.hidden("a b", frozenset({"a"})) == "a b"  # one character gives nothing away
