"""Static files: kept by browsers for ever, and exactly what their makers published."""

from __future__ import annotations

import gzip
import hashlib
import re
from pathlib import Path

import pytest

from houses import a_house
from inspect_pipelines.web.console.files import FOLDER, Files
from web_app import TestClient, an_app

# of the packages htmx.org 4.0.1 (0BSD), as the npm registry has them
PUBLISHED = {
    "htmx-4.0.1.min.js": "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130",
    "hx-sse-4.0.1.min.js": "18ef2761356ec1fe0bb6d92612315b37517a7c1e9856b661c5ae81fef239d103",
}
ADDRESSED = re.compile(rb'"/static/[0-9a-f]{16}/')
MOST_BYTES = 150_000  # what a page without pictures may take; its HTML is in it


@pytest.fixture
def client() -> TestClient:
    return TestClient(an_app(a_house(Path("/nowhere"))), base_url="http://127.0.0.1")


@pytest.mark.parametrize("name", [path.name for path in FOLDER.iterdir()])
def test_a_file_is_kept_for_ever_under_the_hash_of_its_content(client: TestClient, name: str) -> None:
    content = (FOLDER / name).read_bytes()

    answer = client.get(Files().url(name))

    assert answer.status_code == 200
    assert ADDRESSED.sub(b'"./', answer.content) == content
    assert hashlib.sha256(answer.content).hexdigest()[:16] in str(answer.url)
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_module_asks_for_others_by_the_addresses_that_hold_their_hashes(client: TestClient) -> None:
    """An import of `./zoom.js` would be asked for under the hash of the file that imports it, where there is none."""
    module = client.get(Files().url("diff.js")).text

    imported = re.findall(r'from "([^"]+)"', module)

    assert imported
    assert [client.get(address).status_code for address in imported] == [200] * len(imported)


@pytest.mark.parametrize(
    "address",
    ["/static/0000000000000000/console.css", "/static/0000000000000000/../home.py", "/static/x/nope.css"],
)
def test_what_is_not_there_or_not_any_more_is_404(client: TestClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_whoever_cannot_unpack_gets_it_plain(client: TestClient) -> None:
    answer = client.get(Files().url("console.css"), headers={"Accept-Encoding": "identity"})

    assert "content-encoding" not in answer.headers
    assert answer.content == (FOLDER / "console.css").read_bytes()


@pytest.mark.parametrize("name", PUBLISHED)
def test_libraries_are_what_their_makers_published(name: str) -> None:
    assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == PUBLISHED[name]


def test_all_of_them_together_stay_small() -> None:
    assert sum(len(gzip.compress(path.read_bytes())) for path in FOLDER.iterdir()) < MOST_BYTES / 3
