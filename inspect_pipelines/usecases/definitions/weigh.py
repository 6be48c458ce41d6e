"""Weigh: what a project's definitions and those that the API made will be together, once the project is applied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from inspect_pipelines.config.one_definition import DefinitionInvalid, Grounds, read_definition
from inspect_pipelines.config.project import Project
from inspect_pipelines.domain.definition_change import differences
from inspect_pipelines.domain.ids import DefinitionId, snake
from inspect_pipelines.domain.revision import ManagedBy, Standing, Written
from inspect_pipelines.domain.trigger import Definition

SHOWN_FIELDS = 3  # of what differs between two definitions of one id


@dataclass(frozen=True, slots=True)
class Weighed:
    definitions: tuple[Definition, ...]  # the files' in their order, then the API's by id
    taken_over: tuple[DefinitionId, ...]  # the API made them, and the files say the same
    collisions: tuple[str, ...]  # a sentence for each id that both have, with two meanings
    notes: tuple[str, ...]  # what may not be as somebody expects


def weigh(
    project: Project,
    stored: Sequence[Definition],
    standing: Mapping[DefinitionId, Standing],
    *,
    now: datetime,
) -> Weighed:
    """The definitions as they will be; what the API made is read anew, against this project's playbooks.

    Args:
        project: Read and valid.
        stored: What the ledger holds.
        standing: How each of those stands.
        now: For what depends on it.
    """
    grounds = Grounds(project.organization, project.library, project.kinds, now)
    notes: list[str] = []
    made = {
        one.id: _read_anew(one, standing[one.id].written, grounds, notes)
        for one in sorted(stored, key=lambda one: one.id)
        if standing[one.id].managed_by is ManagedBy.API
    }
    wanted, taken_over, collisions = [], [], []
    for one in project.definitions:
        there = made.pop(one.id, None)
        if there is None:
            wanted.append(_switched(one, standing.get(one.id), project.written.get(one.id), notes))
        elif there == one:
            wanted.append(one)
            taken_over.append(one.id)
        else:
            wanted.append(there)  # nothing is deleted, whatever becomes of the file's
            collisions.append(_collision(one, there, project.written.get(one.id)))
    names = {snake(one.id): one for one in wanted}
    for one in made.values():
        if (other := names.get(snake(one.id))) is not None:
            collisions.append(
                f"{other.kind} {other.id!r} and {one.kind} {one.id!r}, which was made through the API, would both be "
                f"{snake(one.id)!r} in Dagster"
            )
    return Weighed((*wanted, *made.values()), tuple(taken_over), tuple(collisions), tuple(notes))


def _read_anew(one: Definition, written: Written | None, grounds: Grounds, notes: list[str]) -> Definition:
    assert written is not None  # the API keeps what it was told
    if one.plan.observe:  # a watch has its playbook with it; no file of the project does
        known = {book.id for book in grounds.library.playbooks}
        own = (book for book in one.plan.playbooks if book.id not in known)
        library = replace(grounds.library, playbooks=(*grounds.library.playbooks, *own))
        grounds = replace(grounds, library=library)
    try:
        return read_definition(one.kind, written.document, grounds).definition
    except DefinitionInvalid as error:
        notes.append(
            f"{one.kind} {one.id!r}, which was made through the API, goes on as it was: it does not fit to these files "
            f"({error}); replace or delete it there"
        )
        return one


def _switched(
    one: Definition, standing: Standing | None, written: Written | None, notes: list[str]
) -> Definition:
    """What a person switched stays so, until its file says something new of it."""
    if standing is None or standing.switched is None or not _says_the_same(standing.written, written):
        return one
    if one.enabled != standing.switched:
        word = "on" if standing.switched else "off"
        place = written.place if written else "its file"
        notes.append(
            f"{one.kind} {one.id!r} stays switched {word}, as somebody wished through the API, until {place} says "
            "something new of 'enabled'"
        )
    return replace(one, enabled=standing.switched)


def _says_the_same(before: Written | None, now: Written | None) -> bool:
    return before is not None and now is not None and before.is_enabled == now.is_enabled


def _collision(one: Definition, there: Definition, written: Written | None) -> str:
    place = f" of {written.place}" if written and written.place else ""
    fields: list[Any] = [change.path for change in differences(there, one)]
    more = f" and {len(fields) - SHOWN_FIELDS} more" if len(fields) > SHOWN_FIELDS else ""
    return (
        f"{one.kind} {one.id!r}{place} has the id of a {there.kind} that was made through the API and differs from it "
        f"({', '.join(fields[:SHOWN_FIELDS])}{more}); to take that one over, apply it first as `inspect-pipelines export` "
        "writes it"
    )
