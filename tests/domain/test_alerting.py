from __future__ import annotations

from datetime import timedelta

from builders import NOW
from inspect_pipelines.domain.alerting import Alerting, Overrides, Silence
from inspect_pipelines.domain.ids import DEFAULT_ORG

HOUR = timedelta(hours=1)


def test_a_definition_overrides_only_what_it_says():
    own = Alerting().overridden(Overrides(alert_after=3, repeat_every_minutes=0))

    assert own == Alerting(alert_after=3, repeat_every_minutes=0)
    assert Alerting(alert_after=2).overridden(Overrides()) == Alerting(alert_after=2)


def test_flapping_is_so_many_changes_and_can_be_switched_off():
    assert Alerting().is_flapping((NOW,) * 4)
    assert not Alerting().is_flapping((NOW,) * 3)
    assert not Alerting(flap_minutes=0).is_flapping((NOW,) * 9)


def test_a_reminder_is_due_after_the_interval_and_never_without_one():
    assert Alerting().is_due_again(NOW, NOW + 24 * HOUR)
    assert not Alerting().is_due_again(NOW, NOW + 23 * HOUR)
    assert not Alerting(repeat_every_minutes=0).is_due_again(NOW, NOW + 999 * HOUR)


def test_windows_are_spans_of_time():
    assert (Alerting().group_window, Alerting().flap_window) == (timedelta(minutes=5), 12 * HOUR)


def test_a_silence_holds_from_its_beginning_until_just_before_its_end():
    silence = Silence("s1", DEFAULT_ORG, "the shop moves", "user:ada", NOW, NOW + HOUR)

    assert [silence.holds(NOW + at * HOUR / 2) for at in (-1, 0, 1, 2)] == [False, True, True, False]
