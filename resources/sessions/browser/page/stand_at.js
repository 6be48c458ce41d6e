// Scrolls the window to a place at once, hushed by so much more before that and by so much less after it, and after `rest` ms:
// [whether the document runs scripts, where it stood]. What scrolling causes has been told when it returns, unless the document
// runs none: then nothing waits.
async ({ to, before, after, rest }) => {
  const hush = (by) => { if (by) dispatchEvent(new CustomEvent("inspect-pipelines:hush", { detail: by })); };
  const frame = () => new Promise((done) => { requestAnimationFrame(() => setTimeout(done, 0)); setTimeout(done, 100); });
  let heard = false;
  const target = new EventTarget();
  target.addEventListener("x", () => { heard = true; });
  target.dispatchEvent(new Event("x"));
  hush(before);
  const stood = [scrollX, scrollY];
  if (to && (stood[0] !== to[0] || stood[1] !== to[1])) {
    scrollTo({ left: to[0], top: to[1], behavior: "instant" });
    if (heard) {
      await frame();
      await frame();
    }
  }
  if (heard && rest) await new Promise((done) => setTimeout(done, rest));
  hush(after);
  return [heard, stood];
}
