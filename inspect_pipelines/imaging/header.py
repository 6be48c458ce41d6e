"""Headers: what a picture file says of itself, read before anything is decoded or allocated."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from inspect_pipelines.errors import Unreadable

MAX_PIXELS = 80_000_000  # 240 MB decoded; a 1280 px wide page of 62,500 px
MAX_BYTES = 320_000_000  # decoded; 80 megapixels with transparency
DEFLATE_RATIO = 1032  # at most, by the format: 258 bytes from two bits (zlib's technical details)
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # samples a pixel, by colour type
GREY, RGB, PALETTE, GREY_ALPHA, RGBA = PNG_CHANNELS
JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # the segments that hold the size
FOLLOWS = (
    (b"\xff\xd8\xff", "another picture"),
    (b"\x89PNG", "another picture"),
    (b"PK\x03\x04", "a ZIP archive"),
)  # behind a picture's end
JPEG_SCAN = 0xDA  # from here on there are pixels; an end marker before is a preview's
LOOKS_LIKE = (
    (b"GIF8", "a GIF"),
    (b"BM", "a BMP"),
    (b"II*\x00", "a TIFF"),
    (b"MM\x00*", "a TIFF"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "gzip data"),
    (b"PK\x03\x04", "a ZIP archive"),
)


@dataclass(frozen=True, slots=True)
class Header:
    """What a PNG says of itself."""

    width: int
    height: int
    depth: int  # bits a sample
    colour_type: int
    interlaced: bool
    animated: bool
    transparent: bool  # one colour or palette entries stand for transparency

    @property
    def is_plain(self) -> bool:
        """Whether it is what a browser's camera writes: 8 bits, RGB or RGBA, row after row."""
        return (
            self.depth == 8
            and self.colour_type in (RGB, RGBA)
            and not (self.interlaced or self.animated or self.transparent)
        )

    @property
    def raw_bytes(self) -> int:
        """Inflated bytes: a filter byte and the samples of each row (of the whole picture, if interlaced: at least)."""
        return self.height * (1 + (self.width * self.depth * PNG_CHANNELS[self.colour_type] + 7) // 8)


def png_header(png: bytes) -> Header:
    """The header of a PNG, after checking that it can be true and can be afforded.

    Raises:
        Unreadable: Not a PNG, over 80 megapixels or 320 MB, or of a size that its bytes cannot hold.
    """
    if png[:8] != PNG_SIGNATURE or len(png) < 33 or png[12:16] != b"IHDR":
        raise Unreadable(f"{described(png)} not a PNG picture")
    width, height, depth, colour_type = struct.unpack(">IIBB", png[16:26])
    check_size("PNG", width, height)
    if colour_type not in PNG_CHANNELS or depth not in (1, 2, 4, 8, 16):
        raise Unreadable(
            f"PNG of {width}x{height} px cannot be decoded: it says {depth} bits of colour type {colour_type}, "
            f"which do not exist"
        )
    chunks = _png_chunks(png)
    header = Header(width, height, depth, colour_type, bool(png[28]), b"acTL" in chunks, b"tRNS" in chunks)
    if header.raw_bytes > MAX_BYTES:
        raise Unreadable(
            f"PNG of {width}x{height} px with {depth} bits a sample takes {header.raw_bytes / 1e6:.0f} MB decoded, "
            f"over the cap of {MAX_BYTES / 1e6:.0f} MB"
        )
    if header.raw_bytes > len(png) * DEFLATE_RATIO:
        raise Unreadable(
            f"PNG says it is {width}x{height} px, which its {len(png)} bytes cannot hold; the file is truncated or lies"
        )
    return header


def jpeg_size(data: bytes) -> tuple[int, int]:
    """Width and height of a JPEG.

    Raises:
        Unreadable: Truncated, or over 80 megapixels.
    """
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker in JPEG_FRAMES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            check_size("JPEG", width, height)
            return width, height
        at += 2 + max(struct.unpack(">H", data[at + 2 : at + 4])[0], 2)
    raise Unreadable(f"JPEG of {len(data)} bytes does not say its size; the file is truncated or damaged")


def jpeg_end(data: bytes) -> int | None:
    """Where a JPEG ends, just behind its end marker; None: it does not. What a camera put behind it does not count."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == JPEG_SCAN:
            found = data.find(b"\xff\xd9", at)
            return found + 2 if found >= 0 else None
        at += 1 if marker == 0xFF else 2 + max(struct.unpack(">H", data[at + 2 : at + 4])[0], 2)
    return None


def webp_size(data: bytes) -> tuple[int, int]:
    """Width and height of a WebP.

    Raises:
        Unreadable: Truncated, animated, or over 80 megapixels.
    """
    said = struct.unpack("<I", data[4:8])[0] + 8
    if len(data) < min(said, 30) or len(data) + 1 < said:
        raise Unreadable(f"WebP says it has {said} bytes and has {len(data)}; the file is truncated")
    kind = data[12:16]
    if kind == b"VP8X":
        if data[20] & 0x02:
            raise Unreadable("WebP is animated; a screenshot has one frame")
        width = int.from_bytes(data[24:27], "little") + 1
        height = int.from_bytes(data[27:30], "little") + 1
    elif kind == b"VP8L":
        bits = int.from_bytes(data[21:25], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif kind == b"VP8 ":
        width, height = (value & 0x3FFF for value in struct.unpack("<HH", data[26:30]))
    else:
        raise Unreadable(f"WebP begins with a chunk {kind!r}, which holds no picture")
    check_size("WebP", width, height)
    return width, height


def check_size(what: str, width: int, height: int) -> None:
    """Refuse sizes that no picture has or that are over the cap."""
    if not (width and height):
        raise Unreadable(f"{what} says it is {width}x{height} px; a picture has at least one pixel")
    if width * height > MAX_PIXELS:
        raise Unreadable(
            f"{what} says it is {width}x{height} px, over the cap of {MAX_PIXELS // 1_000_000} megapixels"
        )


def trailing(what: str, data: bytes, end: int) -> str:
    """How a file is refused that goes on behind its picture's end: a motion photo's film, a second picture, an archive."""
    rest = data[end:]
    kind = next((name for start, name in FOLLOWS if rest.startswith(start)), "something else")
    if rest[4:8] == b"ftyp":
        kind = "a film (a motion photo)"
    return f"{what} ends after {end} bytes, and {len(rest)} bytes of {kind} follow it; save the picture by itself"


def described(data: bytes) -> str:
    """How a refusal begins: `13 bytes that begin with b'<html>..' look like HTML or XML and are`."""
    begins = f"{len(data)} bytes that begin with {data[:8]!r}"
    for start, name in LOOKS_LIKE:
        if data.startswith(start):
            return f"{begins} look like {name} and are"
    if data[4:12] in (b"ftypavif", b"ftypheic"):
        return f"{begins} look like {data[8:12].decode().upper()} and are"
    if data.lstrip()[:1] == b"<":
        return f"{begins} look like HTML or XML and are"
    return f"{begins} are"


def _png_chunks(png: bytes) -> set[bytes]:
    """The kinds of chunks before the pixels."""
    found, at = set(), 8
    while at + 8 <= len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        found.add(kind)
        if kind == b"IDAT":
            break
        at += length + 12
    return found
