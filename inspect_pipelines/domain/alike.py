"""Views that look alike though they are of other pages: a login page that stands everywhere, an error, a curtain."""

from __future__ import annotations

from collections.abc import Iterable

from inspect_pipelines.domain.ids import Sha256
from inspect_pipelines.domain.screenshot import Screenshot

MOST_NAMED = 4  # views of a sentence


def alike(shots: Iterable[Screenshot]) -> tuple[str, ...]:
    """One sentence for each picture that several pages show; whoever approves it should know.

    Args:
        shots: Of one run. Views of one page may look alike, and so may pages of other windows.
    """
    groups: dict[tuple[str, Sha256], list[Screenshot]] = {}
    for shot in shots:
        groups.setdefault((shot.view.viewport, shot.sha256), []).append(shot)
    return tuple(
        _sentence(group) for group in groups.values() if len({shot.route for shot in group if shot.route}) > 1
    )


def _sentence(group: list[Screenshot]) -> str:
    named = ", ".join(f"{shot.view} ({shot.route})" for shot in group[:MOST_NAMED])
    more = f" and {len(group) - MOST_NAMED} more" if len(group) > MOST_NAMED else ""
    return (
        f"{named}{more} are the very same picture of different pages, as where a login page stands everywhere; look at "
        "it, then adopt the run if it is right, or give the playbook a login that holds"
    )
