"""`/auth/oidc/exchange`: a workflow of CI shows what GitHub signed about it, and gets a token for some minutes."""

from __future__ import annotations

import secrets

from pydantic import Field
from starlette.responses import Response

from inspect_pipelines.domain.access import RANDOM_BYTES
from inspect_pipelines.queries.access import WorkflowToken
from inspect_pipelines.usecases.access.exchange_proof import exchange_proof
from inspect_pipelines.web.access.declaration import PROVERS
from inspect_pipelines.web.access.gate import Gate, is_local
from inspect_pipelines.web.access.rates import EXCHANGE
from inspect_pipelines.web.api.deed import Deed
from inspect_pipelines.web.api.route import Answer, AskedBy, Routes
from inspect_pipelines.web.api.wishes import Wish


class ExchangeWish(Wish):
    token: str = Field(
        min_length=1,
        description="The ID token that GitHub Actions made for the organisation's `public_url` as its audience.",
        examples=["eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJyZXBvOmFjbWUvc2hvcCJ9.c2lnbmF0dXJl"],
    )


def workflows(gate: Gate) -> Routes:
    routes = Routes(gate, "auth")

    # the answer holds a secret, so it is kept under no key; the use case tells the audit
    @routes.post("/auth/oidc/exchange", PROVERS, Answer(WorkflowToken), Deed("token.exchange", is_kept=False))
    def exchange(asked: AskedBy, wish: ExchangeWish) -> Response:
        """Exchange the ID token of a GitHub Actions workflow for one of ours: 15 minutes, `runs:write` only, once.

        Which workflows are trusted stands under `workflows` in organization.yaml. Everything else is the same 401, and the
        reason is in the organisation's audit.
        """
        request = asked.request
        if not is_local(request):
            address = request.client.host if request.client else ""
            asked.rates.spend(EXCHANGE, address, "whoever exchanges tokens from this address")
        house = gate.house_named(request.query_params.get("org"))
        created = exchange_proof(
            house.by_way_of(asked.house.via) if house else None,
            wish.token,
            random=secrets.token_bytes(RANDOM_BYTES),
        )
        token = created.token
        return asked.answer(
            WorkflowToken(created.text, token.login, tuple(sorted(token.scopes)), token.expires_at)
        )

    return routes
