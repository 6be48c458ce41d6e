"""The reasons at the top of a report: each sentence once."""

from __future__ import annotations

from builders import a_finding, a_view
from inspect_pipelines.queries.reasons import told_on_top


def test_what_two_viewports_and_the_session_say_is_said_once():
    """One wrong locator made three reasons of the same words."""
    found = a_finding(playbook="shop", step_id="pay", message="click: found none")
    reasons = (
        "shop: step 'pay' (desktop): click: found none",
        "shop/pay@desktop: click: found none",
        "shop/pay@phone: click: found none",
        "other: could not be played",
    )

    assert told_on_top(reasons, (), [(found, ("desktop", "phone"))]) == (
        "shop/pay on desktop and phone: click: found none",
        "other: could not be played",
    )


def test_views_that_stand_below_are_not_told_on_top():
    view = a_view("pay")

    assert told_on_top((f"{view}: button changed", "the environment changed"), [view], ()) == (
        "the environment changed",
    )
