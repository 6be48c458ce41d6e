// Where masks are: {selector: [count, [[x, y, width, height]..]] or null when it is no selector}, in CSS px of the frame's window.
(selectors) => {
  const roots = [];
  const collect = (root) => {
    roots.push(root);
    for (const e of root.querySelectorAll("*")) if (e.shadowRoot) collect(e.shadowRoot);
  };
  collect(document);
  const boxes = (rects) => rects.filter((r) => r.width > 0 && r.height > 0).map((r) => [r.x, r.y, r.width, r.height]);
  const answer = {};
  for (const selector of selectors) {
    try {
      const found = roots.flatMap((root) => [...root.querySelectorAll(selector)]);
      answer[selector] = [found.length, boxes(found.map((e) => e.getBoundingClientRect()))];
    } catch { answer[selector] = null; }
  }
  return answer;
}
