"""A browser goes to the identity provider and comes back as somebody, against a provider on loopback."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding

from houses import a_house, of_another
from inspect_pipelines.domain.access import Role
from inspect_pipelines.domain.identity import Provider
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.access.change_members import add_member, invite, remove_member
from people import BY
from resources.identities import oidc
from stand_ins.actions import ANOTHER_KEY, KEY, KID
from stand_ins.provider import CLIENT, SECRET, StandInProvider
from web_app import TestClient, a_client

V1 = "/api/v1"
US = "https://qa.acme.example"
ACME = OrgId("acme")
COOKIE, ERRAND = "__Host-inspect", "__Host-inspect-errand"


@pytest.fixture
def provider() -> Iterator[StandInProvider]:
    found = StandInProvider()
    yield found
    found.close()


@pytest.fixture
def house(tmp_path: Path, provider: StandInProvider, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    monkeypatch.setenv("OIDC_SECRET", SECRET)
    monkeypatch.setattr(oidc, "ANSWER_SECONDS", 60.0)  # a busy machine proves nothing about identities
    house = a_house(tmp_path)
    add_member(house, "ada", Role.ADMIN, by=BY)
    lets_in(house, provider)
    yield house
    house.ledgers.close()


def lets_in(house: House, provider: StandInProvider, **changes: Any) -> None:
    said = Provider(
        provider.url,
        CLIENT,
        "${env:OIDC_SECRET}",
        domains=("acme.example",),
        groups=(("qa", Role.REVIEWER), ("leads", Role.ADMIN)),
        role=Role.VIEWER,
        allow_private=("127.0.0.1",),
    )
    with house.ledger.write() as ledger:
        ledger.organizations.save(
            Organization(house.org_id, public_url=US, sign_in=replace(said, **changes)), at=house.clock.now()
        )


@pytest.fixture
def browser(house: House) -> TestClient:
    return a_browser(house)


def a_browser(house: House, **changes: Any) -> TestClient:
    client = a_client(
        house,
        **{
            "is_open": True,
            "peer": "203.0.113.9",
            "url": US,
            "allowed_hosts": ["qa.acme.example"],
            **changes,
        },
    )
    client.follow_redirects = False
    return client


def left(browser: TestClient, query: str = "") -> str:
    answer = browser.get(f"/sign-in/oidc{query}")
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def returned(browser: TestClient, brings: dict[str, str]) -> Any:
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    return browser.get("/sign-in/oidc/callback", params=brings, headers=link)


def entered(
    browser: TestClient, provider: StandInProvider, house: House, query: str = "", **claims: Any
) -> Any:
    return returned(browser, provider.signed_in(left(browser, query), now=house.clock.now(), **claims))


def audited(house: House) -> list[tuple[str, str, str, str]]:
    with house.ledger.read() as ledger:
        return [(one.actor, one.action, one.subject, one.detail) for one in ledger.audit.entries()]


def test_whom_the_provider_sends_is_somebody_from_then_on(
    browser: TestClient, provider: StandInProvider, house: House
) -> None:
    answer = entered(browser, provider, house, "?next=/runs/7%3Ftab%3Dpictures", groups=["qa"])
    me = browser.get(f"{V1}/me").json()

    assert (answer.status_code, answer.headers["location"]) == (303, "/runs/7?tab=pictures")
    assert (me["actor"], me["role"], me["has_password"]) == ("user:grace", "reviewer", False)
    assert me["sign_in"]["how"] == "oidc"
    assert ERRAND not in browser.cookies
    assert [one[:3] for one in audited(house)[:3]] == [
        ("user:grace", "sign_in.begun", me["sign_in"]["id"]),
        ("system:oidc", "identity.bound", "grace"),
        ("system:oidc", "member.saved", "grace"),
    ]


def test_the_browser_is_sent_off_with_a_challenge_and_secrets_stay_with_it(
    browser: TestClient, provider: StandInProvider
) -> None:
    answer = browser.get("/sign-in/oidc")

    asked = {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}
    errand = answer.headers["set-cookie"]
    assert asked["redirect_uri"] == f"{US}/sign-in/oidc/callback"
    assert len(asked["state"]) == len(asked["nonce"]) == len(asked["code_challenge"]) == 43
    assert "code_verifier" not in asked
    assert SECRET not in answer.headers["location"]
    assert errand.startswith(f"{ERRAND}=")
    for part in ("HttpOnly", "Max-Age=600", "Path=/", "SameSite=lax", "Secure"):
        assert part in errand


@pytest.mark.parametrize("query", ["?org=nowhere", "?org=acme", "?org=../x"])
def test_an_organisation_without_a_provider_sounds_like_none(house: House, query: str) -> None:
    answer = a_browser(house, others=[ACME]).get(f"/sign-in/oidc{query}")

    assert answer.status_code == 401
    assert "proves nobody who may come in" in answer.text


@pytest.mark.parametrize(
    "following", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x", "/a\tb", ""]
)
def test_nobody_is_sent_on_to_somewhere_else(browser: TestClient, following: str) -> None:
    assert browser.get("/sign-in/oidc", params={"next": following}).status_code == 400


def by_hand(claims: dict[str, Any], signature: bytes = b"", **header: Any) -> str:
    def part(raw: bytes) -> str:
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    head = {"typ": "JWT", "kid": KID, **header}
    return ".".join((part(json.dumps(head).encode()), part(json.dumps(claims).encode()), part(signature)))


def with_the_public_key_as_secret(claims: dict[str, Any]) -> str:
    public = KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    signed = by_hand(claims, alg="HS256").rpartition(".")[0]
    mac = hmac.new(public, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


def with_the_client_secret(claims: dict[str, Any]) -> str:
    signed = by_hand(claims, alg="HS256").rpartition(".")[0]
    mac = hmac.new(SECRET.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


Bad = Callable[[StandInProvider, dict[str, Any]], str]
BAD: dict[str, tuple[Bad, str]] = {
    "another audience": (lambda p, c: p.signed({**c, "aud": "another"}), "aud"),
    "several audiences": (
        lambda p, c: p.signed({**c, "aud": [CLIENT, "another"], "azp": CLIENT}),
        "for others besides",
    ),
    "another authorised party": (lambda p, c: p.signed({**c, "azp": "another"}), "azp"),
    "another issuer": (lambda p, c: p.signed({**c, "iss": "https://evil.example"}), "iss"),
    "another key under the same name": (lambda p, c: p.signed(c, key=ANOTHER_KEY), "bad_signature"),
    "a key that nobody has": (lambda p, c: p.signed(c, kid="key-9"), "does not hold"),
    "a key that it brings along": (
        lambda p, c: p.signed(c, kid="key-9", key=ANOTHER_KEY, jku="http://127.0.0.1:1/keys"),
        "does not hold",
    ),
    "no signature": (lambda p, c: by_hand(c, alg="none"), "does not hold"),
    "the public key as a secret": (lambda p, c: with_the_public_key_as_secret(c), "does not hold"),
    "our own secret": (lambda p, c: with_the_client_secret(c), "does not hold"),
    "extensions that must be known": (lambda p, c: p.signed(c, crit=["b64"], b64=True), ""),
    "a changed claim": (
        lambda p, c: ".".join(
            (p.signed(c).split(".")[0], p.signed({**c, "sub": "1"}).split(".")[1], p.signed(c).split(".")[2])
        ),
        "bad_signature",
    ),
    "another nonce": (lambda p, c: p.signed({**c, "nonce": "another"}), "nonce"),
    "no nonce": (lambda p, c: p.signed({k: v for k, v in c.items() if k != "nonce"}), "nonce"),
    "expired": (lambda p, c: p.signed({**c, "exp": c["iat"] - 31}), "expired"),
    "not yet valid": (lambda p, c: p.signed({**c, "nbf": c["iat"] + 60}), "does not hold"),
    "issued in the future": (lambda p, c: p.signed({**c, "iat": c["iat"] + 60}), "does not hold"),
    "no end": (lambda p, c: p.signed({k: v for k, v in c.items() if k != "exp"}), "exp"),
    "a time that is none": (lambda p, c: p.signed({**c, "exp": "soon"}), "does not hold"),
    "nobody": (lambda p, c: p.signed({k: v for k, v in c.items() if k != "sub"}), "sub"),
    "an empty somebody": (lambda p, c: p.signed({**c, "sub": ""}), "sub"),
    "a list of people": (lambda p, c: by_hand_signed(p, {**c, "sub": ["1001", "1"]}), "sub"),
    "another's access token": (lambda p, c: p.signed({**c, "at_hash": "x" * 22}), "at_hash"),
    "an address that is not verified": (
        lambda p, c: p.signed({**c, "email_verified": False}),
        "is of none of",
    ),
    "an address that is verified in words": (
        lambda p, c: p.signed({**c, "email_verified": "true"}),
        "is of none of",
    ),
    "another domain": (lambda p, c: p.signed({**c, "email": "grace@evil.example"}), "is of none of"),
    "two addresses": (
        lambda p, c: p.signed({**c, "email": "evil@evil.example@acme.example"}),
        "is of none of",
    ),
    "too long": (lambda p, c: p.signed({**c, "note": "x" * 16_000}), "no ID token"),
    "no token": (lambda p, c: "", "does not hold"),
    "no JSON": (lambda p, c: "a.b.c", "does not hold"),
}


def by_hand_signed(provider: StandInProvider, claims: dict[str, Any]) -> str:
    """As the library would not write it."""
    signed = by_hand(claims, alg="RS256").rpartition(".")[0]
    return f"{signed}.{base64.urlsafe_b64encode(KEY.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())).rstrip(b'=').decode()}"


@pytest.mark.parametrize("name", BAD)
def test_a_bad_token_is_refused_like_every_other_and_the_audit_says_why(
    browser: TestClient, house: House, provider: StandInProvider, name: str
) -> None:
    bad, why = BAD[name]
    usual = returned(browser, {"code": "x", "state": "y"})
    brings = provider.signed_in(left(browser), now=house.clock.now())
    provider.token = bad(provider, provider.codes[brings["code"]].claims)

    answer = returned(browser, brings)

    assert (answer.status_code, answer.content) == (401, usual.content)
    assert COOKIE not in browser.cookies
    actor, action, subject, detail = audited(house)[0]
    assert (actor, action, subject) == ("nobody", "sign_in.refused", "oidc")
    assert why in detail, detail
    assert len(detail) < 600
    assert [one for one in audited(house) if one[1] == "identity.bound"] == []


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"state": "another"}, "another state"),
        ({"state": ""}, "another state"),
        ({"iss": "https://evil.example"}, "another issuer"),
        ({"error": "access_denied", "code": ""}, "access_denied"),
        ({"code": "another"}, "does not take the code: 400 'invalid_grant'"),
        ({"code": ""}, "the provider says"),
    ],
)
def test_a_way_back_that_is_not_of_this_errand_is_refused(
    browser: TestClient, house: House, provider: StandInProvider, changes: dict[str, str], why: str
) -> None:
    brings = provider.signed_in(left(browser), now=house.clock.now())

    answer = returned(browser, {**brings, **changes})

    assert answer.status_code == 401
    assert why in audited(house)[0][3]


def test_nobody_comes_back_with_what_another_browser_was_sent_off_with(
    browser: TestClient, house: House, provider: StandInProvider
) -> None:
    """Else somebody could have a victim's browser signed in as themselves, or take its code."""
    brings = provider.signed_in(left(browser), now=house.clock.now())
    stranger, other = a_browser(house), a_browser(house)
    left(other)

    assert returned(stranger, brings).status_code == 401
    assert returned(other, {**brings, "state": parse_state(other)}).status_code == 401
    assert "invalid_grant" in audited(house)[0][3]


def parse_state(browser: TestClient) -> str:
    part = browser.cookies[ERRAND].split(".")[2]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode()


def test_a_code_is_exchanged_once(browser: TestClient, house: House, provider: StandInProvider) -> None:
    brings = provider.signed_in(left(browser), now=house.clock.now())
    errand = browser.cookies[ERRAND]

    first = returned(browser, brings)
    browser.cookies[ERRAND] = errand
    second = returned(browser, brings)

    assert (first.status_code, second.status_code) == (303, 401)


@pytest.mark.parametrize("errand", ["", "x", "....", "a.b.c.d.e", "YQ.YQ.YQ.YQ.YQ.YQ", "\xff"])
def test_a_cookie_that_is_none_is_nobodys(browser: TestClient, errand: str) -> None:
    browser.cookies.clear()

    answer = browser.get(
        "/sign-in/oidc/callback?code=x&state=y", headers=[(b"Cookie", f"{ERRAND}={errand}".encode("latin-1"))]
    )

    assert answer.status_code == 401


def test_to_be_called_like_a_member_makes_nobody_that_member(
    browser: TestClient, house: House, provider: StandInProvider
) -> None:
    entered(browser, provider, house, sub="666", email="ada@acme.example", preferred_username="ada")

    me = browser.get(f"{V1}/me").json()
    assert (me["login"], me["role"]) == ("ada-2", "viewer")


def test_whoever_is_invited_by_a_verified_address_is_that_member_once_and_then_by_the_providers_number(
    browser: TestClient, house: House, provider: StandInProvider
) -> None:
    invite(house, "ada", "Ada@acme.example", by=BY)

    entered(browser, provider, house, sub="7", email="ada@acme.example")
    first = browser.get(f"{V1}/me").json()
    entered(browser, provider, house, sub="7", email="lovelace@acme.example")
    renamed = browser.get(f"{V1}/me").json()
    entered(browser, provider, house, sub="8", email="ada@acme.example")
    another = browser.get(f"{V1}/me").json()

    assert (first["login"], first["role"]) == ("ada", "admin")
    assert (renamed["login"], another["login"]) == ("ada", "ada-2")


def test_a_role_follows_the_groups_at_each_sign_in_but_for_the_last_administrators(
    browser: TestClient, house: House, provider: StandInProvider
) -> None:
    roles = []
    for groups in (["qa"], ["leads"], []):
        entered(browser, provider, house, groups=groups)
        roles.append(browser.get(f"{V1}/me").json()["role"])
    entered(browser, provider, house, groups=["leads"])
    remove_member(house, "ada", by=BY)
    entered(browser, provider, house, groups=[])

    assert roles == ["reviewer", "admin", "viewer"]
    assert browser.get(f"{V1}/me").json()["role"] == "admin"


def test_whoever_is_in_no_group_any_more_does_not_come_in(
    browser: TestClient, house: House, provider: StandInProvider
) -> None:
    lets_in(house, provider, role=None)
    first = entered(browser, provider, house, groups=["qa"])

    second = entered(browser, provider, house, groups=["else"])

    assert (first.status_code, second.status_code) == (303, 401)


def test_one_number_of_two_providers_is_two_people(
    browser: TestClient, house: House, provider: StandInProvider
) -> None:
    entered(browser, provider, house)
    other = StandInProvider()
    lets_in(house, other)

    entered(browser, other, house)

    assert browser.get(f"{V1}/me").json()["login"] == "grace-2"
    other.close()


def test_a_key_that_was_exchanged_counts_at_once(
    browser: TestClient, house: House, provider: StandInProvider
) -> None:
    entered(browser, provider, house)
    provider.keys = {"key-2": ANOTHER_KEY}
    brings = provider.signed_in(left(browser), now=house.clock.now())
    claims = provider.codes[brings["code"]].claims
    provider.token = provider.signed(claims)
    with_the_old = returned(browser, brings)
    brings = provider.signed_in(left(browser), now=house.clock.now())
    claims = provider.codes[brings["code"]].claims
    provider.token = provider.signed(claims, kid="key-2", key=ANOTHER_KEY)

    assert (with_the_old.status_code, returned(browser, brings).status_code) == (401, 303)


def test_a_provider_that_does_not_answer_is_told_as_that(house: House, provider: StandInProvider) -> None:
    provider.issuer = "https://evil.example"  # what it says of itself

    mistaken = a_browser(house).get("/sign-in/oidc")
    provider.close()
    away = a_browser(house).get("/sign-in/oidc")

    assert (mistaken.status_code, away.status_code) == (503, 503)
    assert "does not say of itself" in mistaken.text


def test_in_another_organisation_nobody_is_anybody(house: House, provider: StandInProvider) -> None:
    theirs = of_another(house, ACME)
    lets_in(theirs, provider, role=Role.ADMIN)
    browser = a_browser(house, others=[ACME])

    entered(browser, provider, house, "?org=acme")
    me = browser.get(f"{V1}/me").json()

    assert (me["organization"], me["role"]) == ("acme", "admin")
    with house.ledger.read() as ledger:
        assert [one.login for one in ledger.members.all()] == ["ada"]


def test_an_address_that_comes_again_and_again_is_stopped(browser: TestClient) -> None:
    answers = [browser.get("/sign-in/oidc/callback").status_code for _ in range(31)]

    assert answers == [401] * 30 + [429]
