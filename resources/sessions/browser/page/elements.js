// What stands where: [kind, label, own text, name parts, selector, x, y, width, height] in CSS px of the page, the most telling elements first.
({ most }) => {
  const INTERACTIVE = "a[href],button,input,select,textarea,summary,[role=button],[role=link],[role=tab],[role=checkbox],[role=menuitem],h1,h2,h3,h4,h5,h6,img,svg[aria-label],video,canvas,iframe,[data-testid],[data-test-id],[data-test]";
  const LANDMARK = "header,nav,main,footer,aside,section,article,form,table,dialog,ul,ol,[role],[id]";
  const ROLES = { a: "link", button: "button", img: "image", select: "select", textarea: "text box", nav: "navigation", summary: "summary", video: "video", iframe: "frame" };
  const squeeze = (text) => (text || "").replace(/\s+/g, " ").trim().slice(0, 300);
  const found = [];
  const own = (e) => squeeze([...e.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data).join(" "));
  const label = (e) => squeeze(e.getAttribute("aria-label")) || (e.labels?.length ? squeeze(e.labels[0].innerText) : "")
    || squeeze(e.getAttribute("alt")) || squeeze(e.getAttribute("placeholder")) || squeeze(e.getAttribute("title"));
  const kind = (e) => {
    const tag = e.tagName.toLowerCase();
    const role = e.getAttribute("role");
    if (role && !["none", "presentation"].includes(role)) return role;
    if (/^h[1-6]$/.test(tag)) return "heading";
    if (tag === "input") return ["submit", "button", "reset"].includes(e.type) ? "button" : ["checkbox", "radio"].includes(e.type) ? e.type : "text box";
    return ROLES[tag] || tag;
  };
  const part = (e) => e.tagName.toLowerCase() + (e.id ? `#${e.id}` : [...e.classList].slice(0, 2).map((c) => `.${c}`).join(""));
  const selector = (e) => e.id || !e.parentElement || e.parentElement === document.body ? part(e) : `${part(e.parentElement)} > ${part(e)}`;
  const visit = (root) => {
    for (const e of root.querySelectorAll("*")) {
      if (found.length >= 4000) return;
      if (e.shadowRoot) visit(e.shadowRoot);
      if (e.closest("head") || e instanceof SVGElement && !e.matches("svg[aria-label]")) continue;
      const rank = e.matches(INTERACTIVE) ? 0 : e.matches(LANDMARK) ? 1 : own(e) ? 2 : 3;
      if (rank === 3) continue;
      const box = e.getBoundingClientRect();
      if (box.width < 1 || box.height < 1 || !e.checkVisibility({ visibilityProperty: true })) continue;
      const test = e.getAttribute("data-testid") || e.getAttribute("data-test-id") || e.getAttribute("data-test");
      // A container is known by its test id or id, everything else by what it says.
      const speaks = !e.childElementCount || e.matches("a,button,summary,h1,h2,h3,h4,h5,h6,[role=button],[role=link],[role=tab],[role=menuitem]");
      // What people type is no text of the page.
      const typed = e.matches("input,textarea,select") || e.isContentEditable;
      const shown = e.tagName === "INPUT" && ["submit", "button", "reset"].includes(e.type) ? e.value
        : typed ? "" : speaks ? squeeze(e.innerText) : own(e);
      const text = label(e) || (speaks ? squeeze(e.innerText) : rank === 2 ? own(e) : "") || (typed ? shown : "");
      found.push([rank, kind(e), text, shown, test || "", e.id || "", e.classList[0] || "", selector(e), box.x + scrollX, box.y + scrollY, box.width, box.height]);
    }
  };
  visit(document);
  return found.sort((a, b) => a[0] - b[0]).slice(0, most).map((each) => each.slice(1));
}
