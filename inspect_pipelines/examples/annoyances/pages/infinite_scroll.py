"""A feed without an end: whoever comes near to its foot gets more of it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from inspect_pipelines.examples.annoyances.layout import shown

AT_ONCE = 20
BODY = """<div id=feed></div><p id=foot>&nbsp;</p><script>let page = 0, asks = false;
const more = async () => {
  if (asks) return;
  asks = true;
  const posts = await (await fetch("/infinite-scroll/more?page=" + page++)).json();
  document.getElementById("feed").insertAdjacentHTML("beforeend", posts.map((each) => `<div class=card style="height:240px">${each}</div>`).join(""));
  asks = false;
};
new IntersectionObserver((all) => all.some((each) => each.isIntersecting) && more(), { rootMargin: "600px" }).observe(document.getElementById("foot"))</script>"""


async def more(request: Request) -> JSONResponse:
    """The next posts; there are always some."""
    text = request.query_params.get("page", "")
    first = int(text) * AT_ONCE if text.isascii() and text.isdigit() and len(text) < 6 else 0
    return JSONResponse([f"Post {first + number}" for number in range(AT_ONCE)])


ROUTES = [Route("/infinite-scroll/more", more), shown("/infinite-scroll", "Feed", BODY)]
