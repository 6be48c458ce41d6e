// The smallest element around a box (CSS px of the page), as a short readable path.
({ x, y, width, height }) => {
  let best = document.body || document.documentElement, area = Infinity;
  const visit = (root) => {
    for (const e of root.querySelectorAll("*")) {
      if (e.shadowRoot) visit(e.shadowRoot);
      const box = e.getBoundingClientRect();
      const left = box.x + scrollX, top = box.y + scrollY;
      const around = left <= x + 1 && top <= y + 1 && left + box.width >= x + width - 1 && top + box.height >= y + height - 1;
      if (around && box.width * box.height <= area && e.checkVisibility()) { best = e; area = box.width * box.height; }
    }
  };
  visit(document);
  const part = (e) => e.tagName.toLowerCase() + (e.id ? `#${e.id}` : [...e.classList].slice(0, 2).map((c) => `.${c}`).join(""));
  const path = [];
  for (let e = best; e && e !== document.documentElement && path.length < 3; e = e.parentElement) {
    path.unshift(part(e));
    if (e.id) break;
  }
  return path.join(" > ");
}
