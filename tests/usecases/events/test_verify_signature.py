"""Signatures, by the examples that GitHub and Standard Webhooks publish and by what attackers try."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from types import FrameType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW
from inspect_pipelines.domain.event import SourceKind
from inspect_pipelines.errors import UsageError
from inspect_pipelines.usecases.events.verify_sender import NOBODYS_KEY
from inspect_pipelines.usecases.events.verify_signature import (
    NOBODYS_SECRET,
    SIGNATURES,
    check_secret,
    is_signed,
)
from senders import (
    GITHUB_SECRET,
    OTHER_SECRET,
    SENDER_SECRETS,
    github_headers,
    sender_headers,
    standard_headers,
)

KINDS = list(SourceKind)
COSTLY = (
    "new",
    "hmac_data",
    "hmac_new",
    "sign",
    "compare_digest",
    "b64decode",
    "b64encode",
    "update",
    "hexdigest",
)


def signed(kind: SourceKind, secret: str, body: bytes = b"{}", *, at: datetime = NOW) -> dict[str, str]:
    if kind is SourceKind.GITHUB:
        return github_headers(body, "push", "d-1", secret=secret)
    if kind in SENDER_SECRETS:
        return sender_headers(kind, body, secret=secret)
    return standard_headers(body, "m-1", secret=secret, at=at.timestamp())


def test_the_example_of_githubs_documentation_fits() -> None:
    headers = {
        "x-hub-signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    }

    assert is_signed(SourceKind.GITHUB, ["It's a Secret to Everybody"], headers, b"Hello, World!", now=NOW)


def secrets_of(kind: SourceKind) -> tuple[str, str]:
    if kind is SourceKind.GITHUB:
        return GITHUB_SECRET, "another"
    if kind in SENDER_SECRETS:
        return SENDER_SECRETS[kind], "another one that is as long as a key of HS256 has to be"
    return OTHER_SECRET, "whsec_" + "QW5vdGhlciBzZWNyZXQgb2YgMjQrIGJ5dGVz"


@pytest.mark.parametrize("kind", KINDS)
def test_either_of_two_secrets_fits_and_a_third_does_not(kind: SourceKind) -> None:
    old, new = secrets_of(kind)

    assert is_signed(kind, [old, new], signed(kind, old), b"{}", now=NOW)
    assert is_signed(kind, [old, new], signed(kind, new), b"{}", now=NOW)
    assert not is_signed(kind, [old], signed(kind, new), b"{}", now=NOW)
    assert not is_signed(kind, [], signed(kind, old), b"{}", now=NOW)


@pytest.mark.parametrize("kind", KINDS)
def test_what_stands_in_for_a_missing_secret_opens_nothing(kind: SourceKind) -> None:
    is_standard = kind in (SourceKind.DEPLOY, SourceKind.GENERIC)
    stand_in = NOBODYS_SECRET if is_standard else NOBODYS_KEY.decode()

    assert not is_signed(kind, [], signed(kind, stand_in), b"{}", now=NOW)
    assert not is_signed(kind, [secrets_of(kind)[0]], signed(kind, stand_in), b"{}", now=NOW)


@pytest.mark.parametrize(
    ("seconds", "is_good"), [(-301, False), (-300, True), (0, True), (300, True), (301, False)]
)
def test_a_clock_may_be_five_minutes_off(seconds: int, is_good: bool) -> None:
    headers = signed(SourceKind.GENERIC, OTHER_SECRET, at=NOW + timedelta(seconds=seconds))

    assert is_signed(SourceKind.GENERIC, [OTHER_SECRET], headers, b"{}", now=NOW) is is_good


def test_a_request_without_an_id_is_not_signed() -> None:
    headers = standard_headers(b"{}", "", secret=OTHER_SECRET, at=NOW.timestamp())

    assert not is_signed(SourceKind.GENERIC, [OTHER_SECRET], headers, b"{}", now=NOW)


def test_only_the_first_signatures_of_many_are_looked_at() -> None:
    headers = signed(SourceKind.GENERIC, OTHER_SECRET)
    good = headers["webhook-signature"]

    for others, is_good in ((SIGNATURES - 1, True), (SIGNATURES, False)):
        headers["webhook-signature"] = "v1,AAAA " * others + good
        assert is_signed(SourceKind.GENERIC, [OTHER_SECRET], headers, b"{}", now=NOW) is is_good


@given(
    st.sampled_from(KINDS),
    st.binary(max_size=50),
    st.dictionaries(
        st.sampled_from(["x-hub-signature-256", "webhook-id", "webhook-timestamp", "webhook-signature"]),
        st.text(),
    ),
)
def test_nothing_that_a_stranger_sends_fits_or_raises(
    kind: SourceKind, body: bytes, headers: dict[str, str]
) -> None:
    assert not is_signed(kind, [secrets_of(kind)[0]], headers, body, now=datetime.now(UTC))


@pytest.mark.parametrize("secret", ["", "hünter2", "whsec_", "whsec_a", "whsec_ü"])
def test_a_secret_that_cannot_be_a_key_is_refused(secret: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_secret(SourceKind.GENERIC, secret)

    assert secret.removeprefix("whsec_") in ("", "a") or secret not in str(caught.value)


def test_any_text_may_be_githubs_secret_but_none() -> None:
    check_secret(SourceKind.GITHUB, "it is ü secret")
    with pytest.raises(UsageError, match="the secret is empty"):
        check_secret(SourceKind.GITHUB, "")


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_work_is_done_for_no_secret_one_and_two_and_for_a_good_and_a_bad_signature(
    kind: SourceKind,
) -> None:
    old, new = secrets_of(kind)

    def work(secrets: list[str], headers: dict[str, str]) -> Counter[str]:
        """How often each function was called that computes or compares."""
        done: Counter[str] = Counter()

        def note(frame: FrameType, event: str, function: Any) -> None:
            name = function.__name__ if event == "c_call" else frame.f_code.co_name
            if event in ("call", "c_call") and name in COSTLY:
                done[name] += 1

        sys.setprofile(note)
        try:
            is_signed(kind, secrets, headers, b"{}", now=NOW)
        finally:
            sys.setprofile(None)
        return done

    good, bad = signed(kind, old), signed(kind, new)
    work([old], good)  # the first one of a process also fills what libraries keep for later
    amounts = [work(secrets, headers) for secrets in ([], [old], [old, new]) for headers in (good, bad)]

    ways = (
        2 if kind in (SourceKind.GITLAB, SourceKind.NETLIFY) else 1
    )  # a token or a signature; a JWS and its digest
    assert amounts[0]["compare_digest"] == 2 * ways
    assert amounts == amounts[:1] * 6
