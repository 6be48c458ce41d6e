"""Ids as people type them: the beginning is enough where it means one thing."""

from __future__ import annotations

import re

SHORTEST = 6  # characters
OF_AN_ID = re.compile(r"^[0-9a-f-]{1,36}$")
SHOWN = 3  # of several that begin so
