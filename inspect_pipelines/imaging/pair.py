"""A pair of picture files: told equal without decoding where that can be told, else decoded and measured."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from inspect_pipelines.domain.comparison import Measurement
from inspect_pipelines.domain.playbook import Box
from inspect_pipelines.errors import Unreadable
from inspect_pipelines.imaging.measurement import SAME, blanked, measure
from inspect_pipelines.imaging.picture import Pixels, decode, looks_whole
from inspect_pipelines.imaging.rows import are_same_pixels


@dataclass(frozen=True, slots=True)
class Seen:
    """What two files show; `pixels` (old, new) is None when they did not have to be decoded."""

    measurement: Measurement
    pixels: tuple[Pixels, Pixels] | None = None

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
) -> Seen:
    """Compare two picture files by the cheapest way that gives the full answer.

    Equal bytes and equal row hashes need no decoding. Both pictures are read side by side otherwise.

    Args:
        rows: The row hashes that were stored with each picture (`rows.pack`), where there are some.
        masks: Areas to leave out, painted over on both sides.
        read: `decode` for runs, `formats.decode_any` for what people bring.
        names: What an error calls the two.
        describe: As for `measure`.

    Raises:
        Unreadable: One of them cannot be read; equal bytes do not make a broken file a picture.
    """
    if (old == new and looks_whole(old)) or are_same_pixels(*rows):
        return Seen(SAME)
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(_read, read, old, names[0])
        after = _read(read, new, names[1])
        before = reading.result()
    if masks:
        before, after = blanked(before, masks), blanked(after, masks)
    return Seen(measure(before, after, describe=describe), (before, after))


def _read(read: Callable[[bytes], Pixels], data: bytes, name: str) -> Pixels:
    try:
        return read(data)
    except Unreadable as error:
        raise Unreadable(f"the {name} picture cannot be read: {error}") from error
