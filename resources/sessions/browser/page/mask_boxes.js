// Where masks are: {selector: [count, [[x, y, width, height]..]] or null when it is no selector}, and under "" all
// elements that show a secret. In CSS px of the frame's window.
({ selectors, secrets }) => {
  const roots = [];
  const collect = (root) => {
    roots.push(root);
    for (const e of root.querySelectorAll("*")) if (e.shadowRoot) collect(e.shadowRoot);
  };
  collect(document);
  const boxes = (rects) => [...rects].filter((r) => r.width > 0 && r.height > 0).map((r) => [r.x, r.y, r.width, r.height]);
  const answer = {};
  for (const selector of selectors) {
    try {
      const found = roots.flatMap((root) => [...root.querySelectorAll(selector)]);
      answer[selector] = [found.length, boxes(found.map((e) => e.getBoundingClientRect()))];
    } catch { answer[selector] = null; }
  }
  const showing = [];
  if (secrets.length) {
    const holds = (text) => text && secrets.some((secret) => text.includes(secret) || text.replace(/\s+/g, " ").includes(secret.trim().replace(/\s+/g, " ")));
    // The smallest elements that show it; one that is split over several elements shows in their common parent.
    const deepest = (e) => {
      const inner = [...e.children].filter((child) => holds(child.textContent));
      inner.forEach(deepest);
      const own = [...e.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data).join("");
      if (!inner.length || holds(own)) showing.push(e.getBoundingClientRect());
    };
    for (const root of roots) {
      for (const e of root.querySelectorAll("input, textarea, select")) if (holds(e.value)) showing.push(e.getBoundingClientRect());
      for (const e of root.children) if (holds(e.textContent)) deepest(e);
    }
  }
  answer[""] = [showing.length, boxes(showing)];
  return answer;
}
