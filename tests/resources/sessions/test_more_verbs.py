"""The verbs beyond going, clicking and filling, on a real page."""

from __future__ import annotations

import base64
import json

import pytest

from inspect_pipelines.domain.action import AnswerDialog, Evaluate, Goto, Request, TakeScreenshot
from inspect_pipelines.domain.expectation import (
    ExpectAria,
    ExpectCount,
    ExpectHidden,
    ExpectResponse,
    ExpectText,
    ExpectTitle,
    ExpectValue,
    ExpectVisible,
)
from inspect_pipelines.domain.finding import FindingKind
from inspect_pipelines.domain.gesture import (
    Attachment,
    Check,
    Click,
    DoubleClick,
    Download,
    Drag,
    Hover,
    Scroll,
    Select,
    Type,
    Uncheck,
    Upload,
)
from inspect_pipelines.domain.playbook import Step
from inspect_pipelines.domain.session import SessionStatus, Value
from inspect_pipelines.domain.target import Target
from session_requests import picture

HALF = 0.5  # s
PAGE = """<!doctype html><title>Everything</title><style>body{margin:0;font:16px sans-serif} .menu span{visibility:hidden} .menu:hover span{visibility:visible}
#box{height:80px;width:200px;overflow:auto} #box p{height:600px;margin:0} #tile{position:absolute;left:300px;top:20.5px;width:120px;height:60px;background:#06c}</style>
<h1>Everything</h1><p id=twice>-</p><button id=double ondblclick="said('twice','yes')">Twice</button>
<div class=menu title="A menu"><b>Menu</b><span id=item>Item</span></div>
<label>Search <input id=search onkeyup="said('keys', Number(at('keys').textContent) + 1)"></label><i id=keys>0</i>
<label><input type=checkbox id=agree onchange="said('agreed', at('agree').checked)"> I agree</label><i id=agreed>-</i>
<label>Country <select id=country onchange="said('chosen', this.value)"><option value=no>Norway<option value=se>Sweden</select></label><i id=chosen>-</i>
<div id=from draggable=true style="width:60px;height:30px;background:gold">drag</div><div id=to style="width:200px;height:60px;background:#ddd" ondragover="event.preventDefault()" ondrop="said('dropped','yes')">here</div><i id=dropped>-</i>
<div id=box onscroll="said('scrolled', Math.round(at('box').scrollTop))"><p>long</p></div><i id=scrolled>0</i>
<input type=file id=file multiple onchange="Promise.all([...this.files].map(f => f.text().then(t => f.name + '=' + t))).then(all => said('files', all.join()))"><i id=files>-</i>
<a id=csv href=/file.csv download="report.csv">Export</a><button id=ask onclick="said('answer', confirm('Delete all?') ? prompt('Why?') : 'kept')">Delete</button><i id=answer>-</i>
<ul><li class=card><b>Oak</b> <button>Buy</button></li><li class=card><b>Pine</b> <button onclick="said('bought','pine')">Buy</button></li></ul><i id=bought>-</i>
<img src=/picture.png alt="A chair"><div id=tile>tile</div>
<script>const at = (id) => document.getElementById(id), said = (id, what) => at(id).textContent = what; fetch('/data.json');</script>"""


def at(selector: str, **more) -> Target:
    return Target(selector=selector, **more)


def says(selector: str, text: str) -> ExpectText:
    return ExpectText(at(selector), equals=text)


@pytest.fixture
def everything(site):
    site.serve("/everything", PAGE)
    site.answer(
        "/data.json", "application/json", json.dumps({"items": [{"id": 7, "name": "Oak"}], "more": True})
    )
    return site


def test_what_a_person_can_do_with_a_page_a_playbook_does(play, everything):
    oak = Target(selector=".card", has=Target(text="Pine"))
    files = tuple(
        Attachment(name, "", base64.b64encode(text).decode())
        for name, text in (("a.txt", b"one"), ("b.txt", b"two"))
    )

    result = play(
        Goto("/everything"),
        DoubleClick(at("#double")),
        says("#twice", "yes"),
        ExpectHidden(at("#item")),
        Hover(Target(title="A menu")),
        ExpectVisible(at("#item")),
        Type(Target(label="Search"), "oak"),
        says("#keys", "3"),
        ExpectValue(Target(label="Search"), equals="oak"),
        Check(Target(label="I agree")),
        says("#agreed", "true"),
        Uncheck(Target(label="I agree")),
        says("#agreed", "false"),
        Select(Target(label="Country"), ("Sweden",)),
        says("#chosen", "se"),
        Drag(at("#from"), at("#to")),
        says("#dropped", "yes"),
        Scroll(at("#box"), "bottom"),
        says("#scrolled", "520"),
        Scroll(at("#box"), None, -20),
        says("#scrolled", "500"),
        Scroll(None, "bottom"),
        Scroll(Target(alt="A chair")),
        Upload(at("#file"), files),
        says("#files", "a.txt=one,b.txt=two"),
        Download(Target(text="Export"), "*.csv", 5, 100),
        AnswerDialog("accept", "Delete"),
        AnswerDialog("accept", value="too old"),
        Click(at("#ask")),
        says("#answer", "too old"),
        Click(Target(role="button", name="Buy", within=oak)),
        says("#bought", "pine"),
        ExpectText(Target(selector="b", within=Target(selector=".card", nth=-1)), equals="Pine"),
        ExpectCount(at(".card"), 2, 2),
        ExpectTitle(equals="Everything"),
        ExpectResponse("/data.json", 200, "GET"),
        ExpectAria('- heading "Everything" [level=1]'),
        Evaluate("(all) => ({ kind: all.kind, secrets: Object.keys(all).length })", '{"kind": "{{kind}}", "secrets": 1}'),
        values={"kind": Value("big")},
    )  # fmt: skip

    assert [finding.message for finding in result.findings] == []
    assert result.status is SessionStatus.COMPLETED


@pytest.mark.parametrize(
    ("action", "sentence"),
    [
        (Check(at("h1")), "check h1: could not be done: it is neither a checkbox nor a radio button"),
        (Select(Target(label="Country"), ("Norwy",)), "select label 'Country': could not be done within 0.5 s: it has no such option; there is 'Norway', 'Sweden'"),
        (Select(at("#search"), ("x",)), "select #search: could not be done: it is no <select> of options; click it, and then the option"),
        (Upload(at("#search"), (Attachment("a.txt", "", ""),)), "upload #search: could not be done: it is no field that takes files"),
        (Drag(at("#from"), at("#nowhere")), "drag to #nowhere: could not be done within 0.5 s: found none"),
        (Download(at("#double")), "download #double: no file was offered within 0.5 s"),
        (Click(Target(title="A meny")), "found none; did you mean 'A menu'?"),
        (Click(Target(selector=".card", nth=5)), "found 2, so there is no nth 5 (0 is the first, -1 the last)"),
        (Click(Target(selector=".card", has=Target(text="Elm"))), "found 2, none of them with text 'Elm'"),
        (Click(Target(role="button", within=at(".crad"))), "there is no .crad to look within; did you mean '.card'?"),
        (Click(Target(role="button", name="Buy")), "found 2; say which one is meant: <button> 'Buy'"),
        (Evaluate("() => { throw new Error('no') }"), "evaluate: the script failed: Error: no"),
        (TakeScreenshot("t", element=at("#item")), "screenshot 't' of #item: could not be done within 0.5 s: it is not visible"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_says_why(play, everything, action, sentence):
    result = play(
        Step("open", "Open", (Goto("/everything"),)), Step("try", "Try", (action,), timeout_seconds=HALF)
    )

    (finding,) = result.findings
    assert sentence in finding.message
    assert finding.kind is FindingKind.ACTION


def test_what_is_not_as_expected_says_what_was_seen_and_the_playing_goes_on(play, everything):
    result = play(
        Step("open", "Open", (Goto("/everything"),)),
        Step(
            "look",
            "Look",
            (
                ExpectHidden(at("h1")),
                ExpectCount(at(".card"), 3),
                ExpectValue(at("#country"), contains="dk"),
                ExpectTitle(contains="Nothing"),
                ExpectResponse("**/orders"),
                ExpectAria('- heading "Nothing"', at("h1")),
                Evaluate("1 + 1", "3"),
                Download(Target(text="Export"), "*.pdf"),
                Download(Target(text="Export"), None, 500),
                AnswerDialog("accept", "Save"),
                Click(at("#ask")),
                says("#answer", "kept"),
                AnswerDialog("dismiss"),
            ),
            timeout_seconds=3,
        ),
    )

    assert result.status is SessionStatus.COMPLETED
    assert [finding.message.partition(" after 3 s")[0] for finding in result.findings] == [
        "expected h1 to be hidden, it is visible",
        "expected at least 3 of .card, found 2",
        "expected the value of #country to contain 'dk', it is 'no'",
        "expected the page's title to contain 'Nothing', it is 'Everything'",
        "expected '**/orders' to be answered below 400, nothing like it was answered since the step began",
        """expected the outline of h1 to have '- heading "Nothing"' within 3 s; it is '- heading "Everything" [level=1]'""",
        "evaluate gave another value: it is 2, expected 3",
        "expected a download called '*.pdf', it is called 'file.csv'",
        "expected the download 'file.csv' to have 500 to 50,000,000 bytes, it has 8",
        "expected a dialog that says 'Save', it said 'Delete all?'",
        "expected a dialog, none came",
    ]


def test_a_request_has_the_pages_cookies_and_what_it_answers_is_looked_at(play, everything):
    everything.serve(
        "/sign", "<!doctype html><title>Signed</title><script>document.cookie = 'who=ada'</script>"
    )
    everything.redirect("/led-on", "/data.json")
    everything.redirect("/led-away", "http://example.com/")

    result = play(
        Step(
            "data",
            "Data",
            (
                Goto("/sign"),
                Request("/data.json", expect_json='{"items": [{"name": "{{name}}"}]}'),
                Request("/led-on", expect_text='"id": 7'),
                Request("/led-on", expect_status=302),
                Request("/echo", "POST", json='{"who": "{{quoted}}"}', expect_text='{"who": "a\\"b"} who=ada'),
                Request("/missing"),
                Request("/data.json", expect_json='{"items": []}'),
                Request("/data.json", expect_json='{"more": 1}'),
                Request("/data.json", expect_text="Elm", expect_status=200),
            ),
        ),
        Step("away", "Away", (Request("/led-away"),)),
        values={"name": Value("Oak"), "quoted": Value('a"b')},
        allowed_hosts=("127.0.0.1",),
    )  # fmt: skip

    home = everything.url
    assert [finding.message for finding in result.findings] == [
        f"request GET {home}/missing answered 404 Not Found",
        f"the JSON of GET {home}/data.json is another one: items has 1 entries, expected 0",
        f"the JSON of GET {home}/data.json is another one: more is true, expected 1",
        f"""expected GET {home}/data.json to say 'Elm', it says '{{"items": [{{"id": 7, "name": "Oak"}}], "more": true}}'""",
        f"a request was to go to 'example.com', which is not allowed; allowed hosts: 127.0.0.1:{everything.port}, 127.0.0.1",
    ]


def test_a_secret_is_typed_and_sent_and_neither_seen_nor_told(play, everything, gallery, monkeypatch):
    word = "hunter2-long"
    monkeypatch.setenv("WORD_OF_TESTS", word)

    result = play(
        Goto("/everything"),
        Type(Target(label="Search"), "{{word}}"),
        TakeScreenshot("typed", element=Target(label="Search")),
        Request("/echo?{{word}}", "POST", body="{{word}}", headers=(("x-key", "{{word}}"),), expect_text="nobody says this"),
        Evaluate("(all) => Object.keys(all).length + document.getElementById('search').value", '"0"'),
        values={"word": Value("${env:WORD_OF_TESTS}", is_secret_reference=True)},
    )  # fmt: skip

    told = repr(result)
    assert word not in told
    assert [finding.kind for finding in result.findings] == [FindingKind.EXPECTATION] * 2
    assert "***" in told
    (shot,) = result.screenshots
    image = picture(gallery, shot.sha256)
    assert len(image.getcolors(100_000)) <= 3  # the field is one painted box


def test_a_picture_of_an_element_is_as_large_as_that_wherever_it_is(play, everything, gallery):
    result = play(Goto("/everything"), TakeScreenshot("tile", element=Target(selector="#tile")))

    (shot,) = result.screenshots
    image = picture(gallery, shot.sha256)
    assert (shot.width, shot.height) == (120, 61)  # half a pixel above and below
    assert image.getpixel((2, 30)) == (0, 102, 204)
    assert result.findings == ()
