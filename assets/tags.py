"""The tags that a Dagster run carries, so that both sides find each other; a person sees what tells a person something."""

from __future__ import annotations

from inspect_pipelines.ports.engine import HIDDEN, ORG_TAG, ORIGIN_TAG

ORG = ORG_TAG
ORIGIN = ORIGIN_TAG
REPO = f"{HIDDEN}repo"
HOST = f"{HIDDEN}host"  # of the site that is looked at; limited like ORG and REPO
DEFINITION = f"{HIDDEN}definition"
RUN = "inspect/run"
DUPLICATE_OF = "inspect/duplicate_of"
BUFFERED = "inspect/buffered"  # the run that waits for its definition's slot
SKIPPED = "inspect/skipped"
REFUSED = "inspect/refused"  # why its worker could not even bring it to the door: the worker is older than what it was given
PARENT = "dagster/parent_run_id"  # Dagster sets it on a re-execution
PRIORITY = "dagster/priority"  # Dagster's queue takes the higher one first
MAX_RUNTIME = "dagster/max_runtime"  # seconds; a backstop behind the ledger's deadline
