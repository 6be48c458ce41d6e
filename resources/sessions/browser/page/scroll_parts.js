// Shows every part of what scrolls by itself once, a piece at a time, so that lazy images come, and goes back to where it stood;
// the page's own listeners hear nothing of it.
async (selectors) => {
  const hush = (by) => dispatchEvent(new CustomEvent("inspect-pipelines:hush", { detail: by }));
  const frame = () => new Promise((done) => { requestAnimationFrame(() => setTimeout(done, 0)); setTimeout(done, 100); });
  const MOST = 40_000;
  const found = selectors.flatMap((selector) => { try { return [...document.querySelectorAll(selector)]; } catch { return []; } });
  hush(1);
  for (const part of found) {
    const stood = part.scrollTop, step = Math.max(100, part.clientHeight);
    for (let y = step; y < Math.min(part.scrollHeight, MOST); y += step) {
      part.scrollTo({ top: y, behavior: "instant" });
      await frame();
    }
    part.scrollTo({ top: stood, behavior: "instant" });
  }
  await frame();
  await frame(); // `scrollend` comes a frame later
  hush(-1);
}
