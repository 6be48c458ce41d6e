"""Propose pictures that were taken elsewhere: they become a run that waits for a person, who reviews them as any run's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from inspect_pipelines.domain.any_of import in_force
from inspect_pipelines.domain.baseline import Baseline, BaselineImage, photographed
from inspect_pipelines.domain.comparison import Comparison
from inspect_pipelines.domain.ids import OrgId, RunId, Sha256
from inspect_pipelines.domain.playbook import Viewport
from inspect_pipelines.domain.retry import deciding
from inspect_pipelines.domain.run import Run, RunStatus, upload_origin
from inspect_pipelines.domain.run_filter import RunFilter
from inspect_pipelines.domain.screenshot import UNKNOWN, Environment, Screenshot, View
from inspect_pipelines.domain.session import SessionResult, SessionStatus
from inspect_pipelines.domain.spelling import nearest
from inspect_pipelines.domain.trigger import Definition
from inspect_pipelines.errors import NotFound, Unreadable
from inspect_pipelines.imaging.header import png_header
from inspect_pipelines.ports.house import House
from inspect_pipelines.ports.ledger import LedgerSession
from inspect_pipelines.usecases.pictures.compare import compare
from inspect_pipelines.usecases.pictures.open_upload import File, UploadInvalid, open_upload
from inspect_pipelines.usecases.runs.conclude import record_end

SHOWN = (RunStatus.PASSED, RunStatus.FAILED, RunStatus.NEEDS_REVIEW)
ENDING = ".png"
MOST_CHARACTERS = 500  # of a note


@dataclass(frozen=True, slots=True)
class Place:
    """Where pictures may go."""

    users: Sequence[Definition]  # of the set
    active: Baseline | None
    known: Mapping[View, Screenshot]  # as it was shown or approved last: whose environment and route


def propose_upload(
    house: House, set_name: str, files: Sequence[File], *, by: str, note: str, key: str
) -> Run:
    """Keep pictures for a person to look at; nothing is compared with them before somebody approves them.

    Each file is named as its view: `home@desktop.png`, or `shop/home@desktop.png` where several playbooks have one. What is not known
    of them (browser, fonts, route) is taken from what that view showed last, so that they are judged like its next run.

    Args:
        house: Ports.
        set_name: The set, or the definition of that id.
        files: PNG pictures, or ZIP archives of them.
        by: Who proposes them.
        note: Why.
        key: The same a second time finds the same run.

    Raises:
        NotFound: No definition uses that set.
        UploadInvalid: Something is wrong with a file; nothing was kept.
    """
    pictures = open_upload(files)
    with house.ledger.read() as ledger:
        place = _place(ledger, set_name, now=house.clock.now())
    named = _named(pictures, place)
    definition = _user_of(named, place)
    shots = _kept(house, named, place, now=house.clock.now())
    compared = _compared(house, definition, place, shots)
    if place.active and all(one.old_sha256 == one.new_sha256 for one in compared):
        raise UploadInvalid(["all of these pictures are the approved ones already"])
    return _stored(house, definition, place, shots, compared, by=by, note=note[:MOST_CHARACTERS], key=key)


def _place(ledger: LedgerSession, set_name: str, *, now: datetime) -> Place:
    definitions = sorted(ledger.definitions.all(), key=lambda one: one.id)
    name = next((one.plan.baseline.set or set_name for one in definitions if one.id == set_name), set_name)
    users = [one for one in definitions if (one.plan.baseline.set or one.id) == name]
    if not users:
        raise NotFound(
            f"no schedule or trigger is compared with a set of baselines {set_name[:100]!r}, so nobody would approve pictures "
            f"for it{nearest(set_name, [one.plan.baseline.set or one.id for one in definitions])}"
        )
    active = in_force(ledger.baselines.active(name), now)
    known: dict[View, Screenshot] = {}
    for user in users:
        runs = ledger.runs.matching(RunFilter(definition_id=user.id, status=SHOWN), limit=3)
        told = ledger.evidence.sessions_of([run.id for run in runs])
        for run in reversed(runs):
            for session in deciding(told.get(run.id, ())):
                known |= {shot.view: shot for shot in session.screenshots}
    for view, image in (active.images if active else {}).items():
        known.setdefault(view, _as_shot(view, image, now))
    for view, viewport in photographed(book for user in users for book in user.plan.playbooks).items():
        known.setdefault(view, _unseen(view, viewport, now))
    return Place(users, active, known)


def known_views(house: House, set_name: str) -> dict[View, int]:
    """Every view that pictures may be of, with the width that its viewport has in them, px.

    Raises:
        NotFound: No definition uses that set.
    """
    with house.ledger.read() as ledger:
        place = _place(ledger, set_name, now=house.clock.now())
    viewports = photographed(book for user in place.users for book in user.plan.playbooks)
    return {
        view: round(viewports[view].width * viewports[view].scale) if view in viewports else shot.width
        for view, shot in place.known.items()
    }


def _unseen(view: View, viewport: Viewport, at: datetime) -> Screenshot:
    """What a playbook is going to photograph, and nobody has seen yet: where a picture of it came from is unknown."""
    where = Environment(UNKNOWN, UNKNOWN, UNKNOWN, viewport.scale)
    return Screenshot(view, Sha256(""), viewport.width, viewport.height, where, at)


def _as_shot(view: View, image: BaselineImage, at: datetime) -> Screenshot:
    return Screenshot(view, image.sha256, image.width, image.height, image.environment, at, route=image.route)


def _named(pictures: Sequence[File], place: Place) -> dict[View, File]:
    """Which view each picture is of."""
    problems: list[str] = []
    found: dict[View, File] = {}
    for one in pictures:
        view = _view_of(one.name, place, problems)
        if view is None:
            continue
        if view in found:
            problems.append(
                f"{one.name!r} and {found[view].name!r} are both of view '{view}'; send one of them"
            )
        found[view] = one
    if problems:
        raise UploadInvalid(problems)
    return found


def _user_of(named: Mapping[View, File], place: Place) -> Definition:
    """Whose run the upload is."""
    books = {view.playbook for view in named}
    for one in place.users:
        if books <= {str(book.id) for book in one.plan.playbooks}:
            return one
    raise UploadInvalid(
        [
            f"no schedule or trigger plays all of {', '.join(sorted(books))}; send the pictures of each in an upload of its own"
        ]
    )


def _view_of(name: str, place: Place, problems: list[str]) -> View | None:
    shown = repr(name[:200])
    if not name.lower().endswith(ENDING):
        problems.append(f"{shown} does not end with {ENDING!r}; name it as its view: 'home@desktop.png'")
        return None
    *folders, last = name[: -len(ENDING)].split("/")
    spelled = {str(view): view for view in place.known}
    whole = f"{folders[-1]}/{last}" if folders else last
    if whole in spelled:
        return spelled[whole]
    meant = [view for view in place.known if last in (f"{view.name}@{view.viewport}", view.name)]
    if len(meant) == 1:
        return meant[0]
    if meant:
        choices = ", ".join(f"{view}{ENDING}" for view in sorted(meant)[:4])
        problems.append(f"{shown} may be several views; name it like one of: {choices}")
    else:
        known = sorted({f"{view.name}@{view.viewport}" for view in place.known})
        there = ", ".join(known[:4]) or "none was shown by a run yet; run it once first"
        problems.append(f"{shown} is of no view that is known{nearest(last, known)}; there are: {there}")
    return None


def _kept(house: House, named: Mapping[View, File], place: Place, *, now: datetime) -> list[Screenshot]:
    """The pictures in the gallery, each as a screenshot of its view."""
    problems: list[str] = []
    shots = []
    for view, file in sorted(named.items()):
        header, last = png_header(file.content), place.known[view]
        try:
            sha256 = house.gallery.put(file.content, with_rows=True)
        except Unreadable as error:
            problems.append(f"{file.name[:200]!r}: {error}")
            continue
        shot = Screenshot(
            view,
            sha256,
            header.width,
            header.height,
            last.environment,
            now,
            route=last.route,
            tolerance=last.tolerance,
            size_bytes=len(file.content),
        )
        shots.append(shot)
    if problems:  # what is in the gallery already is nobody's, and goes with the next `gallery prune`
        raise UploadInvalid(problems)
    return shots


def _compared(
    house: House, definition: Definition, place: Place, shots: Sequence[Screenshot]
) -> list[Comparison]:
    if place.active is None:
        return []
    views = {shot.view for shot in shots}
    images = {view: image for view, image in place.active.images.items() if view in views}
    beside = replace(place.active, images=images)  # what is not sent is not gone
    return compare(house.gallery, beside, shots, definition.plan.baseline)


def _stored(
    house: House,
    definition: Definition,
    place: Place,
    shots: Sequence[Screenshot],
    compared: Sequence[Comparison],
    *,
    by: str,
    note: str,
    key: str,
) -> Run:
    now = house.clock.now()
    run = Run(
        id=RunId(house.clock.new_id()),
        org_id=OrgId(house.org_id),
        origin=upload_origin(key),
        definition_id=definition.id,
        definition_kind=definition.kind,
        nominal_at=now,
        requested_at=now,
        timeout_minutes=definition.plan.timeout_minutes,
        requested_by=by,
    )
    count = len(shots)
    reason = (
        f"{count} {'picture was' if count == 1 else 'pictures were'} uploaded by {by.removeprefix('user:')}"
    )
    reason += f" ({note})" if note else ""
    reason += ", and a person has to say whether they become the approved ones"
    sessions = [
        SessionResult(
            f"{run.id}.{number}", playbook, SessionStatus.COMPLETED, now, now,
            screenshots=tuple(shot for shot in shots if shot.view.playbook == playbook),
        )
        for number, playbook in enumerate(sorted({shot.view.playbook for shot in shots}), 1)
    ]  # fmt: skip
    ended = run.concluded(RunStatus.NEEDS_REVIEW, reason, now=now)
    with house.ledger.write() as ledger:
        found = ledger.runs.request(run)
        if found.id != run.id:
            return found
        for session in sessions:
            ledger.evidence.save_session(run.id, session)
        ledger.evidence.save_comparisons(run.id, compared)
        record_end(
            ledger, ended, definition, at=now, kinds=house.kinds, sessions=sessions, comparisons=compared,
            baseline=place.active, report_path=house.reports.url(run.id),
        )  # fmt: skip
    return ended
