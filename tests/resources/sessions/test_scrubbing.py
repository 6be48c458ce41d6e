"""No spelling of a secret stays in a file: texts, archives, compressed members, base64."""

from __future__ import annotations

import base64
import gzip
import io
import json
import zipfile
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resources.sessions.scrubbing import Scrubber

SECRET = 'hunt er2-"Sécret"/x'


def zipped(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return made.getvalue()


def read(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


SPELLINGS = {
    "plain": SECRET,
    "url": quote(SECRET, safe=""),
    "json": json.dumps({"a": SECRET}),
    "escaped": json.dumps({"a": SECRET}, ensure_ascii=True),
    "twice": json.dumps(json.dumps({"a": SECRET})),
    "shouted": SECRET.upper(),
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_a_text_loses_every_spelling_of_a_secret_and_nothing_else(spelling):
    before, after = '{"url":"http://h/a?b=c"} ' * 30, " the rest 4711"

    clean = Scrubber([SECRET]).scrubbed((before + spelling + after).encode()).decode()

    assert clean.startswith(before.rstrip()), clean
    assert clean.endswith(after)
    assert "hunt" not in clean.lower()
    assert "cret" not in clean.lower()


@given(st.binary(max_size=9), st.text(min_size=6, max_size=30).filter(str.strip), st.binary(max_size=9))
def test_a_secret_is_hidden_wherever_it_stands_in_what_is_coded(before, secret, after):
    secret = secret.strip()
    if len(secret.encode()) < 6:
        return
    raw = before + secret.encode() + after
    scrubber = Scrubber([secret])

    for coded in (base64.b64encode(raw), base64.urlsafe_b64encode(raw)):
        clean = scrubber.scrubbed(b'{"postData":"' + coded + b'"}').decode()

        assert "***" in clean
        assert len(clean) < len(coded) + 15


def test_members_of_archives_are_scrubbed_and_stay_readable():
    inner = zipped(**{"deep.json": json.dumps({"password": SECRET}).encode()})
    data = zipped(
        **{
            "trace.network": f"line one\n{quote(SECRET)}\n".encode(),
            "packed.gz": gzip.compress(SECRET.encode()),
            "inner.zip": inner,
            "picture.png": b"\x89PNG\r\n" + bytes(range(256)),
        }
    )

    members = read(Scrubber([SECRET]).scrubbed(data))

    assert members["trace.network"] == b"line one\n***\n"
    assert gzip.decompress(members["packed.gz"]) == b"***"
    assert json.loads(read(members["inner.zip"])["deep.json"]) == {"password": "***"}
    assert members["picture.png"] == b"\x89PNG\r\n" + bytes(range(256))  # of no use with a byte missing


def test_bytes_of_no_text_keep_their_length():
    data = b"\xff\xfe\x00" + b"seed=JBSWY3DPEHPK3PXP" + "JBSWY3DPEHPK3PXP".encode("utf-16-le")

    clean = Scrubber(["JBSWY3DPEHPK3PXP"]).scrubbed(data)

    assert len(clean) == len(data)
    assert b"JBSWY" not in clean
    assert "JBSWY".encode("utf-16-le") not in clean


@pytest.mark.parametrize("data", [b"PK\x03\x04 broken token-4711-abc", b"\x1f\x8b broken token-4711-abc"])
def test_a_broken_archive_is_searched_as_it_stands(data):
    assert b"token-4711-abc" not in Scrubber(["token-4711-abc"]).scrubbed(data)


def test_a_number_is_found_with_spaces_of_anybody_s_own():
    assert Scrubber(["4111111111111111"]).text("card 4111 1111-1111 1111.") == "card ***."


def test_without_secrets_nothing_changes():
    assert Scrubber(["", " "]).scrubbed(b"plain \xc3\xa4") == b"plain \xc3\xa4"


def test_many_places_close_together_are_all_found():
    text = "token-4711-abc" * 3 + " " + "x" * 400 + "token-4711-abc, TOKEN-4711-ABC"

    assert "4711" not in Scrubber(["token-4711-abc"]).text(text)
