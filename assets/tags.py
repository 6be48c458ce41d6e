"""The tags that a Dagster run carries, so that both sides find each other."""

from __future__ import annotations

ORG = "inspect/org"
REPO = "inspect/repo"
DEFINITION = "inspect/definition"
ORIGIN = "inspect/origin"
RUN = "inspect/run"
DUPLICATE_OF = "inspect/duplicate_of"
HOST = "inspect/host"  # of the site that is looked at; limited like ORG and REPO
BUFFERED = "inspect/buffered"  # the run that waits for its definition's slot
SKIPPED = "inspect/skipped"
PARENT = "dagster/parent_run_id"  # Dagster sets it on a re-execution
MAX_RUNTIME = "dagster/max_runtime"  # seconds; a backstop behind the ledger's deadline
