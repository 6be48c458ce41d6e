"""A picture: PNG bytes in, an array of sRGB bytes out, or a clear refusal; nothing large is allocated before the header is believed."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import TypeAlias

import cv2
import numpy as np
import numpy.typing as npt
from kornia_rs import io as kornia
from PIL import Image

from inspect_pipelines.errors import Unreadable
from inspect_pipelines.imaging.header import GREY, RGBA, Header, png_header, trailing
from inspect_pipelines.imaging.quick_png import QuickPicture, inflate_quick

Pixels: TypeAlias = npt.NDArray[np.uint8]  # (height, width, 3), sRGB

END = b"IEND\xaeB`\x82"  # type and CRC of the last chunk, always the same
TRAILER_BYTES = 4096  # some encoders add bytes after the end; more than this is no PNG of ours
# x, y, column step and row step of the seven passes of an interlaced PNG.
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
INFLATE_BYTES = 1 << 20
STRIP_PIXELS = 1 << 20
OPAQUE = ("CMYK", "YCbCr", "L", "P", "1")  # modes without transparency of their own
# What Pillow raises for broken files is not one family; none of these can be anything but a bad file here.
BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    IndexError,
    KeyError,
    TypeError,
    MemoryError,
    struct.error,
    zlib.error,
)


def decode(png: bytes) -> Pixels:
    """The pixels of an 8-bit PNG, transparency laid over white.

    Raises:
        Unreadable: Not a PNG, of 16 bits, truncated, animated, over the caps of `header`, or with data that is not
            what its header says.
    """
    return decode_png(png, _header_of_8_bits(png))


def opened(png: bytes) -> QuickPicture | Pixels:
    """A picture as far as it has to be read to see where it differs from another: inflated at least.

    Raises:
        Unreadable: As `decode`.
    """
    header = _header_of_8_bits(png)
    _check_frame(png, header)
    quick = inflate_quick(png, header) if header.is_plain else None
    return quick or decode_png(png, header)


def decode_png(png: bytes, header: Header) -> Pixels:
    """The pixels of a PNG of any depth; deep samples lose their lower eight bits.

    Raises:
        Unreadable: As `decode`, but for the depth.
    """
    width, height = header.width, header.height
    _check_frame(png, header)
    if header.is_plain:
        return _decode_plain(png, header)
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
            check_opened("PNG", image, (width, height))
            image.load()
            _check_complete(png, header, image)
            if header.transparent and header.depth == 16:
                return _deep_grey(image) if header.colour_type == GREY else _deep_over_white(png)
            if header.transparent and header.colour_type == GREY and header.depth in (2, 4):
                # Pillow stretches the samples to 8 bits, and not the one that stands for transparency.
                image.info["transparency"] *= 255 // (2**header.depth - 1)
            return rgb(image)
    except BROKEN as error:
        raise Unreadable(f"PNG of {width}x{height} px cannot be decoded: {error}") from error


def size(png: bytes) -> tuple[int, int]:
    """Width and height as the header says, after checking them against the caps; decodes nothing.

    Raises:
        Unreadable: Not a PNG, or over the caps of `header`.
    """
    header = png_header(png)
    return header.width, header.height


def looks_whole(data: bytes) -> bool:
    """Whether this is a PNG with a sound header and an end; False says nothing."""
    try:
        header = png_header(data)
    except Unreadable:
        return False
    return not header.animated and END in data[-TRAILER_BYTES:]


def rgb(image: Image.Image) -> Pixels:
    """A loaded image as sRGB bytes, transparency laid over white."""
    if image.mode == "RGB" and "transparency" not in image.info:
        return np.asarray(image)
    if image.mode.startswith("I"):  # 16-bit grey; Pillow's own conversion clips instead of scaling
        grey = (np.asarray(image) >> 8).astype(np.uint8)
        return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), dtype=np.uint8)
    width, height = image.size
    return _in_strips(width, height, lambda top, bottom: image.crop((0, top, width, bottom)))


def check_opened(what: str, image: Image.Image, size: tuple[int, int]) -> None:
    """Refuse, before it is decoded, what Pillow believes to be of another size than the caps were checked for.

    Raises:
        Unreadable: Headers that contradict each other.
    """
    if image.size != size:
        raise Unreadable(
            f"{what} says in one place that it is {size[0]}x{size[1]} px, and {image.width}x{image.height} px in another"
        )


def _in_strips(width: int, height: int, strip: Callable[[int, int], Image.Image]) -> Pixels:
    """Some rows at a time laid over white: as a whole it takes five times the picture's room."""
    found: Pixels = np.empty((height, width, 3), dtype=np.uint8)
    rows = max(STRIP_PIXELS // width, 1)
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        part = strip(top, bottom)
        if part.mode in OPAQUE and "transparency" not in part.info:
            found[top:bottom] = np.asarray(part.convert("RGB"))
        else:
            white = Image.new("RGBA", part.size, "white")
            laid = Image.alpha_composite(white, part.convert("RGBA"))
            found[top:bottom] = np.asarray(laid)[..., :3]
    return found


def _header_of_8_bits(png: bytes) -> Header:
    header = png_header(png)
    if header.depth == 16:
        raise Unreadable(
            f"PNG of {header.width}x{header.height} px has 16 bits a sample; runs compare 8-bit pictures: save it with 8"
        )
    return header


def _check_frame(png: bytes, header: Header) -> None:
    width, height = header.width, header.height
    if END not in png[-TRAILER_BYTES:]:
        end = png.find(END)
        if end >= 0:
            raise Unreadable(trailing(f"PNG of {width}x{height} px", png, end + len(END)))
        raise Unreadable(f"PNG of {width}x{height} px has no end; the file is truncated at {len(png)} bytes")
    if header.animated:
        raise Unreadable(f"PNG of {width}x{height} px is animated; a screenshot has one frame")


def _decode_plain(png: bytes, header: Header) -> Pixels:
    has_alpha = header.colour_type == RGBA
    shape = (header.height, header.width)
    try:
        pixels = kornia.decode_image_png_u8(png, shape, "rgba" if has_alpha else "rgb")
    except Exception as error:
        # kornia raises bare Exceptions, whatever is wrong with the file.
        raise Unreadable(f"PNG of {shape[1]}x{shape[0]} px cannot be decoded: {error}") from error
    if not has_alpha:
        found: Pixels = pixels
        return found
    if pixels[..., 3].min() == 255:
        opaque: Pixels = cv2.cvtColor(pixels, cv2.COLOR_RGBA2RGB)
        return opaque
    return _in_strips(shape[1], shape[0], lambda top, bottom: Image.fromarray(pixels[top:bottom]))


def _deep_grey(image: Image.Image) -> Pixels:
    """Grey of 16 bits in which one level stands for transparency, over white."""
    deep = np.asarray(image)
    grey = np.where(deep == image.info["transparency"], 255, deep >> 8).astype(np.uint8)
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), dtype=np.uint8)


def _deep_over_white(png: bytes) -> Pixels:
    """Colours of 16 bits a sample of which one stands for transparency; Pillow compares eight bits of it."""
    deep = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    if deep is None or deep.ndim != 3 or deep.shape[2] != 4:
        raise ValueError("its 16 bits a sample and its transparent colour do not go together")
    pixels = cv2.cvtColor((deep.astype(np.uint16) >> 8).astype(np.uint8), cv2.COLOR_BGRA2RGBA)
    height, width = pixels.shape[:2]
    return _in_strips(width, height, lambda top, bottom: Image.fromarray(pixels[top:bottom]))


def _check_complete(png: bytes, header: Header, image: Image.Image) -> None:
    """Refuse a picture with fewer rows than its header says; Pillow leaves the rest of them zero without a word.

    Counting what the data inflates to costs half a decode, so only a picture that ends in zeros is counted.
    """
    if not header.interlaced and np.asarray(image)[-1].any():
        return
    expected = header.raw_bytes
    if header.interlaced:
        expected = sum(
            Header(columns, rows, header.depth, header.colour_type, False, False, False).raw_bytes
            for x, y, right, down in ADAM7
            if (columns := -(-(image.width - x) // right)) > 0
            and (rows := -(-(image.height - y) // down)) > 0
        )
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
