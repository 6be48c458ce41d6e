"""A component that keeps its elements in a shadow root, where style sheets and plain selectors do not reach."""

from __future__ import annotations

from inspect_pipelines.examples.annoyances.layout import shown

BODY = """<x-counter></x-counter><script>customElements.define("x-counter", class extends HTMLElement {
  constructor() {
    super();
    const root = this.attachShadow({ mode: "open" });
    root.innerHTML = "<p>Guests: <b>0</b></p><button>One more</button>";
    root.querySelector("button").onclick = () => root.querySelector("b").textContent++;
  }
})</script>"""
ROUTES = [shown("/shadow-dom", "A table for", BODY)]
