"""Pictures that agents publish: checked and written anew, so that nothing but pixels comes in."""

from __future__ import annotations

import io

LEVEL = 6  # of deflate, as for our own pictures


def as_png(data: bytes) -> bytes:
    """The pixels of a PNG, JPEG or WebP as an 8-bit PNG; whatever else was in the file is gone.

    Raises:
        Unreadable: It is another thing, half of one, or larger than a picture may be; said before it is decoded.
    """
    # Late: every command imports whoever may play, and NumPy with a decoder takes 0.2 s.
    from PIL import Image

    from inspect_pipelines.imaging.formats import decode_any

    buffer = io.BytesIO()
    Image.fromarray(decode_any(data)).save(buffer, "PNG", compress_level=LEVEL)
    return buffer.getvalue()
