"""The peers of PyPI in one long-lived process of a newer Python: a JSON request a line, a JSON answer a line."""

import json
import sys
from pathlib import Path

import blazediff

try:
    import pixelhog
except ImportError:  # it needs Python 3.12, and is then not asked
    pixelhog = None


def _pixelhog(old, new):
    both = pixelhog.Comparison(Path(old).read_bytes(), Path(new).read_bytes())
    return "size" if both.size_mismatch else both.diff_count() / (both.width * both.height)


def _blazediff(old, new):
    found = blazediff.compare(old, new)
    if found.reason == "layout-diff":
        return "size"
    return 0.0 if found.match_result else found.diff_percentage / 100


TOOLS = {
    "ping": lambda _, __: 0,
    "pixelhog": _pixelhog,
    "blazediff": _blazediff,
}

print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = {"ratio": TOOLS[request["tool"]](request["old"], request["new"])}
    except Exception as error:  # noqa: BLE001 - the loop goes on: what a peer refuses is its answer to that pair
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer), flush=True)
