"""The shipped schedules.yaml and its playbook: right for the loader, and true to the shop."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from inspect_pipelines.config.project import Project, load_project
from inspect_pipelines.domain.action import TakeScreenshot
from inspect_pipelines.examples import demo
from inspect_pipelines.examples.shop.server import Shop
from resources.channels.registry import CHANNELS

NOW = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def project() -> Project:
    return load_project(demo.PROJECT, kinds=CHANNELS, now=NOW)


def test_the_example_has_no_errors_and_no_warnings(project):
    assert project.warnings == ()


def test_the_example_watches_every_night_and_after_every_deploy(project):
    assert {(found.kind, found.id) for found in project.definitions} == {
        ("schedule", "nightly-shop"),
        ("trigger", "deploy-check"),
    }


def test_schedule_and_trigger_share_one_set_of_approved_pictures(project):
    assert {found.plan.baseline.set for found in project.definitions} == {"shop"}


def test_the_example_names_the_port_that_the_demo_opens(project):
    urls = {found.plan.variables["shop_url"] for found in project.definitions}

    assert urls == {f"http://127.0.0.1:{demo.SHOP_PORT}"}


def test_a_shop_at_another_port_is_the_one_that_is_watched(tmp_path):
    """Where somebody else had port 8470, the demo's first run was refused: its files allowed that port only."""
    with Shop() as shop:
        project = load_project(demo.project_for(shop, tmp_path), kinds=CHANNELS, now=NOW)

    assert {found.plan.variables["shop_url"] for found in project.definitions} == {shop.url}
    assert {found.plan.allowed_hosts for found in project.definitions} == {
        (shop.url.removeprefix("http://"),)
    }


def test_the_tour_takes_six_pictures_on_a_desktop_and_on_a_phone(project):
    (tour,) = project.playbooks
    shots = [action.name for action in tour.actions() if isinstance(action, TakeScreenshot)]

    assert shots == ["home", "product", "basket", "checkout", "thanks", "about"]
    assert [(v.name, v.width, v.mobile) for v in tour.viewports] == [
        ("desktop", 1280, False),
        ("phone", 390, True),
    ]


def test_the_tour_hides_the_order_number(project):
    (tour,) = project.playbooks
    (thanks,) = [a for a in tour.actions() if isinstance(a, TakeScreenshot) and a.name == "thanks"]

    assert thanks.mask == (".order-number",)
