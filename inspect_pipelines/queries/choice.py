"""Which of a home's organisations is meant."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from inspect_pipelines.config.problem import did_you_mean
from inspect_pipelines.domain.ids import DEFAULT_ORG, OrgId
from inspect_pipelines.errors import NotFound, UsageError


def chosen_org(
    known: Sequence[OrgId], named: str | None, here: Callable[[], OrgId | None], how: str
) -> OrgId:
    """One of those that are published; before any is, the one that is named, the project's, or the default one.

    Args:
        known: That have been applied to this home.
        named: By `--org` or INSPECT_ORG.
        here: The organisation of the project in this folder; asked only when it matters.
        how: To say which one, for the sentence.
    """
    if named is not None:
        if known and named not in known:
            names = ", ".join(map(repr, sorted(known)))
            hint = did_you_mean(named, known) or f"; this home has {names}"
            raise NotFound(f"no organisation {named!r} has been applied to this home{hint}")
        return OrgId(named)
    if len(known) == 1:
        return known[0]
    ours = here()
    if not known:
        return ours or DEFAULT_ORG
    if ours is not None and ours in known:
        return ours
    names = ", ".join(map(repr, sorted(known)))
    raise UsageError(f"this home has several organisations: {names}; say which one with {how}")
