"""Find a run by what a person types: its id, the beginning of it, or a definition's id for its latest run; an incident, too."""

from __future__ import annotations

import re
from difflib import get_close_matches

from inspect_pipelines.domain.ids import DefinitionId, IncidentId, RunId
from inspect_pipelines.domain.incident import Incident
from inspect_pipelines.domain.run import Run
from inspect_pipelines.errors import NotFound, Refused, UsageError
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession

SHORTEST_PREFIX = 6
BEGINNING_OF_AN_ID = re.compile(r"^[0-9a-f-]{1,36}$")
RECENT = 200  # runs among which the nearest matches of a wrong id are looked for
SHOWN = 3


def find_run(house: House, text: str, *, or_definition: bool = False) -> Run:
    """The run that is meant.

    Args:
        house: Ports.
        text: A run's id, or at least 6 characters of its beginning when only one run begins so.
        or_definition: A definition's id means its latest run.

    Raises:
        NotFound: Nothing matches; the sentence names what is near.
        Refused: Several runs begin so.
        UsageError: The beginning is too short to mean one run.
    """
    typed = text.strip().lower()
    with house.ledger.read() as ledger:
        if run := ledger.runs.find(RunId(typed)):
            return run
        if or_definition and (
            latest := ledger.runs.latest(house.org_id, definition_id=DefinitionId(text), limit=1)
        ):
            return latest[0]
        if not BEGINNING_OF_AN_ID.match(typed):
            raise NotFound(_unknown(house, ledger, text))
        if len(typed) < SHORTEST_PREFIX:
            raise UsageError(
                f"run {text!r} is too short to mean one run: type at least {SHORTEST_PREFIX} characters of its id"
            )
        found = ledger.runs.with_prefix(house.org_id, typed)
        if not found:
            raise NotFound(_unknown(house, ledger, text))
    if len(found) > 1:
        some = ", ".join(_described(run) for run in found[:SHOWN])
        raise Refused(f"run {text!r} is not clear: several runs begin so ({some}); type more of the id")
    return found[0]


def find_incident(house: House, text: str) -> Incident:
    """The incident with that id, the only one whose id begins so, or the one that a run failed by.

    Raises:
        NotFound: Nothing matches.
        Refused: Several incidents begin so.
        UsageError: The beginning is too short.
    """
    typed = text.strip().lower()
    with house.ledger.read() as ledger:
        if found := ledger.incidents.find(IncidentId(typed)):
            return found
        of_run = ledger.incidents.of_run(RunId(typed))
        if len(of_run) == 1:
            return of_run[0]
        begun = ledger.incidents.with_prefix(house.org_id, typed) if BEGINNING_OF_AN_ID.match(typed) else []
    if begun and len(typed) < SHORTEST_PREFIX:
        raise UsageError(
            f"incident {text!r} is too short to mean one: type at least {SHORTEST_PREFIX} characters of its id"
        )
    if not begun:
        raise NotFound(
            f"incident {text!r} does not exist; list them with: inspect-pipelines incidents list --all"
        )
    if len(begun) > 1:
        some = ", ".join(f"{one.id} ({', '.join(one.definitions)})" for one in begun[:SHOWN])
        raise Refused(f"incident {text!r} is not clear: several begin so ({some}); type more of the id")
    return begun[0]


def _unknown(house: House, ledger: LedgerSession, text: str) -> str:
    recent = ledger.runs.latest(house.org_id, limit=RECENT)
    if not recent:
        return f"run {text!r} does not exist: nothing has run yet; start one with: inspect-pipelines run ID"
    by_id = {run.id: run for run in recent}
    near = get_close_matches(text.lower(), [*by_id], n=SHOWN, cutoff=0.75)
    named = [_described(by_id[RunId(one)]) for one in near] or [_described(recent[0])]
    what = "nearest" if near else "the latest one"
    return f"run {text!r} does not exist; {what}: {', '.join(named)}; list them with: inspect-pipelines runs list"


def _described(run: Run) -> str:
    return f"{run.id} ({run.definition_id}, {run.status.value})"
