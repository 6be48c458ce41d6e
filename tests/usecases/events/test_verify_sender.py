"""Signatures of services that sign in ways of their own, and what attackers try."""

from __future__ import annotations

import warnings
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW
from inspect_pipelines.domain.event import SourceKind
from inspect_pipelines.domain.sender import MAPPINGS
from inspect_pipelines.errors import UsageError
from inspect_pipelines.usecases.events.verify_signature import (
    HEADERS,
    SVIX_HEADERS,
    check_secret,
    claims_signature,
    is_signed,
)
from senders import OTHER_SECRET, SENDER_SECRETS, a_jws, sender_headers, standard_headers

SENDERS = sorted(MAPPINGS)
BODY = b'{"state": "ready"}'


def accepts(kind: SourceKind, headers: dict[str, str], *secrets: str, body: bytes = BODY) -> bool:
    return is_signed(kind, secrets or [SENDER_SECRETS[kind]], headers, body, now=NOW)


@pytest.mark.parametrize("kind", SENDERS)
def test_what_a_service_signs_is_accepted_by_either_secret(kind: SourceKind) -> None:
    headers = sender_headers(kind, BODY)

    assert accepts(kind, headers)
    assert accepts(
        kind, headers, "the secret of tomorrow, which is as long as it has to be", SENDER_SECRETS[kind]
    )
    assert claims_signature(kind, headers)


@pytest.mark.parametrize("kind", SENDERS)
def test_another_secret_none_or_an_empty_signature_is_refused(kind: SourceKind) -> None:
    headers = sender_headers(kind, BODY)
    (name,) = HEADERS[kind][0]

    assert not accepts(kind, headers, "another secret, which is as long as it has to be too")
    assert not is_signed(kind, [], headers, BODY, now=NOW)
    assert not accepts(kind, {**headers, name: ""})
    assert not claims_signature(kind, {**headers, name: ""})
    assert not claims_signature(kind, {})


@pytest.mark.parametrize("kind", [kind for kind in SENDERS if kind is not SourceKind.GITLAB])
def test_another_body_is_refused(kind: SourceKind) -> None:
    assert not accepts(kind, sender_headers(kind, BODY), body=BODY.replace(b"ready", b"error"))


@pytest.mark.parametrize("kind", SENDERS)
@pytest.mark.parametrize("other", SENDERS)
def test_one_services_signature_is_no_others(kind: SourceKind, other: SourceKind) -> None:
    if kind is other:
        return
    headers = sender_headers(other, BODY, secret=SENDER_SECRETS[kind])

    assert not accepts(kind, headers)


@pytest.mark.parametrize(
    "token",
    [
        a_jws(SENDER_SECRETS[SourceKind.NETLIFY], BODY, alg="none"),
        a_jws(SENDER_SECRETS[SourceKind.NETLIFY], BODY, alg="HS512"),
        a_jws(SENDER_SECRETS[SourceKind.NETLIFY], BODY, iss="somebody"),
        a_jws(SENDER_SECRETS[SourceKind.NETLIFY], BODY, sha256=None),
        a_jws(SENDER_SECRETS[SourceKind.NETLIFY], BODY, sha256=["a"]),
        a_jws(SENDER_SECRETS[SourceKind.NETLIFY], b"{}"),
        "a.b.c",
        "..",
        "é" * 30,
        "a" * 60_000,
    ],
)
def test_a_jws_of_another_kind_is_refused(token: str) -> None:
    assert not accepts(SourceKind.NETLIFY, {"x-webhook-signature": token})


def test_a_jws_says_no_time_that_is_believed() -> None:
    """Netlify signs none; what somebody with the secret writes there neither opens nor shuts the door."""
    token = a_jws(SENDER_SECRETS[SourceKind.NETLIFY], BODY, exp=1, iat=4_000_000_000)

    assert accepts(SourceKind.NETLIFY, {"x-webhook-signature": token})


@given(st.sampled_from(SENDERS), st.text(max_size=80))
def test_nothing_that_a_stranger_writes_fits_or_breaks_it(kind: SourceKind, text: str) -> None:
    (name,) = HEADERS[kind][0]

    assert not accepts(kind, {name: text})


def test_gitlabs_signing_token_is_never_taken_for_a_secret_token() -> None:
    """Both may be set: whoever learned the one that is sent in clear must not get in by it where the other is meant."""
    signed = standard_headers(BODY, "m-1", at=NOW.timestamp())

    assert accepts(SourceKind.GITLAB, signed, OTHER_SECRET)
    assert claims_signature(SourceKind.GITLAB, signed)
    assert not accepts(SourceKind.GITLAB, {"x-gitlab-token": OTHER_SECRET}, OTHER_SECRET)
    assert not accepts(SourceKind.GITLAB, signed, SENDER_SECRETS[SourceKind.GITLAB])
    assert accepts(SourceKind.GITLAB, signed, SENDER_SECRETS[SourceKind.GITLAB], OTHER_SECRET)


@pytest.mark.parametrize("kind", [SourceKind.DEPLOY, SourceKind.GENERIC])
def test_svix_headers_are_those_of_standard_webhooks(kind: SourceKind) -> None:
    standard = standard_headers(BODY, "m-1", at=NOW.timestamp())
    svix = {name.replace("webhook-", "svix-"): value for name, value in standard.items()}

    assert accepts(kind, svix, OTHER_SECRET)
    assert claims_signature(kind, svix)
    assert not is_signed(kind, [OTHER_SECRET], svix, BODY, now=NOW + timedelta(minutes=6))


@pytest.mark.parametrize("taken", SVIX_HEADERS)
def test_headers_of_both_names_are_never_mixed(taken: str) -> None:
    standard = standard_headers(BODY, "m-1", at=NOW.timestamp())
    mixed = {name.replace("webhook-", "svix-"): value for name, value in standard.items()}
    mixed[taken.replace("svix-", "webhook-")] = mixed.pop(taken)

    assert not accepts(SourceKind.GENERIC, mixed, OTHER_SECRET)
    assert not claims_signature(SourceKind.GENERIC, mixed)


@pytest.mark.parametrize(
    ("kind", "secret", "why"),
    [
        (SourceKind.NETLIFY, "short", "the secret has 5 bytes; a JWS secret needs 32"),
        (SourceKind.VERCEL, "", "the secret is empty"),
        (SourceKind.GITLAB, "whsec_?", "not one of Standard Webhooks"),
    ],
)
def test_a_secret_that_cannot_be_a_key_is_refused(kind: SourceKind, secret: str, why: str) -> None:
    with pytest.raises(UsageError, match=why):
        check_secret(kind, secret)


def test_the_shortest_jws_secret_is_used_without_a_warning() -> None:
    secret = "a" * 32

    check_secret(SourceKind.NETLIFY, secret)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert accepts(SourceKind.NETLIFY, {"x-webhook-signature": a_jws(secret, BODY)}, secret)
