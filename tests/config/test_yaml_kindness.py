"""What people write and YAML reads otherwise: each has its own message, and a line to paste that is right."""

from __future__ import annotations

import time

import pytest

from inspect_pipelines.config.yaml_correction import MOST_LINES, tried
from patience import allowed

HEAD = """\
apiVersion: v1
kind: Playbook
metadata: {id: shop}
spec:
  base_url: https://shop.test
  variables: [{name: x, default: y}]
"""
STEP = """\
  steps:
    - id: home
      actions:
        - goto: /{{x}}
        - screenshot: home
"""
STEPS = HEAD + STEP.replace("        - screenshot: home\n", "")
COMMENT = "'#' begins a comment"
IN_QUOTES = ", so a text that begins with it stands in quotes"


@pytest.mark.parametrize(
    ("action", "message", "line"),
    [
        ("click: #buy", f"has no value: {COMMENT}", 'click: "#buy"'),
        ("click: {selector: #buy}", f"{COMMENT}{IN_QUOTES}", 'click: {selector: "#buy"}'),
        ("{click: #buy}", f"{COMMENT}{IN_QUOTES}", '{click: "#buy"}'),
        ("goto: {{x}}/y", "'{' begins a mapping, also in '{{'", 'goto: "{{x}}/y"'),
        ("{goto: {{x}}/y}", "'{' begins a mapping, also in '{{'", '{goto: "{{x}}/y"}'),
        ("goto: {{x}}", "'{' begins a mapping, also in '{{'", 'goto: "{{x}}"'),
        ("expect_url: **/y", "'*' begins an alias", 'expect_url: "**/y"'),
        ("press: @a", "'@' is reserved", 'press: "@a"'),
        ("press: `", "'`' is reserved", 'press: "`"'),
        ("press: %", "'%' begins a directive", 'press: "%"'),
        ("press: !x", "the tag '!x' has no meaning here", 'press: "!x"'),
        ("press: &", "'&' begins an anchor", 'press: "&"'),
        ("expect_text: &Co", "has no value: '&' begins an anchor", 'expect_text: "&Co"'),
        ("expect_text: | x", "'|' begins a text of several lines", 'expect_text: "| x"'),
        ("expect_text: [draft] Shop", "'[' begins a list", 'expect_text: "[draft] Shop"'),
        ("expect_text: Total: 5 €", "a text with ': ' in it stands in quotes", 'expect_text: "Total: 5 €"'),
        ("expect_text: {contains: Total: 5}", "a text with ': ' in it stands", 'expect_text: {contains: "Total: 5"}'),
        ("click: [data-test]", "a list is not a mapping", 'click: "[data-test]"'),
        ("click: [type=submit]", "a list is not a mapping", 'click: "[type=submit]"'),
        ("click: “#buy”", "typographic quotes are no quotes", 'click: "#buy"'),
        ("expect_text: {contains: „Hallo“}", "typographic quotes", 'expect_text: {contains: "Hallo"}'),
        ("fill: {label: Zip, value: 0123}", "'0123' is not a text", 'fill: {label: Zip, value: "0123"}'),
        ("fill: {label: Zip, value: 1.10}", "'1.10' is not a text", 'fill: {label: Zip, value: "1.10"}'),
        ("fill: {label: Zip, value: true}", "'true' is not a text", 'fill: {label: Zip, value: "true"}'),
        ("goto:/x", "'goto:/x' is not a mapping", "goto: /x"),
        ("goto:\u00a0/x", "a non-breaking space (U+00A0) is part of the text", "goto: /x"),
        ("\u200bgoto: /x", "a space without a width (U+200B) is part of the key", "goto: /x"),
        ("-goto: /x", "unknown key '-goto'; a space is missing or one too many", "goto: /x"),
        ("{goto:/x}", "goto:/x  has no value, since a space is missing", "{goto: /x}"),
        ('expect_text: "Hello" world', "what begins with a quote ends with it", "expect_text: '\"Hello\" world'"),
        ("expect_text: 'it's'", "a ' inside of '", 'expect_text: "it\'s"'),
        (r'expect_text: "\d+"', "a backslash in double quotes", r"expect_text: '\d+'"),
        ("expect_text: 'open", "a quote that ' opens is never closed", "expect_text: 'open'"),
        ("press: {key: Enter", "a '{' is never closed", "press: {key: Enter}"),
        ("screenshot: {name: a, full_page: NO}", "'NO' is not true or false", "screenshot: {name: a, full_page: false}"),
        ("screenshot: {name: a, full_page: On}", "'On' is not true or false", "screenshot: {name: a, full_page: true}"),
        ("screenshot: {name: a, tolerance: 1%}", "'1%' is not a number", "screenshot: {name: a, tolerance: 0.01}"),
        ("screenshot: {name: a, mask: [#clock, .b]}", COMMENT, 'screenshot: {name: a, mask: ["#clock", .b]}'),
        ("wait_for: {text: a, timeout: 1:30}", "'90s' for minutes and seconds, '90m' for hours and minutes", None),
    ],
)  # fmt: skip
def test_what_yaml_reads_otherwise_is_said_with_a_line_to_paste(folder, action, message, line):
    text = f"{STEPS}        - {action}\n"
    folder.write("playbooks/shop.yaml", text)

    problem = folder.problems()[0]

    assert message in problem
    if line is not None:
        written = problem.rpartition(": - ")[2]
        assert written == line
        folder.write("playbooks/shop.yaml", text.replace(f"- {action}", f"- {written}"))
        assert folder.load().warnings == ()


@pytest.mark.parametrize(
    ("lines", "message", "line"),
    [
        ("  page:\n    mask: #clock\n", "spec.page.mask  has no value", 'mask: "#clock"'),
        ("  page:\n    mask:\n      - #clock\n", "spec.page.mask[0]  has no value", '- "#clock"'),
        ("  page:\n    mask: .a\n      - .b\n", "the list that begins on line 9 is read as more of", 'mask: [".a", ".b"]'),
        ("  page:\n    mask: .a\n    - .b\n", "its key has a text on line 8 already", 'mask: [".a", ".b"]'),
        ("  page:\n\tmask: .a\n", "YAML is indented with spaces, not with tabs", "    mask: .a"),
        ("  page:{mask: .a}\n", "unknown key 'page:{mask'", "page: {mask: .a}"),
        ("  page:\u00a0{mask: .a}\n", "a non-breaking space (U+00A0) is part of the key", "page: {mask: .a}"),
        ("\u00a0 page: {mask: .a}\n", "a non-breaking space (U+00A0) stands where a space should", "page: {mask: .a}"),
        ("\ufeff  page: {mask: .a}\n", "a byte order mark (U+FEFF) stands where a space should", "page: {mask: .a}"),
        ("  “page”: {mask: .a}\n", "a typographic quote is part of the key", "page: {mask: .a}"),
        ("  page:\n    mask: [.a,\n", "a '[' is never closed", "mask: [.a]"),
        ("  page: {mask: .a}\n  page: {mask: .b}\n", "the key 'page' stands on line 7 already; keep one of the two", None),
        ("  viewports:\n    - name: wide\n    device: Laptop\n", "as deep as the '-' of a list", "      device: Laptop"),
        ("  viewports:\n    - name: wide\n      device:Laptop\n", "a space is missing behind the colon", "device: Laptop"),
    ],
)  # fmt: skip
def test_what_is_odd_about_a_line_is_said_at_it(folder, lines, message, line):
    folder.write("playbooks/shop.yaml", HEAD + lines + STEP)

    problem = folder.problems()[0]

    assert message in problem
    if line is not None:
        assert problem.endswith((f"write: {line}", f"write there: {line}"))


def test_a_key_without_a_space_is_found_although_yaml_fails_a_line_later(folder):
    folder.write("playbooks/shop.yaml", HEAD.replace("base_url: ", "base_url:") + STEP)

    assert folder.problems() == [
        "playbooks/shop.yaml:5:12  a space is missing behind the colon; write: base_url: https://shop.test"
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("cron: */5 * * * *", "'*' begins an alias, so a text that begins with it stands in quotes; write: cron: \"*/5 * * * *\""),
        ("cron: @daily", "'@' is reserved, so a text that begins with it stands in quotes; write: cron: \"@daily\""),
        ("cron: “0 2 * * *”", "typographic quotes are no quotes, they are part of the text; write: cron: \"0 2 * * *\""),
        ("cron: 5 * * * *\n    enabled: NO", "'NO' is not true or false; write: enabled: false"),
        ("cron: 5 * * * *\n    timeout_minutes: 10m", "'10m' is not a whole number; write: timeout_minutes: 10"),
        ("cron: 5 * * * *\n    timeout_minutes: 1:30", "'1:30' is not a whole number; write: timeout_minutes: 90"),
        ("cron: 5 * * * *\n    timeout_minutes: \"10\"", "'10' is not a whole number; write: timeout_minutes: 10"),
        ("cron: 5 * * * *\n    notify: {on_failure: {slack_channel: #qa}}", "write: notify: {on_failure: {slack_channel: \"#qa\"}}"),
        ("cron: 5 * * * *\n    notify: {on_failure: {pagerduty: NO}}", "'NO' is a text in YAML; write 'true' or 'false'"),
        ("cron: 5 * * * *\n    variables: {x: 0123}", "'0123' is read as the number 123, and a text stands in quotes; write: variables: {x: \"0123\"}"),
    ],
)  # fmt: skip
def test_a_line_of_a_schedule_is_corrected_alike(folder, line, message):
    text = (folder.root / "schedules.yaml").read_text().replace('cron: "0 2 * * *"', line)
    folder.write("schedules.yaml", text)
    folder.write("playbooks/shop.yaml", HEAD + STEP)

    (problem,) = folder.problems()

    assert problem.endswith(message)


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_line_endings_of_other_systems_and_a_byte_order_mark_change_nothing(folder, ending):
    folder.write("playbooks/shop.yaml", b"\xef\xbb\xbf" + (HEAD + STEP).replace("\n", ending).encode())

    assert folder.load().playbooks[0].base_url == "https://shop.test"


def test_a_text_that_a_comment_cuts_off_is_warned_of(folder):
    folder.write("playbooks/shop.yaml", f"{STEPS}        - click: main #buy\n        - click: main # buys\n")

    assert folder.load().warnings == (
        (
            "playbooks/shop.yaml:11:18  spec.steps[0].actions[1].click  the text ends before '#', which begins a comment; "
            'for all of it write: - click: "main #buy"'
        ),
    )


@pytest.mark.parametrize(
    "lines",
    [
        "    - fill: {label: Password, value: @hunter2}\n",
        "    - password: @hunter2\n",
        "    - name: pin\n      secret: true\n      default: @hunter2\n",
        "    - {name: pin, secret: true, default: @hunter2}\n",
    ],
)
def test_a_corrected_line_holds_no_secret(folder, lines):
    """What `validate` says is read in the logs of CI, and a typing error stands where the secret does."""
    folder.write("playbooks/shop.yaml", f"{HEAD}  more:\n{lines}{STEP}")

    (problem,) = folder.problems()

    assert "'@' is reserved" in problem
    assert "hunter2" not in problem


def test_texts_of_a_thousand_lines_are_corrected_and_longer_ones_only_refused():
    broken = ["a: @b"]

    def fails_at(text: str) -> tuple[int, int] | None:
        return None if '@b"' in text else (1, 4)

    assert tried(broken, (1,), (1, 4), fails_at) is not None
    assert tried(broken * (MOST_LINES + 1), (1,), (1, 4), fails_at) is None


@pytest.mark.parametrize(
    "text",
    [
        "a: @" + " " * 900_000 + "x",
        "a: b" + " " * 900_000 + "x: c",
        "a: {" + "{{" * 20 + " " * 900_000 + "}",
        "a: b\n  - " + "c " * 400_000 + "\n",
        "instruction: 'wait" + " " * 900_000 + "x'",
        "value: " + "eyJ-" * 200_000,
        "value: '" + "{{" * 400_000 + "'",
    ],
)
def test_a_file_of_one_line_keeps_nobody_busy(folder, text):
    """What is said of a line is looked for by patterns, and a line of a megabyte made some of them look for hours."""
    folder.write("playbooks/shop.yaml", text)
    began_at = time.process_time()

    assert folder.problems()

    assert time.process_time() - began_at < allowed(5)
