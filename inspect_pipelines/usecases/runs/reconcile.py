"""Reconcile: end the runs that nobody works on any more, and tell people."""

from __future__ import annotations

from inspect_pipelines.ports.house import House
from inspect_pipelines.usecases.alerts.send import send_waiting
from inspect_pipelines.usecases.runs.expire import expire

EVERY_SECONDS = 2.0  # for whoever waits for a run, or watches some


def reconcile(house: House) -> None:
    """End what nobody works on any more; what is to be said of it is sent at once."""
    if expire(house):
        send_waiting(house)
