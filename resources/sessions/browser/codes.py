"""One-time codes: made of a seed when they are typed, and never twice in one time step."""

from __future__ import annotations

import binascii
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta

import pyotp

from inspect_pipelines.ports.clock import Clock
from inspect_pipelines.ports.logins import Logins
from resources.sessions.browser.faults import ActionFailed

LEAST_LEFT = timedelta(seconds=2)  # of a step; with less, the code is old before the site has it
LOOK_SECONDS = 0.25


class Codes:
    """For one session.

    Args:
        seeds: Values of the variables that may be seeds: base32, or an `otpauth://totp/` address.
        wait: So many seconds, while the page goes on.
        told: Hears each code, so that no text shows it.
    """

    def __init__(
        self,
        seeds: Mapping[str, str],
        logins: Logins,
        clock: Clock,
        *,
        wait: Callable[[float], None],
        told: Callable[[str], None],
    ) -> None:
        self._seeds, self._logins, self._clock = seeds, logins, clock
        self._wait, self._told = wait, told
        self.period_seconds: int | None = None  # of the code that was handed out last; None: none was

    def begin(self) -> None:
        """Another login: none was handed out for it yet."""
        self.period_seconds = None

    def code(self, name: str) -> str:
        """The code of now; waits for the next one where this one was taken, by whichever run.

        Raises:
            ActionFailed: The variable's value is no seed.
        """
        one = self._generator(name)
        while True:
            now = self._clock.now()
            step, into = divmod(now.timestamp(), one.interval)
            is_late = timedelta(seconds=one.interval - into) < LEAST_LEFT
            if not is_late and self._logins.take_code(one.secret, int(step)):
                break
            self._wait(LOOK_SECONDS)
        self.period_seconds = one.interval
        code = one.at(now)
        self._told(code)
        return code

    def _generator(self, name: str) -> pyotp.TOTP:
        seed = "".join(self._seeds.get(name, "").split())
        if not seed:
            raise ActionFailed(
                f"{{{{totp:{name}}}}}: {name!r} is no secret variable with a value; it has to be the seed"
            )
        one: object = None
        with suppress(ValueError, binascii.Error, TypeError):  # what they say may quote it
            one = pyotp.parse_uri(seed) if seed.startswith("otpauth:") else pyotp.TOTP(seed)
            if isinstance(
                one, pyotp.TOTP
            ):  # one that counts is of no use: two runs do not know of each other
                one.at(0)
                return one
        raise ActionFailed(
            f"{{{{totp:{name}}}}}: the value of {name!r} is no seed of one-time codes (not shown); it is the base32 text "
            "that the site shows beside its QR code, or the whole otpauth://totp/ address"
        )
