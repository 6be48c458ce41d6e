"""Style sheets for paper that would hide half of the page, were they taken for the screen's."""

from __future__ import annotations

from inspect_pipelines.examples.annoyances.layout import shown

HEAD = "<style>@media print{nav,button{display:none}body{font-family:serif;color:#000}}@media screen{.paper{display:none}}</style>"
BODY = "<nav class=card>Orders, invoices</nav><p class=paper>Printed for your files</p><p>Invoice 17</p><button>Print</button>"
ROUTES = [shown("/print-styles", "Invoice", BODY, head=HEAD)]
