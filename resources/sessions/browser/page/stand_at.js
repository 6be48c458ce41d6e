// Scrolls the window to a place at once and returns where it stood; what that causes has been told when it returns, unless
// it may not wait for it.
async ([left, top, waits]) => {
  const frame = () => new Promise((done) => { requestAnimationFrame(() => setTimeout(done, 0)); setTimeout(done, 100); });
  const stood = [scrollX, scrollY];
  if (stood[0] === left && stood[1] === top) return stood;
  scrollTo({ left, top, behavior: "instant" });
  if (waits) {
    await frame();
    await frame();
  }
  return stood;
}
