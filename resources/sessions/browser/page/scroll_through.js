// Shows every part of the page from `from` px on once, a window at a time, so that lazy images come, and goes back to where it
// stood; the page's own listeners hear nothing of it, its IntersectionObservers do. Returns how high the page was at its foot.
async ({ from, most }) => {
  const hush = (by) => dispatchEvent(new CustomEvent("inspect-pipelines:hush", { detail: by }));
  const frame = () => new Promise((done) => { requestAnimationFrame(() => setTimeout(done, 0)); setTimeout(done, 100); });
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const go = (left, top) => scrollTo({ left, top, behavior: "instant" });
  const step = Math.max(200, innerHeight);
  // Where a smooth scroll takes the window is where it is left again.
  for (let at = null, looks = 0; at !== `${scrollX},${scrollY}` && looks < 50; looks++) { at = `${scrollX},${scrollY}`; await pause(60); }
  const start = [scrollX, scrollY];
  hush(1);
  for (let y = from; y < Math.min(document.documentElement.scrollHeight, most) && innerHeight; y += step) {
    go(0, y);
    await frame();
  }
  const reached = document.documentElement.scrollHeight;
  go(...start);
  await frame();
  await frame(); // `scrollend` comes a frame later
  hush(-1);
  return reached;
}
