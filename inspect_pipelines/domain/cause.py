"""A cause: why a run failed, in words that stay the same from run to run, so that many runs are one incident."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from inspect_pipelines.domain.absence import is_absence
from inspect_pipelines.domain.branch import branch_of, layer
from inspect_pipelines.domain.comparison import Comparison, Outcome
from inspect_pipelines.domain.environment_change import scope_of, told_of
from inspect_pipelines.domain.host import host_of
from inspect_pipelines.domain.plan import target_host
from inspect_pipelines.domain.run import Run, RunStatus
from inspect_pipelines.domain.session import SessionResult, SessionStatus, StepStatus
from inspect_pipelines.domain.trigger import Definition

MOST_KEYS = 200  # of a run; a page with 10,000 findings is one incident, not 10,000
VARYING = re.compile(
    r"\b(?=[0-9a-f-]*[0-9])[0-9a-f][0-9a-f-]{7,}\b|\d+"
)  # ids, ports, seconds, process numbers


class CauseKind(StrEnum):
    VISUAL = "visual"  # views differ
    FINDING = "finding"  # the site broke an expectation; its views may differ as well
    TIMEOUT = "timeout"
    ERROR = "error"  # ours
    ABSENCE = "absence"  # a schedule does not tick
    REVIEW = "review"  # nothing is approved yet, or not in this environment


AUTH = "error auth"  # one for all that log in at a host: it is the same account or the same login page
OF_THE_SITE = (CauseKind.VISUAL, CauseKind.FINDING, CauseKind.REVIEW)


@dataclass(frozen=True, slots=True)
class Cause:
    """What is wrong where.

    Attributes:
        scope: Who shares it: `host:shop.test` for what is ours or too slow, else `definition:nightly-shop`, of each branch
            by itself (`definition:nightly-shop@feature~pay`); `environment:5f0c..` of all that another browser or other fonts touch.
        keys: What it is made of, sorted: a differing view with its kinds of regions, a finding's place, an error.
    """

    kind: CauseKind
    scope: str
    keys: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """The same for the same cause, 16 hex digits."""
        return hashlib.sha256("\n".join((self.scope, *self.keys)).encode("utf-8", "replace")).hexdigest()[:16]

    def without(self, known: Iterable[str]) -> Cause | None:
        """What of it is new; None: all of it is known."""
        covered = set(known)
        rest = tuple(key for key in self.keys if key not in covered)
        return Cause(_kind_of(self.kind, rest), self.scope, rest) if rest else None

    def told_by(self, reasons: Sequence[str]) -> str:
        """The first of a verdict's reasons that is about this cause and not about another one; else the first one."""
        mine = tuple(_beginning(key) for key in self.keys)
        return next((one for one in reasons if one.startswith(mine)), reasons[0] if reasons else "")


def scopes(run: Run, definition: Definition) -> tuple[str, str]:
    """Where a run's incidents may be: its definition's own, and those of the host that it looks at."""
    host = _host(run, definition)
    own = f"definition:{layer(run.definition_id, branch_of(run.variables, definition.plan))}"
    return own, f"host:{host}" if host else own


def cause_of(
    run: Run,
    definition: Definition,
    sessions: Sequence[SessionResult],
    comparisons: Sequence[Comparison],
    reasons: Sequence[str],
) -> Cause | None:
    """Why a run is not as it should be; None: it is, or nobody can say (cancelled, skipped).

    Args:
        run: Concluded.
        definition: Its own.
        sessions: Those that decide.
        comparisons: All of them.
        reasons: The verdict's, the most telling first.
    """
    own, shared = scopes(run, definition)
    if is_absence(run.origin):
        return Cause(CauseKind.ABSENCE, own, ("absence",))
    match run.status:
        case RunStatus.TIMEOUT:
            return Cause(CauseKind.TIMEOUT, shared, ("timeout",))
        case RunStatus.ERROR if any(each.status is SessionStatus.AUTH for each in sessions):
            return Cause(CauseKind.ERROR, shared, (AUTH,))
        case RunStatus.ERROR:
            return Cause(CauseKind.ERROR, shared, (f"error {_constant(reasons)}",))
        case RunStatus.NEEDS_REVIEW if environment := told_of(reasons):
            return Cause(CauseKind.REVIEW, scope_of(environment), (f"review {_constant(reasons)}",))
        case RunStatus.NEEDS_REVIEW:
            return Cause(CauseKind.REVIEW, own, (f"review {_constant(reasons)}",))
        case RunStatus.FAILED:
            found = sorted({*_findings(sessions), *view_keys(comparisons)})[:MOST_KEYS]
            keys = tuple(found) or (f"finding {_constant(reasons)}",)
            return Cause(_kind_of(CauseKind.FINDING, keys), own, keys)
    return None


def views_of(keys: Iterable[str]) -> set[str]:
    """The views that differ, in their text form."""
    of_views = (key.partition(" ") for key in keys)
    return {rest.rpartition(" ")[0] for kind, _, rest in of_views if kind == CauseKind.VISUAL}


def is_of_views(key: str) -> bool:
    """Whether a person can accept it by adopting a picture."""
    return key.startswith((f"{CauseKind.VISUAL} ", f"{CauseKind.REVIEW} "))


def _beginning(key: str) -> str:
    """How a reason about a key begins, see domain/verdict."""
    kind, _, rest = key.partition(" ")
    if kind == CauseKind.VISUAL:
        return f"{rest.rpartition(' ')[0]}: "
    place, _, what = rest.partition(" ")
    return f"{place.partition('/')[0]}: " if what == "action" else f"{place}@"


def _kind_of(kind: CauseKind, keys: Sequence[str]) -> CauseKind:
    if kind not in (CauseKind.VISUAL, CauseKind.FINDING):
        return kind
    return CauseKind.VISUAL if all(map(is_of_views, keys)) else CauseKind.FINDING


def _findings(sessions: Sequence[SessionResult]) -> Iterator[str]:
    for session in sessions:
        faults = [each for each in session.findings if each.fails_at(session.fail_on)]
        for each in faults:
            yield f"finding {each.playbook}/{each.step_id} {each.kind.value} {each.route}"
        if session.status is SessionStatus.FAILED and not faults:
            steps = [step.step_id for step in session.steps if step.status is StepStatus.FAILED]
            yield f"finding {session.playbook}/{steps[0] if steps else '?'} action"


def view_keys(comparisons: Sequence[Comparison]) -> Iterator[str]:
    """One for each view that is not as approved, with its kinds of regions."""
    for each in comparisons:
        if each.passed:
            continue
        kinds = [each.outcome.value]
        if each.outcome is Outcome.CHANGED and each.regions:
            kinds = sorted({region.kind.value for region in each.regions})
        yield f"visual {each.view} {'+'.join(kinds)}"


def _constant(reasons: Sequence[str]) -> str:
    """The first reason without what differs from run to run."""
    first = reasons[0].partition("\n")[0] if reasons else ""
    return VARYING.sub("#", first)[:200]


def _host(run: Run, definition: Definition) -> str | None:
    if host := target_host(definition.plan):
        return host
    url = run.variables.get("deploy_url") or run.variables.get("base_url") or ""
    return host_of(url) or None
