"""What other tools say and our playbooks cannot say yet, or mean not to: the one table of reasons.

When the grammar of playbooks gets such a key, its line goes, and the reader of that tool writes the key.
"""

from __future__ import annotations

STEADY = "no picture is taken before the page is quiet, two equal frames were seen, and what `ready` and wait_for name is there"
SCRIPT = "a script is not run; write what it does as actions"
OURS = "of the other tool itself"

NOT_YET: dict[str, dict[str, str]] = {
    "backstop": {
        "cookiePath": "cookies are not read from a file; write them under page.cookies, or log in with actions",
        "onBeforeScript": SCRIPT,
        "onReadyScript": SCRIPT,
        "readyEvent": f"nothing listens to the console; wait_for an element, or trust that {STEADY}",
        "delay": f"nothing waits for time: {STEADY}",
        "postInteractionWait": f"nothing waits for time: {STEADY}",
        "referenceUrl": "two live environments are not compared yet; pictures are compared with approved ones",
        "selectorExpansion": "a picture shows the whole page, so there is nothing to expand",
        "requireSameDimensions": "not needed: rows that came or went fail a view by `layout_budget_px`",
        "similarity": "the score has one method",
    },
    "percy": {
        "execute": SCRIPT,
        "waitForTimeout": f"nothing waits for time: {STEADY}",
        "percyCSS": "a style holds for all pictures; write it under page.style. Rules that only hide are converted",
        "scopeOptions": "an element is photographed as far as its box goes",
        "enableJavaScript": "pages always run their scripts",
        "domTransformation": SCRIPT,
        "include": "globs of names are not applied; take out of the playbook what is not wanted",
        "exclude": "globs of names are not applied; take out of the playbook what is not wanted",
        "discovery": "a real browser asks for what the page asks for",
        "authorization": "write it under page.basic_auth, the password as a secret variable",
        "requestHeaders": "write them under page.headers, secrets as variables",
        "cookies": "write them under page.cookies, secrets as variables",
        "ignoreRegions": "regions by coordinates move with the page; mask by a selector",
        "regions": "regions by coordinates move with the page; mask by a selector",
        "browsers": "pictures are taken in Chromium",
        "labels": OURS,
        "testCase": OURS,
        "thTestCaseExecutionId": OURS,
        "devicePixelRatio": "write it as `scale` of a viewport",
        "sync": OURS,
        "responsiveSnapshotCapture": "not needed: each viewport loads the page by itself",
    },
    "devtools": {
        "customStep": SCRIPT,
        "waitForExpression": f"no expression is evaluated; wait_for an element, or trust that {STEADY}",
        "emulateNetworkConditions": "no verb slows the network yet",
        "scroll": "not needed: the whole page is photographed, and what comes while scrolling is waited for",
        "close": "not needed: a session closes its pages",
        "keyUp": "not needed: `press` presses and releases",
        "frame": "a recording counts frames; name it by `frame:` and the iframe's selector",
        "offset": "a click needs an element; a place on the page moves",
        "xpath": "elements are not found by XPath; name it by role, label, text or a selector",
        "target": "another window is named by expect_popup, and this recording says only which",
    },
    "sitemap": {
        "host": "of another host: a playbook has one base_url; import it with a sitemap of its own",
        "template": "made by the template of another page, which stands for all of them",
        "most": "beyond the pages that one playbook holds",
        "index": "another sitemap, which is not beside this one; fetch it and import it by itself",
        "address": "is no address of a web page",
    },
}


def reason(tool: str, key: str) -> str:
    """Why a key of that tool's is not converted."""
    return NOT_YET[tool].get(key, "unknown to us")
