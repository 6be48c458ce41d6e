"""A wish to decide: what somebody wants said of a run's views, whether it may be said so, and who may say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from inspect_pipelines.domain.access import Caller, Permission
from inspect_pipelines.domain.any_of import LONGEST_VARIANT
from inspect_pipelines.domain.decision import LONGEST_IGNORED, LONGEST_QUARANTINE, Shown
from inspect_pipelines.domain.said import DecisionKind
from inspect_pipelines.domain.screenshot import View

UNLESS = "unless organization.yaml says `reviews: {finalize: anybody}`"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be said of a run.

    Attributes:
        views: Empty: all that wait; what is quarantined never waits.
        finalizes: The accepted pictures become the approved ones at once.
        as_variant: They become so beside the ones that there are, and not in their place; `until` is their end then.
        force: Finalise also from another environment, or from a run that ended early.
        is_proposal: It is only said, for somebody else to decide.
    """

    kind: DecisionKind
    views: frozenset[View] = frozenset()
    note: str = ""
    owner: str = ""
    until: datetime | None = None
    finalizes: bool = False
    force: bool = False
    is_proposal: bool = False
    as_variant: bool = False


def unsayable(wish: Wish, *, now: datetime) -> str | None:
    """Why it cannot be said like this, as the end of a sentence; None: it can."""
    if wish.finalizes and (wish.kind is not DecisionKind.ACCEPT or wish.is_proposal):
        return "only what is accepted, and not what is proposed, becomes the approved picture"
    if wish.as_variant:
        return _wrong_variant(wish, now)
    if wish.kind is DecisionKind.QUARANTINE:
        return _wrong_quarantine(wish, now)
    if wish.owner:
        return "only a quarantine has an owner"
    if wish.until is not None:
        return _wrong_end(wish.kind, wish.until, now)
    if wish.kind is DecisionKind.REJECT and not wish.note.strip():
        return "a rejection needs a note that says what is wrong"
    return None


def needed(wish: Wish) -> tuple[Permission, ...]:
    """What whoever wishes it must be allowed; machines propose and quarantine, which fails nothing for good."""
    if wish.is_proposal or wish.kind is DecisionKind.QUARANTINE:
        return (Permission.REVIEW_PROPOSE,)
    if wish.finalizes:
        return (Permission.REVIEW_DECIDE, Permission.BASELINE_FINALIZE)
    return (Permission.REVIEW_DECIDE,)


def forbidden(permissions: Sequence[Permission], caller: Caller, *, machines_finalize: bool) -> str | None:
    """Why somebody may not do what takes these permissions, as a sentence; None: they may.

    Args:
        permissions: All of them are needed.
        caller: A token stands for a machine, whoever it belongs to, unless it is personal; so does an agent, which decides
            only by a token that was given that right.
        machines_finalize: The organisation lets machines make pictures the approved ones, and agents decide.
    """
    for one in permissions:
        if one not in caller.rights:
            return f"{caller.actor} may not do that: it takes {one.value!r}"
        if machines_finalize:
            continue
        if one is Permission.BASELINE_FINALIZE and caller.is_machine:
            who = "an agent" if caller.is_agent else "a token"
            return (
                f"{who} may not make pictures the approved ones: a person does so, signed in, with a personal token, or "
                f"with inspect-pipelines baselines adopt, {UNLESS}"
            )
        if one is Permission.REVIEW_DECIDE and caller.is_borrowing:
            return (
                "an agent may not decide for a person: it proposes (inspect-pipelines reviews decide RUN accept --propose) "
                f"or quarantines, unless it shows a token with 'review:decide', or {UNLESS.removeprefix('unless ')}"
            )
    return None


def unsaid(caller: Caller, *, lets_machines: bool, let_machines: bool) -> str | None:
    """Why somebody may not change the organisation's policy about machines, as a sentence; None: they may, or do not.

    Args:
        lets_machines: As the policy would be.
        let_machines: As it is.
    """
    if caller.is_borrowing and lets_machines and not let_machines:
        return "an agent may not let agents decide: a person applies `reviews: {finalize: anybody}`; nothing was changed"
    return None


def outdated(chosen: Sequence[Shown], newer: Mapping[View, Shown]) -> list[View]:
    """The views that a newer run shows otherwise, so that whoever decides has not seen what there is now.

    Args:
        newer: What the newer run shows of each view.
    """
    return [one.view for one in chosen if _pictures(newer.get(one.view)) != _pictures(one)]


def _pictures(shown: Shown | None) -> tuple[str | None, str | None] | None:
    return None if shown is None else (shown.old_sha256, shown.new_sha256)


def _wrong_end(kind: DecisionKind, until: datetime, now: datetime) -> str | None:
    if kind is not DecisionKind.IGNORE:
        return "only a quarantine and an ignored change have an end"
    if not now < until <= now + LONGEST_IGNORED:
        return f"an ignored change ends within {LONGEST_IGNORED.days} days, and after now"
    return None


def _wrong_variant(wish: Wish, now: datetime) -> str | None:
    if not wish.finalizes:
        return "a further variant is an approved picture: it takes accept and finalize"
    return wrong_variant_end(wish.until, now)


def wrong_variant_end(until: datetime | None, now: datetime) -> str | None:
    """Why a variant cannot end then, as the end of a sentence; None: it can."""
    if until is not None and not now < until <= now + LONGEST_VARIANT:
        return f"a variant ends within {LONGEST_VARIANT.days} days, and after now"
    return None


def _wrong_quarantine(wish: Wish, now: datetime) -> str | None:
    if not wish.views:
        return "a quarantine names its views"
    if not wish.note.strip() or not wish.owner.strip() or wish.until is None:
        return "a quarantine needs a note, an owner and an end (`until`)"
    if not now < wish.until <= now + LONGEST_QUARANTINE:
        return f"a quarantine ends within {LONGEST_QUARANTINE.days} days, and after now"
    return None
