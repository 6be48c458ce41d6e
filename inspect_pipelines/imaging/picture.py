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


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode == "RGB" and "transparency" not in image.info:
        return image
    if image.mode.startswith("I"):  # 16-bit grey; Pillow's own conversion clips instead of scaling
        grey = (np.asarray(image).astype(np.uint32) >> 8).astype(np.uint8)
        return Image.fromarray(grey).convert("RGB")
    rgba = image.convert("RGBA")
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, rgba).convert("RGB")
