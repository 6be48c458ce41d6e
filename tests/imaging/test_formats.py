from __future__ import annotations

import contextlib
import io
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from inspect_pipelines.errors import Unreadable
from inspect_pipelines.imaging.formats import decode_any
from inspect_pipelines.imaging.header import DEFLATE_RATIO, MAX_PIXELS
from inspect_pipelines.imaging.picture import STRIP_PIXELS, decode

PICTURE = np.random.default_rng(7).integers(0, 255, (20, 30, 3), dtype=np.uint8)
SMOOTH = np.repeat(np.linspace(0, 250, 40).astype(np.uint8)[None, :, None], 30, axis=0).repeat(3, axis=2)


def saved(image, kind="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def deep_png(levels, colour_type):
    """A PNG with 16 bits a sample, from an array of 16-bit levels."""
    rows = levels.astype(">u2").reshape(len(levels), -1)
    data = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    header = struct.pack(">IIBBBBB", levels.shape[1], levels.shape[0], 16, colour_type, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def turned(kind):
    """Orientation 6: to be shown turned by 90 degrees clockwise."""
    image = Image.fromarray(SMOOTH)
    exif = Image.Exif()
    exif[0x0112] = 6
    return saved(image, kind, exif=exif, **({"lossless": True} if kind == "WEBP" else {}))


GOOD = {
    "rgb": saved(Image.fromarray(PICTURE)),
    "rgba": saved(Image.fromarray(PICTURE).convert("RGBA")),
    "grey": saved(Image.fromarray(PICTURE[..., 0])),
    "grey and alpha": saved(Image.fromarray(PICTURE[..., 0]).convert("LA")),
    "palette": saved(Image.fromarray(PICTURE).convert("P")),
    "black and white": saved(Image.fromarray(PICTURE[..., 0]).convert("1")),
    "transparent colour": saved(Image.fromarray(PICTURE), transparency=(1, 2, 3)),
    "deep grey": deep_png(PICTURE[..., 0].astype(np.uint16) * 257, 0),
    "deep rgb": deep_png(PICTURE.astype(np.uint16) * 257, 2),
    "jpeg": saved(Image.fromarray(SMOOTH), "JPEG", quality=95),
    "progressive jpeg": saved(Image.fromarray(SMOOTH), "JPEG", progressive=True),
    "grey jpeg": saved(Image.fromarray(SMOOTH[..., 0]), "JPEG"),
    "cmyk jpeg": saved(Image.fromarray(SMOOTH).convert("CMYK"), "JPEG"),
    "webp": saved(Image.fromarray(SMOOTH), "WEBP"),
    "lossless webp": saved(Image.fromarray(PICTURE), "WEBP", lossless=True),
    "webp with alpha": saved(Image.fromarray(PICTURE).convert("RGBA"), "WEBP", lossless=True),
}


@pytest.mark.parametrize("name", GOOD)
def test_every_format_gives_rgb_bytes(name):
    pixels = decode_any(GOOD[name])

    assert pixels.shape in (PICTURE.shape, SMOOTH.shape)
    assert (pixels.dtype, pixels.flags.c_contiguous) == (np.uint8, True)


@pytest.mark.parametrize("name", ["rgb", "rgba", "deep rgb", "lossless webp", "webp with alpha"])
def test_what_loses_nothing_gives_the_same_pixels(name):
    assert np.array_equal(decode_any(GOOD[name]), PICTURE)


@pytest.mark.parametrize("name", ["jpeg", "progressive jpeg", "webp"])
def test_what_loses_something_gives_nearly_the_same_pixels(name):
    assert np.abs(decode_any(GOOD[name]).astype(int) - SMOOTH).max() <= 12


def test_deep_grey_keeps_its_upper_bits():
    assert np.array_equal(decode_any(GOOD["deep grey"])[..., 0], PICTURE[..., 0])


def test_the_camera_s_orientation_is_applied():
    upright = np.rot90(SMOOTH, -1)

    assert np.array_equal(decode_any(turned("PNG")), upright)
    assert np.array_equal(decode_any(turned("WEBP")), upright)
    assert decode_any(turned("JPEG")).shape == upright.shape


def test_a_run_refuses_what_only_diff_reads():
    with pytest.raises(Unreadable, match="16 bits a sample; runs compare 8-bit"):
        decode(GOOD["deep rgb"])
    with pytest.raises(Unreadable, match="not a PNG picture"):
        decode(GOOD["jpeg"])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"GIF89a" + bytes(40), "look like a GIF and are not a PNG, JPEG or WebP picture"),
        (b"<!doctype html><p>404", "look like HTML or XML"),
        (b"  <svg/>", "look like HTML or XML"),
        (b"%PDF-1.7", "look like a PDF"),
        (b"", "0 bytes that begin with b'' are not"),
    ],
)
def test_another_format_is_named(data, words):
    with pytest.raises(Unreadable, match=words):
        decode_any(data)


@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_a_file_cut_short_is_never_half_a_picture(name, part):
    with pytest.raises(Unreadable):
        decode_any(GOOD[name][: int(len(GOOD[name]) * part)])


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_an_animation_is_refused(kind):
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]

    with pytest.raises(Unreadable, match="animated"):
        decode_any(saved(frames[0], kind, save_all=True, append_images=frames[1:]))


def with_header(width, height, depth=8, colour_type=2):
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)
    data = zlib.compress(bytes(2_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def test_a_header_that_its_bytes_cannot_hold_is_refused_before_anything_is_allocated():
    data = with_header(8000, 10_000)

    assert len(data) * DEFLATE_RATIO < MAX_PIXELS * 3
    with pytest.raises(Unreadable, match=r"8000x10000 px, which its \d+ bytes cannot hold"):
        decode_any(data)


def test_a_picture_over_the_memory_cap_is_refused():
    with pytest.raises(Unreadable, match="takes 640 MB decoded, over the cap of 320 MB"):
        decode_any(with_header(8000, 10_000, depth=16, colour_type=6))


def test_a_small_picture_with_far_too_much_behind_it_is_not_inflated():
    bomb = with_header(4, 4)

    with contextlib.suppress(Unreadable):
        assert decode_any(bomb).shape == (4, 4, 3)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_a_lie_of_size_in_other_formats_is_refused(kind):
    data = bytearray(GOOD["jpeg"] if kind == "JPEG" else GOOD["lossless webp"])
    if kind == "JPEG":
        at = data.index(b"\xff\xc0")
        data[at + 5 : at + 9] = struct.pack(">HH", 65_000, 65_000)
    else:
        data[21:25] = (0x3FFF | 0x3FFF << 14).to_bytes(4, "little")
    with pytest.raises(Unreadable, match=r"over the cap|cannot be decoded"):
        decode_any(bytes(data))


mutations = st.lists(
    st.tuples(
        st.sampled_from(["flip", "cut", "double", "drop", "insert"]), st.floats(0, 1), st.integers(1, 255)
    ),
    min_size=1,
    max_size=4,
)


def mutated(data, changes):
    found = bytearray(data)
    for how, where, value in changes:
        at = int(where * max(len(found) - 1, 0))
        if how == "flip" and found:
            found[at] ^= value
        elif how == "cut":
            del found[at:]
        elif how == "double":
            found[at:at] = found[at : at + value]
        elif how == "drop":
            del found[at : at + value]
        else:
            found[at:at] = bytes([value]) * value
    return bytes(found)


@settings(max_examples=400)
@given(st.sampled_from(sorted(GOOD)), mutations)
def test_whatever_is_broken_is_a_picture_or_unreadable(name, changes):
    data = mutated(GOOD[name], changes)
    for read in (decode, decode_any):
        with contextlib.suppress(Unreadable):
            pixels = read(data)
            assert (pixels.dtype, pixels.ndim, pixels.shape[2]) == (np.uint8, 3, 3)


@given(
    st.integers(1, 40),
    st.integers(1, 40),
    st.sampled_from(["RGB", "RGBA"]),
    st.integers(0, 9),
    st.integers(0, 99),
)
def test_the_fast_way_reads_what_pillow_reads(height, width, mode, level, seed):
    levels = np.random.default_rng(seed).integers(0, 4, (height, width, len(mode)), dtype=np.uint8) * 85
    data = saved(Image.fromarray(levels), compress_level=level)
    image = Image.open(io.BytesIO(data)).convert("RGBA")
    white = Image.new("RGBA", image.size, "white")

    assert np.array_equal(decode(data), np.asarray(Image.alpha_composite(white, image).convert("RGB")))


@pytest.mark.parametrize(
    "mode", ["RGBA", "LA", "L", "P", "1", "RGB with a clear colour", "P with a clear entry"]
)
def test_a_picture_that_is_read_strip_by_strip_is_what_pillow_reads_as_a_whole(mode):
    """Eighty megapixels with transparency took 1.5 GB more than the file, two of them side by side 3 GB."""
    levels = np.random.default_rng(3).integers(0, 255, (400, 3000, 4), dtype=np.uint8)
    image = Image.fromarray(levels).convert(mode.split()[0])
    clear = {"RGB": (0, 0, 0), "P": 3}[mode.split()[0]] if "clear" in mode else None
    data = saved(image, **({} if clear is None else {"transparency": clear}), compress_level=1)

    with Image.open(io.BytesIO(data)) as opened:
        whole = opened.convert("RGBA")
    white = Image.new("RGBA", whole.size, "white")
    assert levels.shape[0] * levels.shape[1] > STRIP_PIXELS
    assert np.array_equal(decode(data), np.asarray(Image.alpha_composite(white, whole).convert("RGB")))


@pytest.mark.parametrize("colour_type", [0, 2, 3])
@pytest.mark.parametrize("second", [(60, 40), (9000, 9500), (1, 1)])
def test_a_second_header_that_says_another_size_is_refused(colour_type, second):
    """Found by the hunt (3077): the caps were checked on the first header, and Pillow believed the last one."""
    first = chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, colour_type, 0, 0, 1))
    other = chunk(b"IHDR", struct.pack(">IIBBBBB", *second, 8, colour_type, 0, 0, 1))
    data = chunk(b"IDAT", zlib.compress(bytes(1_000_000)))
    lies = b"\x89PNG\r\n\x1a\n" + first + other + data + chunk(b"IEND", b"")

    for read in (decode, decode_any):
        with pytest.raises(Unreadable):
            read(lies)


@pytest.mark.parametrize("kind", ["JPEG", "WEBP"])
def test_other_formats_are_read_at_the_size_that_was_checked_or_not_at_all(kind):
    name = "jpeg" if kind == "JPEG" else "lossless webp"
    frame = GOOD[name]
    if kind == "JPEG":  # a second frame header, which libjpeg refuses and another decoder might believe
        at = frame.index(b"\xff\xc0")
        length = int.from_bytes(frame[at + 2 : at + 4], "big") + 2
        second = bytearray(frame[at : at + length])
        second[5:9] = struct.pack(">HH", 9000, 9000)
        frame = frame[: at + length] + bytes(second) + frame[at + length :]
    else:  # an extended header that says a smaller canvas than its picture has
        body = b"VP8X" + struct.pack("<I", 10) + bytes(4) + (0).to_bytes(3, "little") * 2 + frame[12:]
        frame = b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body

    with pytest.raises(Unreadable):
        decode_any(frame)


def keyed_png(depth, colour_type, key, row, width):
    """A PNG of one row in which one colour stands for transparency."""
    header = struct.pack(">IIBBBBB", width, 1, depth, colour_type, 0, 0, 0)
    chunks = (("IHDR", header), ("tRNS", key), ("IDAT", zlib.compress(b"\0" + row)), ("IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(kind.encode(), data) for kind, data in chunks)


@pytest.mark.parametrize(
    ("png", "greys"),
    [
        (keyed_png(1, 0, b"\0\0", bytes([0b01000000]), 2), [255, 255]),
        (keyed_png(2, 0, b"\0\1", bytes([0b00011011]), 4), [0, 255, 170, 255]),
        (keyed_png(4, 0, b"\0\2", bytes([0x12, 0x30]), 3), [17, 255, 51]),
        (keyed_png(16, 0, b"\3\xe8", struct.pack(">HHH", 1000, 1001, 5), 3), [255, 3, 0]),
        (keyed_png(16, 2, b"\3\xe8" * 3, struct.pack(">6H", *[1000] * 3, *[1000, 1000, 1001]), 2), [255, 3]),
    ],
    ids=["1", "2", "4", "16 grey", "16 rgb"],
)
def test_a_colour_that_stands_for_transparency_is_white_at_every_depth(png, greys):
    """At 2, 4 and 16 bits it was compared with samples of 8, so a logo's ground was black, or anything."""
    assert decode_any(png)[0, :, 0].tolist() == greys


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        (b"\0\0\0\x18ftypmp42" + b"x" * 9000, "9012 bytes of a film (a motion photo) follow it"),
        (b"PK\x03\x04" + b"x" * 9000, "of a ZIP archive follow it"),
        (saved(Image.fromarray(PICTURE)) + b"x" * 9000, "of another picture follow it"),
        (b"x" * 9000, "9000 bytes of something else follow it; save the picture by itself"),
    ],
)
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_what_follows_behind_a_picture_s_end_is_named(kind, rest, words):
    """A motion photo was told as truncated."""
    with pytest.raises(Unreadable) as caught:
        decode_any(saved(Image.fromarray(SMOOTH), kind) + rest)

    assert words in str(caught.value)


def test_a_second_picture_in_a_jpeg_is_no_animation():
    first, second = Image.fromarray(SMOOTH), Image.fromarray(SMOOTH)

    with pytest.raises(Unreadable, match=r"holds 2 pictures \(MPO\); save the one that is meant by itself"):
        decode_any(saved(first, "MPO", save_all=True, append_images=[second]))


def gamma_png(gamma, *more):
    png = saved(Image.fromarray(SMOOTH))
    return png[:33] + chunk(b"gAMA", struct.pack(">I", gamma)) + b"".join(more) + png[33:]


def test_a_gamma_is_shown_as_browsers_show_it():
    """A linear picture was compared as if it were dark."""
    linear = decode_any(gamma_png(100_000))

    assert linear[0, 20, 0] == round(255 * (SMOOTH[0, 20, 0] / 255) ** (1 / 2.2))
    assert np.array_equal(decode_any(gamma_png(45_455)), SMOOTH)
    assert np.array_equal(decode_any(gamma_png(100_000, chunk(b"sRGB", b"\0"))), SMOOTH)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_colour_profile_is_applied_or_refused_in_a_sentence(kind):
    options = {"lossless": True} if kind == "WEBP" else {}

    def with_profile(profile):
        return decode_any(saved(Image.fromarray(SMOOTH), kind, icc_profile=profile, **options))

    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()

    assert np.array_equal(with_profile(srgb), SMOOTH)
    with pytest.raises(
        Unreadable, match=f"{kind} has a colour profile for Lab, which no screen shows; save it in sRGB"
    ):
        with_profile(lab)
    with pytest.raises(Unreadable, match="has a colour profile that cannot be read"):
        with_profile(b"not a profile" * 20)


def test_a_wider_gamut_is_brought_to_srgb():
    """Its red is more than a screen's: what says (200, 40, 40) there is another colour here."""
    pixels = np.full((4, 4, 3), (200, 40, 40), np.uint8)
    profile = wide_gamut_profile()

    shown = decode_any(saved(Image.fromarray(pixels), icc_profile=profile))

    red, green, blue = (int(each) for each in shown[0, 0])
    assert red > 205
    assert green < 40
    assert blue < 40


def wide_gamut_profile():
    """A matrix profile with the primaries of Display P3 and a gamma of 2.2, written by hand."""

    def fixed(number):
        return struct.pack(">i", round(number * 65536))

    def xyz(*values):
        return b"XYZ \0\0\0\0" + b"".join(map(fixed, values))

    name = b"wide"
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(name) + 1) + name + b"\0" + b"\0" * 78,
        b"wtpt": xyz(0.9642, 1.0, 0.8249),
        b"rXYZ": xyz(0.5151, 0.2412, -0.0011),
        b"gXYZ": xyz(0.2919, 0.6922, 0.0419),
        b"bXYZ": xyz(0.1572, 0.0666, 0.7841),
        **{kind: b"curv\0\0\0\0" + struct.pack(">IH", 1, 563) for kind in (b"rTRC", b"gTRC", b"bTRC")},
    }
    table, body, at = b"", b"", 128 + 4 + 12 * len(tags)
    for kind, data in tags.items():
        padded = data + b"\0" * (-len(data) % 4)
        table += kind + struct.pack(">II", at + len(body), len(data))
        body += padded
    size = at + len(body)
    head = struct.pack(">I4sI4s4s4s", size, b"\0\0\0\0", 0x02100000, b"mntr", b"RGB ", b"XYZ ")
    head += b"\0" * 12 + b"acsp" + b"\0" * 28 + fixed(0.9642) + fixed(1.0) + fixed(0.8249)
    return head + b"\0" * (128 - len(head)) + struct.pack(">I", len(tags)) + table + body
