// Lays one document out for its picture, without what is hidden, with what has a width of its own, and with all of what scrolls
// by itself and is unrolled; says how often each
// selector matched (null: it is none) and how to go back. Elements stay what they are: focus, scroll places, animations.
({ hide, widths, style, unroll }) => {
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
  const dress = () => wear(rules.map(([selector, css]) => [selector, css + SWIFT]), style && `*, ::before, ::after { ${SWIFT} }\n${style}`);
  // An element's own address among its like, for a rule that no other one hears of.
  const address = (element) => {
    const path = [];
    for (let at = element; at; at = at.parentElement) {
      if (at === document.documentElement) path.unshift(":root");
      else path.unshift(`${CSS.escape(at.localName)}:nth-child(${1 + [...at.parentNode.children].indexOf(at)})`);
    }
    return (element.getRootNode() instanceof ShadowRoot ? ":host > " : "") + path.join(" > ");
  };
  // As high as what is in it, and so all that it stands in; none of them shrinks in its row or ends where the window does.
  const grow = (element, isRolled) => {
    const more = element.scrollHeight - element.clientHeight, now = getComputedStyle(element);
    if (more < 2 || now.display === "inline" || element === document.documentElement) return;
    const around = element.parentElement && getComputedStyle(element.parentElement);
    const height = parseFloat(now.height);
    const free = now.position === "fixed" ? "position: absolute !important; bottom: auto !important;"
      : now.position === "absolute" ? "bottom: auto !important;" : "";
    const stiff = around?.display.endsWith("flex") && around.flexDirection.startsWith("column") ? "flex: none !important;" : "";
    const size = isRolled ? `height: ${height + more}px !important;` : `height: auto !important; min-height: ${height}px !important;`;
    rules.push([address(element), `${size} max-height: none !important; ${free} ${stiff}`]);
    dress();
  };
  const rolled = unroll.flatMap(matched);
  if (rules.length || style || rolled.length) {
    for (const root of all) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    dress();
  }
  for (const one of rolled) {
    keep(one);
    for (let at = one; at; at = at.parentElement ?? at.getRootNode().host) grow(at, at === one);
  }
  return {
    counts,
    release: () => {
      if (!rules.length && !style && !rolled.length) return;
      wear(rules.map(([selector]) => [selector, SWIFT]), style && `*, ::before, ::after { ${SWIFT} }`);
      wear([]);
      for (const root of all) root.adoptedStyleSheets = root.adoptedStyleSheets.filter((each) => each !== sheet);
      for (const [each, [left, top]] of places) each.scrollTo({ left, top, behavior: "instant" });
    },
  };
}
