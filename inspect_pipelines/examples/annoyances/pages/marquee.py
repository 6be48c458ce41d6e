"""A line of text that runs across the page for ever, as the browser itself moves it."""

from __future__ import annotations

from inspect_pipelines.examples.annoyances.layout import shown

BODY = "<marquee scrollamount=7 width=640>All orders ship tonight</marquee><marquee behavior=alternate width=400>Sale</marquee>"
ROUTES = [shown("/marquee", "Ticker tape", BODY)]
