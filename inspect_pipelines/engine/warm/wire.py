"""What a launcher and the warm parent say to each other: one JSON object a frame, one frame each way."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

LENGTH = struct.Struct(">I")
LONGEST_BYTES = 1 << 16  # a status of some hundred runs
ANSWER_SECONDS = 5.0  # a fork takes 20 ms; a parent that says nothing for so long is taken for dead

Message = Mapping[str, Any]


def framed(message: Message) -> bytes:
    """A message as it goes over the wire: its length in four bytes, then its JSON."""
    body = json.dumps(message).encode()
    return LENGTH.pack(len(body)) + body


def unframed(data: bytes) -> Message | None:
    """The message in what has arrived so far; None while some of it is missing.

    Raises:
        ValueError: It is too long, no JSON, or no object.
    """
    if len(data) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack_from(data)
    if length > LONGEST_BYTES:
        raise ValueError(f"a frame of {length} bytes is longer than {LONGEST_BYTES}")
    if len(data) < LENGTH.size + length:
        return None
    message = json.loads(data[LENGTH.size : LENGTH.size + length])
    if not isinstance(message, dict):
        raise ValueError(f"a frame holds {type(message).__name__}, not an object")  # noqa: TRY004 one error for all of it
    return message


def ask(path: Path, message: Message, *, seconds: float = ANSWER_SECONDS) -> Message | None:
    """The answer of whoever listens on a socket; None when nobody does, or says nothing in time."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(seconds)
        try:
            client.connect(str(path))
            client.sendall(framed(message))
            data = b""
            while (answer := unframed(data)) is None:
                more = client.recv(LONGEST_BYTES)
                if not more:
                    return None
                data += more
        except (OSError, ValueError):
            return None
    return answer
