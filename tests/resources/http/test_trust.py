"""Reading the certificate authorities is slow, and they change."""

from __future__ import annotations

from houses import SteppedClock
from resources.http.trust import FRESH_SECONDS, Trust


def test_the_authorities_are_read_once_an_hour():
    clock = SteppedClock()
    trust = Trust(clock)

    first, again = trust.context(), trust.context()
    clock.sleep(FRESH_SECONDS + 1)
    later = trust.context()

    assert first is again
    assert later is not first
