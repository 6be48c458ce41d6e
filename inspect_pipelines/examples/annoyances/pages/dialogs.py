"""Alerts, questions and prompts that stop the page until they are answered."""

from __future__ import annotations

from inspect_pipelines.examples.annoyances.layout import shown

BODY = """<p id=basket>2 chairs</p><button id=greet onclick="alert('Welcome back')">Greet</button>
<button id=empty onclick="if (confirm('Empty the basket?')) document.getElementById('basket').textContent = 'Nothing'">Empty</button>
<button id=name onclick="document.getElementById('basket').textContent = 'For ' + prompt('Whose basket is it?')">Name it</button>"""
ROUTES = [shown("/dialogs", "Basket", BODY)]
