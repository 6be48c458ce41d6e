"""Exchange a workflow's proof for a token of some minutes: nobody keeps a secret for it."""

from __future__ import annotations

from inspect_pipelines.domain.access import AccessToken, token_hash, token_text
from inspect_pipelines.domain.workflow import SCOPES, TOKEN_LIFE, Proof, stranger
from inspect_pipelines.errors import Unauthenticated
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.workflows import Unproven
from inspect_pipelines.usecases.access.create_token import Created


def exchange_proof(house: House | None, text: str, *, random: bytes) -> Created:
    """A token with `runs:write` only, for a workflow that an entry of `workflows` in organization.yaml trusts.

    Args:
        house: Of the organisation that is asked about; None: there is none of that name.
        text: The proof, as it was shown.
        random: 16 bytes that nobody can guess.

    Raises:
        Unauthenticated: It is not accepted, or was exchanged before. It sounds the same whatever the reason, which is in
            the organisation's audit.
        Unavailable: The code host does not tell its keys now.
    """
    if house is None:
        raise _refusal()
    try:
        return _exchanged(house, text, random)
    except Unproven as why:
        with house.ledger.write() as ledger:
            at = house.clock.now()
            ledger.audit.append("token.refused", "workflow", by="nobody", at=at, detail=str(why))
    raise _refusal()


def _exchanged(house: House, text: str, random: bytes) -> Created:
    now = house.clock.now()
    proof = _proof(house, text)
    shown = token_text(random)
    token = AccessToken(
        org_id=house.org_id,
        id=house.clock.new_id(),
        name="workflow",
        login=proof.workflow.name,
        scopes=SCOPES,
        sha256=token_hash(shown),
        created_at=now,
        created_by=f"workflow:{proof.workflow.name}",
        expires_at=now + TOKEN_LIFE,
        proof=proof.id,
    )
    with house.ledger.write() as ledger:
        if not ledger.tokens.add_proven(token):
            raise Unproven(f"the proof {proof.id!r} of {proof.workflow.name} was exchanged before")
    return Created(token, shown)


def _proof(house: House, text: str) -> Proof:
    with house.ledger.read() as ledger:
        organization = ledger.organizations.find()
    if not organization.workflows or not organization.public_url:
        raise Unproven("organization.yaml trusts no `workflows`")
    issuers = {one.issuer for one in organization.workflows}
    proof = house.workflows.proof(text, audience=organization.public_url, issuers=issuers)
    flaw = proof.flaw(house.clock.now())
    if flaw is not None:
        raise Unproven(f"the proof of {proof.workflow.name} does not hold: {flaw}")
    flaw = stranger(organization.workflows, proof.workflow)
    if flaw is not None:
        raise Unproven(f"the workflow {proof.workflow.name} is not trusted: {flaw}")
    return proof


def _refusal() -> Unauthenticated:
    return Unauthenticated(
        "this proves no workflow that is trusted here; the reason is in the organisation's audit, for its administrators",
        is_bad_token=True,
    )
