"""Answer once: a request that comes again under its sender's key gets the answer that it got before, and does nothing."""

from __future__ import annotations

from inspect_pipelines.domain.access import Caller
from inspect_pipelines.domain.kept_answer import KEPT_FOR, KEY, KeptAnswer
from inspect_pipelines.errors import Refused, UsageError
from inspect_pipelines.ports.house import House

# Answers that are not kept, since another try may go well: too many requests, and from 500 on all that is our fault.
TOO_MANY, FIRST_OF_OURS = 429, 500


class OtherRequest(Refused):
    """The key belongs to a request that said something else."""


def begin(house: House, caller: Caller, key: str, fingerprint: str) -> KeptAnswer:
    """The request as it is kept: with the answer that it got before, or without one, and then it is to be done now.

    Args:
        house: Ports.
        caller: Whose key it is; the same one of somebody else is another.
        key: `Idempotency-Key`.
        fingerprint: Of method, address and body.

    Raises:
        UsageError: That is no key.
        OtherRequest: It belongs to another request.
        Refused: The first one is still under way.
    """
    if not KEY.fullmatch(key):
        raise UsageError(
            f"the header Idempotency-Key {key[:40]!r} is none: 1 to 200 visible characters, fresh for each wish"
        )
    now = house.clock.now()
    wanted = KeptAnswer(house.org_id, caller.actor, key, fingerprint, now)
    with house.ledger.write() as ledger:
        found = ledger.kept_answers.begin(wanted, forgotten_before=now - KEPT_FOR)
        if found is None:
            return wanted
        if found.fingerprint != fingerprint:
            raise OtherRequest(
                f"the key {key[:40]!r} came with another request within 24 hours; give each wish a key of its own"
            )
        if found.status is not None:
            return found
        if not found.is_given_up(now):
            raise Refused(
                f"the request with the key {key[:40]!r} is still under way; ask again in a few seconds"
            )
        ledger.kept_answers.finish(wanted)
        return wanted


def finish(
    house: House,
    caller: Caller,
    kept: KeptAnswer | None,
    status: int,
    body: str,
    *,
    action: str,
    subject: str,
    etag: str | None = None,
    location: str | None = None,
) -> None:
    """Keep what was answered, and who did what and how they came, in one transaction.

    Args:
        house: Ports.
        caller: Who asked.
        kept: As it began; None: it came without a key.
        status: Of the answer.
        body: Of the answer.
        action: What was done, `run.cancel`; in the audit only when it was.
        subject: To what.
        etag: Of the answer; None: it has none.
        location: Of what was made.
    """
    with house.ledger.write() as ledger:
        if kept is not None and status < FIRST_OF_OURS and status != TOO_MANY:
            ledger.kept_answers.finish(kept.answered(status, body, etag=etag, location=location))
        elif kept is not None:
            ledger.kept_answers.drop(kept.asker, kept.key)
        if status < 400:
            how = f"token {caller.token_id}" if caller.token_id else ""
            ledger.audit.append(action, subject, by=caller.actor, at=house.clock.now(), detail=how)
