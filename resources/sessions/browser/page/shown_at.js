// Where a node shows: [[x, y, width, height]..] in CSS px of its frame's window; a text in each of its lines and columns,
// and wherever a shadow or a reflection throws another copy of it.
function () {
  const MOST = 200;
  const element = this.nodeType === 1 ? this : this.parentElement ?? this.getRootNode().host;
  let rects = [];
  if (this.nodeType === 3) {
    const range = this.ownerDocument.createRange();
    range.selectNodeContents(this);
    rects = [...range.getClientRects()];
  } else rects = [this.getBoundingClientRect()];
  rects = rects.filter((r) => r.width > 0 && r.height > 0).map((r) => [r.x, r.y, r.width, r.height]);
  if (!element) return rects;
  // What stands in a pattern, a marker or a mask is painted wherever that is used.
  if (element.ownerSVGElement && element.closest("pattern,marker,mask,clipPath,symbol")) {
    const whole = [...this.ownerDocument.querySelectorAll("svg")].map((svg) => svg.getBoundingClientRect());
    return whole.filter((r) => r.width > 0 && r.height > 0).map((r) => [r.x, r.y, r.width, r.height]);
  }
  const parts = (list) => list.split(/,(?![^(]*\))/).map((part) => part.replace(/[a-z-]+\([^)]*\)|#[0-9a-f]+/gi, " ").match(/-?[\d.]+(?:e-?\d+)?(?=px)/g)?.map(Number)).filter(Boolean);
  const up = (e) => e.assignedSlot ?? e.parentElement ?? (e.getRootNode() instanceof ShadowRoot ? e.getRootNode().host : null);
  // How a step in an element's own px is seen in the window: turned, made larger.
  const seen = (e, dx, dy) => {
    let matrix = new DOMMatrix();
    for (let at = e; at; at = up(at)) {
      const style = getComputedStyle(at);
      let own = new DOMMatrix();
      if (style.rotate && style.rotate !== "none") own = own.multiply(new DOMMatrix(`rotate(${style.rotate.split(" ").pop()})`));
      if (style.scale && style.scale !== "none") { const [x, y = x] = style.scale.split(" ").map(Number); own = own.scale(x, y); }
      if (style.transform !== "none") own = own.multiply(new DOMMatrix(style.transform));
      matrix = own.multiply(matrix);
    }
    const zoom = e.currentCSSZoom ?? 1;
    return [(matrix.a * dx + matrix.c * dy) * zoom, (matrix.b * dx + matrix.d * dy) * zoom, Math.max(1, Math.hypot(matrix.a, matrix.b), Math.hypot(matrix.c, matrix.d)) * zoom];
  };
  const copy = (from, e, shadows) => {
    const copies = [];
    for (const [dx = 0, dy = 0, blur = 0] of shadows) {
      const [x, y, size] = seen(e, dx, dy), soft = 2 * blur * size + 1;
      for (const r of from) copies.push([r[0] + x - soft, r[1] + y - soft, r[2] + 2 * soft, r[3] + 2 * soft]);
    }
    return copies;
  };
  const shadows = getComputedStyle(element).textShadow;
  if (shadows && shadows !== "none") rects = [...rects, ...copy(rects, element, parts(shadows))].slice(0, MOST);
  for (let at = element; at; at = up(at)) {
    const style = getComputedStyle(at);
    for (const shadow of style.filter.match(/drop-shadow\((?:[^()]|\([^()]*\))*\)/g) ?? []) rects = [...rects, ...copy(rects, at, parts(shadow.slice(12, -1)))].slice(0, MOST);
    const [side] = (style.webkitBoxReflect ?? "none").split(" ");
    if (side === "none" || side === "") continue;
    const box = at.getBoundingClientRect(), gap = parts(style.webkitBoxReflect)[0]?.[0] ?? 0;
    rects = [...rects, ...rects.map(([x, y, w, h]) => ({
      below: [x, 2 * box.bottom + gap - y - h, w, h], above: [x, 2 * box.top - gap - y - h, w, h],
      left: [2 * box.left - gap - x - w, y, w, h], right: [2 * box.right + gap - x - w, y, w, h],
    })[side] ?? [x, y, w, h])].slice(0, MOST);
  }
  return rects;
}
