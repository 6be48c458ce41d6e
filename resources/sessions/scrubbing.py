"""Secrets out of whole files: traces, HAR files, DOM snapshots, logs; archives and compressed members included."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterable

from resources.sessions.redaction import HIDDEN, Redactor, coded

ZIP, GZIP = b"PK\x03\x04", b"\x1f\x8b"
LEAST_RUN = 4  # letters and digits in a row that every spelling of a secret keeps
MOST_BYTES = 500_000_000  # of a member, unpacked; a larger one is left out, for nobody has looked into it
DEEPEST = 4  # archives within archives
AROUND = 12  # characters that a spelling takes for one of the secret's, at most
TOO_LARGE = b"left out: too large to be searched for secrets"


class Scrubber:
    """Takes every secret out of a file's bytes: plain, as URLs, HTML and JSON write it, in base64, and in what is packed.

    Args:
        secrets: Their values.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        known = sorted(
            {secret.strip() for secret in secrets if secret.strip()}, key=lambda each: (-len(each), each)
        )
        self._quick = [(run.lower(), Redactor([each]), len(each)) for each in known if (run := _run(each))]
        self._thorough = Redactor(each for each in known if not _run(each))
        parts = sorted({form for each in known for form in coded(each)}, key=lambda each: (-len(each), each))
        self._coded = re.compile("|".join(map(re.escape, parts))) if parts else None
        self._raw = [form for each in known for form in (each.encode(), each.encode("utf-16-le"))]

    def scrubbed(self, data: bytes, *, depth: int = 0) -> bytes:
        """The file without any secret; a text or an archive may have another length, anything else keeps its own.

        Args:
            data: A text, or a zip or gzip of such, or whatever it is.
            depth: How many archives it was in.
        """
        if depth <= DEEPEST and data.startswith(ZIP):
            return self._archive(data, depth)
        if depth <= DEEPEST and data.startswith(GZIP):
            return self._compressed(data, depth)
        try:
            return self.text(data.decode()).encode()
        except UnicodeDecodeError:
            return self._bytes(data)

    def text(self, text: str) -> str:
        """The text without any secret; cut it only after this."""
        clean = self._thorough.text(text)
        for run, redactor, length in self._quick:
            clean = _near(clean, run, redactor, AROUND * length)
        return self._coded.sub(HIDDEN, clean) if self._coded else clean

    def _bytes(self, data: bytes) -> bytes:
        for form in self._raw:
            data = data.replace(form, b"*" * len(form))
        return data

    def _archive(self, data: bytes, depth: int) -> bytes:
        made = io.BytesIO()
        try:
            with (
                zipfile.ZipFile(io.BytesIO(data)) as given,
                zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as clean,
            ):
                for member in given.infolist():
                    inner = TOO_LARGE if member.file_size > MOST_BYTES else given.read(member)
                    name = zipfile.ZipInfo(self.text(member.filename), member.date_time)
                    name.compress_type = member.compress_type
                    clean.writestr(name, self.scrubbed(inner, depth=depth + 1))
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError):
            return self._bytes(data)  # broken, so nobody reads a member of it either
        return made.getvalue()

    def _compressed(self, data: bytes, depth: int) -> bytes:
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
                inner = file.read(MOST_BYTES + 1)
        except (OSError, EOFError, zlib.error):
            return self._bytes(data)
        kept = TOO_LARGE if len(inner) > MOST_BYTES else self.scrubbed(inner, depth=depth + 1)
        return gzip.compress(kept, mtime=0)


def _near(text: str, run: str, redactor: Redactor, reach: int) -> str:
    """The text redacted around the places where a part of the secret stands: its whole pattern takes 0.4 s a megabyte."""
    folded = text.lower()
    if run not in folded:
        return text
    if len(folded) != len(text):  # a letter that has two in small: places are not the same
        return redactor.text(text)
    parts: list[str] = []
    at = 0
    while (found := folded.find(run, at)) >= 0:
        begin, end = max(at, found - reach), found + len(run) + reach
        while (again := folded.find(run, found + 1, end)) >= 0:
            found, end = again, again + len(run) + reach
        parts += (text[at:begin], redactor.text(text[begin:end]))
        at = end
    return "".join((*parts, text[at:]))


def _run(secret: str) -> str:
    """The longest part that is letters and digits of ASCII, which nothing ever escapes; empty: too short to go by."""
    if not re.search(r"[A-Za-z]", secret):
        return ""  # a number is written with spaces and dashes of anybody's own
    longest: str = max(re.findall(r"[A-Za-z0-9]+", secret), key=len, default="")
    return longest if len(longest) >= LEAST_RUN and longest.isascii() else ""
