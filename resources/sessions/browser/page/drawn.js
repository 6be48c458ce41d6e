// A digest of what a canvas shows; empty for one that is blank as far as anybody can read it (WebGL between two frames).
function () {
  const said = this.toDataURL();
  const blank = this.ownerDocument.createElement("canvas");
  [blank.width, blank.height] = [this.width, this.height];
  if (said === blank.toDataURL()) return "";
  let sum = 5381;
  for (let at = 0; at < said.length; at++) sum = (Math.imul(sum, 33) + said.charCodeAt(at)) | 0;
  return `${said.length} ${sum}`;
}
