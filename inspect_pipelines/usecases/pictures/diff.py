"""Diff: two pictures, or two folders of them, judged without a home, a baseline or a run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.comparison import ChangeKind, Measurement, Outcome, Region, judge
from inspect_pipelines.domain.plan import BaselinePolicy
from inspect_pipelines.domain.sentence import OF_A_DIFF, sentence
from inspect_pipelines.errors import Unreadable

if TYPE_CHECKING:
    from inspect_pipelines.imaging.picture import Pixels

THREADS = (
    2  # decoding and arithmetic let go of the interpreter; more threads take a decoded pair of memory each
)


@dataclass(frozen=True, slots=True)
class Rules:
    """How two pictures are judged."""

    policy: BaselinePolicy = field(default_factory=BaselinePolicy)
    masks: tuple[Box, ...] = ()  # blanked on both sides
    wants_ssim: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """What two pictures have to say about each other, and the verdict."""

    outcome: Outcome
    sentence: str
    tolerance: float
    measurement: Measurement | None = None  # None: there was nothing to measure
    ssim: float | None = None  # scikit-image's; None: not asked for, or the sizes differ

    @property
    def passed(self) -> bool:
        return self.outcome is Outcome.UNCHANGED

    @property
    def score(self) -> float:
        """0.0 .. 1.0; 1.0 where nothing could be measured."""
        return self.measurement.score if self.measurement else 1.0

    @property
    def differs(self) -> bool:
        """Whether there is something to show, be it within what is allowed."""
        found = self.measurement
        return found is not None and bool(found.changed_ratio or found.layout_px)

    def as_json(self) -> dict[str, Any]:
        """Plain values for `--json`; what was not measured is null."""
        found = self.measurement
        return {
            "outcome": self.outcome.value,
            "score": self.score,
            "tolerance": self.tolerance,
            "changed_ratio": found.changed_ratio if found else None,
            "visible_ratio": found.visible_ratio if found else None,
            "ssim": self.ssim,
            "regions": [_region_json(region) for region in found.regions] if found else [],
            "layout": {
                "inserted_rows": found.inserted_rows if found else 0,
                "removed_rows": found.removed_rows if found else 0,
                "bands": [
                    {"kind": band.kind.value, "y": band.y, "height": band.height}
                    for band in (found.bands if found else ())
                ],
            },
            "sentence": self.sentence,
        }


@dataclass(frozen=True, slots=True)
class Looked:
    """A difference with the pictures it was seen in; None when nobody had to open them."""

    difference: Difference
    pixels: tuple[Pixels, Pixels] | None = None  # old and new, masks painted over


def diff(old: bytes, new: bytes, rules: Rules) -> Looked:
    """Two files of any format that `imaging.formats` reads, compared; what cannot be read is an outcome, never a pass."""
    # numpy and OpenCV take 0.2 s to import; `--help` does not pay for them.
    from inspect_pipelines.imaging.formats import decode_any
    from inspect_pipelines.imaging.pair import see_pair
    from inspect_pipelines.imaging.sides import sides

    tolerance = rules.policy.tolerance
    try:
        seen = see_pair(old, new, masks=rules.masks, read=decode_any)
        if (
            seen.pixels is None
        ):  # equal bytes; nobody has vouched for these files, as the gallery does for a run's
            decode_any(new)
    except Unreadable as error:
        return Looked(unreadable(str(error), tolerance))
    found = seen.measurement
    passed = not judge(found, rules.policy, tolerance)
    told = sentence(found, tolerance, rules.policy, passed=passed, sides=sides(seen.pixels), terms=OF_A_DIFF)
    outcome = Outcome.UNCHANGED if passed else Outcome.CHANGED
    index = _ssim(seen.pixels) if rules.wants_ssim else None
    return Looked(Difference(outcome, told, tolerance, found, index), seen.pixels)


def unreadable(why: str, tolerance: float) -> Difference:
    """A pair of which a side cannot be read."""
    return Difference(Outcome.UNREADABLE, why, tolerance)


def diff_folders(
    old: Mapping[str, Callable[[], bytes]], new: Mapping[str, Callable[[], bytes]], rules: Rules
) -> Iterator[tuple[str, Difference]]:
    """Each name of either side with its difference, by name; two pairs are looked at at once.

    Args:
        old, new: Relative paths, and how to read each; reading may raise Unreadable.
    """

    def judged(name: str) -> Difference:
        tolerance = rules.policy.tolerance
        if name not in new:
            return Difference(Outcome.REMOVED, "only the old folder has it", tolerance)
        if name not in old:
            return Difference(Outcome.ADDED, "only the new folder has it", tolerance)
        files = []
        for which, read in (("old", old[name]), ("new", new[name])):
            try:
                files.append(read())
            except Unreadable as error:
                return unreadable(f"the {which} picture cannot be read: {error}", tolerance)
        return diff(files[0], files[1], rules).difference

    names = sorted({*old, *new})
    with ThreadPoolExecutor(THREADS) as pool:
        yield from zip(names, pool.map(judged, names), strict=True)


def exit_code(differences: Iterable[Difference]) -> int:
    """0 all passed; 1 something differs; 3 nothing differs as far as could be read."""
    outcomes = {difference.outcome for difference in differences}
    if outcomes <= {Outcome.UNCHANGED}:
        return 0
    return 3 if outcomes <= {Outcome.UNCHANGED, Outcome.UNREADABLE} else 1


def _ssim(pixels: tuple[Pixels, Pixels] | None) -> float | None:
    from inspect_pipelines.imaging.ssim import ssim

    return 1.0 if pixels is None else ssim(*pixels)


def _region_json(region: Region) -> dict[str, Any]:
    box = region.box
    found: dict[str, Any] = {
        "x": box.x,
        "y": box.y,
        "width": box.width,
        "height": box.height,
        "kind": region.kind.value,
        "changed_pixels": region.changed_pixels,
        "colour_mean": region.colour_mean,
        "colour_max": region.colour_max,
    }
    if region.kind is ChangeKind.MOVED:
        found["moved_by"] = list(region.moved_by) if region.moved_by else None
    return found
