"""Formats: what the `diff` command reads besides a run's 8-bit PNG."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageOps

from inspect_pipelines.errors import Unreadable
from inspect_pipelines.imaging.colour_space import in_srgb
from inspect_pipelines.imaging.header import (
    PNG_SIGNATURE,
    described,
    jpeg_end,
    jpeg_size,
    png_header,
    trailing,
    webp_size,
)
from inspect_pipelines.imaging.picture import BROKEN, Pixels, check_opened, decode_png, rgb

JPEG_START = b"\xff\xd8\xff"
COLOUR_PNG = (b"iCCP", b"gAMA")
EXIF_PNG = b"eXIf"
TRAILER_BYTES = 4096  # cameras and editors add some bytes after the end


def decode_any(data: bytes) -> Pixels:
    """The pixels of a PNG of any kind, a JPEG or a WebP, upright, transparency laid over white.

    Raises:
        Unreadable: Another format, truncated, animated, over the caps of `header`, or damaged.
    """
    if data.startswith(PNG_SIGNATURE):
        header = png_header(data)
        pixels = decode_png(data, header)  # all checks first; then Pillow again for how it is to be turned
        if any(kind in data for kind in COLOUR_PNG):
            pixels = _seen(pixels, data, "PNG")
        return _turned(pixels, data, "PNG") if EXIF_PNG in data else pixels
    if data.startswith(JPEG_START):
        size = jpeg_size(data)
        end = jpeg_end(data)
        if end is None:
            raise Unreadable(f"JPEG has no end; the file is truncated at {len(data)} bytes")
        if len(data) - end > TRAILER_BYTES:
            raise Unreadable(trailing(f"JPEG of {size[0]}x{size[1]} px", data, end))
        return _opened(data, "JPEG", size)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _opened(data, "WEBP", webp_size(data))
    raise Unreadable(f"{described(data)} not a PNG, JPEG or WebP picture")


def _opened(data: bytes, kind: str, size: tuple[int, int]) -> Pixels:
    try:
        with Image.open(io.BytesIO(data), formats=[kind]) as image:
            frames = getattr(image, "n_frames", 1)
            if frames > 1 and kind == "JPEG":
                raise Unreadable(f"JPEG holds {frames} pictures (MPO); save the one that is meant by itself")
            if frames > 1:
                raise Unreadable(f"{kind} is animated; a screenshot has one frame")
            check_opened(kind, image, size)
            image.load()
            pixels = np.ascontiguousarray(rgb(ImageOps.exif_transpose(image)))
            return in_srgb(pixels, image.info, kind)
    except BROKEN as error:
        raise Unreadable(f"{kind} of {len(data)} bytes cannot be decoded: {error}") from error


def _seen(pixels: Pixels, data: bytes, kind: str) -> Pixels:
    try:
        with Image.open(io.BytesIO(data), formats=[kind]) as image:
            return in_srgb(pixels, image.info, kind)
    except BROKEN as error:
        raise Unreadable(f"{kind} of {len(data)} bytes cannot be decoded: {error}") from error


def _turned(pixels: Pixels, data: bytes, kind: str) -> Pixels:
    try:
        with Image.open(io.BytesIO(data), formats=[kind]) as image:
            image.load()
            picture = Image.fromarray(pixels)
            picture.getexif().update(image.getexif())
            return np.ascontiguousarray(ImageOps.exif_transpose(picture))
    except BROKEN as error:
        raise Unreadable(f"{kind} of {len(data)} bytes cannot be decoded: {error}") from error
