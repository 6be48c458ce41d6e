"""`python -I -S patch.py SOURCE TARGET`: make one DuckDB file equal to another by writing only the blocks that differ.

A process of its own: whoever holds the source open through DuckDB must not close another descriptor of it. It writes
while nobody else at all has the target open, which a lease of the kernel says; says how many bytes it wrote.

Ends with 4 when somebody has the target open, or when the system cannot tell.
"""

import fcntl
import os
import sys

HEADERS = 12_288  # bytes: the file's three, before its first block
BLOCK = 262_144  # bytes: DuckDB's own size, which these files are made with
CHECKSUM = 8  # bytes: each block begins with the checksum of its rest
IN_USE = 4


def take_alone(descriptor: int) -> bool:
    """Whether nobody else has the file open; whoever opens it from now on ends this process first."""
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_WRLCK)
    except (AttributeError, OSError):  # no such system; another one has it open, or the disk knows no leases
        return False
    return True


def patch(source: int, target: int) -> int:
    """Make them equal; returns the bytes that were written.

    Blocks with equal checksums are taken for equal: the target is one that was equal to an earlier state of the source.
    """
    size = os.fstat(source).st_size
    has = os.fstat(target).st_size
    written = 0
    for at in range(HEADERS, size, BLOCK):
        if at < has and os.pread(source, CHECKSUM, at) == os.pread(target, CHECKSUM, at):
            continue
        written += _copy(source, target, at, min(BLOCK, size - at))
    os.ftruncate(target, size)
    return written + _copy(source, target, 0, min(HEADERS, size))


def _copy(source: int, target: int, at: int, size: int) -> int:
    data = os.pread(source, size, at)
    done = 0
    while done < len(data):
        done += os.pwrite(target, data[done:], at + done)
    return done


def main() -> int:
    source = os.open(sys.argv[1], os.O_RDONLY)
    target = os.open(sys.argv[2], os.O_RDWR)
    if not take_alone(target):
        return IN_USE
    written = patch(source, target)
    os.fsync(target)
    sys.stdout.write(f"{written}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
