"""What `validate` warns of, and does not refuse."""

from __future__ import annotations

import pytest

HEAD = """\
apiVersion: v1
kind: Playbook
metadata: {id: shop}
spec:
  base_url: https://shop.test
"""
READ_BY_MANY = (
    " (not shown); files are read by many: make it a variable with 'secret: true' and '${env:NAME}'"
)


def warnings_of(folder, action: str, instruction: str = "Look.") -> list[str]:
    folder.write(
        "playbooks/shop.yaml",
        f"{HEAD}  steps:\n    - id: home\n      instruction: {instruction}\n      actions:\n        - goto: /\n        - {action}\n",
    )
    return [warning.partition("  ")[2] for warning in folder.load().warnings]


@pytest.mark.parametrize(
    "selector", ["body", "'*'", "html", "MAIN", "'body > *'", "'#root'", "'.a, main > div'"]
)
def test_a_mask_over_nearly_all_of_a_page_is_warned_of(folder, selector):
    (warning,) = warnings_of(folder, f"screenshot: {{name: a, mask: [{selector}]}}")

    assert warning == (
        f"spec.steps[0].actions[1].screenshot.mask[0]  '{selector.strip(chr(39))}' is nearly all of a page, "
        "so no change of it is ever seen; mask only what differs each time"
    )


@pytest.mark.parametrize(
    "selector", [".clock", "main .clock", "'body .ad'", "'[data-test=x]'", "'data-test'"]
)
def test_a_mask_of_one_thing_is_not(folder, selector):
    assert warnings_of(folder, f"screenshot: {{name: a, mask: [{selector}]}}") == []


def test_an_attribute_that_yaml_reads_as_a_list_is_warned_of(folder):
    (alone,) = warnings_of(folder, "screenshot: {name: a, mask: [data-test]}")
    (among,) = warnings_of(folder, "screenshot: {name: a, mask: [.b, data-test=clock]}")

    assert alone.endswith('write: - screenshot: {name: a, mask: "[data-test]"}')
    assert among.endswith('write: - screenshot: {name: a, mask: [.b, "[data-test=clock]"]}')


@pytest.mark.parametrize(
    ("action", "instruction"),
    [
        ("wait_for: 5s", "Look."),
        ("wait_for: {selector: '3000'}", "Look."),
        ("screenshot: a", "Wait for 5 seconds."),
        ("screenshot: a", "Then sleep(500)."),
    ],
)
def test_waiting_for_time_is_warned_of(folder, action, instruction):
    (warning,) = warnings_of(folder, action, instruction)

    assert "wait" in warning.partition("  ")[2]


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ("fill: {label: Password, value: hunter2}", "a password or a token is written here"),
        ("fill: {selector: '#api-key', value: hunter2}", "a password or a token is written here"),
        ("fill: {label: Key, value: ghp_abcdefghijklmnopqrstuvwxyz0123456789}", "holds what looks like a GitHub token"),
        ("fill: {label: Key, value: AKIAABCDEFGHIJKLMNOP}", "holds what looks like an AWS access key"),
        ("fill: {label: Key, value: Xk29dkLm30sPqR8vTzYw1BnC7e}", "holds what looks like a key: many letters and digits without a word"),
        ("goto: 'https://ada:hunter2@shop.test/'", "holds what looks like a password in an address"),
        ("goto: '/login?token=hunter22'", "holds what looks like a password or a token"),
    ],
)  # fmt: skip
def test_a_secret_in_a_text_is_warned_of_and_not_shown(folder, action, message):
    (warning,) = warnings_of(folder, action)

    assert warning.partition("  ")[2] == message + READ_BY_MANY
    assert "hunter2" not in warning


@pytest.mark.parametrize(
    "action",
    [
        "fill: {label: Card number, value: '4242424242424242'}",
        "goto: /products/a-very-long-name-of-a-chair-in-Blue-2026/more",
        "expect_text: {contains: 'Forgot your password: reset it'}",
        "goto: '/shop?sql=select+id%2C+name+from+chairs+order+by+id+limit+101'",
        "expect_text: {contains: 550e8400-e29b-41d4-a716-446655440000}",
        "goto: /commit/3f786850e387550fdab836ed7e6dc881de23001b",
    ],
)
def test_what_only_looks_long_is_no_secret(folder, action):
    assert warnings_of(folder, action) == []


def test_a_secret_in_a_schedules_variables_is_warned_of(folder):
    folder.write(
        "playbooks/shop.yaml",
        HEAD
        + "  variables: [{name: api_token}, {name: pin, secret: true}]\n"
        + "  steps: [{id: a, actions: [{fill: {label: A, value: '{{api_token}}{{pin}}'}}]}]\n",
    )
    schedules = (folder.root / "schedules.yaml").read_text()
    folder.write("schedules.yaml", schedules + "    variables: {api_token: hunter2, pin: '${env:PIN}'}\n")

    (warning,) = folder.load().warnings

    assert warning.endswith(
        f"schedules[0].variables.api_token  'api_token' has its value written here{READ_BY_MANY}"
    )
