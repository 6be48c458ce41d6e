// Where a node shows: [[x, y, width, height]..] in CSS px of its frame's window; a text in each of its lines and columns.
function () {
  let rects = [];
  if (this.nodeType === 3) {
    const range = this.ownerDocument.createRange();
    range.selectNodeContents(this);
    rects = [...range.getClientRects()];
  } else rects = [this.getBoundingClientRect()];
  return rects.filter((r) => r.width > 0 && r.height > 0).map((r) => [r.x, r.y, r.width, r.height]);
}
