// Shows every part of the page once, a window at a time, and goes back to the top; returns nothing.
async ({ most }) => {
  const frame = () => new Promise((done) => { requestAnimationFrame(() => setTimeout(done, 0)); setTimeout(done, 100); });
  const step = Math.max(200, innerHeight);
  const start = [scrollX, scrollY];
  for (let y = step; y < Math.min(document.documentElement.scrollHeight, most) && innerHeight; y += step) {
    scrollTo(0, y);
    await frame();
  }
  for (const image of document.images) if (image.loading === "lazy") image.loading = "eager";
  scrollTo(0, 0);
  if (start[1] !== 0) await frame();
  await frame();
}
