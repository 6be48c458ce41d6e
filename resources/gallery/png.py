"""What a PNG must be to be kept, and what is made of it: its sizes, its row hashes, a small copy."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

from PIL import Image

from inspect_pipelines.errors import Unreadable

SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEADER_BYTES = 33  # the signature and IHDR
END = b"\x00\x00\x00\x00IEND\xaeB`\x82"
MAX_BYTES = 50 * 1024 * 1024
MAX_PIXELS = 80_000_000  # 240 MB once decoded to RGB; Pillow itself warns of bombs at 89 Mpx
MAX_SIDE_PX = 32_767  # the largest side that every viewer and image library takes (signed 16 bits)
THUMBNAIL_SHAPE = (
    4  # a thumbnail is at most so many times as high as it is wide; the top of the page is what tells
)


def check(png: bytes) -> tuple[int, int]:
    """Width and height in px of a PNG that is whole and within the caps.

    Raises:
        Unreadable: It is not, with the reason.
    """
    if len(png) > MAX_BYTES:
        raise Unreadable(
            f"a picture of {len(png) / 1e6:.0f} MB was refused: at most {MAX_BYTES / 1e6:.0f} MB"
        )
    width, height = dimensions(png)
    if not png.endswith(END):
        raise Unreadable("a picture was refused: its PNG is cut off")
    _verified(lambda: Image.open(BytesIO(png)).verify())
    return width, height


def dimensions(png: bytes) -> tuple[int, int]:
    """Width and height in px as a PNG's first bytes say, within the caps.

    Raises:
        Unreadable: They say no size, or one over the caps.
    """
    if not png.startswith(SIGNATURE):
        raise Unreadable(f"a picture was refused: it begins with {png[:8]!r}, so it is no PNG")
    width, height = (int.from_bytes(png[at : at + 4], "big") for at in (16, 20))
    if png[12:16] != b"IHDR" or not width or not height:
        raise Unreadable("a picture was refused: its PNG header is damaged")
    if width > MAX_SIDE_PX or height > MAX_SIDE_PX or width * height > MAX_PIXELS:
        raise Unreadable(
            f"a picture of {width} x {height} px was refused: at most {MAX_SIDE_PX} px a side and {MAX_PIXELS // 10**6} million px; "
            f"photograph a part of the page with `clip`"
        )
    return width, height


def _verified(action: Callable[[], object]) -> None:
    try:
        action()
    except (OSError, SyntaxError, ValueError, EOFError) as error:  # what Pillow raises for broken files
        raise Unreadable(f"a picture cannot be decoded: {error}") from error


def shrunk(png: bytes, max_px: int) -> bytes:
    """A WebP of it, at most `max_px` wide and four times as high; a taller page shows its top.

    Raises:
        Unreadable: It cannot be decoded.
    """
    buffer = BytesIO()

    def shrink() -> None:
        image: Image.Image = Image.open(BytesIO(png))
        if image.height > image.width * THUMBNAIL_SHAPE:
            image = image.crop((0, 0, image.width, image.width * THUMBNAIL_SHAPE))
        if image.mode != "RGB":
            image = image.convert("RGB")
        image.thumbnail((max_px, max_px * THUMBNAIL_SHAPE), Image.Resampling.LANCZOS, reducing_gap=2.0)
        image.save(buffer, "WEBP", quality=80, method=2)

    _verified(shrink)
    return buffer.getvalue()


def packed_rows(png: bytes) -> bytes:
    """Its row hashes, as `imaging/rows` packs them."""
    # Late: a session whose pictures are all known already does not pay 0.2 s for NumPy and a decoder.
    from inspect_pipelines.imaging.picture import decode
    from inspect_pipelines.imaging.rows import pack

    return pack(decode(png))
