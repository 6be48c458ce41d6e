"""What the API can do with notifications. Written by `python docs/client.py`."""

from __future__ import annotations

from inspect_pipelines.client.noun import Noun, below
from inspect_pipelines.client.pages import Pages
from inspect_pipelines.domain.notification import DeliveryStatus
from inspect_pipelines.queries.notifications import NotificationDossier, NotificationSummary


class Notifications(Noun):
    """`client.notifications`."""

    def list(
        self, *, status: DeliveryStatus | None = None, page_size: int = 50, cursor: str | None = None
    ) -> Pages[NotificationSummary]:
        """What was said to whom, newest first by (created_at, id)."""
        return self._pages(
            NotificationSummary, "/notifications", {"status": status}, page_size=page_size, cursor=cursor
        )

    def show(self, notification_id: str) -> NotificationDossier:
        """A message with every try to deliver it."""
        return self._one(
            NotificationDossier,
            "GET",
            below("/notifications/{notification_id}", notification_id=notification_id),
        )

    def send_again(self, notification_id: str, *, key: str | None = None) -> NotificationDossier:
        """Have a message sent once more, under the same id."""
        return self._one(
            NotificationDossier,
            "POST",
            below("/notifications/{notification_id}/resend", notification_id=notification_id),
            headers={"Idempotency-Key": key},
        )
