from __future__ import annotations

import shutil
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from inspect_pipelines.config.project import load_project
from inspect_pipelines.domain.action import FixedWidth, Goto, TakeScreenshot
from inspect_pipelines.domain.expectation import ExpectPopup, ExpectText, ExpectUrl, ExpectVisible
from inspect_pipelines.domain.gesture import Click, Fill, Press
from inspect_pipelines.domain.playbook import Variable, VariableType, Viewport
from inspect_pipelines.domain.target import Target
from inspect_pipelines.errors import ConfigInvalid
from patience import allowed
from resources.channels.registry import CHANNELS

HERE = Path(__file__).parent


def test_the_problems_of_all_files_come_at_once_in_file_order(folder):
    folder.write(
        "schedules.yaml", "apiVersion: v1\nkind: ScheduleConfig\nschedules:\n  - {id: a, cron: x}\n  - {}\n"
    )
    folder.write("playbooks/b.yaml", "kind: Playbook\n")
    folder.write("organization.yaml", b"\xff")

    assert folder.problems() == [
        "organization.yaml:1:1  is not UTF-8 text: byte 0xff; save it as UTF-8",
        "playbooks/b.yaml:1:1  lacks the key 'apiVersion'",
        "playbooks/b.yaml:1:1  lacks the key 'metadata'",
        "playbooks/b.yaml:1:1  lacks the key 'spec'",
        "schedules.yaml:4:5  schedules[0]  names no playbook; add 'playbook: ID'",
        "schedules.yaml:5:5  schedules[1]  lacks the key 'cron'",
        "schedules.yaml:5:5  schedules[1]  lacks the key 'id'",
    ]


def test_the_error_counts_its_problems(folder):
    folder.write("schedules.yaml", "a: b")

    with pytest.raises(ConfigInvalid) as error:
        folder.load()

    assert str(error.value).endswith("\n3 problems; nothing was changed")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "1:1  is empty; it should begin with 'apiVersion: v1' and 'kind: ScheduleConfig'"),
        ("- a", "1:1  is not a mapping; it should begin with 'apiVersion: v1' and 'kind: ScheduleConfig'"),
        ("a: 1\na: 2\n", "2:1  a  the key 'a' stands on line 1 already; keep one of the two"),
        (
            "a: *x",
            (
                "1:4  a  nothing is anchored as '&x' before; '*' begins an alias, so a text that begins with it stands in quotes; "
                'write: a: "*x"'
            ),
        ),
    ],
)
def test_a_text_that_is_no_document_is_said(folder, text, problem):
    folder.write("schedules.yaml", text)

    assert f"schedules.yaml:{problem}" in folder.problems()


def test_a_folder_without_schedules_says_so(folder):
    (folder.root / "schedules.yaml").unlink()

    assert folder.problems() == [
        f"schedules.yaml:1:1  is not in {str(folder.root)!r}; go to the folder that holds it, or start one with: inspect-pipelines init"
    ]


def test_a_project_may_be_empty_of_schedules(folder):
    folder.write("schedules.yaml", "apiVersion: v1\nkind: ScheduleConfig\nschedules:\n  # - id: later\n")

    assert folder.load().definitions == ()


def test_a_place_for_anchors_is_no_unknown_key(folder):
    folder.write(
        "schedules.yaml",
        'apiVersion: v1\nkind: ScheduleConfig\nx-nightly: &nightly {cron: "0 2 * * *", timezone: UTC, note: ~}\n'
        "schedules:\n  - id: a\n    playbook: shop\n    <<: *nightly\n",
    )

    assert folder.problems() == [
        (
            "schedules.yaml:5:5  schedules[0].note  has no value; leave the key out, "
            "or put a text that begins with '#' in quotes"
        )
    ]


def test_a_cron_without_a_zone_and_a_clock_change_that_comes_are_warnings(folder):
    text = (folder.root / "schedules.yaml").read_text().replace("    timezone: UTC\n", "")
    folder.write(
        "schedules.yaml",
        text + "  - {id: early, cron: '30 2 * * *', timezone: Africa/Casablanca, playbook: shop}\n",
    )

    assert folder.load().warnings == (
        "schedules.yaml:5:11  schedules[0].cron  '0 2 * * *' has no timezone beside it, so it is read in UTC",
        "schedules.yaml:7:23  schedules[1].cron  02:30 comes twice in Africa/Casablanca on 2027-02-07; it runs the second time, at 02:30 +00",
    )


def test_what_has_no_effect_yet_is_a_warning(folder):
    folder.write("organization.yaml", "apiVersion: v1\nkind: OrganizationConfig\nsites: {shop: 1}\n")

    assert folder.load().warnings == ("organization.yaml:3:8  sites  'sites' is kept, but has no effect yet",)


def test_the_organisation_of_one_file_holds_for_the_other(folder):
    folder.write(
        "organization.yaml", "apiVersion: v1\nkind: OrganizationConfig\nmetadata: {orgId: acme, name: Acme}\n"
    )

    project = folder.load()

    assert (project.org_id, project.organization.name) == ("acme", "Acme")
    assert {definition.org_id for definition in project.definitions} == {"acme"}


def test_a_variable_that_no_text_asks_for_is_a_warning(folder):
    text = (folder.root / "playbooks/shop.yaml").read_text()
    folder.write("playbooks/shop.yaml", text.replace("  steps:", "  variables: [{name: user}]\n  steps:"))

    assert folder.load().warnings == (
        (
            "playbooks/shop.yaml:6:22  spec.variables[0].name  "
            "the variable 'user' is declared, but no text asks for '{{user}}'"
        ),
    )


def test_a_url_may_point_to_the_hosts_that_its_own_files_name(folder):
    text = (
        (folder.root / "playbooks/shop.yaml")
        .read_text()
        .replace("  steps:", "  variables: [{name: other, type: url}]\n  steps:")
    )
    folder.write("playbooks/shop.yaml", text.replace("goto: /", 'goto: "{{other}}"'))
    folder.write(
        "organization.yaml", "apiVersion: v1\nkind: OrganizationConfig\nallowed_hosts: ['*.acme.test']\n"
    )
    schedules = (folder.root / "schedules.yaml").read_text()
    folder.write("schedules.yaml", schedules + "    variables: {other: 'http://Localhost:8000/x'}\n")

    assert folder.load().definitions[0].plan.allowed_hosts == ("*.acme.test", "localhost:8000", "shop.test")


def test_values_are_written_in_their_types_one_way(folder):
    text = (folder.root / "playbooks/shop.yaml").read_text()
    variables = "[{name: n, type: int}, {name: b, type: boolean}, {name: p, type: path_list}, {name: e, type: enum, choices: [x]}]"
    text = text.replace("  steps:", f"  variables: {variables}\n  steps:").replace(
        "goto: /", "goto: '/{{n}}{{b}}{{p}}{{e}}'"
    )
    folder.write("playbooks/shop.yaml", text)
    schedules = (folder.root / "schedules.yaml").read_text()
    folder.write("schedules.yaml", schedules + "    variables: {n: 007, b: true, p: [a b, c], e: x}\n")

    assert folder.load().definitions[0].plan.variables == {"n": "7", "b": "true", "p": "a b\nc", "e": "x"}


SAMPLE = """\
apiVersion: v1
kind: Playbook
metadata: {id: checkout-flow-audit, name: Checkout flow, description: A buyer can pay, author: qa@acme.com, tags: [checkout]}
spec:
  base_url: "{{shop_url}}"
  variables:
    - {name: shop_url, type: url, default: "https://shop.test"}
    - {name: password, type: string, secret: true, default: "${env:SHOP_QA_PASSWORD}"}
  viewports:
    - {name: desktop, width: 1280, height: 800}
    - {name: phone, device: iPhone 13}
  page:
    block: ["**/analytics/**"]
    mask: [.last-updated, "[data-test=order-number]", {selector: .eta, width: 80}]
    hide: .offer
  findings: {fail_on: never}
  steps:
    - id: basket
      name: Put one chair in the basket
      instruction: Open the chair and add it to the basket.
      timeout: 45s
      success_criteria:
        - {text: One item in the basket, expect_text: {selector: .basket-count, equals: "1"}}
        - Nothing overlaps or is cut off
        - {expect_visible: {text: Thank you}}
      actions:
        - goto: /products/chair
        - click: "#add"
        - fill: {frame: "iframe[name^=card]", label: Card number, value: "{{password}}"}
        - press: Enter
        - expect_url: "**/orders/*"
        - expect_popup: "**/receipt"
        - screenshot: basket
        - screenshot: {name: confirmation, full_page: false, mask: .delivery-date, tolerance: 0.01}
"""


def test_a_playbook_becomes_what_it_says(folder):
    folder.write("playbooks/checkout.yaml", SAMPLE)

    playbook = next(book for book in folder.load().playbooks if book.id == "checkout-flow-audit")

    assert (playbook.name, playbook.description, playbook.tags) == (
        "Checkout flow",
        "A buyer can pay",
        ("checkout",),
    )
    assert playbook.variables == (
        Variable("shop_url", VariableType.URL, default="https://shop.test"),
        Variable("password", secret=True, default="${env:SHOP_QA_PASSWORD}"),
    )
    assert playbook.viewports[0] == Viewport("desktop", 1280, 800)
    phone = playbook.viewports[1]
    assert (phone.name, phone.width, phone.height, phone.scale, phone.mobile) == ("phone", 390, 844, 3, True)
    assert "iPhone" in (phone.user_agent or "")
    assert (playbook.page.block, playbook.page.mask) == (
        ("**/analytics/**",),
        (".last-updated", "[data-test=order-number]", ".eta"),
    )
    assert (playbook.page.hide, playbook.page.widths) == ((".offer",), (FixedWidth(".eta", 80),))
    assert playbook.rearranges
    assert playbook.findings.fail_on is None
    step = playbook.steps[0]
    assert (step.timeout_seconds, step.prose_criteria) == (45.0, ("Nothing overlaps or is cut off",))
    assert step.success_criteria == (
        ExpectText(Target(selector=".basket-count"), equals="1"),
        ExpectVisible(Target(text="Thank you")),
    )
    assert step.actions == (
        Goto("/products/chair"),
        Click(Target(selector="#add")),
        Fill(Target(label="Card number", frame="iframe[name^=card]"), "{{password}}"),
        Press("Enter"),
        ExpectUrl("**/orders/*"),
        ExpectPopup("**/receipt"),
        TakeScreenshot("basket"),
        TakeScreenshot("confirmation", full_page=False, mask=(".delivery-date",), tolerance=0.01),
    )


def test_the_time_of_a_project_grows_with_its_schedules_and_no_faster(tmp_path):
    """A thousand take half a second; a search of all of them for each would take minutes."""
    shutil.copytree(HERE / "rfc006" / "playbooks", tmp_path / "playbooks")
    lines = ["apiVersion: v1", "kind: ScheduleConfig", "schedules:"]
    zones = ("America/New_York", "Europe/Berlin", "Asia/Tokyo", "UTC")
    for number in range(1000):
        lines += [
            f"  - id: nightly-{number}",
            f"    name: Nightly {number}",
            f'    cron: "{number % 60} {number % 24} * * *"',
            f"    timezone: {zones[number % 4]}",
            "    playbook: checkout-flow-audit",
            "    repo: acme-corp/frontend",
            "    variables: {feature_url: 'https://staging.acme.com', test_user: qa@acme.com}",
            "    notify: {on_failure: {slack_channel: '#qa', mention: ['@qa']}}",
            "    baseline: {tolerance: 0.02}",
        ]
    (tmp_path / "schedules.yaml").write_text("\n".join(lines))

    began = time.process_time()  # not the wall's: other processes share this machine
    project = load_project(tmp_path, kinds=CHANNELS, now=datetime(2026, 11, 22, tzinfo=UTC))
    seconds = time.process_time() - began

    assert len(project.definitions) == 1000
    assert seconds < allowed(10.0)
