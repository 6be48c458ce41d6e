// The text of an element as a person reads it, open shadow roots and what stands in their slots included (innerText has neither).
(element) => {
  const CASES = { uppercase: (text) => text.toUpperCase(), lowercase: (text) => text.toLowerCase() };
  const holdsRoots = (e) => e.shadowRoot || [...e.querySelectorAll("*")].some((each) => each.shadowRoot);
  const isPlain = (e) => !holdsRoots(e) && (!(e.getRootNode() instanceof ShadowRoot) || (e.localName !== "slot" && !e.querySelector("slot")));
  const children = (e) => {
    if (e.shadowRoot) return [...e.shadowRoot.childNodes];
    const given = e.localName === "slot" ? e.assignedNodes({ flatten: true }) : [];
    return given.length ? given : [...e.childNodes];
  };
  const read = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      const style = getComputedStyle(node.parentElement ?? node.parentNode.host);
      return style.visibility === "visible" ? (CASES[style.textTransform] ?? String)(node.data) : "";
    }
    if (node.nodeType !== Node.ELEMENT_NODE) return "";
    const display = getComputedStyle(node).display;
    if (display === "none") return "";
    const text = isPlain(node) ? node.innerText ?? node.textContent : children(node).map(read).join("");
    return /^(inline|contents)$/.test(display) ? text : `\n${text}\n`;
  };
  return isPlain(element) ? element.innerText ?? element.textContent ?? "" : read(element);
}
