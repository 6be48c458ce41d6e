"""Refusals of a control plane: what asking again cannot mend, and what a person must change."""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime

from inspect_pipelines.errors import UsageError
from resources.http.outgoing import Answer

SKEW_SECONDS = 300  # what a control plane accepts, either way
REFUSALS = (400, 401, 403, 404, 409, 413)  # of the others some may be answered another time
CLOCK = "set this machine's clock (NTP)"
SIGNER = "check the secret, and that the control plane has the same one for this service"
ACTOR = "set INSPECT_OPEN_INSPECT_ACTOR to a service account that it knows, 'github:NAME' for github-bot"
REPOSITORY = "install the control plane's app on the repository, or correct `repo` of the definition"


class ControlPlaneRefused(UsageError):
    """Another try would be refused alike.

    Args:
        status: Of its answer.
    """

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


class SessionGone(ControlPlaneRefused):
    """A session that there was is not there any more."""


def refusal(
    asked: str, answer: Answer, said: str, *, now: datetime, is_of_session: bool
) -> ControlPlaneRefused:
    """The error behind an answer with a status of REFUSALS.

    Args:
        asked: What was tried, as the beginning of a sentence.
        said: What it answered, on one line and redacted.
        now: By our clock, UTC.
        is_of_session: A session was named, which may be gone.
    """
    if answer.status == 404 and is_of_session:
        return SessionGone(
            f"{asked}: the session is gone; somebody has deleted it, or the control plane has forgotten it",
            404,
        )
    skew = skew_seconds(answer, now)
    if answer.status == 401 and skew is not None and abs(skew) > SKEW_SECONDS:
        direction = "behind" if skew > 0 else "ahead of"
        wrong = f"this machine's clock is {abs(skew):.0f} s {direction} the control plane's, and {SKEW_SECONDS} s is accepted"
        return ControlPlaneRefused(f"{asked}: {wrong}; {CLOCK}", 401)
    advice = {
        400: "this is a defect of ours, or another version of the control plane; tell us",
        401: SIGNER,
        403: ACTOR,
        404: REPOSITORY,
        409: "somebody has archived the session",
        413: "the prompt is too long; divide the playbook",
    }[answer.status]
    return ControlPlaneRefused(
        f"{asked}: it answers {answer.status}{f' ({said})' if said else ''}; {advice}", answer.status
    )


def skew_seconds(answer: Answer, now: datetime) -> float | None:
    """By how much its clock is ahead of ours; None: it does not tell its time."""
    try:
        return (parsedate_to_datetime(answer.headers.get("date", "")) - now).total_seconds()
    except (ValueError, TypeError):
        return None
