"""Two live environments: the same playbook played at another address too, and what keeps their pictures from being compared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from inspect_pipelines.domain.action import Action, Goto
from inspect_pipelines.domain.baseline import Baseline, image_of
from inspect_pipelines.domain.finding import ASKED
from inspect_pipelines.domain.host import host_of, place_of
from inspect_pipelines.domain.ids import BaselineId
from inspect_pipelines.domain.playbook import BROWSER, Playbook, Step, VariableType
from inspect_pipelines.domain.run import Run
from inspect_pipelines.domain.screenshot import Screenshot, View
from inspect_pipelines.domain.sentence import Terms
from inspect_pipelines.domain.session import OtherSide, SessionRequest, SessionResult, Value
from inspect_pipelines.domain.template import fill_address, placeholders, sole
from inspect_pipelines.domain.variable import host_allowed, normalised
from inspect_pipelines.errors import Refused, UsageError

# What a page to sign in is usually called; it counts only where the other side shows another page.
LOGIN = re.compile(
    r"(?:^|[/_.-])(?:log|sign)[-_]?(?:in|on)(?:$|[/_.-])|/(?:auth|sso|oauth2?)(?:$|/)", re.IGNORECASE
)


def other_address(run: Run, allowed_hosts: Iterable[str]) -> str:
    """The address beside which a run is looked at, filled and checked.

    Raises:
        UsageError: A placeholder has no value, it is no address, or its host is not allowed.
    """
    missing = [name for name in placeholders(run.against) if name not in run.variables]
    if missing:
        raise UsageError(
            f"against {run.against!r} needs {{{{{missing[0]}}}}}, which "
            + (
                "this event does not bring"
                if run.is_of_event
                else f"only an event brings; give it with --var {missing[0]}=VALUE"
            )
        )
    try:
        address = normalised(VariableType.URL, fill_address(run.against, run.variables))
    except ValueError as error:
        raise UsageError(f"against {run.against!r} cannot be filled: {error}") from error
    if not host_allowed(address, allowed_hosts):
        raise UsageError(
            f"against {address!r} points to the host {host_of(address)!r}, which is not allowed; "
            "add it to allowed_hosts in organization.yaml"
        )
    return address


def with_other_side(request: SessionRequest, address: str) -> SessionRequest:
    """The same request, which plays the playbook at that address too.

    Where a variable is the playbook's whole address, it has the other one there; a step that names the first address in
    full goes to the other one. What else the values name stays: both sides get the same.

    Raises:
        UsageError: It is the same address, or no browser plays the playbook.
    """
    other = at_address(request, address)
    own = base_of(request)
    if place_of(own) == place_of(address) and _path(own) == _path(address):
        raise UsageError(
            f"playbook {request.playbook.id!r} would be compared with itself: both sides are {address!r}; name another address"
        )
    return replace(request, beside=other)


def at_address(request: SessionRequest, address: str) -> SessionRequest:
    """The same request, which plays the playbook at that address instead; as `with_other_side` says.

    Raises:
        UsageError: Nothing says which of its addresses is the site's, or no browser plays the playbook.
    """
    playbook, values = request.playbook, dict(request.values)
    if playbook.runner not in (None, BROWSER):
        raise UsageError(
            f"playbook {playbook.id!r} is played by {playbook.runner!r}, and only a browser of ours plays at two addresses; "
            "run it without against"
        )
    name = sole(playbook.base_url)
    own = base_of(request)
    if not own:
        raise UsageError(
            f"playbook {playbook.id!r} cannot be played at {address!r} too: it has no base_url, so nothing says which of its "
            "addresses is the site's; add base_url"
        )
    if name is not None and not values[name].is_secret_reference:
        values[name] = Value(address)
    else:
        playbook = replace(playbook, base_url=address)
    return replace(request, playbook=_moved(playbook, own, address), values=values)


def base_of(request: SessionRequest) -> str:
    """The address at which a request is played."""
    return fill_address(
        request.playbook.base_url, {name: value.text for name, value in request.values.items()}
    )


def names_of(request: SessionRequest, other: SessionRequest) -> tuple[str, str]:
    """What both sides are called: their hosts, or as much more of their addresses as tells them apart."""
    own, its = base_of(request), base_of(other)
    if host_of(own) != host_of(its):
        return host_of(own) or "this side", host_of(its)
    return f"{host_of(own)}{_path(own) or '/'}", f"{host_of(its)}{_path(its) or '/'}"


def terms_of(names: tuple[str, str]) -> Terms:
    """How the two sides are spoken of.

    Args:
        names: Of the run's own side and the other one.
    """
    own, other = names
    return Terms(
        f"the same pixels as on {other}",
        "within what the plan allows",
        f"the same picture as on {other}",
        f"only {other} shows it, {own} does not",
        f"only {own} shows it, {other} does not",
        (other, own),
        tells_sides=True,
    )


def other_side_of(session: SessionResult, run: Run) -> Baseline | None:
    """What a session saw at the other address, as what its pictures are compared with; None: it looked at one only."""
    if session.beside is None:
        return None
    taken = session.beside.screenshots
    return Baseline(
        id=BaselineId(""),
        org_id=run.org_id,
        set="",
        images={shot.view: image_of(shot, run.id) for shot in taken},
        created_at=session.started_at,
        created_by="",
        source_run_id=run.id,
    )


def other_sides(sessions: Iterable[SessionResult], run: Run) -> Baseline | None:
    """The same of several sessions that decide; None: none looked at two addresses."""
    found = [each for session in sessions if (each := other_side_of(session, run)) is not None]
    if not found:
        return None
    return replace(found[0], images={view: image for each in found for view, image in each.images.items()})


def side_labels(sessions: Iterable[SessionResult], playbook: str) -> tuple[str, str]:
    """What the pictures of a playbook's views are called, what they are compared with first."""
    found = [each.beside for each in sessions if each.playbook == playbook and each.beside is not None]
    return (found[-1].names[1], found[-1].names[0]) if found else ("Approved", "This run")


def refuse_as_baseline(run: Run) -> None:
    """Return when a run's pictures have to do with what is approved.

    Raises:
        Refused: It was looked at beside another address.
    """
    if run.against:
        raise Refused(
            f"run {run.id!r} was compared with {run.against!r}, not with approved pictures, so there is nothing to approve or "
            f"reject in it; for that, start one with: inspect-pipelines run {run.definition_id}"
        )


def side_faults(sessions: Iterable[SessionResult]) -> tuple[str, ...]:
    """Why sides cannot be compared, one sentence each: an error or a page to sign in on one of them is no difference."""
    return tuple(dict.fromkeys(fault for session in sessions for fault in _faults(session)))


def _faults(session: SessionResult) -> Iterator[str]:
    other = session.beside
    if other is None:
        yield f"{session.playbook}: nothing was seen at the other address; only a browser of ours plays at two"
        return
    own_name, other_name = other.names
    if other.error:
        yield f"{session.playbook}: {other_name}: {other.error}"
    for finding in other.findings:
        if (
            finding.kind in ASKED
            and finding.fails_at(session.fail_on)
            and finding.message not in (other.error or "")
        ):
            yield f"{finding.playbook}/{finding.step_id}@{finding.viewport}: {other_name}: {finding.message}"
    theirs = {shot.view: shot for shot in other.screenshots}
    for shot in session.screenshots:
        if (its := theirs.get(shot.view)) is not None:
            yield from _strayed(shot.view, (own_name, shot), (other_name, its), other)


def _strayed(
    view: View, own: tuple[str, Screenshot], its: tuple[str, Screenshot], side: OtherSide
) -> Iterator[str]:
    """A side that shows a page to sign in, or the other side's own pages."""
    for (name, shot), (beside, other), home, away in (
        (own, its, side.addresses[0], side.addresses[1]),
        (its, own, side.addresses[1], side.addresses[0]),
    ):
        place = place_of(shot.url)
        if place == place_of(away) != place_of(home):
            yield f"{view}: {name} leads to {beside}, so there is nothing to compare it with"
        elif LOGIN.search(urlsplit(shot.url).path) and not LOGIN.search(urlsplit(other.url).path):
            yield (
                f"{view}: {name} shows a page to sign in ({shot.route}) where {beside} shows {other.route}; "
                "let the playbook sign in on both"
            )


def _moved(playbook: Playbook, own: str, address: str) -> Playbook:
    """The playbook with the steps that name its own address in full at the other one."""

    def at_other(action: Action) -> Action:
        if isinstance(action, Goto) and _is_under(action.url, own):
            return replace(action, url=f"{address.rstrip('/')}{action.url[len(own.rstrip('/')) :]}")
        return action

    def moved(step: Step) -> Step:
        return replace(step, actions=tuple(at_other(action) for action in step.actions))

    def around(step: Step | None) -> Step | None:
        return moved(step) if step is not None else None

    return replace(
        playbook,
        steps=tuple(moved(step) for step in playbook.steps),
        login=around(playbook.login),
        setup=around(playbook.setup),
        teardown=around(playbook.teardown),
    )


def _is_under(url: str, base: str) -> bool:
    rest = url[len(base.rstrip("/")) :]
    return url.startswith(base.rstrip("/")) and rest[:1] in ("", "/", "?", "#")


def _path(url: str) -> str:
    return urlsplit(url).path.rstrip("/")
