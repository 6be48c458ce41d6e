"""Small good picture files of every kind that is read, and of some that are refused."""

from __future__ import annotations

import io
import struct
import zlib
from functools import cache

import numpy as np
from PIL import Image

SIGNATURE = b"\x89PNG\r\n\x1a\n"
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))

Chunks = list[tuple[bytes, bytes]]


@cache
def whole() -> dict[str, bytes]:
    """One small good file of every kind that is read, and of some that are refused."""
    noise = np.random.default_rng(7).integers(0, 255, (20, 30, 3), dtype=np.uint8)
    smooth = np.repeat(np.linspace(0, 250, 40).astype(np.uint8)[None, :, None], 30, axis=0).repeat(3, axis=2)
    picture, soft = Image.fromarray(noise), Image.fromarray(smooth)
    exif = Image.Exif()
    exif[0x0112] = 6
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    return {
        "rgb.png": saved(picture),
        "hasty.png": hasty(),
        "rgba.png": saved(picture.convert("RGBA")),
        "see-through.png": saved(Image.fromarray(np.dstack([noise, noise[..., :1]]))),
        "grey.png": saved(picture.convert("L")),
        "grey-alpha.png": saved(picture.convert("LA")),
        "palette.png": saved(picture.convert("P")),
        "palette-clear.png": saved(picture.convert("P"), transparency=3),
        "one-bit.png": saved(picture.convert("1")),
        "clear-colour.png": saved(picture, transparency=(1, 2, 3)),
        "deep-grey.png": png(deep(noise[..., :1]), 30, 20, depth=16, colour=0),
        "deep-rgb.png": png(deep(noise), 30, 20, depth=16, colour=2),
        "interlaced.png": interlaced(noise),
        "turned.png": saved(soft, exif=exif),
        "animated.png": saved(frames[0], save_all=True, append_images=frames[1:]),
        "plain.jpg": saved(soft, "JPEG", quality=90),
        "progressive.jpg": saved(soft, "JPEG", progressive=True),
        "grey.jpg": saved(soft.convert("L"), "JPEG"),
        "cmyk.jpg": saved(soft.convert("CMYK"), "JPEG"),
        "turned.jpg": saved(soft, "JPEG", exif=exif),
        "lossy.webp": saved(soft, "WEBP"),
        "lossless.webp": saved(picture, "WEBP", lossless=True),
        "alpha.webp": saved(picture.convert("RGBA"), "WEBP", lossless=True),
        "turned.webp": saved(soft, "WEBP", exif=exif),
        "animated.webp": saved(frames[0], "WEBP", save_all=True, append_images=frames[1:]),
    }


@cache
def hasty() -> bytes:
    """A page as a browser writes it, every row less the one above; just large enough to be read in the quick way."""
    rows = np.zeros((720, 1 + 3 * 400), np.uint8)
    rows[:, 0] = 2
    rows[0, 1:] = 250
    rows[100, 301:400], rows[140, 301:400] = 30, 226
    return png(rows.tobytes(), 400, 720, depth=8, colour=2)


def saved(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def deep(levels: np.ndarray) -> bytes:
    """Rows of 16-bit samples with their filter bytes."""
    return b"".join(b"\0" + row.tobytes() for row in (levels.astype(">u2") * 257).reshape(len(levels), -1))


def png(rows: bytes, width: int, height: int, *, depth: int = 8, colour: int = 2, lace: int = 0) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, lace)
    return joined([(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")])


def interlaced(picture: np.ndarray) -> bytes:
    """An Adam7 PNG, which Pillow reads and does not write."""
    rows = b""
    for x, y, right, down in ADAM7:
        part = picture[y::down, x::right]
        rows += b"".join(b"\0" + row.tobytes() for row in part) if part.size else b""
    return png(rows, picture.shape[1], picture.shape[0], lace=1)


def joined(parts: Chunks) -> bytes:
    """A PNG of these chunks, every checksum right."""
    return SIGNATURE + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )
