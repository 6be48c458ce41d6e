"""The pairs of the corpus as other benchmarks read them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from inspect_pipelines.errors import UsageError

NAME = "manifest.json"

Truth = Literal["change", "harmless", "faint"]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pictures and what is known to be the truth about them.

    Attributes:
        viewport: "phone" (375x667), "desktop" (1280x720) or "full" (1280 wide, whole height), in CSS px.
        scale: Picture px per CSS px.
        kind: What was done, a stable slug such as "colour-5-8", "letter" or "caret".
        truth: "change" must be seen, "harmless" must not, "faint" (areas that step by dE 2-5,
            letters by 5-10) has no goal.
        old, new: PNG files; several pairs share one old picture.
        old_size, new_size: Width and height in px.
        box: x, y, width, height in px of the new picture, where the change was meant to be; None when it is
            everywhere or not known.
        delta_e: CIEDE2000 between the two flat colours; None where colour was not what changed.
        changed_px: Pixels whose bytes differ within the common size.
    """

    id: str
    page: str
    viewport: str
    scale: int
    kind: str
    truth: Truth
    old: Path
    new: Path
    old_size: tuple[int, int]
    new_size: tuple[int, int]
    box: tuple[int, int, int, int] | None
    delta_e: float | None
    changed_px: int
    note: str


def load(folder: Path) -> list[Pair]:
    """The pairs in `folder`, ordered by id, with paths that can be opened from anywhere.

    Raises:
        UsageError: There is no corpus in it.
    """
    try:
        document = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UsageError(
            f"corpus folder {str(folder)!r} has no {NAME}; "
            f"make one with: python -m benchmarks.visual.corpus --out {folder}"
        ) from error
    return [_pair(folder, row) for row in document["pairs"]]


def stamp(folder: Path) -> str | None:
    """What the corpus in `folder` was made from; None when there is no complete one."""
    try:
        return str(json.loads((folder / NAME).read_text(encoding="utf-8"))["stamp"])
    except (FileNotFoundError, ValueError, KeyError):
        return None


def write(folder: Path, pairs: list[Pair], *, stamp: str) -> None:
    """Write the manifest; its being there says that every picture is."""
    rows = []
    for pair in sorted(pairs, key=lambda pair: pair.id):
        row = asdict(pair)
        row |= {
            "old": pair.old.relative_to(folder).as_posix(),
            "new": pair.new.relative_to(folder).as_posix(),
        }
        rows.append(row)
    text = json.dumps({"stamp": stamp, "pairs": rows}, indent=1, ensure_ascii=False)
    (folder / NAME).write_text(text + "\n", encoding="utf-8")


def ensure_corpus(folder: Path) -> list[Pair]:
    """The pairs in `folder`, generated first when they are missing or older than their sources."""
    from benchmarks.visual import corpus

    corpus.generate(folder)
    return load(folder)


def _pair(folder: Path, row: dict) -> Pair:
    box = row["box"]
    return Pair(
        **row
        | {
            "old": folder / row["old"],
            "new": folder / row["new"],
            "old_size": tuple(row["old_size"]),
            "new_size": tuple(row["new_size"]),
            "box": tuple(box) if box else None,
        }
    )
