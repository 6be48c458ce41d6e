"""The grammar of verbs and targets: what is written, what it means, and what is wrong with it."""

from __future__ import annotations

import hashlib

import pytest

from inspect_pipelines.domain import action as actions
from inspect_pipelines.domain import expectation as expectations
from inspect_pipelines.domain import gesture as gestures
from inspect_pipelines.domain.action import TakeScreenshot
from inspect_pipelines.domain.target import Target

HEAD = "apiVersion: v1\nkind: Playbook\nmetadata: {id: shop}\nspec:\n  base_url: https://shop.test\n"
SECRET = "  variables: [{name: word, secret: true, default: '${env:WORD}'}]\n"
STEP = "  steps:\n    - id: home\n      actions:\n        - {goto: '/{{word}}'}\n        - screenshot: home\n        - "
FIELD, ROW = Target(label="Field"), Target(selector=".row")
ALLOWED = "apiVersion: v1\nkind: OrganizationConfig\nplaybooks: {evaluate: true}\n"


@pytest.fixture
def written(folder):
    """The last action of a playbook."""

    def written(action: str):
        folder.write("organization.yaml", ALLOWED)
        folder.write("playbooks/shop.yaml", HEAD + SECRET + STEP + action + "\n")
        return folder.load().playbooks[0].steps[0].actions[-1]

    return written


@pytest.fixture
def problems(folder):
    """What is wrong with a last action, without its place in the file."""

    def problems(action: str, organization: str = ALLOWED):
        folder.write("organization.yaml", organization)
        folder.write("playbooks/shop.yaml", HEAD + SECRET + STEP + action + "\n")
        return [
            line.partition("  ")[2].removeprefix("spec.steps[0].actions[2]") for line in folder.problems()
        ]

    return problems


@pytest.mark.parametrize(
    ("action", "meant"),
    [
        ("dblclick: .row", gestures.DoubleClick(ROW)),
        ("type: {label: Field, value: '{{word}}'}", gestures.Type(FIELD, "{{word}}")),
        ("hover: .row", gestures.Hover(ROW)),
        ("{check: {label: Field}, only: desktop}", gestures.Check(FIELD, only=("desktop",))),
        ("uncheck: {label: Field}", gestures.Uncheck(FIELD)),
        ("select: {label: Field, option: [a, b]}", gestures.Select(FIELD, ("a", "b"))),
        ("drag: {selector: .row, to: {label: Field}}", gestures.Drag(ROW, FIELD)),
        ("scroll: .row", gestures.Scroll(ROW, "view")),
        ("scroll: {to: bottom}", gestures.Scroll(None, "bottom")),
        ("scroll: {selector: .row, by: -40}", gestures.Scroll(ROW, None, -40)),
        ("download: {selector: .row, file: '*.csv', min_size: 300B, max_size: 1.5MB}", gestures.Download(ROW, "*.csv", 300, 1_500_000)),
        ("dialog: dismiss", actions.AnswerDialog("dismiss")),
        ("dialog: {answer: accept, text: Sure?, value: because}", actions.AnswerDialog("accept", "Sure?", "because")),
        ("request: /reset", actions.Request("/reset")),
        (
            "request: {method: POST, url: /x, headers: {a: b}, json: {b: [1, true], a: '{{word}}'}, expect_status: 201, expect_json: {}}",
            actions.Request("/x", "POST", (("a", "b"),), '{"a": "{{word}}", "b": [1, true]}', None, 201, None, "{}"),
        ),
        ("evaluate: {script: '1 + 1', equals: 2}", actions.Evaluate("1 + 1", "2")),
        ("expect_hidden: .row", expectations.ExpectHidden(ROW)),
        ("expect_count: {selector: .row, equals: 2}", expectations.ExpectCount(ROW, 2, 2)),
        ("expect_count: {selector: .row, at_most: 2}", expectations.ExpectCount(ROW, 0, 2)),
        ("expect_value: {label: Field, contains: a}", expectations.ExpectValue(FIELD, None, "a")),
        ("expect_title: Shop", expectations.ExpectTitle(None, "Shop")),
        ("expect_response: {url: /api, status: 404, method: PUT}", expectations.ExpectResponse("/api", 404, "PUT")),
        ("expect_aria: '- heading'", expectations.ExpectAria("- heading")),
        ("screenshot: {name: row, element: .row}", TakeScreenshot("row", element=ROW)),
        (
            "click: {title: Go, frame: iframe, nth: -1, has: {alt: A chair}, within: .row}",
            gestures.Click(Target(title="Go", frame="iframe", nth=-1, has=Target(alt="A chair"), within=ROW)),
        ),
    ],
)  # fmt: skip
def test_a_verb_means_what_is_written(written, action, meant):
    assert written(action) == meant


@pytest.mark.parametrize(
    ("action", "problem"),
    [
        ("drag: {selector: a}", ".drag  lacks the key 'to'"),
        ("scroll: {}", ".scroll  says not where to; name an element, or write {to: bottom} or {by: 400}"),
        ("scroll: {to: top, by: 4}", ".scroll  'to' and 'by' cannot go together; keep one of them"),
        ("download: {selector: a, max_size: 5GB}", ".download.max_size  '5GB' is not a size; write '300B', '20kB' or '5MB'"),
        ("download: {selector: a, max_size: 60MB}", ".download  'max_size' is from 'min_size' (1) to 50000000 bytes (50MB)"),
        ("dialog: yes", ".dialog.answer  'yes' is not one of 'accept', 'dismiss'"),
        ("dialog: {answer: dismiss, value: x}", ".dialog  'value' is typed into a prompt that is accepted; write 'answer: accept'"),
        ("dialog: {answer: accept, value: '{{word}}'}", ".dialog  holds the secret 'word', which a page must not be told; it is typed by 'fill' and 'type' only"),
        ("request: {url: /x, json: {a: 1}}", ".request  GET has no body; write the 'method', for example POST"),
        ("request: {url: 'ftp://x'}", ".request  'ftp://x' is neither a path nor an address that starts with 'https://'"),
        ("evaluate: '`{{word}}`'", ".evaluate  holds the secret 'word', which a page must not be told; it is typed by 'fill' and 'type' only"),
        ("expect_count: {selector: a}", ".expect_count  needs 'equals', or 'at_least' or 'at_most' or both"),
        ("expect_count: {selector: a, at_least: 3, at_most: 2}", ".expect_count  'at_least' (3) is more than 'at_most' (2)"),
        ("expect_value: {equals: a}", ".expect_value  names no element; use one of selector, role, label, text, placeholder, test_id, title, alt"),
        ("screenshot: {name: a, element: b, clip: {x: 0, y: 0, width: 1, height: 1}}", ".screenshot  'clip' and 'element' cannot go together; keep one of them"),
        ("screenshot: {name: a, device: iPhone 13}", ".screenshot.device  'device' does not stand here; name it at a viewport, and the viewport in 'only'"),
        ("scroll: {by: 4, nth: 1}", ".scroll  'nth' alone names no element"),
        ("click: {text: a, within: {selector: b, frame: c}}", ".click  'frame' stands beside 'within', not in it: both are in the same one"),
        ("click: {text: a, has: {titel: b}}", ".click.has.titel  unknown key 'titel' (did you mean 'title'?)"),
        ("upload: {selector: a, file: ../schedules.yaml}", ".upload  '../schedules.yaml' leads out of the project; only files of the project's own folder are uploaded, as 'files/cv.pdf'"),
        ("upload: {selector: a, file: /etc/passwd}", ".upload  '/etc/passwd' leads out of the project; only files of the project's own folder are uploaded, as 'files/cv.pdf'"),
        ("upload: {selector: a, file: link}", ".upload  'link' is a link that leads out of the project; only files of the project's own folder are uploaded"),
        ("upload: {selector: a, file: playbooks}", ".upload  'playbooks' is no file; name the files that are uploaded one by one"),
        ("upload: {selector: a, file: gone.txt}", ".upload  'gone.txt' cannot be read: no such file or directory; only files of the project's own folder are uploaded"),
        ("upload: {selector: a, file: large}", ".upload  'large' has more than 500,000 bytes; a smaller file shows the same"),
    ],
)  # fmt: skip
def test_a_misused_verb_is_named(folder, problems, action, problem):
    (folder.root / "link").symlink_to("/etc/passwd")
    (folder.root / "large").write_bytes(b"x" * 500_001)

    assert problem in problems(action)


def test_scripts_run_in_a_page_only_where_the_organization_allows_them(problems):
    assert problems("evaluate: '1'", "apiVersion: v1\nkind: OrganizationConfig\n") == [
        ".evaluate  runs a script of yours in the page, which organization.yaml has to allow: playbooks: {evaluate: true}"
    ]


def test_a_script_gets_variables_as_its_argument_and_never_as_its_text(problems):
    found = problems("evaluate: '\"{{wrd}}\"'")

    assert (
        ".evaluate  holds the placeholder '{{wrd}}'; a script that is a function is given the variables, but for secret ones: "
        "(all) => all.wrd"
    ) in found


def test_a_file_is_uploaded_as_it_was_when_the_project_was_read_and_told_without_its_bytes(written, folder):
    folder.write("files/cv.txt", "my life")

    upload = written("upload: {label: Field, file: files/cv.txt}")

    (file,) = upload.files
    assert (file.name, file.sha256) == ("cv.txt", hashlib.sha256(b"my life").hexdigest())
    assert file.content == "bXkgbGlmZQ=="
    assert file.content not in repr(upload)
