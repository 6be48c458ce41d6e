"""A login at the code host: one grammar, wherever one is read, filled in or mentioned."""

from __future__ import annotations

import re

MOST_CHARACTERS = 39  # GitHub's, an app's `[bot]` not counted
APP = "[bot]"
# A managed user ends with `_` and the short code of its enterprise; from GitHub's first years there are logins with two
# hyphens side by side, or one at the end.
GRAMMAR = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*(?:_[A-Za-z0-9]+)?")


def is_login(text: str) -> bool:
    """Whether somebody may be called so, a person or an app (`dependabot[bot]`)."""
    name = text.removesuffix(APP)
    return len(name) <= MOST_CHARACTERS and GRAMMAR.fullmatch(name) is not None
