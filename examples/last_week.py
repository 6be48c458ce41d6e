"""How each definition's runs of the last week ended, and what waits for a person: last_week.py

INSPECT_SERVER and INSPECT_TOKEN as in run_and_wait.py; runs:read and pictures:read are enough.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta

from inspect_pipelines.client.client import Client
from inspect_pipelines.domain.review import ReviewState
from inspect_pipelines.errors import InspectError


def last_week(client: Client, now: datetime) -> None:
    ended: dict[str, Counter[str]] = {}
    for run in client.runs.list(since=now - timedelta(days=7)):  # all pages, as they are needed
        ended.setdefault(run.definition_id, Counter())[run.status.value] += 1
    for definition, counts in sorted(ended.items()):
        print(definition, ", ".join(f"{count} {status}" for status, count in counts.most_common()))
    for waiting in client.reviews.list(state=ReviewState.WAITING):
        review = waiting.review
        print(
            f"waits for a person: {review.definition_id}, run {review.run_id}, since {review.opened_at:%Y-%m-%d}"
        )


if __name__ == "__main__":
    server = os.environ.get("INSPECT_SERVER", "http://127.0.0.1:8460")
    try:
        with Client(server, os.environ.get("INSPECT_TOKEN")) as client:
            last_week(client, datetime.now(UTC))
    except InspectError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
