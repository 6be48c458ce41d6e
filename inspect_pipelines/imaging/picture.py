"""A picture: PNG bytes in, an array of sRGB bytes out, or a clear refusal; nothing large is allocated before the header is believed."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from inspect_pipelines.errors import Unreadable

Pixels: TypeAlias = npt.NDArray[np.uint8]  # (height, width, 3), sRGB

MAX_PIXELS = 80_000_000  # 240 MB decoded; a 1280 px wide page of 62,500 px
SIGNATURE = b"\x89PNG\r\n\x1a\n"
END = b"IEND\xaeB`\x82"  # type and CRC of the last chunk, always the same
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # samples a pixel, by the header's colour type
# x, y, column step and row step of the seven passes of an interlaced PNG.
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
INFLATE_BYTES = 1 << 20
TRAILER_BYTES = 4096  # some encoders add bytes after the end; more than this is no PNG of ours


def decode(png: bytes) -> Pixels:
    """The pixels of a PNG, transparency laid over white.

    Raises:
        Unreadable: Not a PNG, truncated, animated, over 80 megapixels, or with data that is not what its header says.
    """
    width, height = size(png)
    if END not in png[-TRAILER_BYTES:]:
        raise Unreadable(f"PNG of {width}x{height} px has no end; the file is truncated at {len(png)} bytes")
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
            if getattr(image, "n_frames", 1) > 1:
                raise Unreadable(f"PNG of {width}x{height} px is animated; a screenshot has one frame")
            image.load()
            _check_complete(png, image)
            return np.asarray(_rgb(image))
    # What Pillow raises for broken files is not one family; none of these can be anything but a bad file here.
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, struct.error, zlib.error) as error:
        raise Unreadable(f"PNG of {width}x{height} px cannot be decoded: {error}") from error


def size(png: bytes) -> tuple[int, int]:
    """Width and height as the header says, after checking them against the cap; decodes nothing.

    Raises:
        Unreadable: Not a PNG, or over 80 megapixels.
    """
    if png[:8] != SIGNATURE or len(png) < 33 or png[12:16] != b"IHDR":
        raise Unreadable(f"{len(png)} bytes that begin with {png[:8]!r} are not a PNG picture")
    width, height = struct.unpack(">II", png[16:24])
    if not (width and height):
        raise Unreadable(f"PNG says it is {width}x{height} px; a picture has at least one pixel")
    if width * height > MAX_PIXELS:
        raise Unreadable(
            f"PNG says it is {width}x{height} px, over the cap of {MAX_PIXELS // 1_000_000} megapixels"
        )
    return width, height


def _check_complete(png: bytes, image: Image.Image) -> None:
    """Refuse a picture with fewer rows than its header says; Pillow leaves the rest of them zero without a word.

    Counting what the data inflates to costs half a decode, so only a picture that ends in zeros is counted.
    """
    depth, colour_type, interlaced = png[24], png[25], png[28]
    if not interlaced and np.asarray(image)[-1].any():
        return
    bits = depth * CHANNELS[colour_type]
    passes = ADAM7 if interlaced else ((0, 0, 1, 1),)
    expected = 0
    for x, y, step_x, step_y in passes:
        columns, rows = -(-(image.width - x) // step_x), -(-(image.height - y) // step_y)
        if columns > 0 < rows:
            expected += rows * (1 + (columns * bits + 7) // 8)
    inflated = _inflated_bytes(png, expected)
    if inflated < expected:
        raise Unreadable(
            f"PNG says it is {image.width}x{image.height} px, but holds {inflated} of {expected} bytes of pixels"
        )


def _inflated_bytes(png: bytes, at_most: int) -> int:
    inflater = zlib.decompressobj()
    total, at = 0, 8
    while at + 8 <= len(png) and total < at_most:
        length = struct.unpack(">I", png[at : at + 4])[0]
        piece = png[at + 8 : at + 8 + length] if png[at + 4 : at + 8] == b"IDAT" else b""
        while piece and total < at_most:
            total += len(inflater.decompress(piece, INFLATE_BYTES))
            piece = inflater.unconsumed_tail
        at += length + 12
    return total


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode == "RGB" and "transparency" not in image.info:
        return image
    if image.mode.startswith("I"):  # 16-bit grey; Pillow's own conversion clips instead of scaling
        grey = (np.asarray(image).astype(np.uint32) >> 8).astype(np.uint8)
        return Image.fromarray(grey).convert("RGB")
    rgba = image.convert("RGBA")
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, rgba).convert("RGB")
