"""Times in addresses: RFC 3339, with an offset; nothing is guessed."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import BeforeValidator

FORM = re.compile(r"^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)$")


def moment(text: object) -> datetime:
    """The time, UTC.

    Raises:
        ValueError: It is none, has no offset, or lies outside of the years 1970 to 9000.
    """
    if isinstance(text, str) and FORM.match(text):
        at = datetime.fromisoformat(text.upper())
        if 1970 < at.year < 9000:
            return at.astimezone(UTC)
    raise ValueError(
        "write a time like 2026-11-28T07:00:00Z, with Z or an offset (a '+' in an address is '%2B')"
    )


Moment = Annotated[datetime, BeforeValidator(moment)]
