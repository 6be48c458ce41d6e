"""Forget logins: the next run logs in anew, also one that was refused."""

from __future__ import annotations

from inspect_pipelines.domain.kept_login import ListedLogin
from inspect_pipelines.errors import UsageError
from inspect_pipelines.ports.house import House


def forget_logins(house: House, text: str | None, *, is_all: bool = False) -> list[ListedLogin]:
    """Those that are forgotten.

    Args:
        text: An id or its beginning, or a name, which several may have; None: with `is_all` only.

    Raises:
        UsageError: It names none, or nothing says which.
    """
    if (text is None) != is_all:
        raise UsageError(
            "say which login: its id or name, or --all; see them with: inspect-pipelines logins list"
        )
    found = house.logins.all(house.org_id)
    meant = [one for one in found if text is None or text == one.name or one.id.startswith(text)]
    if not meant and not is_all:
        names = ", ".join(sorted({one.name for one in found})) or "none"
        raise UsageError(f"{text!r} is no kept login; there are: {names}; see: inspect-pipelines logins list")
    return [one for one in meant if house.logins.forget(house.org_id, one.id)]
