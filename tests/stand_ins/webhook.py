"""A receiver that holds to Standard Webhooks: signature, time, id, size; a known id is not handled again."""

from __future__ import annotations

from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

from stand_ins.server import Request, Says, StandIn

SECRET = "whsec_aHVudGVyMmh1bnRlcjJodW50ZXIyaHVudGVyMg=="


class Receiver(StandIn):
    def __init__(self) -> None:
        self.handled: dict[str, Any] = {}  # webhook-id -> what it said
        super().__init__()

    def answer(self, request: Request) -> Says:
        if request.path != "/hooks/qa":
            return Says(404, "")
        if len(request.body) > 20_000:
            return Says(413, "")
        try:
            said = Webhook(SECRET).verify(request.body, dict(request.headers))
        except WebhookVerificationError as error:
            return Says(401, str(error))
        if set(said) != {"type", "timestamp", "data"}:
            return Says(422, "")
        self.handled.setdefault(request.headers["webhook-id"], said)
        return Says(204, b"")
