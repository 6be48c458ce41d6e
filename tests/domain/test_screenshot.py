from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from builders import ENVIRONMENT
from inspect_pipelines.domain.screenshot import Environment, View

names = st.text(min_size=1, max_size=20)


@given(names.filter(lambda n: "/" not in n), names, names.filter(lambda n: "@" not in n))
def test_a_view_is_read_back_from_its_own_text(playbook, name, viewport):
    view = View(playbook, name, viewport)

    assert View.parse(str(view)) == view


def test_views_sort_by_playbook_then_name_then_viewport():
    views = [View("b", "a", "x"), View("a", "b", "x"), View("a", "a", "y"), View("a", "a", "x")]

    assert [str(view) for view in sorted(views)] == ["a/a@x", "a/a@y", "a/b@x", "b/a@x"]


def test_equal_environments_have_no_differences():
    assert ENVIRONMENT.differences(replace(ENVIRONMENT)) == ()


def test_each_difference_names_the_old_and_the_new_value():
    old = Environment("Chromium 156", "Debian 12", "aaaa", 1.0)
    new = Environment("Chromium 157", "Debian 12", "bbbb", 2.0)

    assert old.differences(new) == (
        "browser 'Chromium 156' became 'Chromium 157'",
        "fonts_hash 'aaaa' became 'bbbb'",
        "scale '1.0' became '2.0'",
    )


def test_another_system_is_a_difference():
    assert ENVIRONMENT.differences(replace(ENVIRONMENT, os="Fedora")) == (
        "os 'Debian GNU/Linux 12 x86_64' became 'Fedora'",
    )
