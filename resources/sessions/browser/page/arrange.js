// Lays one document out for its picture, without what is hidden and with what has a width of its own; says how often each
// selector matched (null: it is none) and how to go back. Elements stay what they are: focus, scroll places, animations.
({ hide, widths, style }) => {
  const roots = function* (root) {
    yield root;
    for (const element of root.querySelectorAll("*")) if (element.shadowRoot) yield* roots(element.shadowRoot);
  };
  const all = [...roots(document)];
  const counts = {};
  const matched = (selector) => {
    try {
      const found = all.flatMap((root) => [...root.querySelectorAll(selector)]);
      counts[selector] = found.length;
      return found;
    } catch {
      counts[selector] = null;
      return [];
    }
  };
  const SWIFT = "transition-duration: 0s !important; transition-delay: 0s !important;"; // else `transition: all` would tell of it
  const NOWHERE = "position: absolute !important; transform: scale(0) !important; transform-origin: 0 0 !important;";
  const rules = [], places = new Map();
  const keep = (element) => {
    const around = [element, ...element.querySelectorAll("*")];
    for (let at = element; (at = at.parentElement ?? at.getRootNode().host); ) around.push(at);
    for (const each of around) if (each.scrollTop || each.scrollLeft) places.set(each, [each.scrollLeft, each.scrollTop]);
  };
  for (const selector of hide) {
    const found = matched(selector);
    found.forEach(keep);
    if (found.length) rules.push([selector, NOWHERE]);
  }
  for (const [selector, width] of widths) {
    const found = matched(selector);
    found.forEach(keep);
    if (!found.length) continue;
    const block = found.some((each) => getComputedStyle(each).display === "inline") ? "display: inline-block !important;" : "";
    rules.push([selector, `${block} box-sizing: border-box !important; width: ${width}px !important; min-width: ${width}px !important; ` +
      `max-width: ${width}px !important; flex: none !important; overflow: clip !important; white-space: nowrap !important;`]);
  }
  const sheet = new CSSStyleSheet();
  const wear = (written, own = "") => {
    sheet.replaceSync(own + "\n" + written.map(([selector, css]) => `:is(${selector}) { ${css} }`).join("\n"));
    document.documentElement.offsetWidth; // all styles, now
  };
  if (rules.length || style) {
    for (const root of all) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    wear(rules.map(([selector, css]) => [selector, css + SWIFT]), style && `*, ::before, ::after { ${SWIFT} }\n${style}`);
  }
  return {
    counts,
    release: () => {
      if (!rules.length && !style) return;
      wear(rules.map(([selector]) => [selector, SWIFT]), style && `*, ::before, ::after { ${SWIFT} }`);
      wear([]);
      for (const root of all) root.adoptedStyleSheets = root.adoptedStyleSheets.filter((each) => each !== sheet);
      for (const [each, [left, top]] of places) each.scrollTo({ left, top, behavior: "instant" });
    },
  };
}
