"""Broken picture files by the thousand, each made again by its number."""

from __future__ import annotations

import random
import struct
import zlib
from collections.abc import Callable
from functools import cache

from benchmarks.visual.good_files import SIGNATURE, Chunks, joined, whole

NUMBERS = (0, 1, 2, 7, 8, 127, 128, 255, 256, 32_767, 65_535, 80_000, 2**31 - 1, 2**31, 2**32 - 1)
BOMB_BYTES = 30_000_000  # of zeros; 30 kB deflated


@cache
def bomb() -> bytes:
    """30 kB that inflate to 30 MB."""
    return zlib.compress(bytes(BOMB_BYTES), 9)


def mutant(seed: int) -> tuple[str, bytes]:
    """A broken file and what was done to which good one, the same for the same number."""
    chance = random.Random(seed)
    name = chance.choice(sorted(whole()))
    data = whole()[name]
    steps = []
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        ways = [
            *ANY,
            *(PNG if data.startswith(SIGNATURE) else ()),
            *(JPEG if data[:2] == b"\xff\xd8" else ()),
        ]
        way = chance.choice(ways)
        steps.append(way.__name__)
        data = way(data, chance)
    return f"{name}: {', '.join(steps)}", data


def chunks(data: bytes) -> Chunks:
    """The chunks of a PNG as far as they can be told."""
    found, at = [], 8
    while at + 8 <= len(data):
        length, kind = struct.unpack(">I4s", data[at : at + 8])
        found.append((kind, data[at + 8 : at + 8 + length]))
        at += length + 12
    return found


# What can be done to any file.


def flip_bits(data: bytes, chance: random.Random) -> bytes:
    found = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8, 40))):
        if found:
            found[chance.randrange(len(found))] ^= 1 << chance.randrange(8)
    return bytes(found)


def cut_short(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def cut_a_hole(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + data[at + chance.choice((1, 2, 16, 200)) :]


def double_a_part(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + data[at : at + chance.randrange(1, 300)] + data[at:]


def write_garbage(data: bytes, chance: random.Random) -> bytes:
    at, length = chance.randrange(len(data) + 1), chance.choice((1, 4, 30))
    return data[:at] + chance.randbytes(length) + data[at + length :]


def write_a_number(data: bytes, chance: random.Random) -> bytes:
    at, number = chance.randrange(max(len(data) - 4, 1)), chance.choice(NUMBERS)
    return data[:at] + struct.pack(chance.choice((">I", "<I")), number) + data[at + 4 :]


def write_a_short(data: bytes, chance: random.Random) -> bytes:
    at, number = chance.randrange(max(len(data) - 2, 1)), chance.choice(NUMBERS) & 0xFFFF
    return data[:at] + struct.pack(chance.choice((">H", "<H")), number) + data[at + 2 :]


def add_a_tail(data: bytes, chance: random.Random) -> bytes:
    return data + chance.randbytes(chance.choice((1, 100, 5000)))


def keep_only_the_start(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.choice((4, 8, 12, 33))] + chance.randbytes(chance.randrange(2000))


# What can be done to a PNG so that its checksums are still right.


def shuffle_chunks(data: bytes, chance: random.Random) -> bytes:
    parts = chunks(data)
    chance.shuffle(parts)
    return joined(parts)


def drop_a_chunk(data: bytes, chance: random.Random) -> bytes:
    parts = chunks(data)
    if parts:
        del parts[chance.randrange(len(parts))]
    return joined(parts)


def repeat_a_chunk(data: bytes, chance: random.Random) -> bytes:
    parts = chunks(data)
    if parts:
        parts.insert(chance.randrange(len(parts)), chance.choice(parts))
    return joined(parts)


def lie_in_the_header(data: bytes, chance: random.Random) -> bytes:
    def lie(kind: bytes, body: bytes) -> bytes:
        if kind != b"IHDR" or len(body) != 13:
            return body
        fields = list(struct.unpack(">IIBBBBB", body))
        for _ in range(chance.choice((1, 1, 2))):
            which = chance.randrange(7)
            fields[which] = (
                chance.choice((*NUMBERS, fields[which] + 1, max(fields[which] - 1, 0)))
                if which < 2
                else chance.choice((0, 1, 2, 3, 4, 6, 8, 16, 255))
            )
        return struct.pack(">IIBBBBB", *fields)

    return joined([(kind, lie(kind, body)) for kind, body in chunks(data)])


def spoil_the_pixels(data: bytes, chance: random.Random) -> bytes:
    """Deflated data that is no picture of that size: shorter, longer, other filters, or none at all."""
    how = chance.randrange(6)

    def spoiled(body: bytes) -> bytes:
        if how == 0:
            return chance.randbytes(len(body))
        if how == 1:
            return b""
        try:
            rows = zlib.decompress(body)
        except zlib.error:
            return body[::-1]
        if how == 2:
            rows = rows[: chance.randrange(len(rows) + 1)]
        elif how == 3:
            rows += bytes(chance.choice((1, 100, 100_000)))
        elif how == 4:
            rows = chance.randbytes(len(rows))  # filters that do not exist
        else:
            return zlib.compress(rows)[:-4] + chance.randbytes(4)  # a wrong Adler checksum
        return zlib.compress(rows)

    return joined([(kind, spoiled(body) if kind == b"IDAT" else body) for kind, body in chunks(data)])


def split_the_pixels(data: bytes, chance: random.Random) -> bytes:
    parts: Chunks = []
    for kind, body in chunks(data):
        if kind == b"IDAT" and len(body) > 1:
            at = chance.randrange(len(body))
            between = chance.choice(((), ((b"IDAT", b""),), ((b"tEXt", b"a\0b"),)))
            parts += [(kind, body[:at]), *between, (kind, body[at:])]
        else:
            parts.append((kind, body))
    return joined(parts)


def add_a_chunk(data: bytes, chance: random.Random) -> bytes:
    packed = bomb() if chance.random() < 0.05 else zlib.compress(b"text")
    extra = chance.choice(
        (
            (b"acTL", struct.pack(">II", chance.choice(NUMBERS), 0)),
            (b"tRNS", chance.randbytes(chance.choice((0, 1, 2, 6, 256, 300)))),
            (b"PLTE", chance.randbytes(chance.choice((0, 1, 3, 300, 768, 800)))),
            (b"eXIf", chance.choice((b"", b"II*\0", b"MM\0*\0\0\0\x08", b"Exif\0\0" + chance.randbytes(60)))),
            (b"eXIf", b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01" + chance.randbytes(6)),
            (b"iCCP", b"x\0\0" + packed),
            (b"zTXt", b"x\0\0" + packed),
            (b"iTXt", b"x\0\x01\0\0\0" + packed),
            (b"gAMA", chance.randbytes(chance.choice((0, 4, 9)))),
            (b"IEND", b""),
            (chance.randbytes(4), chance.randbytes(20)),
        )
    )
    parts = chunks(data)
    parts.insert(chance.randrange(len(parts) + 1), extra)
    return joined(parts)


def inflate_far_too_much(data: bytes, chance: random.Random) -> bytes:
    """A bomb: far more behind a small header, or a large header that the data could fill."""
    width, height = chance.choice(((4, 4), (30, 20), (3000, 3000), (20_000, 500), (1, 10_000_000)))
    body = bomb()
    header = struct.pack(
        ">IIBBBBB", width, height, 8, chance.choice((0, 2, 3, 4, 6)), 0, 0, chance.choice((0, 0, 0, 1))
    )
    return joined([(b"IHDR", header), (b"IDAT", body), (b"IEND", b"")])


# And to a JPEG.


def lie_in_the_frame(data: bytes, chance: random.Random) -> bytes:
    at = next((found for mark in (b"\xff\xc0", b"\xff\xc2") if (found := data.find(mark)) > 0), -1)
    if at < 0:
        return data
    side = (1, 8, 29, 31, 41, 500, 8000, 65_535)
    size = struct.pack(">HH", chance.choice(side), chance.choice(side))
    return data[: at + 5] + size + data[at + 9 :]


def drop_a_segment(data: bytes, chance: random.Random) -> bytes:
    marks = [at for at in range(len(data) - 4) if data[at] == 0xFF and 0xC0 <= data[at + 1] < 0xFF]
    if not marks:
        return data
    at = chance.choice(marks)
    length = int.from_bytes(data[at + 2 : at + 4], "big") + 2
    return data[:at] + data[at + length :]


Way = Callable[[bytes, random.Random], bytes]
ANY: tuple[Way, ...] = (
    flip_bits,
    cut_short,
    cut_a_hole,
    double_a_part,
    write_garbage,
    write_a_number,
    write_a_short,
    add_a_tail,
    keep_only_the_start,
)
PNG: tuple[Way, ...] = (
    shuffle_chunks,
    drop_a_chunk,
    repeat_a_chunk,
    lie_in_the_header,
    lie_in_the_header,
    spoil_the_pixels,
    spoil_the_pixels,
    split_the_pixels,
    add_a_chunk,
    inflate_far_too_much,
)
JPEG: tuple[Way, ...] = (lie_in_the_frame, drop_a_segment)
