"""A pair of picture files: told equal without decoding where that can be told, else decoded as far as needed and measured."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TypeVar

import numpy as np

from inspect_pipelines.domain.box import Box
from inspect_pipelines.domain.comparison import Measurement
from inspect_pipelines.errors import Unreadable
from inspect_pipelines.imaging.alignment import LOOK_FROM_RATIO
from inspect_pipelines.imaging.measurement import SAME, blanked, measure
from inspect_pipelines.imaging.picture import Pixels, decode, looks_whole, opened
from inspect_pipelines.imaging.quick_png import QuickPicture, unequal_rows
from inspect_pipelines.imaging.rows import are_same_pixels
from inspect_pipelines.imaging.window import runs

# px above and below a difference that a measurement may look at: the grid's margin and what `standing` sees over the edge
# are below 40.
AROUND = 64
WORTH_A_THREAD = 1 << 16  # bytes of a file; starting a thread takes as long as reading a smaller one
Found = TypeVar("Found")


@dataclass(frozen=True)
class Seen:
    """What two files show."""

    measurement: Measurement
    decode: Callable[[], tuple[Pixels, Pixels]] | None = None  # None: they did not have to be decoded

    @cached_property
    def pixels(self) -> tuple[Pixels, Pixels] | None:
        """Old and new, decoded as a whole when they are first asked for; None: nothing had to be decoded."""
        return self.decode() if self.decode else None

    @property
    def widths(self) -> tuple[int, int]:
        """Of the old and the new picture, in px; zeros when nothing was decoded."""
        if self.pixels is None:
            return 0, 0
        old, new = self.pixels
        return int(old.shape[1]), int(new.shape[1])


def see_pair(
    old: bytes,
    new: bytes,
    *,
    rows: tuple[bytes | None, bytes | None] = (None, None),
    masks: Collection[Box] = (),
    read: Callable[[bytes], Pixels] = decode,
    names: tuple[str, str] = ("old", "new"),
    describe: bool = True,
    reworded: Sequence[Box] = (),
) -> Seen:
    """Compare two picture files by the cheapest way that gives the full answer.

    Equal bytes and equal row hashes need no decoding. Of two pictures that a browser wrote, and that differ in few rows,
    only those are decoded. Both are read side by side otherwise.

    Args:
        rows: The row hashes that were stored with each picture (`rows.pack`), where there are some.
        masks: Areas to leave out, painted over on both sides.
        read: `decode` for runs, `formats.decode_any` for what people bring.
        names: What an error calls the two.
        describe, reworded: As for `measure`.

    Raises:
        Unreadable: One of them cannot be read; equal bytes do not make a broken file a picture.
    """
    if (old == new and looks_whole(old)) or are_same_pixels(*rows):
        return Seen(SAME)
    open_as = opened if read is decode else read
    ways = partial(_read, open_as, old, names[0]), partial(_read, open_as, new, names[1])
    pair = _side_by_side(*ways, on_threads=min(len(old), len(new)) >= WORTH_A_THREAD)
    seen = None if masks or reworded else _see_quick(*pair, describe=describe)
    if seen is not None:
        return seen
    before, after = (each.pixels() if isinstance(each, QuickPicture) else each for each in pair)
    if masks:
        before, after = blanked(before, masks), blanked(after, masks)
    found = measure(before, after, describe=describe, reworded=reworded)
    return Seen(found, lambda: (before, after))


def _see_quick(old: QuickPicture | Pixels, new: QuickPicture | Pixels, *, describe: bool) -> Seen | None:
    """From the rows round the differences alone, when they are few; None when all have to be looked at.

    So few rows are never aligned (`alignment.align`), and what is measured lies within AROUND of them.
    """
    if not (isinstance(old, QuickPicture) and isinstance(new, QuickPicture)):
        return None
    if old.rows.shape != new.rows.shape:
        return None
    rows = unequal_rows(old, new, at_most=int(LOOK_FROM_RATIO * len(old.rows)))
    if rows is None:
        return None
    if not rows.any():
        return Seen(SAME)
    if np.count_nonzero(rows) > LOOK_FROM_RATIO * len(rows):
        return None
    bands = [
        (max(top - AROUND, 0), min(bottom + AROUND, len(rows)))
        for top, bottom in runs(np.flatnonzero(rows), 2 * AROUND)
    ]
    measurement = measure(old.pixels(bands), new.pixels(bands), describe=False, differing=rows)

    def whole() -> tuple[Pixels, Pixels]:
        return old.pixels(), new.pixels()

    if not (describe and measurement.regions):
        return Seen(measurement, whole)
    before, after = whole()  # what moved may have come from anywhere
    return Seen(measure(before, after, differing=rows), lambda: (before, after))


def _side_by_side(
    old: Callable[[], Found], new: Callable[[], Found], *, on_threads: bool
) -> tuple[Found, Found]:
    """Both read; on a core each where the library lets go of Python's lock."""
    if not on_threads:
        after = new()
        return old(), after
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(old)
        after = new()
        return reading.result(), after


def _read(read: Callable[[bytes], Found], data: bytes, name: str) -> Found:
    try:
        return read(data)
    except Unreadable as error:
        raise Unreadable(f"the {name} picture cannot be read: {error}") from error
