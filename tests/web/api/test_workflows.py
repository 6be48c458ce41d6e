"""Keyless CI: what a workflow shows instead of a secret, against a provider on loopback."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

import ledger_rows
from houses import a_house, of_another
from inspect_pipelines.domain.ids import OrgId
from inspect_pipelines.domain.organization import Organization
from inspect_pipelines.domain.run import RunStatus
from inspect_pipelines.domain.workflow import SERVERS, Issuer, TrustedWorkflow
from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.access.revoke_token import revoke_token
from inspect_pipelines.usecases.runs.conclude import abort
from inspect_pipelines.web.access.declaration import declaration_of, operations
from people import bearer
from recording_engine import RecordingEngine
from resources.code_host import workflows
from resources.code_host.workflows import GitHubWorkflows
from stand_ins.actions import ANOTHER_KEY, KEY, KID, StandInActions, a_key, claims_of
from stand_ins.server import Says
from web_app import TestClient, a_client, an_app

V1 = "/api/v1"
EXCHANGE = f"{V1}/auth/oidc/exchange"
RUN_NOW = f"{V1}/schedules/{ledger_rows.NIGHTLY.id}/run-now"
US = "https://qa.acme.example"
TRUSTED = TrustedWorkflow("acme/shop", ("refs/heads/main", "refs/tags/v*"), repo_id=74)
ACME = OrgId("acme")
NOWHERE = "01900000-0000-7000-8000-0000000fffff"


@pytest.fixture
def actions() -> Iterator[StandInActions]:
    found = StandInActions()
    yield found
    found.close()


@pytest.fixture
def house(ours: House, actions: StandInActions, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setattr(workflows, "ANSWER_SECONDS", 60.0)  # a busy machine proves nothing about proofs
    trust(ours, TRUSTED)
    provider = GitHubWorkflows(ours.clock, issuer=actions.url, allow_private=("127.0.0.1",))
    return replace(ours, workflows=provider)


@pytest.fixture
def client(house: House) -> TestClient:
    return a_client(house, engine=RecordingEngine)


def trust(house: House, *trusted: TrustedWorkflow, public_url: str = US) -> None:
    with house.ledger.write() as ledger:
        ledger.organizations.save(
            Organization(house.org_id, public_url=public_url, workflows=trusted), at=house.clock.now()
        )


def proof(actions: StandInActions, house: House, **changes: Any) -> str:
    return actions.signed(claims_of(actions.url, US, now=house.clock.now(), **changes))


def exchanged(client: TestClient, text: str, query: str = "") -> Any:
    return client.post(EXCHANGE + query, json={"token": text})


def audited(house: House) -> list[tuple[str, str, str, str]]:
    with house.ledger.read() as ledger:
        return [(one.actor, one.action, one.subject, one.detail) for one in ledger.audit.entries()]


def test_a_trusted_workflow_may_start_runs_and_nothing_else(
    client: TestClient, house: House, actions: StandInActions
) -> None:
    given = exchanged(client, proof(actions, house)).json()
    token = bearer(given["text"])

    started = client.post(RUN_NOW, json={}, headers={**token, "Idempotency-Key": "k1"})
    read = client.get(f"{V1}/runs", headers=token)

    assert (given["workflow"], given["scopes"]) == ("acme/shop@refs/heads/main", ["runs:write"])
    assert started.status_code == 202, started.text
    assert read.status_code == 403
    assert "workflow:acme/shop@refs/heads/main has 'runs:write' and nothing else" in read.text
    assert "schedule.run" in [action for actor, action, *_ in audited(house) if actor.startswith("workflow:")]


OF_RUNS = [
    path
    for method, path, route in operations(an_app(a_house(Path("/nowhere"))).router.routes)
    if method == "GET" and (declared := declaration_of(route)) and declared.of_own
]


@pytest.mark.parametrize("path", OF_RUNS)
def test_a_workflow_reads_the_runs_that_it_started_and_no_others(
    client: TestClient, house: House, actions: StandInActions, path: str
) -> None:
    """It could start a run, and never learn how it ended."""
    token = bearer(exchanged(client, proof(actions, house)).json()["text"])
    own = client.post(RUN_NOW, json={}, headers={**token, "Idempotency-Key": "k1"}).json()["id"]
    abort(house, own, RunStatus.ERROR, "ours")

    mine, ours, none = (
        client.get(path.format(run_id=one), headers=token) for one in (own, ledger_rows.RUNNING.id, NOWHERE)
    )

    assert mine.status_code == 200, mine.text
    assert (ours.status_code, none.status_code) == (403, 403)
    assert "has 'runs:write' and nothing else" in ours.text
    assert ours.text.replace(ledger_rows.RUNNING.id, NOWHERE) == none.text
    assert client.get(path.format(run_id=ledger_rows.RUNNING.id)).status_code == 200


def test_its_run_is_read_by_its_next_token_and_by_no_workflow_of_another_ref(
    client: TestClient, house: House, actions: StandInActions
) -> None:
    """A run may take longer than a token holds."""
    first = bearer(exchanged(client, proof(actions, house)).json()["text"])
    run = client.post(RUN_NOW, json={}, headers={**first, "Idempotency-Key": "k1"}).json()["id"]

    again = exchanged(client, proof(actions, house, jti="second")).json()["text"]
    other = exchanged(client, proof(actions, house, jti="third", ref="refs/tags/v4")).json()["text"]
    answers = [client.get(f"{V1}/runs/{run}", headers=bearer(one)).status_code for one in (again, other)]

    assert answers == [200, 403]


def test_what_it_may_read_is_explained(client: TestClient, house: House, actions: StandInActions) -> None:
    token = bearer(exchanged(client, proof(actions, house)).json()["text"])

    told = client.get(f"{V1}/permissions/explain?path={V1}/runs/x", headers=token).json()

    assert told["is_allowed"]
    assert told["because"].endswith("; but by 'runs:write' they see what they asked for themselves")


def test_its_token_opens_nothing_after_a_quarter_of_an_hour(
    client: TestClient, house: House, actions: StandInActions
) -> None:
    token = bearer(exchanged(client, proof(actions, house)).json()["text"])
    explain = f"{V1}/permissions/explain?path=/status"

    house.clock.sleep(15 * 60 - 1)
    before = client.get(explain, headers=token)
    house.clock.sleep(1)

    assert (before.status_code, client.get(explain, headers=token).status_code) == (200, 401)


def test_its_token_opens_nothing_once_it_is_trusted_no_more_or_taken_back(
    client: TestClient, house: House, actions: StandInActions
) -> None:
    first = exchanged(client, proof(actions, house)).json()["text"]
    second = exchanged(client, proof(actions, house, jti="second")).json()["text"]
    explain = f"{V1}/permissions/explain?path=/status"

    newest = next(one for one in client.get(f"{V1}/tokens").json()["items"] if one["name"] == "workflow")
    revoke_token(house, newest["id"], by="user:ada")
    answers = [client.get(explain, headers=bearer(one)).status_code for one in (first, second)]
    trust(house, replace(TRUSTED, refs=("refs/heads/release",)))

    assert answers == [200, 401]
    assert "does not trust any more" in client.get(explain, headers=bearer(first)).json()["detail"]


def test_a_tag_that_fits_is_trusted_under_whatever_case_the_repository_is_written(
    client: TestClient, house: House, actions: StandInActions
) -> None:
    answer = exchanged(client, proof(actions, house, repository="Acme/Shop", ref="refs/tags/v4"))

    assert answer.json()["workflow"] == "Acme/Shop@refs/tags/v4"


def test_tokens_of_workflows_leave_the_list_a_day_after_their_end(
    client: TestClient, house: House, actions: StandInActions
) -> None:
    """CI makes hundreds a day; those that people made stay, for whoever asks what became of them."""
    exchanged(client, proof(actions, house))
    house.clock.sleep(24 * 3600 + 15 * 60 + 1)

    exchanged(client, proof(actions, house, jti="next"))

    names = [one["name"] for one in client.get(f"{V1}/tokens").json()["items"]]
    assert sorted(names) == [ledger_rows.TOKEN.name, "workflow"]


def by_hand(claims: dict[str, Any], signature: bytes = b"", **header: Any) -> str:
    """A token as no library makes it."""

    def part(raw: bytes) -> str:
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    head = {"typ": "JWT", "kid": KID, **header}
    return ".".join((part(json.dumps(head).encode()), part(json.dumps(claims).encode()), part(signature)))


def with_our_public_key_as_secret(claims: dict[str, Any]) -> str:
    """The library refuses to sign so, hence by hand."""
    public = KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    signed = by_hand(claims, alg="HS256").rpartition(".")[0]
    mac = hmac.new(public, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


Bad = Callable[[StandInActions, House], str]
BAD: dict[str, tuple[Bad, str]] = {
    "another audience": (lambda a, h: proof(a, h, aud="https://github.com/acme"), "another audience"),
    "several audiences": (lambda a, h: proof(a, h, aud=[US, "https://evil.example"]), "another audience"),
    "another issuer": (lambda a, h: proof(a, h, iss="https://evil.example"), "another issuer"),
    "another key under the same name": (
        lambda a, h: a.signed(claims_of(a.url, US, now=h.clock.now()), key=ANOTHER_KEY),
        "its signature is not",
    ),
    "a key that nobody has": (
        lambda a, h: a.signed(claims_of(a.url, US, now=h.clock.now()), kid="key-9"),
        "a key that the code host does not have",
    ),
    "a key that it brings along": (
        lambda a, h: a.signed(
            claims_of(a.url, US, now=h.clock.now()),
            kid="key-9",
            key=ANOTHER_KEY,
            jwk=json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(ANOTHER_KEY.public_key())),
            jku="http://127.0.0.1:1/keys",
        ),
        "a key that the code host does not have",
    ),
    "no signature": (
        lambda a, h: by_hand(claims_of(a.url, US, now=h.clock.now()), alg="none"),
        "signed by 'none'",
    ),
    "the public key as a secret": (
        lambda a, h: with_our_public_key_as_secret(claims_of(a.url, US, now=h.clock.now())),
        "signed by 'HS256'",
    ),
    "extensions that must be known": (
        lambda a, h: a.signed(claims_of(a.url, US, now=h.clock.now()), crit=["exp"]),
        "it is no JSON web token",
    ),
    "a changed claim": (
        lambda a, h: ".".join(
            (
                (good := proof(a, h, repository="evil/shop").split("."))[0],
                proof(a, h).split(".")[1],
                good[2],
            )
        ),
        "its signature is not",
    ),
    "expired": (
        lambda a, h: proof(a, h, exp=int((h.clock.now() - timedelta(seconds=31)).timestamp())),
        "it has expired",
    ),
    "not yet valid": (
        lambda a, h: proof(a, h, nbf=int((h.clock.now() + timedelta(seconds=31)).timestamp())),
        "it holds from",
    ),
    "issued in the future": (
        lambda a, h: proof(a, h, iat=int((h.clock.now() + timedelta(seconds=31)).timestamp())),
        "it holds from",
    ),
    "for a whole day": (
        lambda a, h: proof(a, h, exp=int((h.clock.now() + timedelta(days=1)).timestamp())),
        "is the most",
    ),
    "a time that is none": (lambda a, h: proof(a, h, exp="soon"), "'exp' is no time"),
    "a time beyond all": (lambda a, h: proof(a, h, exp=10**30), "'exp' is no time"),
    "another repository": (lambda a, h: proof(a, h, repository="acme/other"), "in no entry of `workflows`"),
    "the same name, another repository": (
        lambda a, h: proof(a, h, repository_id="75"),
        "it is another repository",
    ),
    "another ref": (lambda a, h: proof(a, h, ref="refs/heads/main2"), "'refs/heads/main2' is none of"),
    "a pull request": (lambda a, h: proof(a, h, ref="refs/pull/1/merge"), "is none of"),
    "no jti": (lambda a, h: proof(a, h, jti=None), "does not say 'jti'"),
    "no repository": (lambda a, h: proof(a, h, repository=None), "does not say 'repository'"),
    "no end": (lambda a, h: proof(a, h, exp=None), "does not say 'exp'"),
    "a repository that is a list": (
        lambda a, h: proof(a, h, repository=["acme/shop"]),
        "'repository' is not one",
    ),
    "a number that is none": (
        lambda a, h: proof(a, h, repository_id="74x"),
        "'repository_id' is not one",
    ),
    "too long": (lambda a, h: proof(a, h, note="x" * 16_000), "characters, and 16,000 are the most"),
    "deep": (
        lambda a, h: f"{base64.urlsafe_b64encode(b'[' * 9000).decode()}.e30.c2ln",
        "it is no JSON web token",
    ),
    "no token at all": (lambda a, h: "insp_pat_x", "it is no JSON web token"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_proof_is_refused_like_every_other_and_the_audit_says_why(
    client: TestClient, house: House, actions: StandInActions, name: str
) -> None:
    bad, why = BAD[name]
    usual = exchanged(client, "nothing")

    answer = exchanged(client, bad(actions, house))

    assert (answer.status_code, answer.content) == (401, usual.content)
    assert dict(answer.headers) == dict(usual.headers)
    actor, action, subject, detail = audited(house)[0]
    assert (actor, action, subject) == ("nobody", "token.refused", "workflow")
    assert why in detail
    assert len(detail) < 1000


@pytest.fixture
def server() -> Iterator[StandInActions]:
    """A GitHub Enterprise server."""
    found = StandInActions(SERVERS)
    yield found
    found.close()


def of_server(server: StandInActions, **changes: Any) -> TrustedWorkflow:
    return replace(TRUSTED, issuer=Issuer(server.url, ("127.0.0.1",)), **changes)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_proof_of_an_enterprise_server_is_refused_alike(
    client: TestClient, house: House, server: StandInActions, name: str
) -> None:
    trust(house, of_server(server))
    bad, why = BAD[name]
    usual = exchanged(client, "nothing")

    answer = exchanged(client, bad(server, house))

    assert (answer.status_code, answer.content) == (401, usual.content)
    assert why in audited(house)[0][3]
    assert exchanged(client, proof(server, house, jti="good")).status_code == 200


def test_a_repository_of_an_enterprise_server_is_not_that_of_github(
    client: TestClient, house: House, actions: StandInActions, server: StandInActions
) -> None:
    """Else whoever has a server of their own names a repository like somebody's on github.com, and reads its runs."""
    trust(house, TRUSTED, of_server(server))
    theirs = exchanged(client, proof(actions, house)).json()
    run = client.post(RUN_NOW, json={}, headers={**bearer(theirs["text"]), "Idempotency-Key": "k"}).json()[
        "id"
    ]

    own = exchanged(client, proof(server, house)).json()  # with the same `jti`, which is its own
    read = [client.get(f"{V1}/runs/{run}", headers=bearer(one["text"])).status_code for one in (theirs, own)]

    place = server.url.removeprefix("http://").removesuffix(SERVERS)
    assert (theirs["workflow"], own["workflow"]) == (
        "acme/shop@refs/heads/main",
        f"{place}/acme/shop@refs/heads/main",
    )
    assert read == [200, 403]
    trust(house, TRUSTED)
    assert client.get(f"{V1}/me", headers=bearer(own["text"])).status_code == 401
    assert client.get(f"{V1}/me", headers=bearer(theirs["text"])).status_code == 200


@pytest.mark.parametrize("is_servers", [False, True])
def test_an_issuer_is_believed_about_its_own_repositories_only(
    client: TestClient, house: House, actions: StandInActions, server: StandInActions, is_servers: bool
) -> None:
    trust(house, of_server(server, repo="acme/inside"), replace(TRUSTED, repo="acme/outside"))
    one, name = (server, "acme/outside") if is_servers else (actions, "acme/inside")

    answer = exchanged(client, proof(one, house, repository=name))

    assert answer.status_code == 401
    assert "is one of" in audited(house)[0][3]


def test_whoever_is_not_trusted_is_asked_for_no_keys(
    client: TestClient, house: House, actions: StandInActions, server: StandInActions
) -> None:
    """Else a stranger's proof makes us ask wherever it says."""
    exchanged(client, proof(server, house))
    trust(house, of_server(server))
    exchanged(client, proof(actions, house))

    assert (server.requests, actions.requests) == ([], [])


def test_keys_of_one_issuer_sign_nothing_for_another(
    client: TestClient, house: House, actions: StandInActions, server: StandInActions
) -> None:
    trust(house, TRUSTED, of_server(server))
    server.keys = {KID: ANOTHER_KEY}

    answer = exchanged(
        client, proof(server, house)
    )  # signed with the key that github.com has under that name

    assert answer.status_code == 401
    assert "its signature is not" in audited(house)[0][3]


def test_a_proof_is_exchanged_once(client: TestClient, house: House, actions: StandInActions) -> None:
    text = proof(actions, house)

    first, second = exchanged(client, text), exchanged(client, text)
    house.clock.sleep(300)
    third = exchanged(client, text)

    assert (first.status_code, second.status_code, third.status_code) == (200, 401, 401)
    assert second.content == exchanged(client, "nothing").content
    assert any("was exchanged before" in detail for *_, detail in audited(house))


def test_an_environment_that_is_asked_for_has_to_be_the_jobs(
    client: TestClient, house: House, actions: StandInActions
) -> None:
    trust(house, replace(TRUSTED, environment="production"))

    without, other, right = (
        exchanged(client, proof(actions, house, jti=f"j{number}", environment=one))
        for number, one in enumerate((None, "staging", "production"))
    )

    assert (without.status_code, other.status_code, right.status_code) == (401, 401, 200)


@pytest.mark.parametrize("query", ["?org=nowhere", "?org=acme", "?org=../x"])
def test_another_organisation_trusts_nothing_of_this_one(
    house: House, actions: StandInActions, query: str
) -> None:
    """Neither does anybody learn which organisations there are."""
    client = a_client(house, others=[ACME])
    trust(of_another(house, ACME))

    answer = exchanged(client, proof(actions, house), query)

    assert (answer.status_code, answer.content) == (401, exchanged(client, "nothing", "?org=default").content)
    assert exchanged(client, proof(actions, house), "?org=default").status_code == 200


def test_where_several_organisations_are_none_is_guessed(house: House, actions: StandInActions) -> None:
    client = a_client(house, others=[ACME])

    assert exchanged(client, proof(actions, house)).status_code == 401


@pytest.mark.parametrize("public_url", ["", US])
def test_without_an_entry_nothing_is_asked_of_anybody(
    client: TestClient, house: House, actions: StandInActions, public_url: str
) -> None:
    trust(house, *((TRUSTED,) if not public_url else ()), public_url=public_url)

    answer = exchanged(client, proof(actions, house))

    assert answer.status_code == 401
    assert actions.requests == []


def test_keys_are_kept_and_asked_for_anew_when_they_change(
    client: TestClient, house: House, actions: StandInActions
) -> None:
    fresh = a_key()
    signed = lambda jti: actions.signed(  # noqa: E731
        claims_of(actions.url, US, now=house.clock.now(), jti=jti), kid="key-2", key=fresh
    )

    assert exchanged(client, proof(actions, house)).status_code == 200
    actions.keys = {"key-2": fresh}
    too_soon = exchanged(client, signed("j2"))
    house.clock.sleep(61)
    after = exchanged(client, signed("j3"))
    withdrawn = exchanged(client, proof(actions, house, jti="j4"))

    assert (too_soon.status_code, after.status_code, withdrawn.status_code) == (401, 200, 401)
    assert [one.path for one in actions.requests] == ["/.well-known/jwks"] * 2


def test_made_up_keys_do_not_make_us_ask_for_each(
    client: TestClient, house: House, actions: StandInActions
) -> None:
    for number in range(10):
        kid = f"made-up-{number}"
        exchanged(client, actions.signed(claims_of(actions.url, US, now=house.clock.now()), kid=kid))

    assert len(actions.requests) == 1


def test_a_weak_key_signs_nothing(client: TestClient, house: House, actions: StandInActions) -> None:
    weak = a_key(1024)
    actions.keys = {KID: weak}

    with pytest.warns(jwt.InsecureKeyLengthWarning):
        text = actions.signed(claims_of(actions.url, US, now=house.clock.now()), key=weak)

    assert exchanged(client, text).status_code == 401


def test_a_provider_that_does_not_answer_is_no_refusal(
    client: TestClient, house: House, actions: StandInActions
) -> None:
    actions.next.extend([Says(500, "broken"), Says(200, {"keys": [{"kty": "RSA"}]}), Says(200, ["x"])])

    answers = []
    for _ in range(3):
        answers += [exchanged(client, proof(actions, house)) for _ in range(2)]  # for the second, nobody asks
        house.clock.sleep(6)

    assert [one.status_code for one in answers] == [503] * 6
    assert len(actions.requests) == 3
    assert exchanged(client, proof(actions, house)).status_code == 200


def test_from_another_machine_it_takes_https_and_its_time(house: House, actions: StandInActions) -> None:
    far = {"is_open": True, "peer": "203.0.113.9", "allowed_hosts": ["qa.example.com"]}
    clear = a_client(house, url="http://qa.example.com", **far)
    client = a_client(house, url="https://qa.example.com", **far)

    in_the_clear = exchanged(clear, proof(actions, house))
    good = exchanged(client, proof(actions, house))
    rest = [exchanged(client, "nothing") for _ in range(20)]

    assert (in_the_clear.status_code, good.status_code) == (401, 200)
    assert "clear HTTP" in in_the_clear.json()["detail"]
    assert [one.status_code for one in rest] == [401] * 19 + [429]
    assert int(rest[-1].headers["Retry-After"]) > 0


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}])
def test_pages_elsewhere_exchange_nothing(
    client: TestClient, house: House, actions: StandInActions, headers: dict[str, str]
) -> None:
    answer = client.post(EXCHANGE, json={"token": proof(actions, house)}, headers=headers)

    assert answer.status_code == 403
